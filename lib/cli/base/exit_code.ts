/** How orch ends: the one table of its exit codes. */
import type { StopSignal } from "../../runtime/port/world.ts";

/** Exit codes, by what they mean. */
export const EXIT = {
  ok: 0,
  /** A job failed. */
  jobFailed: 1,
  /** The input or the command line is wrong; nothing was started. */
  badInput: 2,
  /** orch itself could not go on. */
  cannotGoOn: 3,
} as const;

/** 128 plus the number of the signal, as shells do. */
export function exitCodeOfSignal(signal: StopSignal): number {
  switch (signal) {
    case "SIGHUP":
      return 129;
    case "SIGINT":
      return 130;
    case "SIGQUIT":
      return 131;
    case "SIGTERM":
      return 143;
  }
}
