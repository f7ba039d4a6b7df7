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
    ["- gone", removed, "left out"],
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
    `${quoted(file)} has changed, and with it jobs that --only does not name: ${named(ids)}; ` +
      "name them too, leave the changes out with --as-planned, or take --from",
  );
}

function named(ids: readonly string[]): string {
  return listed(ids, NAMED_MAX);
}

/** Said where the workflow file is not there any more. */
export function fileGoneText(file: string): string {
  return sanitizeLine(`${quoted(file)} is gone: the run goes on as it was planned`);
}

/** Another orch works on the run. `by` is the process, where it is known. */
export function heldText(
  runId: string,
  by: { readonly pid: number; readonly host: string | null } | null,
): string {
  const who = by === null
    ? "another orch"
    : `process ${by.pid}${by.host === null ? "" : ` on ${by.host}`}`;
  return sanitizeLine(
    `Run ${runId} is under way: ${who} works on it; orch logs ${runId} --follow shows its output`,
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
  return `Stopping ${processes} of run ${runId} that outlived its orch`;
}

/** Not even KILL could end these. */
export function unkillableText(pids: readonly number[]): string {
  return pids.length === 1
    ? `Process ${pids[0]} of this run cannot be ended: end it, then resume again`
    : `Processes ${pids.join(", ")} of this run cannot be ended: end them, then resume again`;
}

/** The workflow file has mistakes: how to go on all the same. */
export function mendText(): string {
  return "Mend the file, or go on as the run was planned: --as-planned";
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
      ? `Of these jobs it is not known how they ended, and they are not idempotent: ${
        named(jobIds)
      }`
      : `These jobs did not end by themselves, and are not idempotent: ${named(jobIds)}`,
    isRepair
      ? "Have they done their work? Find out, then say it:"
      : `Have they done their work? Find out (${logs}), then say it:`,
    `  ${runCommand("resume", run, `${repair} --assume-done`)}   takes them as succeeded`,
    `  ${runCommand("resume", run, `${repair} --rerun-lost`)}    runs them again`,
  ].map(sanitizeLine).join("\n");
}

/** The folder of a run holds another: its id is in its name, its plan and its journal, and these must agree. */
export function renamedText(runId: string, holds: string): string {
  return sanitizeLine(
    `The folder of run ${runId} holds run ${holds}: it was renamed or is a copy, and does not go on under another name; give the folder its name back: ${holds}`,
  );
}

/** Jobs have left files of attempts that the journal has lost. */
export function linesLostText(
  run: NameableRun,
  attempts: readonly { readonly jobId: string; readonly attempt: number }[],
): string {
  const names = attempts.map(({ jobId, attempt }) => `'${jobId}' (attempt ${attempt})`);
  return sanitizeLine(
    `The journal of run ${run.runId} has lost lines: it does not know of ${named(names)}, which ${
      attempts.length === 1 ? "has" : "have"
    } run; ${
      runCommand("resume", run, " --repair")
    } goes on from what it does say, and asks before a job that is not idempotent runs again`,
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
    `Nothing more could be remembered: the run stops, and running jobs have ${
      secondsText(run.graceMs)
    } s to end`,
    "Once this is mended, go on; what is done stays done:",
    `  ${runCommand("resume", run)}`,
  ].map(sanitizeLine).join("\n");
}

/** A run that cannot begin, since nothing about it can be kept. */
export function cannotKeepText(stateDirectory: string, cause: string): string {
  return [
    `Cannot keep the run in '${stateDirectory}': ${cause}`,
    "Nothing was started. Name another folder with --state-dir or ORCH_STATE_DIR",
  ].map(sanitizeLine).join("\n");
}

/** A run that cannot go on, since nothing more about it can be kept. */
export function cannotGoOnText(runId: string, cause: string): string {
  return sanitizeLine(`Cannot go on with run ${runId}: ${cause}`);
}

/** A run that is over, and of which nothing was asked to run again. */
export function nothingToDoText(runId: string, status: RunStatus | null): string {
  if (status === "failed") {
    return `Run ${runId} is over: its jobs have failed for good; orch rerun ${runId} --failed runs those again`;
  }
  return `Run ${runId} is over, and nothing of it is to run again`;
}

/** No run waits to be gone on with. `newest` is the newest of all, and how it ended. */
export function nothingUnfinishedText(
  newest: { readonly runId: string; readonly status: RunStatus } | null,
): string {
  if (newest === null) return "No run is unfinished";
  const next = newest.status === "failed"
    ? `: orch rerun ${newest.runId} --failed runs its failed jobs again`
    : "";
  return `No run is unfinished: the newest, ${newest.runId}, ${
    newest.status === "completed" ? "succeeded" : newest.status
  }${next}`;
}

/** A journal was cut down to what could be believed. */
export function repairedText(original: string): string {
  return sanitizeLine(
    `The journal goes on from its last good line; the damaged one is kept as ${original}`,
  );
}
