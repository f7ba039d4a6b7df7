/** What is said about the output of jobs beside the output itself. Each note is one line, safe to print. */
import { unreachable } from "../../core/base/bug.ts";
import type { Outcome } from "../../core/run/event.ts";
import type { JobState } from "../../core/run/state.ts";
import { counted } from "../text/format.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";

/** An attempt of a job. */
interface OfAttempt {
  readonly jobId: string;
  readonly attempt: number;
}

/** What a reader of logs should know. */
export type LogNote =
  | OfAttempt & { readonly kind: "one_of"; readonly attempts: number }
  | OfAttempt & { readonly kind: "still_running" }
  | OfAttempt & { readonly kind: "unfinished" }
  | OfAttempt & { readonly kind: "lost" }
  | OfAttempt & { readonly kind: "truncated" }
  | OfAttempt & { readonly kind: "cut_meanwhile" }
  | OfAttempt & { readonly kind: "never_began"; readonly outcome: Outcome }
  | OfAttempt & { readonly kind: "missing"; readonly path: string }
  | { readonly kind: "no_attempt"; readonly jobId: string; readonly job: JobState }
  | { readonly kind: "awaited"; readonly jobId: string | null; readonly attempt: number | null }
  | { readonly kind: "orch_died"; readonly runId: string };

/** A note, as a line. */
export function logNoteText(note: LogNote): string {
  return `orch: ${sanitizeLine(wordsOf(note))}`;
}

function wordsOf(note: LogNote): string {
  if (note.kind === "orch_died") {
    return `orch is no longer running this run; to continue: orch resume ${note.runId}`;
  }
  if (note.kind === "awaited") return awaitedText(note);
  if (note.kind === "no_attempt") return `${note.jobId} has no output: ${absenceText(note.job)}`;
  const output = `the output of ${note.jobId}${
    note.attempt > 1 ? ` (attempt ${note.attempt})` : ""
  }`;
  switch (note.kind) {
    case "one_of":
      return `attempt ${note.attempt} of ${note.jobId}, which had ${
        counted(note.attempts, "attempt")
      }; for another one, use --attempt`;
    case "still_running":
      return `${note.jobId} is still running; to wait for the rest, add --follow`;
    case "unfinished":
      return `${output} stops where orch ended`;
    case "lost":
      return `${output} is lost, at least in part: its files could not be opened, or no space was left for them`;
    case "truncated":
      return `the middle of ${output} was removed because it exceeded --max-log`;
    case "cut_meanwhile":
      return `${output} exceeded --max-log, and its middle was removed: some of it is missing here`;
    case "never_began":
      return `${note.jobId} has no output: ${outcomeText(note.outcome)}`;
    case "missing":
      return `${output} is missing: ${quoted(note.path)} does not exist`;
    default:
      return unreachable(note);
  }
}

function awaitedText({ jobId, attempt }: LogNote & { readonly kind: "awaited" }): string {
  if (jobId === null) return "waiting for the first job to start";
  return `waiting for ${attempt === null ? jobId : `attempt ${attempt} of ${jobId}`} to start`;
}

function absenceText(job: JobState): string {
  if (job.phase !== "settled") return "it has not started";
  if (job.status === "skipped") return `it was skipped: ${skipText(job.reason)}`;
  return "it never started";
}

/** That a job has had no such attempt. */
export function noAttemptText({ jobId, attempt }: OfAttempt, attempts: number): string {
  const had = attempts === 0 ? "no attempt yet" : counted(attempts, "attempt");
  return sanitizeLine(`--attempt ${attempt}: job ${quoted(jobId)} has had ${had}`);
}

/** `--attempt` without a job. */
export const ATTEMPT_NEEDS_JOB = "--attempt needs a job";
