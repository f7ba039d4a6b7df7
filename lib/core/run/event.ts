/**
 * The one vocabulary of a run. `Input` is what the outside tells the scheduler, `RunEvent` is what the
 * scheduler decided, `Outcome` is how an attempt ended. All are closed unions of plain JSON values:
 * the journal, the screen, the reports and the callbacks read the same events.
 *
 * Times (`at`, `until`, …) are milliseconds since the epoch.
 */
import type { RunSettings } from "../plan/settings.ts";

/** How one attempt ended. */
export type Outcome =
  | { readonly kind: "succeeded" }
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "timed_out"; readonly afterMs: number }
  | { readonly kind: "out_of_memory"; readonly peakMb: number; readonly limitMb: number }
  | { readonly kind: "http_failed"; readonly failure: HttpFailure }
  | { readonly kind: "not_started"; readonly why: NotStarted }
  | { readonly kind: "cancelled" }
  | { readonly kind: "lost" };

/** Why an HTTP attempt failed. */
export type HttpFailure =
  | { readonly reason: "status"; readonly status: number; readonly expected: readonly number[] }
  | { readonly reason: "unreachable"; readonly cause: string }
  | { readonly reason: "certificate"; readonly cause: string }
  | { readonly reason: "connection_lost"; readonly cause: string }
  | { readonly reason: "no_connection"; readonly afterMs: number }
  | { readonly reason: "no_response"; readonly afterMs: number }
  | { readonly reason: "stalled"; readonly afterMs: number }
  | { readonly reason: "unfinished"; readonly afterMs: number }
  | { readonly reason: "too_many_redirects"; readonly limit: number }
  | { readonly reason: "redirect_scheme"; readonly url: string }
  | { readonly reason: "redirect_body"; readonly url: string }
  | { readonly reason: "body_too_large"; readonly limitBytes: number };

/** Why an attempt could not be started at all. */
export type NotStarted =
  | { readonly reason: "script_missing"; readonly path: string }
  | { readonly reason: "working_directory_missing"; readonly path: string }
  | { readonly reason: "interpreter_missing"; readonly program: string }
  | { readonly reason: "variable_missing"; readonly name: string; readonly where: string }
  | { readonly reason: "url_invalid"; readonly url: string }
  | { readonly reason: "request_invalid"; readonly cause: string }
  | { readonly reason: "permission_denied"; readonly flag: string }
  /** Deno starts no program with such a variable, unless orch may run all programs. */
  | { readonly reason: "linker_variable"; readonly name: string }
  | { readonly reason: "spawn_failed"; readonly cause: string };

/** What one attempt used, where it could be measured. */
export interface Usage {
  readonly peakMemoryMb: number | null;
  readonly cpuSeconds: number | null;
}

/** How the process of an attempt was held, and what became of it. */
export interface ProcessFacts {
  /** What its descendants cannot leave: a control group, a process group, or nothing. */
  readonly containment: "cgroup" | "process_group" | "direct";
  /** What enforced `max_memory_mb`, where it was asked for. */
  readonly memoryLimit?: "cgroup" | "sampled" | "none";
  /** What enforced `max_cpu_percent`, where it was asked for. */
  readonly cpuLimit?: "cgroup" | "nice" | "none";
  /** Whether its output was cut in the middle. */
  readonly truncated?: true;
  /** Whether its output, or a part of it, is lost: its files could not be opened, or had no room. */
  readonly logLost?: true;
  /** Processes that not even KILL could end. */
  readonly unkillable?: readonly number[];
}

/** What a plugin's attempt hands on: names to plain values. */
export type Outputs = Readonly<Record<string, string | number | boolean>>;

/** What an HTTP attempt is remembered by. */
export interface HttpFacts {
  readonly status: number;
  readonly firstByteMs: number;
  readonly bodyBytes: number;
}

/** Why a run is being stopped, weakest first: a stronger reason replaces a weaker one. */
export type StopReason = "fail_fast" | "interrupt" | "terminate" | "hangup" | "kill";

/** Why a job never ran. */
export type SkipReason =
  | { readonly kind: "dependency"; readonly dependency: string; readonly cause: string }
  | { readonly kind: "skip_if_failed"; readonly jobId: string }
  | { readonly kind: "branch"; readonly branch: string | null; readonly wanted: readonly string[] };

/** What the outside tells the scheduler. */
export type Input =
  | {
    readonly type: "run_requested";
    readonly runId: string;
    readonly settings: RunSettings;
    /** Jobs whose work is taken as done, since the record of it is lost. */
    readonly assumed?: readonly string[];
    readonly at: number;
  }
  | ReopenRequest
  | AttemptReport
  | { readonly type: "time_reached"; readonly at: number }
  /** orch and its jobs stood still (Ctrl-Z) until now. */
  | { readonly type: "pause_ended"; readonly pausedMs: number; readonly at: number }
  | { readonly type: "stop_requested"; readonly reason: StopReason; readonly at: number };

