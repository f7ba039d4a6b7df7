/**
 * The scheduler: one function from the state of a run and one input to the events that follow from
 * it. All policy is here, and no time, no processes, no promises. It starts, of the ready jobs, the
 * first in the order of the plan *that fits*; it keeps every slot busy while anything fits; a stopping
 * run starts nothing.
 */
import { apply } from "./apply.ts";
import { branchMatches } from "./branch.ts";
import { unreachable } from "../base/bug.ts";
import {
  attemptFacts,
  type AttemptReport,
  type Input,
  type Outcome,
  type ReopenRequest,
  type ReportedEnd,
  type RunEvent,
  type RunStatus,
  type SkipReason,
  type StopReason,
} from "./event.ts";
import { firstWithoutObstacle } from "./obstacle.ts";
import { isRetryable, retryDelayMs } from "./retry.ts";
import {
  isLive,
  isStopping,
  jobIndex,
  nextDue,
  type RunningState,
  type RunState,
  type StoppingState,
} from "./state.ts";

/**
 * Takes one input and returns what follows from it, in order, already folded into `state`. Inputs come
 * with times that never decrease; a report for an attempt that is not live is ignored.
 */
export function step(state: RunState, input: Input): RunEvent[] {
  const turn = new Turn(state, input.at);
  if (state.status !== null && input.type !== "reopen_requested") return turn.events;
  switch (input.type) {
    case "run_requested":
      begin(turn, input);
      break;
    case "reopen_requested":
      reopenRun(turn, input);
      break;
    case "attempt_reported":
      finishAttempt(turn, input);
      break;
    case "stop_requested":
      stopRun(turn, input.reason);
      break;
    case "pause_ended":
      turn.emit({ type: "pause_ended", pausedMs: input.pausedMs, at: turn.at });
      break;
    case "time_reached":
      break;
    default:
      unreachable(input);
  }
  passTime(turn);
  startWhatFits(turn);
  finishWhenSettled(turn);
  return turn.events;
}

/** One call of `step`: the state, the time, and the events so far. */
class Turn {
  readonly events: RunEvent[] = [];
  constructor(readonly state: RunState, readonly at: number) {}

  emit(event: RunEvent): void {
    apply(this.state, event);
    this.events.push(event);
  }

  idOf(job: number): string {
    return this.state.plan.jobs[job]!.id;
  }
}

function begin(turn: Turn, input: Extract<Input, { type: "run_requested" }>): void {
  const { state, at } = turn;
  const { jobs, workflow } = state.plan;
  const { runId, settings, assumed = [] } = input;
  turn.emit({
    type: "run_started",
    runId,
    workflow: workflow.name,
    jobs: jobs.length,
    settings,
    at,
  });
  if (assumed.length > 0) {
    const nothing = { plan: 0, downSince: at, lost: [], reset: [] };
    turn.emit({ type: "run_resumed", settings, ...nothing, assumed, at });
  }
  openUp(turn);
}

/** Goes on where another orch left off, perhaps in the middle of writing down what follows from what. */
function reopenRun(turn: Turn, request: ReopenRequest): void {
  const { settings, plan, downSince, lost, reset, assumed, ends, stop } = request;
  turn.emit({
    ...{ type: "run_resumed", settings, plan, downSince, lost, reset, at: turn.at },
    ...(assumed.length > 0 && { assumed }),
  });
  const settled = ends.map((end) => endAttempt(turn, end));
  if (stop !== null) stopRun(turn, stop);
  for (const job of settled) stopAtFailure(turn, job);
  openUp(turn);
}

/** Skips what the branch and what has settled rule out, and queues what then waits for nothing. */
function openUp(turn: Turn): void {
  const { state } = turn;
  const { branch } = state.settings!;
  state.plan.jobs.forEach(({ conditions: { onlyIfBranch: wanted } }, i) => {
    if (state.jobs[i]!.phase === "waiting" && wanted !== null && !branchMatches(branch, wanted)) {
      skip(turn, i, { kind: "branch", branch, wanted });
    }
    const job = state.jobs[i]!;
    if (job.phase === "settled" && job.status !== "success") skipDependents(turn, i);
  });
  state.jobs.forEach((job, i) => {
    if (job.phase === "waiting" && job.unmet === 0) queue(turn, i, nextAttempt(turn, i));
  });
}

