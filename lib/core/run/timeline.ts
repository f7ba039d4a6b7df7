/**
 * When each job of a run was ready, ran and waited for its next attempt: the spans that a timeline
 * draws. Time in which the run stood still is left out.
 */
import type { JobEvent, RunEvent } from "./event.ts";
import type { SettledStatus } from "./state.ts";

/** A piece of a job's time, in milliseconds since the start of the run. */
export interface Span {
  /** Ready but without room, running, or between two attempts. */
  readonly kind: "ready" | "running" | "backoff";
  readonly from: number;
  readonly until: number;
}

/** The time of one job. */
export interface TimelineRow {
  readonly jobId: string;
  /** How it settled; `null` where it has not. */
  readonly status: SettledStatus | null;
  readonly spans: readonly Span[];
}

/** A run in time. */
export interface Timeline {
  /** The jobs that were ready at some time, in the order in which they first were. */
  readonly rows: readonly TimelineRow[];
  readonly lengthMs: number;
}

interface OpenRow {
  readonly jobId: string;
  status: SettledStatus | null;
  readonly spans: Span[];
  open: { readonly kind: Span["kind"]; readonly from: number } | null;
}

/** The timeline of these events; `now` is the time of a run that is still under way, else `null`. O(events). */
export function timelineOf(events: readonly RunEvent[], now: number | null): Timeline {
  const rows = new Map<string, OpenRow>();
  const startedAt = events[0]?.at ?? 0;
  let idle = 0;
  let last = 0;
  for (const event of events) {
    if (event.type === "pause_ended") idle += event.pausedMs;
    if (event.type === "run_resumed") idle += Math.max(0, event.at - event.downSince);
    last = Math.max(last, event.at - startedAt - idle);
    if (event.type === "run_resumed") {
      for (const jobId of [...event.lost, ...event.reset]) {
        change(rows, jobId, null, last);
        Object.assign(rows.get(jobId) ?? {}, { status: null });
      }
    }
    if ("jobId" in event) take(rows, event, last);
  }
  const end = now === null ? last : Math.max(last, now - startedAt - idle);
  for (const { jobId } of rows.values()) change(rows, jobId, null, end);
  return {
    rows: [...rows.values()].map(({ jobId, status, spans }) => ({ jobId, status, spans })),
    lengthMs: end,
  };
}

/** What a job does from an event on; `null` where that is nothing, absent where it goes on. */
const THEN: Readonly<Partial<Record<JobEvent["type"], Span["kind"] | null>>> = {
  job_queued: "ready",
  job_started: "running",
  job_retrying: "backoff",
  job_completed: null,
  job_failed: null,
  job_cancelled: null,
  job_skipped: null,
};

const SETTLED: Readonly<Partial<Record<JobEvent["type"], SettledStatus>>> = {
  job_completed: "success",
  job_failed: "failed",
  job_cancelled: "cancelled",
  job_skipped: "skipped",
};

function take(rows: Map<string, OpenRow>, event: JobEvent, at: number): void {
  const then = THEN[event.type];
  if (then === undefined) return;
  if (then !== null && !rows.has(event.jobId)) {
    rows.set(event.jobId, { jobId: event.jobId, status: null, spans: [], open: null });
  }
  const row = rows.get(event.jobId);
  if (row === undefined) return;
  row.status = SETTLED[event.type] ?? null;
  change(rows, event.jobId, then, at);
}

/** Ends what the job does and begins what it does next. */
function change(
  rows: ReadonlyMap<string, OpenRow>,
  jobId: string,
  then: Span["kind"] | null,
  at: number,
): void {
  const row = rows.get(jobId);
  if (row === undefined) return;
  if (row.open !== null) row.spans.push({ ...row.open, until: at });
  row.open = then === null ? null : { kind: then, from: at };
}
