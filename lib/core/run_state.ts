/**
 * The state of a run as a fold over its events: `apply` is the only writer. The live screen, the
 * history, the reports and the scheduler all read this.
 *
 *  waiting ──needs settled──▶ queued ──slot + resources──▶ running ──▶ settled(success | failed)
 *     │                         ▲                          │   │
 *     │                         └──until── backing_off ◀───┘   │ deadline passed, or run stopping
 *     │                                       ▲ retry left     ▼
 *     │                                       └───────────  stopping ──▶ settled(failed | cancelled)
 *     └─ need failed, or condition says no ──▶ settled(skipped)
 *  waiting, queued, backing_off ──run stopping──▶ settled(cancelled)
 */
// @ts-types="../types/std_binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import {
  type AttemptFacts,
  attemptFacts,
  Bug,
  type Outcome,
  type RunEvent,
  type RunSettings,
  type RunStatus,
  type SkipReason,
  type StopCause,
  type StopReason,
  unreachable,
} from "./event.ts";
import type { Plan } from "./plan.ts";
import { ReadySet } from "./ready_set.ts";
import { exactlySummable, type Free } from "./resources.ts";

/** Where a job stands. */
export type JobState =
  | { readonly phase: "waiting"; readonly unmet: number }
  | { readonly phase: "queued"; readonly attempt: number; readonly since: number }
  | RunningState
  | StoppingState
  | {
    readonly phase: "backing_off";
    readonly attempt: number;
    readonly until: number;
    readonly outcome: Outcome;
  }
  | { readonly phase: "settled"; readonly status: "success" | "cancelled"; readonly at: number }
  | {
    readonly phase: "settled";
    readonly status: "failed";
    readonly at: number;
    readonly outcome: Outcome;
  }
  | {
    readonly phase: "settled";
    readonly status: "skipped";
    readonly at: number;
    readonly reason: SkipReason;
  };

/** An attempt that runs. */
export interface RunningState {
  readonly phase: "running";
  readonly attempt: number;
  readonly since: number;
  readonly deadline: number | null;
}

/** An attempt that was asked to end. */
export interface StoppingState {
  readonly phase: "stopping";
  readonly attempt: number;
  readonly since: number;
  readonly why: StopCause;
  /** Whether it was killed already. */
  readonly force: boolean;
  /** When it will be killed; `null` once it was. */
  readonly forceAt: number | null;
}

/** How a job stands once nothing more happens to it. */
export type SettledStatus = Extract<JobState, { phase: "settled" }>["status"];

