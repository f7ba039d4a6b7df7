/**
 * The sentences about runs that are kept: which one is meant, and what is wrong with what it left. Each
 * is safe to print, and says what to do next where there is something to do.
 */
import { unreachable } from "../../core/base/bug.ts";
import type { JournalEnd } from "../../core/record/journal_read.ts";
import type { NamedRun } from "../../core/record/resolve_name.ts";
import type { RunProblem } from "../../core/record/run_record.ts";
import { counted, listed } from "../text/format.ts";
import { shellWord } from "../text/shell_word.ts";
import { stateRefusedText } from "../problem/state_message.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";

/** Ids named where a word means several. */
const NAMED_MAX = 8;

/** Why there is no run to work with, and what was looked at. */
export type NoRun = Exclude<NamedRun, { kind: "found" }>;

/** Why the word `name` names no run. `directory` is the one the user has named, if any. */
export function noRunText(name: string, none: NoRun, directory: string | null): string {
  return sanitizeLine(noRunWords(name, none, directory));
}

function noRunWords(name: string, none: NoRun, directory: string | null): string {
  switch (none.kind) {
    case "no_runs":
      return directory === null
        ? "No runs found: looked for .orch in this folder, its parents and two levels below. Use --state-dir for another folder"
        : `No runs in ${quoted(directory)}`;
    case "ambiguous":
      return `'${name}' may be ${listed(none.runIds, NAMED_MAX)}: which one?`;
    case "none":
      return none.suggestion === null
        ? `No run ${quoted(name)}: orch history lists all runs`
        : `No run ${quoted(name)}: did you mean ${none.suggestion}?`;
    default:
      return unreachable(none);
  }
}

/** Why a run cannot be read. */
export function runProblemText(runId: string, problem: RunProblem): string {
  return sanitizeLine(runProblemWords(runId, problem));
}

function runProblemWords(runId: string, problem: RunProblem): string {
  const path = quoted(problem.path);
  switch (problem.kind) {
    case "no_journal":
      return `Run ${runId} has no journal: it ended before anything started, or ${path} was removed`;
    case "no_plan":
      return `The plan of run ${runId} is missing: ${path} does not exist; ${eventsHint(runId)}`;
    case "plan_damaged":
      return `Run ${runId} cannot be read: ${path} has been changed or damaged; ${
        eventsHint(runId)
      }`;
    case "plan_newer":
      return `Run ${runId} was made by a newer version of orch: ${path} has format ${problem.version}`;
    case "plan_of_another":
      return `Run ${runId} cannot be read: its journal does not belong to ${path}; ${
        eventsHint(runId)
      }`;
    case "refused":
      return `Run ${runId} cannot be read: ${stateRefusedText(problem.path, problem.fault)}`;
    case "unreadable":
      return `Run ${runId} cannot be read: ${path}: ${problem.cause}`;
    default:
      return unreachable(problem);
  }
}

/** A run whose folder has another name than the run itself. */
export function otherNameText(runId: string, holds: string): string {
  return sanitizeLine(
    `note: the folder of run ${runId} contains run ${holds}: it was renamed or copied, and orch does not continue it`,
  );
}

function eventsHint(runId: string): string {
  return `to see what happened: orch events ${runId} --json`;
}

/** What is wrong with the end of a journal that was read; `null` where nothing is. */
export function journalEndText(runId: string, end: JournalEnd): string | null {
  switch (end.kind) {
    case "clean":
    case "torn":
      return null;
    case "corrupt":
      return `The journal of run ${runId} is damaged at byte ${end.offset}: only the events before it are shown; to continue from there: orch resume ${runId} --repair`;
    case "newer":
      return `The journal of run ${runId} was written by a newer version of orch (format ${end.version}): the first unknown event and everything after it are not shown`;
    default:
      return unreachable(end);
  }
}

/** What is told of the index of runs on the way. */
export type IndexNotice =
  | { readonly kind: "reading"; readonly runs: number }
  | { readonly kind: "not_kept"; readonly cause: string }
  | { readonly kind: "not_rebuilt"; readonly path: string; readonly cause: string }
  | {
    readonly kind: "newer";
    readonly version: number;
    /** Its state directory, if that is not found from where the user stands. */
    readonly stateDirectory: string | null;
    /** Whether it was to be asked, or to take in a run that has ended. */
    readonly wanted: "to_ask" | "to_record";
  }
  | {
    readonly kind: "rebuilt";
    readonly path: string;
    readonly runs: number;
    /** Runs that have no end to remember. */
    readonly others: number;
  };

/** One line about the index. */
export function indexText(notice: IndexNotice): string {
  switch (notice.kind) {
    case "reading":
      return `Reading ${counted(notice.runs, "run")} for the index, once`;
    case "not_kept":
      return sanitizeLine(
        `warning: the index of runs cannot be updated (${notice.cause}): orch reads the runs themselves, which takes longer`,
      );
    case "not_rebuilt":
      return sanitizeLine(`Cannot rebuild the index ${quoted(notice.path)}: ${notice.cause}`);
    case "newer": {
      const { version, stateDirectory, wanted } = notice;
      const so = wanted === "to_ask"
        ? "orch reads the runs themselves, which takes longer"
        : "this run is not in it, but it is recorded and can be found";
      const place = stateDirectory === null ? "" : ` --state-dir ${shellWord(stateDirectory)}`;
      return sanitizeLine(
        `warning: the index of runs was made by a newer version of orch (format ${version}): ${so}; to make one for this version: orch history rebuild${place}`,
      );
    }
    case "rebuilt": {
      const { path, runs, others } = notice;
      const rest = others === 0 ? "" : `; ${counted(others, "run")} without an end left out`;
      return sanitizeLine(`Rebuilt ${path}: ${counted(runs, "run")}${rest}`);
    }
    default:
      return unreachable(notice);
  }
}

/** What was asked of the history, and nothing is known about. */
export interface UnknownSubject {
  readonly subject: "job" | "workflow";
  readonly name: string;
  readonly suggestion: string | null;
}

/** That no run of a job or a workflow is known. */
export function unknownText({ subject, name, suggestion }: UnknownSubject): string {
  const meant = suggestion === null ? "" : `: did you mean ${quoted(suggestion)}?`;
  return sanitizeLine(`No run of ${subject} ${quoted(name)} is known${meant}`);
}

/** There is no such job in a run. */
export function noJobText(
  jobId: string,
  runId: string,
  { suggestion, leftOut }: { readonly suggestion: string | null; readonly leftOut: boolean },
): string {
  if (leftOut) return `Job '${jobId}' was not part of run ${runId}`;
  const meant = suggestion === null
    ? `: orch show ${runId} lists its jobs`
    : `: did you mean '${suggestion}'?`;
  return sanitizeLine(`Run ${runId} has no job ${quoted(jobId)}${meant}`);
}

/** `orch history rebuild` with flags that choose runs. */
export const REBUILD_ALONE =
  "orch history rebuild rebuilds the whole index: remove the other flags";

/** For `LOG_LEVEL=DEBUG`: what kept the run out of the index. */
export function notIndexedText(error: unknown): string {
  return sanitizeLine(`debug: the run is not in the index: ${error}`);
}