/** The end of an attempt, reported exactly once for each. */
export interface AttemptReport {
  readonly type: "attempt_reported";
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly usage?: Usage;
  readonly process?: ProcessFacts;
  readonly http?: HttpFacts;
  readonly outputs?: Outputs;
  readonly endedAt?: number;
  readonly at: number;
}

/** What a report says of the end of an attempt. */
export type ReportedEnd = Omit<AttemptReport, "type" | "at">;

/** An orch goes on with a run that another began. Every live attempt is in one of its three lists. */
export interface ReopenRequest {
  readonly type: "reopen_requested";
  readonly settings: RunSettings;
  /** The number of the plan file that holds from now on. */
  readonly plan: number;
  /** When the run was last heard of. */
  readonly downSince: number;
  /** Jobs whose live attempt is lost and does not count. */
  readonly lost: readonly string[];
  /** Jobs that are put back, whatever became of them. */
  readonly reset: readonly string[];
  /** Jobs that were stopped, and whose work is taken as done. */
  readonly assumed: readonly string[];
  /** How the other live attempts ended meanwhile. */
  readonly ends: readonly ReportedEnd[];
  /** The reason for which the run was about to end, if that still holds. */
  readonly stop: "fail_fast" | null;
  readonly at: number;
}

/** What was decided. The journal, the views and the callbacks see these and nothing else. */
export type RunEvent =
  | {
    readonly type: "run_started";
    readonly runId: string;
    readonly workflow: string;
    readonly jobs: number;
    readonly settings: RunSettings;
    readonly at: number;
  }
  | {
    readonly type: "job_queued";
    readonly jobId: string;
    readonly attempt: number;
    readonly at: number;
  }
  | {
    readonly type: "job_started";
    readonly jobId: string;
    readonly attempt: number;
    readonly deadline: number | null;
    readonly at: number;
  }
  | {
    readonly type: "job_stopping";
    readonly jobId: string;
    readonly attempt: number;
    readonly why: StopCause;
    readonly force: boolean;
    readonly forceAt: number | null;
    readonly at: number;
  }
  | {
    readonly type: "job_retrying";
    readonly jobId: string;
    readonly attempt: number;
    readonly outcome: Outcome;
    readonly until: number;
    readonly at: number;
  } & AttemptFacts
  | {
    readonly type: "job_completed";
    readonly jobId: string;
    readonly attempt: number;
    readonly at: number;
  } & AttemptFacts
  | {
    readonly type: "job_failed";
    readonly jobId: string;
    readonly attempt: number;
    readonly outcome: Outcome;
    readonly at: number;
  } & AttemptFacts
  | {
    readonly type: "job_cancelled";
    readonly jobId: string;
    readonly attempt: number;
    readonly at: number;
  } & AttemptFacts
  | {
    readonly type: "job_skipped";
    readonly jobId: string;
    readonly reason: SkipReason;
    readonly at: number;
  }
  | { readonly type: "run_stopping"; readonly reason: StopReason; readonly at: number }
  | RunResumed
  | { readonly type: "pause_ended"; readonly pausedMs: number; readonly at: number }
  | { readonly type: "run_finished"; readonly status: RunStatus; readonly at: number };

/** What happens to one job. */
export type JobEvent = Extract<RunEvent, { jobId: string }>;

/** The run goes on under another orch: see `reopen.ts`. */
export interface RunResumed {
  readonly type: "run_resumed";
  readonly settings: RunSettings;
  readonly plan: number;
  readonly downSince: number;
  readonly lost: readonly string[];
  readonly reset: readonly string[];
  /** There where there are any. */
  readonly assumed?: readonly string[];
  readonly at: number;
}

/** Measurements that travel with the end of an attempt, where there are any. */
export interface AttemptFacts {
  readonly usage?: Usage;
  readonly process?: ProcessFacts;
  readonly http?: HttpFacts;
  readonly outputs?: Outputs;
  /** When it ended, where that was long before it was known. */
  readonly endedAt?: number;
}

/** The measurements among the fields of `from`. */
export function attemptFacts(
  { usage, process, http, outputs, endedAt }: AttemptFacts,
): AttemptFacts {
  return {
    ...(usage && { usage }),
    ...(process && { process }),
    ...(http && { http }),
    ...(outputs && { outputs }),
    ...(endedAt !== undefined && { endedAt }),
  };
}

/** Why an attempt is being stopped. */
export type StopCause = "timeout" | "run_stopping";

/** How a run ended. */
export type RunStatus = "completed" | "failed" | "cancelled";

/** The public status of a job, in results, reports and callbacks. */
export type JobStatus = "pending" | "running" | "success" | "failed" | "cancelled" | "skipped";