/** One ended attempt. */
export interface AttemptRecord extends AttemptFacts {
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

/** A moment at which a job's state changes unless something happens before. */
interface Alarm {
  readonly at: number;
  readonly job: number;
  readonly state: JobState;
}

/** How many jobs stand where; `running` includes those being stopped. */
export type PhaseCounts = Record<
  "waiting" | "queued" | "running" | "backing_off" | SettledStatus,
  number
>;

/** A run, folded. Read it; only `apply` changes it. */
export interface RunState {
  readonly plan: Plan;
  runId: string | null;
  settings: RunSettings | null;
  startedAt: number | null;
  finishedAt: number | null;
  status: RunStatus | null;
  /** Why the run is being stopped; the strongest reason but `kill`, which is `forced`. */
  stopReason: Exclude<StopReason, "kill"> | null;
  forced: boolean;
  readonly jobs: JobState[];
  /** The ended attempts of each job, oldest first; `undefined` where there are none. */
  readonly attempts: (AttemptRecord[] | undefined)[];
  readonly counts: PhaseCounts;
  /** What running jobs have reserved. */
  readonly reserved: { memoryMb: number; cpuPercent: number };
  /** The ready jobs, by rank. */
  readonly ready: ReadySet;
  /** `max_concurrent_jobs` of running jobs: how many run with each cap. */
  readonly caps: Map<number, number>;
  /** How often a ready job was passed over because it did not fit, by rank. */
  readonly bypassed: Map<number, number>;
  readonly alarms: BinaryHeap<Alarm>;
}

/** A run of `plan` to which nothing has happened yet. */
export function initialState(plan: Plan): RunState {
  return {
    plan,
    runId: null,
    settings: null,
    startedAt: null,
    finishedAt: null,
    status: null,
    stopReason: null,
    forced: false,
    jobs: Array.from(plan.unmet, (unmet) => ({ phase: "waiting", unmet })),
    attempts: new Array(plan.jobs.length),
    counts: {
      waiting: plan.jobs.length,
      queued: 0,
      running: 0,
      backing_off: 0,
      success: 0,
      failed: 0,
      cancelled: 0,
      skipped: 0,
    },
    reserved: { memoryMb: 0, cpuPercent: 0 },
    ready: new ReadySet(plan.jobs.length),
    caps: new Map(),
    bypassed: new Map(),
    alarms: new BinaryHeap<Alarm>((a, b) => a.at - b.at || a.job - b.job),
  };
}

/** The number of the job called `id`. Throws a `Bug` where there is none. */
export function jobIndex(state: RunState, id: string): number {
  const index = state.plan.indexOf.get(id);
  if (index === undefined) throw new Bug(`an event names the unknown job '${id}'`);
  return index;
}

/** Folds one event into the state. Throws a `Bug` for an event that cannot follow what happened before. */
export function apply(state: RunState, event: RunEvent): void {
  if (state.status !== null) throw new Bug(`${event.type} after the end of the run`);
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
    case "run_resumed":
      return postpone(state, event.pausedMs);
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
  const later = (at: number | null) => at === null ? null : at + milliseconds;
  state.jobs.forEach((job, i) => {
    if (job.phase === "running") move(state, i, { ...job, deadline: later(job.deadline) });
    else if (job.phase === "stopping") move(state, i, { ...job, forceAt: later(job.forceAt) });
  });
}

type JobEvent = Extract<RunEvent, { jobId: string }>;

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

/** Whether an attempt is on its way: the job holds a slot. */
export function isLive(job: JobState): job is RunningState | StoppingState {
  return job.phase === "running" || job.phase === "stopping";
}

function liveAttempt(state: RunState, job: number): RunningState | StoppingState {
  const current = state.jobs[job]!;
  if (!isLive(current)) throw new Bug(`job '${state.plan.jobs[job]!.id}' has no live attempt`);
  return current;
}

function recordAttempt(
  state: RunState,
  job: number,
  event: AttemptFacts & { readonly attempt: number; readonly at: number },
  outcome: Outcome,
): void {
  const { attempt, since: startedAt } = liveAttempt(state, job);
  if (attempt !== event.attempt) {
    throw new Bug(`attempt ${event.attempt} ended while ${attempt} was live`);
  }
  (state.attempts[job] ??= []).push({
    attempt,
    startedAt,
    endedAt: event.at,
    outcome,
    ...attemptFacts(event),
  });
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

/** Takes a job from one phase to the next, with its place in the ready set, the counts and the resources. */
function move(state: RunState, job: number, next: JobState): void {
  const current = state.jobs[job]!;
  const rank = state.plan.rank[job]!;
  if (current.phase === "queued") state.ready.remove(rank);
  if (isLive(current) && !isLive(next)) reserve(state, job, -1);
  if (isLive(next) && !isLive(current)) reserve(state, job, 1);
  if (next.phase === "queued") state.ready.add(rank, state.plan.demands[job]!);
  state.counts[countedAs(current)]--;
  state.counts[countedAs(next)]++;
  state.jobs[job] = next;
  const at = alarmOf(next);
  if (at !== null) state.alarms.push({ at, job, state: next });
}

function countedAs(job: JobState): keyof PhaseCounts {
  if (job.phase === "settled") return job.status;
  return job.phase === "stopping" ? "running" : job.phase;
}

function reserve(state: RunState, job: number, sign: 1 | -1): void {
  const { memoryMb, cpuPercent, maxConcurrent } = state.plan.demands[job]!;
  state.reserved.memoryMb += sign * memoryMb;
  state.reserved.cpuPercent += sign * cpuPercent;
  if (maxConcurrent === Infinity) return;
  const count = (state.caps.get(maxConcurrent) ?? 0) + sign;
  if (count === 0) state.caps.delete(maxConcurrent);
  else state.caps.set(maxConcurrent, count);
}

/** A job that starts while an earlier one waits has passed it over. */
function countBypass(state: RunState, rank: number): void {
  const first = state.ready.first();
  state.bypassed.delete(rank);
  if (first !== rank) state.bypassed.set(first, (state.bypassed.get(first) ?? 0) + 1);
}

function alarmOf(job: JobState): number | null {
  switch (job.phase) {
    case "running":
      return job.deadline;
    case "stopping":
      return job.forceAt;
    case "backing_off":
      return job.until;
    default:
      return null;
  }
}

/** Whether the run is being stopped: nothing starts any more. */
export function isStopping(state: RunState): boolean {
  return state.forced || state.stopReason !== null;
}

/** What the running jobs leave to the next one. Only after `run_started`. */
export function freeResources(state: RunState): Free {
  const { memoryMb, cpuPercent } = state.settings!;
  return {
    running: state.counts.running,
    memoryMb: exactlySummable(memoryMb ?? Infinity) - state.reserved.memoryMb,
    cpuPercent: exactlySummable(cpuPercent ?? Infinity) - state.reserved.cpuPercent,
  };
}

/** How many jobs may run now: the run's concurrency, or less where a running job asks for it. */
export function slotLimit(state: RunState): number {
  let limit = state.settings!.concurrency;
  for (const cap of state.caps.keys()) limit = Math.min(limit, cap);
  return limit;
}

/** When `step` must next be told the time; `null` where nothing waits for it. */
export function nextWakeup(state: RunState): number | null {
  for (;;) {
    const next = state.alarms.peek();
    if (next === undefined) return null;
    if (state.jobs[next.job] === next.state) return next.at;
    state.alarms.pop();
  }
}

/** The first job whose moment has come at `now`, or -1. Its state must change before the next call. */
export function nextDue(state: RunState, now: number): number {
  const at = nextWakeup(state);
  return at !== null && at <= now ? state.alarms.peek()!.job : -1;
}