function queue(turn: Turn, job: number, attempt: number): void {
  turn.emit({ type: "job_queued", jobId: turn.idOf(job), attempt, at: turn.at });
}

function skip(turn: Turn, job: number, reason: SkipReason): void {
  turn.emit({ type: "job_skipped", jobId: turn.idOf(job), reason, at: turn.at });
}

/** Queues or skips what waited for `settled`. */
function releaseDependents(turn: Turn, settled: number): void {
  for (const job of skipDependents(turn, settled)) {
    const waiting = turn.state.jobs[job]!;
    if (waiting.phase === "waiting" && waiting.unmet === 0) {
      queue(turn, job, nextAttempt(turn, job));
    }
  }
}

/**
 * Skips what can no longer run because `settled` did not succeed, and what waited for that, and so on.
 * Returns the jobs that are nearer to running: whether they are ready shows only after all skips.
 */
function skipDependents(turn: Turn, settled: number): number[] {
  const { state } = turn;
  const { start, to } = state.plan.dependents;
  const worklist = [settled];
  const nearer: number[] = [];
  for (let read = 0; read < worklist.length; read++) {
    const job = worklist[read]!;
    for (let edge = start[job]!; edge < start[job + 1]!; edge++) {
      const dependent = to[edge]!;
      if (state.jobs[dependent]!.phase !== "waiting") continue;
      const reason = reasonToSkip(turn, job, edge);
      if (reason === null) {
        nearer.push(dependent);
      } else {
        skip(turn, dependent, reason);
        worklist.push(dependent);
      }
    }
  }
  return nearer;
}

/** Why the job at the end of `edge` cannot run, now that `settled` at its start has settled. */
function reasonToSkip(turn: Turn, settled: number, edge: number): SkipReason | null {
  const job = turn.state.jobs[settled]!;
  if (job.phase !== "settled" || job.status === "success") return null;
  const id = turn.idOf(settled);
  if (turn.state.plan.dependents.soft[edge] === 1) {
    return job.status === "skipped" ? null : { kind: "skip_if_failed", jobId: id };
  }
  return {
    kind: "dependency",
    dependency: id,
    cause: job.status === "skipped" ? causeOf(job.reason, id) : id,
  };
}

function causeOf(reason: SkipReason, skipped: string): string {
  switch (reason.kind) {
    case "dependency":
      return reason.cause;
    case "skip_if_failed":
      return reason.jobId;
    case "branch":
      return skipped;
    default:
      return unreachable(reason);
  }
}

function finishAttempt(turn: Turn, report: AttemptReport): void {
  const settled = endAttempt(turn, report);
  if (settled < 0) return;
  stopAtFailure(turn, settled);
  releaseDependents(turn, settled);
}

/** Ends a live attempt. Returns its job if that has settled, else -1. */
function endAttempt(turn: Turn, report: ReportedEnd): number {
  const { state, at } = turn;
  const index = jobIndex(state, report.jobId);
  const job = state.jobs[index]!;
  if (!isLive(job) || job.attempt !== report.attempt) return -1;

  const { jobId, attempt } = report;
  const facts = attemptFacts(report);
  const outcome = finalOutcome(turn, index, job, report.outcome);
  if (outcome.kind === "succeeded") {
    turn.emit({ type: "job_completed", jobId, attempt, at, ...facts });
  } else if (outcome.kind === "cancelled") {
    turn.emit({ type: "job_cancelled", jobId, attempt, at, ...facts });
  } else if (mayRetry(turn, index, outcome)) {
    const identity = { seed: state.settings!.seed, jobId, attempt: countedAttempt(turn, index) };
    const until = at + retryDelayMs(state.plan.jobs[index]!.retry, identity);
    turn.emit({ type: "job_retrying", jobId, attempt, outcome, until, at, ...facts });
    return -1;
  } else {
    turn.emit({ type: "job_failed", jobId, attempt, outcome, at, ...facts });
  }
  return index;
}

/** Under `failFast` the first job that fails stops the run. */
function stopAtFailure(turn: Turn, settled: number): void {
  const job = turn.state.jobs[settled];
  if (!turn.state.settings!.failFast || job?.phase !== "settled") return;
  if (job.status === "failed") stopRun(turn, "fail_fast");
}

