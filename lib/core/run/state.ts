/**
 * The state of a run, which is a fold over its events: `apply` (in `apply.ts`) is the only writer. The
 * live screen, the history, the reports and the scheduler all read this.
 *
 *  waiting ──needs settled──▶ queued ──slot + resources──▶ running ──▶ settled(success | failed)
 *     │                         ▲                          │   │
 *     │                         └──until── backing_off ◀───┘   │ deadline passed, or run stopping
 *     │                                       ▲ retry left     ▼
 *     │                                       └───────────  stopping ──▶ settled(failed | cancelled)
 *     └─ need failed, or condition says no ──▶ settled(skipped)
 *  waiting, queued, backing_off ──run stopping──▶ settled(cancelled)
 *  anything ──run reopened──▶ waiting
 */
// @ts-types="../../types/std_binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import { Bug } from "../base/bug.ts";
import type { RunSettings } from "../plan/settings.ts";
import {
  type AttemptFacts,
  attemptFacts,
  type Outcome,
  type RunStatus,
  type SkipReason,
  type StopCause,
  type StopReason,
} from "./event.ts";
import type { Plan } from "../plan/plan.ts";
import { ReadySet } from "./ready_set.ts";
import { exactlySummable, type Free } from "../plan/resources.ts";

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

/** A time in which orch and its jobs stood still (Ctrl-Z). */
export interface Pause {
  /** When they went on. */
  readonly endedAt: number;
  readonly ms: number;
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
  /** Milliseconds since its start in which it stood still: no orch lived, or it was paused. */
  idleMs: number;
  status: RunStatus | null;
  /** Why the run is being stopped; the strongest reason but `kill`, which is `forced`. */
  stopReason: Exclude<StopReason, "kill"> | null;
  forced: boolean;
  readonly pauses: Pause[];
  readonly jobs: JobState[];
  /** The ended attempts of each job, oldest first; `undefined` where there are none. */
  readonly attempts: (AttemptRecord[] | undefined)[];
  readonly counts: PhaseCounts;
  /** What running jobs have reserved. */
  readonly reserved: { memoryMb: number; cpuPercent: number };
  /** Attempts of a job that its retry policy does not count: those lost, and those before a reset. */
  readonly forgiven: Map<number, number>;
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
    idleMs: 0,
    status: null,
    stopReason: null,
    forced: false,
    pauses: [],
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
    forgiven: new Map(),
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

/** Whether an attempt is on its way: the job holds a slot. */
export function isLive(job: JobState): job is RunningState | StoppingState {
  return job.phase === "running" || job.phase === "stopping";
}

/** The live attempt of a job. Throws a `Bug` where it has none. */
export function liveAttempt(state: RunState, job: number): RunningState | StoppingState {
  const current = state.jobs[job]!;
  if (!isLive(current)) throw new Bug(`job '${state.plan.jobs[job]!.id}' has no live attempt`);
  return current;
}

/** Adds the end of its live attempt to what is remembered of a job. Only the fold calls this. */
export function recordAttempt(
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

/**
 * Takes a job from one phase to the next, with its place in the ready set, the counts and the
 * resources. Only the fold calls this.
 */
export function move(state: RunState, job: number, next: JobState): void {
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

/** Milliseconds between two moments in which the run did not stand still. */
export function activeMs({ pauses }: Pick<RunState, "pauses">, from: number, to: number): number {
  const stood = ({ endedAt, ms }: Pause) =>
    Math.max(0, Math.min(to, endedAt) - Math.max(from, endedAt - ms));
  return Math.max(0, pauses.reduce((left, pause) => left - stood(pause), to - from));
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
