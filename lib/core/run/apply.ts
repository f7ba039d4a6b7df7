/**
 * The fold of a run: the only place that changes a `RunState`, one event after the other. What may
 * follow what is drawn in `state.ts`.
 */
import { Bug, unreachable } from "../base/bug.ts";
import type { JobEvent, RunEvent } from "./event.ts";
import type { Plan } from "../plan/plan.ts";
import { reopen } from "./reopen.ts";
import {
  initialState,
  isLive,
  jobIndex,
  type JobState,
  liveAttempt,
  move,
  recordAttempt,
  type RunState,
} from "./state.ts";

/**
 * The state of a run of `plan` after `events`. What is about jobs that this plan does not hold, since
 * the workflow has changed, is left out.
 */
export function fold(plan: Plan, events: readonly RunEvent[]): RunState {
  const state = initialState(plan);
  for (const event of events) {
    if (isOfPlan(plan, event)) apply(state, event);
  }
  return state;
}

/** Folds one event into the state. Throws a `Bug` for an event that cannot follow what happened before. */
export function apply(state: RunState, event: RunEvent): void {
  if (state.status !== null && event.type !== "run_resumed") {
    throw new Bug(`${event.type} after the end of the run`);
  }
  switch (event.type) {
    case "run_started":
      if (state.startedAt !== null) throw new Bug("the run started twice");
      state.runId = event.runId;
      state.settings = event.settings;
      state.startedAt = event.at;
      return;
    case "run_stopping":
      if (event.reason === "kill") state.forced = true;
      else state.stopReason = event.reason;
      return;
    case "pause_ended":
      state.pauses.push({ endedAt: event.at, ms: event.pausedMs });
      return postpone(state, event.pausedMs);
    case "run_resumed":
      return reopen(state, event);
    case "run_finished":
      state.status = event.status;
      state.finishedAt = event.at;
      return;
    default:
      return applyToJob(state, jobIndex(state, event.jobId), event);
  }
}

/** Attempts that stood still get the time back; the wait for a next attempt went on. */
function postpone(state: RunState, milliseconds: number): void {
  state.idleMs += milliseconds;
  const later = (at: number | null) => at === null ? null : at + milliseconds;
  state.jobs.forEach((job, i) => {
    if (job.phase === "running") move(state, i, { ...job, deadline: later(job.deadline) });
    else if (job.phase === "stopping") move(state, i, { ...job, forceAt: later(job.forceAt) });
  });
}

/** The phases in which each event can find its job: the arrows of the picture above. */
const COMES_FROM: Readonly<Record<JobEvent["type"], readonly JobState["phase"][]>> = {
  job_queued: ["waiting", "backing_off"],
  job_started: ["queued"],
  job_stopping: ["running", "stopping"],
  job_retrying: ["running", "stopping"],
  job_completed: ["running"],
  job_failed: ["running", "stopping"],
  job_cancelled: ["waiting", "queued", "running", "stopping", "backing_off"],
  job_skipped: ["waiting"],
};

function applyToJob(state: RunState, job: number, event: JobEvent): void {
  const { phase } = state.jobs[job]!;
  if (!COMES_FROM[event.type].includes(phase)) {
    throw new Bug(`${event.type} of the job '${event.jobId}', which is ${phase}`);
  }
  switch (event.type) {
    case "job_queued":
      return move(state, job, { phase: "queued", attempt: event.attempt, since: event.at });
    case "job_started":
      countBypass(state, state.plan.rank[job]!);
      return move(state, job, {
        phase: "running",
        attempt: event.attempt,
        since: event.at,
        deadline: event.deadline,
      });
    case "job_stopping": {
      const { attempt, since } = liveAttempt(state, job);
      const { why, force, forceAt } = event;
      return move(state, job, { phase: "stopping", attempt, since, why, force, forceAt });
    }
    case "job_retrying":
      recordAttempt(state, job, event, event.outcome);
      return move(state, job, {
        phase: "backing_off",
        attempt: event.attempt + 1,
        until: event.until,
        outcome: event.outcome,
      });
    case "job_completed":
      recordAttempt(state, job, event, { kind: "succeeded" });
      return settle(state, job, { phase: "settled", status: "success", at: event.at });
    case "job_failed":
      recordAttempt(state, job, event, event.outcome);
      return settle(state, job, {
        phase: "settled",
        status: "failed",
        at: event.at,
        outcome: event.outcome,
      });
    case "job_cancelled":
      if (isLive(state.jobs[job]!)) recordAttempt(state, job, event, { kind: "cancelled" });
      return settle(state, job, { phase: "settled", status: "cancelled", at: event.at });
    case "job_skipped":
      return settle(state, job, {
        phase: "settled",
        status: "skipped",
        at: event.at,
        reason: event.reason,
      });
    default:
      return unreachable(event);
  }
}

/** Settles a job and takes it off what each dependent waits for. */
function settle(state: RunState, job: number, next: JobState): void {
  move(state, job, next);
  const { start, to } = state.plan.dependents;
  for (let k = start[job]!; k < start[job + 1]!; k++) {
    const dependent = state.jobs[to[k]!]!;
    if (dependent.phase === "waiting") {
      state.jobs[to[k]!] = { phase: "waiting", unmet: dependent.unmet - 1 };
    }
  }
}

/** A job that starts while an earlier one waits has passed it over. */
function countBypass(state: RunState, rank: number): void {
  const first = state.ready.first();
  state.bypassed.delete(rank);
  if (first !== rank) state.bypassed.set(first, (state.bypassed.get(first) ?? 0) + 1);
}

/** Whether an event is about what the plan holds: the workflow may have changed since, and lost the job. */
export function isOfPlan({ indexOf }: Plan, event: RunEvent): boolean {
  return !("jobId" in event) || indexOf.has(event.jobId);
}
