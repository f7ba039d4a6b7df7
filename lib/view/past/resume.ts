/**
 * The sentences of `orch resume` and `orch rerun`: what has changed since, what was found, and why a
 * run does not go on. Each line is safe to print.
 */
import type { RunStatus } from "../../core/run/event.ts";
import type { PlanDifference } from "../../core/record/plan_file.ts";
import { grouped, listed, secondsText } from "../text/format.ts";
import { type NameableRun, runCommand } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";

/** Jobs that one line names. */
const NAMED_MAX = 10;

/** How the workflow differs from what the run was planned from: a line for each kind of difference. */
export function differenceText(file: string, difference: PlanDifference): string {
  const { changed, added, removed, downstream } = difference;
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ["~ changed", changed, "run again"],
    ["+ new", added, "run"],
    ["- removed", removed, "left out"],
    ["> after these", downstream, "run again"],
  ];
  const lines = rows.flatMap(([what, ids, then]) =>
    ids.length === 0 ? [] : [`  ${what}: ${named(ids)} (${then})`]
  );
  return [`${quoted(file)} has changed since the run was planned:`, ...lines].map(sanitizeLine)
    .join("\n");
}

/** `rerun --only` names some jobs, and others have changed too: they would have to run, or be left as they are. */
export function othersChangedText(file: string, ids: readonly string[]): string {
  return sanitizeLine(
    `${quoted(file)} has changed, and so have jobs that --only does not name: ${named(ids)}; ` +
      "name them too, ignore the changes with --as-planned, or use --from",
  );
}

function named(ids: readonly string[]): string {
  return listed(ids, NAMED_MAX);
}

/** Said where the workflow file is not there any more. */
export function fileGoneText(file: string): string {
  return sanitizeLine(`${quoted(file)} no longer exists: the run continues as planned`);
}

/** Another orch works on the run. `by` is the process, where it is known. */
export function heldText(
  runId: string,
  by: { readonly pid: number; readonly host: string | null } | null,
): string {
  const who = by === null
    ? "another orch process"
    : `process ${by.pid}${by.host === null ? "" : ` on ${by.host}`}`;
  return sanitizeLine(
    `Run ${runId} is already running in ${who}; to follow its output: orch logs ${runId} --follow`,
  );
}

/** The folder was copied while orch ran its run, and that orch still does, in the original. */
export function originalRunsText(
  run: NameableRun,
  by: { readonly pid: number; readonly host: string | null },
): string {
  return sanitizeLine(
    `Run ${run.runId} was copied from a folder where it is still under way: process ${by.pid} works on it; wait for its end, or end it, then: ${
      runCommand("resume", run)
    }`,
  );
}

/** Processes were found that outlived the orch of the run. */
export function survivorsText(runId: string, count: number): string {
  const processes = count === 1 ? "1 process" : `${grouped(count)} processes`;
  return `Stopping ${processes} of run ${runId} that outlived orch`;
}

/** Not even KILL could end these. */
export function unkillableText(pids: readonly number[]): string {
  return pids.length === 1
    ? `Process ${pids[0]} of this run cannot be ended: end it, then resume again`
    : `Processes ${pids.join(", ")} of this run cannot be ended: end them, then resume again`;
}

/** The workflow file has mistakes: how to go on all the same. */
export function mendText(): string {
  return "Fix the file, or continue with the original plan: --as-planned";
}

/**
 * Nobody knows whether these jobs did their work, and they must not do it twice. After a repair the record
 * of some of them is lost, and the answer must say again that it is to be repaired.
 */
export function askText(
  run: NameableRun,
  jobIds: readonly string[],
  { isRepair = false }: { readonly isRepair?: boolean } = {},
): string {
  const logs = runCommand("logs", run, ` ${jobIds[0]}`);
  const repair = isRepair ? " --repair" : "";
  return [
    isRepair
      ? `It is unknown how these jobs ended, and they are not idempotent: ${named(jobIds)}`
      : `These jobs were interrupted, and they are not idempotent: ${named(jobIds)}`,
    isRepair
      ? "Find out whether they did their work, then choose:"
      : `Find out whether they did their work (${logs}), then choose:`,
    `  ${runCommand("resume", run, `${repair} --assume-done`)}   treats them as succeeded`,
    `  ${runCommand("resume", run, `${repair} --rerun-lost`)}    reruns them`,
  ].map(sanitizeLine).join("\n");
}

