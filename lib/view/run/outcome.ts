/**
 * Every sentence about what happened to a job or a run. Those about mistakes in files and on the
 * command line are in `problem/message.ts`. Facts come in as data; words are only here. Facts may
 * hold foreign text (paths, causes, branches): each sentence that goes out is one line, safe to print.
 */
import { unreachable } from "../../core/base/bug.ts";
import type {
  HttpFailure,
  NotStarted,
  Outcome,
  ProcessFacts,
  RunStatus,
  SkipReason,
  StopReason,
} from "../../core/run/event.ts";
import { bytesText, counted, secondsText } from "../text/format.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** How an attempt ended, as a fragment: `exit code 1`. The time limit's text is the user's own. */
export function outcomeText(outcome: Outcome): string {
  return sanitizeLine(wordsOf(outcome));
}

function wordsOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "succeeded":
      return "succeeded";
    case "exited":
      return `exit code ${outcome.code}`;
    case "signaled":
      return `ended by ${outcome.signal}`;
    case "timed_out":
      return `Job timed out after ${secondsText(outcome.afterMs)} seconds`;
    case "out_of_memory":
      return `used ${megabytes(outcome.peakMb)} of memory, over its limit of ${
        megabytes(outcome.limitMb)
      }`;
    case "http_failed":
      return httpFailureText(outcome.failure);
    case "not_started":
      return notStartedText(outcome.why);
    case "cancelled":
      return "cancelled";
    case "lost":
      return "lost: orch died while it ran";
    default:
      return unreachable(outcome);
  }
}

/** What else is to be known of an attempt that has ended, each behind a semicolon; mostly nothing. */
export function aftermathText({ logLost, unkillable }: Partial<ProcessFacts> = {}): string {
  const lost = logLost ? "; some of its output is lost: no space left for its log" : "";
  return unkillable === undefined
    ? lost
    : `${lost}; still alive after SIGKILL: process ${unkillable.join(", ")}`;
}

function megabytes(size: number): string {
  return `${Number(size.toFixed(1))} MB`;
}

/** What most likely helps, or `null`. */
export function outcomeHint(outcome: Outcome): string | null {
  if (outcome.kind === "exited" && outcome.code === 127) {
    return "exit code 127 usually means that a command was not found: is it installed and on PATH?";
  }
  if (outcome.kind === "exited" && outcome.code === 126) {
    return "exit code 126 usually means that a file is not executable: try chmod +x";
  }
  if (outcome.kind === "timed_out") {
    return "raise 'timeout' or 'max_execution_time', or make the job faster";
  }
  if (outcome.kind === "http_failed" && outcome.failure.reason === "unfinished") {
    return "set 'timeout' on the job to replace this limit";
  }
  if (outcome.kind === "http_failed" && outcome.failure.reason === "redirect_body") {
    return "if that server may receive the body, use its URL in the job";
  }
  if (outcome.kind === "not_started" && outcome.why.reason === "permission_denied") {
    return `start orch with ${outcome.why.flag}`;
  }
  if (outcome.kind === "not_started" && outcome.why.reason === "linker_variable") {
    return "start orch with --allow-run, without a list of programs, or unset the variable";
  }
  return null;
}

function httpFailureText(failure: HttpFailure): string {
  switch (failure.reason) {
    case "status": {
      const expected = failure.expected.length === 0 ? "any 2xx" : failure.expected.join(", ");
      return `HTTP status ${failure.status}, expected ${expected}`;
    }
    case "unreachable":
      return `server not reached: ${failure.cause}`;
    case "certificate":
      return `certificate not trusted: ${failure.cause}`;
    case "connection_lost":
      return `connection lost: ${failure.cause}`;
    case "no_connection":
      return `no connection within ${secondsText(failure.afterMs)} seconds`;
    case "no_response":
      return `no response within ${secondsText(failure.afterMs)} seconds`;
    case "stalled":
      return `response stalled for ${secondsText(failure.afterMs)} seconds`;
    case "unfinished":
      return `response not complete within ${secondsText(failure.afterMs)} seconds`;
    case "too_many_redirects":
      return `more than ${failure.limit} redirects`;
    case "redirect_scheme":
      return `redirected to '${failure.url}', which is neither http nor https`;
    case "redirect_body":
      return `redirected to '${failure.url}': the body is not sent to another origin`;
    case "body_too_large":
      return `response larger than ${bytesText(failure.limitBytes)}`;
    default:
      return unreachable(failure);
  }
}

function notStartedText(why: NotStarted): string {
  switch (why.reason) {
    case "script_missing":
      return `script '${why.path}' does not exist`;
    case "working_directory_missing":
      return `working directory '${why.path}' does not exist`;
    case "interpreter_missing":
      return `'${why.program}' is not installed`;
    case "variable_missing":
      return `environment variable ${why.name}, needed in the ${why.where}, is not set`;
    case "url_invalid":
      return `'${why.url}' is not an http or https URL`;
    case "request_invalid":
      return `the request cannot be sent: ${why.cause}`;
    case "permission_denied":
      return `orch lacks the permission ${why.flag}`;
    case "linker_variable":
      return `${why.name} is set: orch is not allowed to start programs with it`;
    case "spawn_failed":
      return `could not be started: ${why.cause}`;
    default:
      return unreachable(why);
  }
}

/** Why a job was skipped, as a fragment: `lint failed`. */
export function skipText(reason: SkipReason): string {
  return sanitizeLine(skipWords(reason));
}

function skipWords(reason: SkipReason): string {
  switch (reason.kind) {
    case "dependency":
      return reason.cause === reason.dependency
        ? `needs ${reason.cause}, which did not succeed`
        : `needs ${reason.dependency}, which did not run because of ${reason.cause}`;
    case "skip_if_failed":
      return `${reason.jobId} failed`;
    case "branch": {
      const wanted = reason.wanted.join(" or ");
      return reason.branch === null
        ? `only for branch ${wanted}, and the branch is unknown`
        : `only for branch ${wanted}, and the branch is ${reason.branch}`;
    }
    default:
      return unreachable(reason);
  }
}

/** What is said at once when a run is being stopped. */
export function stoppingText(reason: StopReason, graceMs: number): string {
  const grace = `running jobs have ${secondsText(graceMs)} s to finish`;
  switch (reason) {
    case "fail_fast":
      return `a job failed, stopping the rest: ${grace}`;
    case "interrupt":
      return `interrupted: ${grace}; Ctrl-C again kills them now`;
    case "terminate":
      return `terminated (SIGTERM): ${grace}`;
    case "hangup":
      return `terminal closed, or what started orch has ended (SIGHUP): ${grace}`;
    case "kill":
      return "killing all running jobs now";
    default:
      return unreachable(reason);
  }
}

/** The verdict in one word. */
export function verdictText(status: RunStatus): string {
  switch (status) {
    case "completed":
      return "succeeded";
    case "failed":
      return "FAILED";
    case "cancelled":
      return "CANCELLED";
    default:
      return unreachable(status);
  }
}

/** What is said of a file without mistakes. */
export function validText(file: string, jobs: number): string {
  return `${sanitizeLine(file)}: valid, ${counted(jobs, "job")}`;
}
