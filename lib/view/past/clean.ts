/** What `orch clean` says. */
import { bytesText, counted } from "../text/format.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** What became, or would become, of runs that are old enough to go. */
export interface Cleaning {
  /** Their ids and sizes in bytes, newest first. */
  readonly removed: readonly { readonly runId: string; readonly bytes: number }[];
  /** Ids of those on which an orch works. */
  readonly running: readonly string[];
  readonly failed: readonly { readonly runId: string; readonly cause: string }[];
  /** How many stay because the rules say so. */
  readonly kept: number;
}

/** What was done, as lines for stdout. */
export function cleanedText({ removed, running, kept }: Cleaning): string {
  const freed = bytesText(removed.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = removed.length === 0
    ? "Nothing to remove"
    : `Removed ${counted(removed.length, "run")}, freed ${freed}`;
  return `${what}; kept ${kept + running.length}${runningText(running)}\n`;
}

/** What would be done. */
export function wouldCleanText({ removed, running, kept }: Cleaning): string {
  const lines = removed.map(({ runId, bytes }) => `${runId}  ${bytesText(bytes)}\n`);
  const freed = bytesText(removed.reduce((sum, { bytes }) => sum + bytes, 0));
  const what = removed.length === 0
    ? "Would remove nothing"
    : `Would remove ${counted(removed.length, "run")} and free ${freed}`;
  return `${lines.join("")}${what}; would keep ${kept + running.length}${runningText(running)}\n`;
}

function runningText(running: readonly string[]): string {
  return running.length === 0 ? "" : `, of which ${running.length} running`;
}

/** State directories named where there are several. */
const NAMED_MAX = 5;

/** That there are runs in several places, of which one must be named. */
export function whichDirectoryText(directories: readonly string[]): string {
  const more = directories.length - NAMED_MAX;
  const rest = more > 0 ? ` and ${counted(more, "more place")}` : "";
  const named = directories.slice(0, NAMED_MAX).join(", ");
  return sanitizeLine(`There are runs in ${named}${rest}: choose one with --state-dir`);
}

/** What could not be removed, and why. */
export function notRemovedText(runId: string, cause: string): string {
  return sanitizeLine(`error: Cannot remove run ${runId}: ${cause}`);
}

/** `orch clean` without a flag that chooses runs. */
export const CHOOSE_RUNS =
  "Choose runs to remove: --keep N, --older-than 30d, or both (a run must match both)";
