/** The settings of a run that plans and journals keep, and what holds where one was written before there was a setting. */

/** What holds for the whole of a run, fixed when it starts. */
export interface RunSettings {
  /** Jobs at a time, at least 1. */
  readonly concurrency: number;
  /** Memory that all running reservations together may take, in MB; `null` is unlimited. */
  readonly memoryMb: number | null;
  /** CPU share that all running reservations together may take; `null` is unlimited. */
  readonly cpuPercent: number | null;
  readonly failFast: boolean;
  /** Time between TERM and KILL. */
  readonly graceMs: number;
  /** Seed of the jitter. */
  readonly seed: number;
  /** The branch for `only_if_branch`; `null` where it is unknown. */
  readonly branch: string | null;
}

/** The standard values; settings without one have been written from the first version on. */
export const STANDARD_SETTINGS: Omit<RunSettings, "concurrency" | "graceMs" | "seed"> = {
  memoryMb: null,
  cpuPercent: null,
  failFast: false,
  branch: null,
};
