/**
 * The words of a closed list that events may hold, as the types name them: an event with another word was
 * written by a newer orch, and what it means cannot be told. A word that is added here raises the version of
 * the journal once a release has written it.
 */
import type {
  HttpFailure,
  NotStarted,
  Outcome,
  RunEvent,
  RunStatus,
  SkipReason,
  StopCause,
  StopReason,
} from "../run/event.ts";

type Words<W extends string> = Readonly<Record<W, true>>;

/** What may happen. */
export const EVENT_TYPES: Words<RunEvent["type"]> = {
  run_started: true,
  run_resumed: true,
  pause_ended: true,
  run_stopping: true,
  run_finished: true,
  job_queued: true,
  job_started: true,
  job_stopping: true,
  job_retrying: true,
  job_completed: true,
  job_failed: true,
  job_cancelled: true,
  job_skipped: true,
};

/** How an attempt may end. */
const OUTCOMES: Words<Outcome["kind"]> = {
  succeeded: true,
  exited: true,
  signaled: true,
  timed_out: true,
  out_of_memory: true,
  http_failed: true,
  not_started: true,
  cancelled: true,
  lost: true,
};

/** Why a request may fail. */
const HTTP_FAILURES: Words<HttpFailure["reason"]> = {
  status: true,
  unreachable: true,
  certificate: true,
  connection_lost: true,
  no_connection: true,
  no_response: true,
  stalled: true,
  unfinished: true,
  too_many_redirects: true,
  redirect_scheme: true,
  redirect_body: true,
  body_too_large: true,
};

/** Why an attempt may not start. */
const NOT_STARTED: Words<NotStarted["reason"]> = {
  script_missing: true,
  working_directory_missing: true,
  interpreter_missing: true,
  variable_missing: true,
  url_invalid: true,
  request_invalid: true,
  permission_denied: true,
  linker_variable: true,
  spawn_failed: true,
};

/** Why a job may be skipped. */
const SKIPS: Words<SkipReason["kind"]> = {
  dependency: true,
  skip_if_failed: true,
  branch: true,
};

const STOP_CAUSES: Words<StopCause> = { timeout: true, run_stopping: true };
const STOP_REASONS: Words<StopReason> = {
  fail_fast: true,
  interrupt: true,
  terminate: true,
  hangup: true,
  kill: true,
};
const RUN_STATUSES: Words<RunStatus> = { completed: true, failed: true, cancelled: true };

/** All the words, for the rule above. */
export const JOURNAL_WORDS: Readonly<Record<string, Words<string>>> = {
  EVENT_TYPES,
  OUTCOMES,
  HTTP_FAILURES,
  NOT_STARTED,
  SKIPS,
  STOP_CAUSES,
  STOP_REASONS,
  RUN_STATUSES,
};

/** Whether all words of closed lists in an event are known here. */
export function hasKnownWords(event: RunEvent): boolean {
  switch (event.type) {
    case "job_retrying":
    case "job_failed":
      return isKnownOutcome(event.outcome);
    case "job_skipped":
      return Object.hasOwn(SKIPS, event.reason?.kind);
    case "job_stopping":
      return Object.hasOwn(STOP_CAUSES, event.why);
    case "run_stopping":
      return Object.hasOwn(STOP_REASONS, event.reason);
    case "run_finished":
      return Object.hasOwn(RUN_STATUSES, event.status);
    default:
      return true;
  }
}

/** A line of another program may lack anything, under whatever checksum. */
function isKnownOutcome(outcome: Outcome): boolean {
  if (!Object.hasOwn(OUTCOMES, outcome?.kind)) return false;
  if (outcome.kind === "http_failed") return Object.hasOwn(HTTP_FAILURES, outcome.failure?.reason);
  if (outcome.kind === "not_started") return Object.hasOwn(NOT_STARTED, outcome.why?.reason);
  return true;
}
