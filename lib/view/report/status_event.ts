/**
 * What a status callback is told: the events that mean something to who watches a run, in the words of
 * the results. Those that only prepare others (a job is ready, is being stopped) are left to the history
 * of events.
 */
import type { Outcome, Outputs, RunEvent, RunStatus } from "../../core/run/event.ts";
import { type AttemptRecord, jobIndex, type RunState } from "../../core/run/state.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import { secondsBetween, timeText } from "./json.ts";

/** What is known of every event. */
export interface StatusData {
  /** When, ISO 8601. */
  readonly timestamp: string;
  /** Which run. */
  readonly run_id: string;
}

/** The run begins. */
export interface RunStartedData extends StatusData {
  /** The name of the workflow. */
  readonly workflow: string;
  /** How many jobs were selected. */
  readonly jobs: number;
}

/** An attempt of a job begins. */
export interface JobStartedData extends StatusData {
  /** Which job. */
  readonly job_id: string;
  /** Counts from 1. */
  readonly attempt: number;
}

/** A job has ended for good, or its attempt has. */
export interface JobEndedData extends JobStartedData {
  /** Of the attempt; `null` where there was none. */
  readonly duration_seconds: number | null;
  /** `null` where the attempt did not end by itself. */
  readonly exit_code: number | null;
}

/** A job has succeeded. */
export interface JobCompletedData extends JobEndedData {
  /** What a plugin has handed on. */
  readonly outputs?: Outputs;
}

/** A job has failed, after all its retries. */
export interface JobFailedData extends JobEndedData {
  /** Why, in a few words. */
  readonly error_message: string;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
}

/** An attempt has failed, and another will begin. */
export interface JobRetryingData extends JobFailedData {
  /** Seconds until then. */
  readonly delay_seconds: number;
}

/** A job was skipped, and will not run. */
export interface JobSkippedData extends StatusData {
  /** Which job. */
  readonly job_id: string;
  /** Why, in a few words. */
  readonly reason: string;
}

/** The run is over. */
export interface RunFinishedData extends StatusData {
  /** How it ended. */
  readonly status: RunStatus;
  /** How many jobs ended how. */
  readonly counts: Readonly<Record<"success" | "failed" | "cancelled" | "skipped", number>>;
}

/** The types of events, and what comes with each. */
export interface StatusEvents {
  /** The run begins. */
  readonly run_started: RunStartedData;
  /** An attempt begins. */
  readonly job_started: JobStartedData;
  /** A job has succeeded. */
  readonly job_completed: JobCompletedData;
  /** A job has failed, after all its retries. */
  readonly job_failed: JobFailedData;
  /** A job was cancelled. */
  readonly job_cancelled: JobEndedData;
  /** An attempt has failed, and another will begin. */
  readonly job_retrying: JobRetryingData;
  /** A job was skipped. */
  readonly job_skipped: JobSkippedData;
  /** The run is over. */
  readonly run_finished: RunFinishedData;
}

/** The name of an event. */
export type StatusEventType = keyof StatusEvents;

/** A name with what comes with it: what a status callback is called with. */
export type StatusEvent = {
  [T in StatusEventType]: [eventType: T, data: StatusEvents[T]];
}[StatusEventType];

/** An event for callbacks, once `state` has taken it in; `null` for one that they are not told of. */
export function statusEvent(event: RunEvent, state: RunState): StatusEvent | null {
  const data = { timestamp: timeText(event.at), run_id: state.runId ?? "" };
  switch (event.type) {
    case "run_started":
      return ["run_started", { ...data, workflow: event.workflow, jobs: event.jobs }];
    case "job_started":
      return ["job_started", { ...data, job_id: event.jobId, attempt: event.attempt }];
    case "job_completed": {
      const { outputs } = event;
      return ["job_completed", { ...data, ...ended(event, state), ...(outputs && { outputs }) }];
    }
    case "job_failed":
      return ["job_failed", { ...data, ...failed(event, state) }];
    case "job_retrying": {
      const delay_seconds = secondsBetween(event.at, event.until)!;
      return ["job_retrying", { ...data, ...failed(event, state), delay_seconds }];
    }
    case "job_cancelled":
      return ["job_cancelled", { ...data, ...ended(event, state) }];
    case "job_skipped":
      return ["job_skipped", { ...data, job_id: event.jobId, reason: skipText(event.reason) }];
    case "run_finished": {
      const { success, failed, cancelled, skipped } = state.counts;
      const counts = { success, failed, cancelled, skipped };
      return ["run_finished", { ...data, status: event.status, counts }];
    }
    default:
      return null;
  }
}

interface EndEvent {
  readonly jobId: string;
  readonly attempt: number;
}

function ended(
  { jobId, attempt }: EndEvent,
  state: RunState,
): Omit<JobEndedData, keyof StatusData> {
  const record = recordOf(jobId, attempt, state);
  return {
    job_id: jobId,
    attempt,
    duration_seconds: secondsBetween(record?.startedAt ?? null, record?.endedAt ?? null),
    exit_code: exitCode(record?.outcome),
  };
}

function failed(
  event: EndEvent & { readonly outcome: Outcome },
  state: RunState,
): Omit<JobFailedData, keyof StatusData> {
  const { outcome } = event;
  return {
    ...ended(event, state),
    error_message: outcomeText(outcome),
    signal: outcome.kind === "signaled" ? outcome.signal : null,
  };
}

function recordOf(jobId: string, attempt: number, state: RunState): AttemptRecord | undefined {
  return state.attempts[jobIndex(state, jobId)]?.find((record) => record.attempt === attempt);
}

function exitCode(outcome: Outcome | undefined): number | null {
  if (outcome?.kind === "succeeded") return 0;
  return outcome?.kind === "exited" ? outcome.code : null;
}