/** The folder of a run holds another: its id is in its name, its plan and its journal, and these must agree. */
export function renamedText(runId: string, holds: string): string {
  return sanitizeLine(
    `The folder of run ${runId} contains run ${holds}: it was renamed or copied; to continue the run, rename the folder back to ${holds}`,
  );
}

/** Jobs have left files of attempts that the journal has lost. */
export function linesLostText(
  run: NameableRun,
  attempts: readonly { readonly jobId: string; readonly attempt: number }[],
): string {
  const names = attempts.map(({ jobId, attempt }) => `'${jobId}' (attempt ${attempt})`);
  return sanitizeLine(
    `The journal of run ${run.runId} has lost lines: it does not mention ${named(names)}, which ${
      attempts.length === 1 ? "has" : "have"
    } run; ${
      runCommand("resume", run, " --repair")
    } continues from what is left, and asks before it reruns a job that is not idempotent`,
  );
}

/** The journal cannot be written any more: what follows from that, and how to go on. */
export function journalFailedText(
  { operation, message }: { readonly operation: "write" | "sync"; readonly message: string },
  run: NameableRun & { readonly path: string; readonly graceMs: number },
): string {
  const what = operation === "write" ? "Cannot write" : "Cannot save";
  return [
    `${what} '${run.path}': ${message}`,
    `The run can no longer be recorded, so it is stopping; running jobs have ${
      secondsText(run.graceMs)
    } s to finish`,
    "After fixing this, resume; finished jobs are not repeated:",
    `  ${runCommand("resume", run)}`,
  ].map(sanitizeLine).join("\n");
}

/** A run that cannot begin, since nothing about it can be kept. */
export function cannotKeepText(stateDirectory: string, cause: string): string {
  return [
    `Cannot record the run in '${stateDirectory}': ${cause}`,
    "Nothing was started. Choose another folder with --state-dir or ORCH_STATE_DIR",
  ].map(sanitizeLine).join("\n");
}

/** A run that cannot go on, since nothing more about it can be kept. */
export function cannotGoOnText(runId: string, cause: string): string {
  return sanitizeLine(`Cannot continue run ${runId}: ${cause}`);
}

/** A run that is over, and of which nothing was asked to run again. */
export function nothingToDoText(runId: string, status: RunStatus | null): string {
  if (status === "failed") {
    return `Run ${runId} is over, and its failed jobs have no attempts left; to rerun them: orch rerun ${runId} --failed`;
  }
  return `Run ${runId} is over, and no job needs to run again`;
}

/** No run waits to be gone on with. `newest` is the newest of all, and how it ended. */
export function nothingUnfinishedText(
  newest: { readonly runId: string; readonly status: RunStatus } | null,
): string {
  if (newest === null) return "No run is unfinished";
  const next = newest.status === "failed"
    ? `; to rerun its failed jobs: orch rerun ${newest.runId} --failed`
    : "";
  return `No run is unfinished: the newest, ${newest.runId}, ${
    newest.status === "completed" ? "succeeded" : newest.status
  }${next}`;
}

/** Whether the newest run is unfinished cannot be told. */
export function unreadableText(run: NameableRun): string {
  return sanitizeLine(
    `Run ${run.runId} is the newest and cannot be read, so it may be unfinished: ${
      runCommand("show", run)
    } says why`,
  );
}

/** A journal was cut down to what could be believed. */
export function repairedText(original: string): string {
  return sanitizeLine(
    `The journal continues from its last good line; the damaged journal is kept as ${original}`,
  );
}

/** `orch rerun` without exactly one flag that chooses jobs. */
export const CHOOSE_JOBS = "Choose what to rerun with one of --failed, --from JOB and --only JOB";

export const TWO_ANSWERS = "--rerun-lost and --assume-done contradict each other: remove one";

export const REPAIR_OR_DRY_RUN =
  "--repair changes the record, and --dry-run changes nothing: remove one";