/** What an attempt that was being stopped died of is ours, whatever its process made of the signal. */
function finalOutcome(
  turn: Turn,
  index: number,
  job: RunningState | StoppingState,
  reported: Outcome,
): Outcome {
  if (job.phase === "running") return reported;
  if (job.why === "run_stopping") return { kind: "cancelled" };
  return { kind: "timed_out", afterMs: turn.state.plan.jobs[index]!.timeoutMs! };
}

function mayRetry(turn: Turn, index: number, outcome: Outcome): boolean {
  const { action, retry } = turn.state.plan.jobs[index]!;
  return !isStopping(turn.state) && countedAttempt(turn, index) < retry.maxAttempts &&
    isRetryable(action, outcome);
}

/** The number of the attempt now live as the retry policy counts. */
function countedAttempt(turn: Turn, index: number): number {
  return nextAttempt(turn, index) - (turn.state.forgiven.get(index) ?? 0);
}

/** Reasons by strength. Signals are equal: the first one names the end of the run. */
const STRENGTH: Readonly<Record<StopReason, number>> = {
  fail_fast: 1,
  interrupt: 2,
  terminate: 2,
  hangup: 2,
  kill: 3,
};

function stopRun(turn: Turn, reason: StopReason): void {
  const { state, at } = turn;
  if (state.forced) return;
  const before = state.stopReason === null ? 0 : STRENGTH[state.stopReason];
  if (STRENGTH[reason] <= before) return;
  turn.emit({ type: "run_stopping", reason, at });
  const force = reason === "kill";
  state.jobs.forEach((job, i) => {
    if (isLive(job)) stopAttempt(turn, i, { why: "run_stopping", force });
    else if (job.phase !== "settled") {
      turn.emit({
        type: "job_cancelled",
        jobId: turn.idOf(i),
        attempt: attemptsBegun(turn, i),
        at,
      });
    }
  });
}

function attemptsBegun(turn: Turn, job: number): number {
  return turn.state.attempts[job]?.length ?? 0;
}

/** The number of the first attempt that is not recorded yet. */
function nextAttempt(turn: Turn, job: number): number {
  return attemptsBegun(turn, job) + 1;
}

/** Asks an attempt to end, or forces it to; nothing where that was done before. */
function stopAttempt(
  turn: Turn,
  index: number,
  { why, force }: { readonly why: StoppingState["why"]; readonly force: boolean },
): void {
  const { at, state } = turn;
  const job = state.jobs[index]!;
  if (!isLive(job) || (job.phase === "stopping" && (job.force || !force))) return;
  const forceAt = force ? null : at + state.settings!.graceMs;
  const cause = job.phase === "stopping" ? job.why : why;
  const { attempt } = job;
  turn.emit({
    type: "job_stopping",
    jobId: turn.idOf(index),
    attempt,
    why: cause,
    force,
    forceAt,
    at,
  });
}

/** Handles every deadline, grace and backoff that has passed. */
function passTime(turn: Turn): void {
  for (;;) {
    const index = nextDue(turn.state, turn.at);
    if (index < 0) return;
    const job = turn.state.jobs[index]!;
    if (job.phase === "backing_off") queue(turn, index, job.attempt);
    else stopAttempt(turn, index, { why: "timeout", force: job.phase === "stopping" });
  }
}

function startWhatFits(turn: Turn): void {
  const { state, at } = turn;
  if (state.settings === null || isStopping(state)) return;
  for (;;) {
    const index = firstWithoutObstacle(state);
    if (index < 0) return;
    const job = state.jobs[index]!;
    const attempt = job.phase === "queued" ? job.attempt : 1;
    const { id, timeoutMs } = state.plan.jobs[index]!;
    const deadline = timeoutMs === null ? null : at + timeoutMs;
    turn.emit({ type: "job_started", jobId: id, attempt, deadline, at });
  }
}

function finishWhenSettled(turn: Turn): void {
  const { counts, plan, startedAt } = turn.state;
  const settled = counts.success + counts.failed + counts.cancelled + counts.skipped;
  if (startedAt === null || settled < plan.jobs.length) return;
  turn.emit({ type: "run_finished", status: verdict(turn.state), at: turn.at });
}

function verdict({ counts, stopReason, forced }: RunState): RunStatus {
  if (forced || (stopReason !== null && stopReason !== "fail_fast")) return "cancelled";
  return counts.failed + counts.cancelled > 0 ? "failed" : "completed";
}
