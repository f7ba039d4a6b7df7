/** The results file: a run as JSON, schema `orch.results/v1`. */
import type { RunEvent } from "../../core/run/event.ts";
import type { AttemptRecord, JobState, RunState } from "../../core/run/state.ts";
import type { Job } from "../../core/workflow/workflow.ts";
import { isLive } from "../../core/run/state.ts";
import { wallOf } from "../../core/run/summary.ts";
import type { JobStatus, Outcome } from "../../core/run/event.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import type { EventResult, JobResult, Results } from "./results_shape.ts";

/** What the report takes from outside the state. */
export interface ResultsOptions {
  readonly file: string;
  readonly events: readonly RunEvent[];
  /** The ends of a job's output, at most 64 KiB each, and where all of it is. */
  outputOf(
    jobId: string,
  ): { readonly stdout: string; readonly stderr: string; readonly logPath: string | null };
}

/** The whole results document. */
export function resultsDocument(state: RunState, options: ResultsOptions): Results {
  const { workflow } = state.plan;
  const { success, failed, cancelled, skipped } = state.counts;
  return {
    schema: "orch.results/v1",
    execution_id: state.runId,
    workflow: { name: workflow.name, version: workflow.version, file: options.file },
    status: state.status,
    start_time: timeText(state.startedAt),
    end_time: timeText(state.finishedAt),
    duration_seconds: secondsBetween(0, wallOf(state)),
    counts: { success, failed, cancelled, skipped },
    jobs: Object.fromEntries(
      state.plan.jobs.map((job, i) => [job.id, jobResult(state, i, job, options)]),
    ),
    events: options.events.map(eventResult),
  };
}

function jobResult(state: RunState, index: number, job: Job, options: ResultsOptions): JobResult {
  const settled = state.jobs[index]!;
  const attempts = state.attempts[index] ?? [];
  const last = attempts.at(-1);
  const started = attempts[0]?.startedAt ?? null;
  const ended = last?.endedAt ?? null;
  const { stdout, stderr, logPath } = options.outputOf(job.id);
  return {
    id: job.id,
    name: job.name,
    status: publicStatus(settled),
    attempts: attempts.length,
    start_time: timeText(started),
    end_time: timeText(ended),
    duration_seconds: secondsBetween(started, ended),
    exit_code: exitCode(last),
    signal: last?.outcome.kind === "signaled" ? last.outcome.signal : null,
    error_message: settled.phase === "settled" && settled.status === "failed"
      ? outcomeText(settled.outcome)
      : null,
    reason: settled.phase === "settled" && settled.status === "skipped"
      ? skipText(settled.reason)
      : null,
    stdout,
    stderr,
    log_path: logPath,
    max_memory_mb: last?.usage?.peakMemoryMb ?? null,
    cpu_seconds: last?.usage?.cpuSeconds ?? null,
    ...(last?.http && {
      http: {
        status: last.http.status,
        first_byte_seconds: last.http.firstByteMs / 1000,
        body_bytes: last.http.bodyBytes,
      },
    }),
    ...(last?.outputs && { outputs: last.outputs }),
    tags: job.tags,
  };
}

/** The state of a job in the user's words. */
export function publicStatus(job: JobState): JobStatus {
  if (job.phase === "settled") return job.status;
  return isLive(job) ? "running" : "pending";
}

function exitCode(last: AttemptRecord | undefined): number | null {
  const outcome: Outcome | undefined = last?.outcome;
  if (outcome?.kind === "succeeded") return 0;
  return outcome?.kind === "exited" ? outcome.code : null;
}

/** An event for programs. */
export function eventResult(event: RunEvent): EventResult {
  const { type, at, ...rest } = event;
  const { jobId, ...details } = "jobId" in rest ? rest : { ...rest, jobId: null };
  return {
    timestamp: timeText(at),
    event_type: type,
    job_id: jobId,
    details: snakeCased(details) as EventResult["details"],
  };
}

/** What an event stream says of trouble that the run outlives. */
export function noticeJson(message: string, at: number): EventResult {
  return { timestamp: timeText(at), event_type: "notice", job_id: null, details: { message } };
}

/** What an event stream has in the place of events that nobody read in time. */
export function lostEventsJson(count: number, at: number): EventResult {
  return { timestamp: timeText(at), event_type: "events_lost", job_id: null, details: { count } };
}

/** A value with the names of its facts as the results have them: `afterMs` becomes `after_ms`. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeCased(inner),
  ]);
  return Object.fromEntries(entries);
}

/** A time for programs. */
export function timeText<At extends number | null>(at: At): TimeOf<At> {
  return (at === null ? null : new Date(at).toISOString()) as TimeOf<At>;
}

type TimeOf<At> = At extends null ? null : string;

/** A duration for programs, to the millisecond. */
export function secondsBetween(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Number(((to - from) / 1000).toFixed(3));
}
