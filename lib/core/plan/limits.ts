/**
 * The limits that a run is driven under, beside the settings that its record keeps. They go as one value
 * from the command line or the library to the driver, the supervisor and the pools of processes.
 */
import type { Durability } from "../base/choices.ts";

/** The limits of one run. */
export interface RunLimits {
  /** Time between asking a job to end and killing it, also if orch itself dies. */
  readonly graceMs: number;
  /** Logs are cut near this size. */
  readonly maxLogBytes: number;
  /** What the record of the run outlives. */
  readonly durability: Durability;
}

/** What holds where nobody says otherwise. */
export const DEFAULT_LIMITS: RunLimits = {
  graceMs: 10_000,
  maxLogBytes: 256 * 2 ** 20,
  durability: "process",
};
