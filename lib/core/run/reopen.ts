/**
 * How a run goes on under another orch, as a fold: what `run_resumed` does to the state. The attempts
 * that were live are over, each one way: lost (it never counts), void (its job is put back or taken as done), or left
 * live for the report of its end that follows in the same turn. Jobs that are put back wait for their
 * needs again; what they had to wait for is counted anew for all, since the plan may be another. Which
 * jobs these are is decided in `resume.ts`.
 */
import { successorsOf } from "../base/graph.ts";
import type { RunResumed } from "./event.ts";
import { isLive, type JobState, liveAttempt, move, recordAttempt, type RunState } from "./state.ts";

/** Folds `run_resumed` into the state, in O(V + E). Jobs that the plan does not hold are left out. */
export function reopen(state: RunState, event: RunResumed): void {
  state.settings = event.settings;
  state.idleMs += Math.max(0, event.at - event.downSince);
  state.status = null;
  state.finishedAt = null;
  state.stopReason = null;
  state.forced = false;
  const { indexOf } = state.plan;
  for (const id of event.lost) {
    const job = indexOf.get(id);
    if (job !== undefined) lose(state, job, event);
  }
  for (const id of event.reset) {
    const job = indexOf.get(id);
    if (job !== undefined) putBack(state, job, event);
  }
  for (const id of event.assumed ?? []) {
    const job = indexOf.get(id);
    if (job !== undefined) assumeDone(state, job, event);
  }
  countUnmet(state);
}

const WAITING: JobState = { phase: "waiting", unmet: 0 };

function lose(state: RunState, job: number, event: RunResumed): void {
  endLive(state, job, { event, outcome: "lost" });
  state.forgiven.set(job, (state.forgiven.get(job) ?? 0) + 1);
  move(state, job, WAITING);
}

/** The job begins as if for the first time; only the numbers of its attempts go on. */
function putBack(state: RunState, job: number, event: RunResumed): void {
  if (isLive(state.jobs[job]!)) endLive(state, job, { event, outcome: "cancelled" });
  const attempts = state.attempts[job]?.length ?? 0;
  if (attempts > 0) state.forgiven.set(job, attempts);
  move(state, job, WAITING);
}

/** The user says that it did its work before it was stopped. */
function assumeDone(state: RunState, job: number, event: RunResumed): void {
  if (isLive(state.jobs[job]!)) endLive(state, job, { event, outcome: "cancelled" });
  move(state, job, { phase: "settled", status: "success", at: event.at });
}

/** Nobody saw when it ended: at the latest, as far as is known, when the run was last heard of. */
function endLive(
  state: RunState,
  job: number,
  { event, outcome }: { readonly event: RunResumed; readonly outcome: "lost" | "cancelled" },
): void {
  const { attempt, since } = liveAttempt(state, job);
  const endedAt = Math.max(since, event.downSince);
  recordAttempt(state, job, { attempt, at: event.at, endedAt }, { kind: outcome });
}

/** Counts for each job that has not begun how many it still waits for. */
function countUnmet(state: RunState): void {
  const { jobs, plan: { dependents } } = state;
  const unmet = new Int32Array(jobs.length);
  jobs.forEach((job, i) => {
    if (job.phase === "settled") return;
    for (const dependent of successorsOf(dependents, i)) unmet[dependent]! += 1;
  });
  jobs.forEach((job, i) => {
    const open = unmet[i]!;
    const isReady = job.phase === "queued" || job.phase === "backing_off";
    if (job.phase === "waiting" || (isReady && open > 0)) {
      move(state, i, { phase: "waiting", unmet: open });
    }
  });
}
