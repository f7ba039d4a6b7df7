/** The settings of a run that plans and journals keep: what holds where one was written before there was a setting. */
import type { RunSettings } from "../run/event.ts";

/** The standard values; settings without one have been written from the first version on. */
export const STANDARD_SETTINGS: Omit<RunSettings, "concurrency" | "graceMs" | "seed"> = {
  memoryMb: null,
  cpuPercent: null,
  failFast: false,
  branch: null,
};
