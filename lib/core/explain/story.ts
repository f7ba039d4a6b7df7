/**
 * Why a job ran, was skipped, waited, or was tried again: the story of one job, told from the plan and
 * the events of its run. The events are folded once more, and whenever the job was ready and did not
 * start, the state says what kept it (`wait_tracker.ts`).
 */
import { apply } from "../run/apply.ts";
import type {
  JobEvent,
  Outcome,
  RunEvent,
  RunResumed,
  SkipReason,
  StopReason,
} from "../run/event.ts";
import { isOfPlan } from "../run/apply.ts";
import type { Plan } from "../plan/plan.ts";
import { isRetryable } from "../run/retry.ts";
import { initialState, isStopping, type JobState, type RunState } from "../run/state.ts";
import { type RoomReport, WaitTracker } from "./wait_tracker.ts";
import type {
  AttemptStep,
  GaveUp,
  JobStory,
  Need,
  NeedsStep,
  RoomStep,
  WhyStep,
} from "./story_step.ts";

/**
 * Tells the story of the job called `jobId`; `null` where the plan has none. `now` is the time of a run
 * that is still under way, `null` where it is not. O(events · running jobs).
 */
export function explainJob(
  plan: Plan,
  events: readonly RunEvent[],
  { jobId, now }: { readonly jobId: string; readonly now: number | null },
): JobStory | null {
  const job = plan.indexOf.get(jobId);
  if (job === undefined) return null;
  const builder = new StoryBuilder(plan, job);
  for (const event of events) {
    if (isOfPlan(plan, event)) builder.add(event);
  }
  return builder.story(now);
}

type Lasting = NeedsStep | RoomStep | AttemptStep;
type StepOf<K extends Lasting["kind"]> = Extract<Lasting, { kind: K }>;

/** Folds a run and notes what happens to one job. */
class StoryBuilder {
  readonly #job: number;
  readonly #state: RunState;
  readonly #room: WaitTracker;
  readonly #steps: WhyStep[] = [];
  /** When each job settled, by number. */
  readonly #settledAt = new Map<number, number>();
  #stop: { readonly reason: StopReason; readonly failed: string | null } | null = null;
  #lastFailed: string | null = null;

  constructor(plan: Plan, job: number) {
    this.#job = job;
    this.#state = initialState(plan);
    this.#room = new WaitTracker(this.#state, job);
  }

  add(event: RunEvent): void {
    this.#room.pass(event.at - idleBefore(event));
    this.#room.skip(event.at);
    apply(this.#state, event);
    this.#room.note(event);
    if ("jobId" in event) this.#takeJob(event);
    else this.#takeRun(event);
  }

  story(now: number | null): JobStory {
    if (now !== null) this.#room.pass(now);
    const waiting = this.#open("needs");
    if (waiting !== null) this.#fillNeeds(waiting);
    const ready = this.#open("room");
    if (ready !== null) ready.report = this.#room.report();
    const { plan, startedAt, jobs } = this.#state;
    return {
      jobId: plan.jobs[this.#job]!.id,
      startedAt: startedAt ?? 0,
      now: jobs[this.#job]!,
      steps: this.#steps,
    };
  }

  #takeJob(event: JobEvent): void {
    const job = this.#state.plan.indexOf.get(event.jobId)!;
    if (this.#state.jobs[job]!.phase === "settled") this.#settledAt.set(job, event.at);
    if (event.type === "job_failed") this.#lastFailed = event.jobId;
    if (job === this.#job) this.#takeOwn(event);
  }

  #takeRun(event: Exclude<RunEvent, JobEvent>): void {
    switch (event.type) {
      case "run_started":
        this.#beginNeeds(event.at);
        break;
      case "run_stopping":
        if (this.#stop !== null && event.reason === "kill") break;
        this.#stop = {
          reason: event.reason,
          failed: event.reason === "fail_fast" ? this.#lastFailed : null,
        };
        break;
      case "pause_ended":
        if (this.#state.jobs[this.#job]!.phase === "settled") break;
        this.#steps.push({ kind: "paused", from: event.at - event.pausedMs, until: event.at });
        break;
      case "run_resumed":
        this.#takeReopening(event);
        break;
    }
  }

  #takeReopening(event: RunResumed): void {
    const { id } = this.#state.plan.jobs[this.#job]!;
    const effect = event.lost.includes(id)
      ? "lost"
      : event.reset.includes(id)
      ? "reset"
      : event.assumed?.includes(id)
      ? "assumed"
      : "none";
    this.#stop = null;
    if (effect !== "none") this.#endAttempt(event.downSince, this.#lastOutcome());
    const now = this.#state.jobs[this.#job]!;
    if (now.phase !== "settled" || effect !== "none") {
      this.#steps.push({ kind: "down", from: event.downSince, until: event.at, effect });
    }
    if (now.phase !== "waiting" || this.#open("needs") !== null) return;
    this.#endRoom(event.downSince);
    this.#beginNeeds(event.at);
  }

  #takeOwn(event: JobEvent): void {
    const { at } = event;
    switch (event.type) {
      case "job_queued":
        this.#endNeeds(at);
        this.#steps.push({ kind: "room", from: at, until: null, report: NOTHING_SEEN });
        break;
      case "job_started": {
        this.#endRoom(at);
        const { attempt } = event;
        const step = { kind: "attempt", attempt, from: at, until: null } as const;
        this.#steps.push({ ...step, outcome: null, stopped: null });
        break;
      }
      case "job_stopping": {
        const step = this.#open("attempt");
        if (step === null) break;
        step.stopped = { why: event.why, at: step.stopped?.at ?? at, killed: event.force };
        break;
      }
      case "job_retrying":
        this.#endAttempt(at, event.outcome);
        this.#steps.push({
          kind: "backoff",
          attempt: countedAttempts(this.#state, this.#job) + 1,
          most: this.#state.plan.jobs[this.#job]!.retry.maxAttempts,
          from: at,
          until: event.until,
        });
        break;
      case "job_completed":
        this.#endAttempt(at, { kind: "succeeded" });
        break;
      case "job_failed":
        this.#endAttempt(at, event.outcome);
        this.#steps.push({
          kind: "gave_up",
          at,
          why: whyLast(this.#state, this.#job, event.outcome),
        });
        break;
      case "job_cancelled":
        this.#endNeeds(at);
        this.#endRoom(at);
        this.#endAttempt(at, { kind: "cancelled" });
        this.#steps.push({ kind: "cancelled", at, ...this.#stop ?? NO_STOP });
        break;
      case "job_skipped":
        this.#endNeeds(at);
        this.#steps.push({
          kind: "skipped",
          at,
          reason: event.reason,
          ...this.#origin(event.reason),
        });
        break;
    }
  }

  /** The newest step of this kind, if it has not ended. */
  #open<K extends Lasting["kind"]>(kind: K): StepOf<K> | null {
    const step = this.#steps.findLast((one) => one.kind === kind) as StepOf<K> | undefined;
    return step?.until === null ? step : null;
  }

  #beginNeeds(at: number): void {
    this.#steps.push({ kind: "needs", from: at, until: null, needs: [], chain: [] });
  }

  #endNeeds(at: number): void {
    const step = this.#open("needs");
    if (step === null) return;
    step.until = at;
    this.#fillNeeds(step);
    const { settings, jobs, plan } = this.#state;
    const { onlyIfBranch: wanted } = plan.jobs[this.#job]!.conditions;
    if (wanted === null || jobs[this.#job]!.phase !== "queued") return;
    this.#steps.push({ kind: "branch", branch: settings!.branch, wanted });
  }

  #endRoom(at: number): void {
    const step = this.#open("room");
    if (step === null) return;
    step.until = at;
    step.report = this.#room.report();
    // Nothing to tell of a job that started as soon as it was ready.
    if (step.until === step.from) this.#steps.splice(this.#steps.indexOf(step), 1);
  }

  #endAttempt(at: number, outcome: Outcome): void {
    const step = this.#open("attempt");
    if (step === null) return;
    step.until = Math.max(step.from, at);
    step.outcome = outcome;
  }

  #lastOutcome(): Outcome {
    return this.#state.attempts[this.#job]?.at(-1)?.outcome ?? { kind: "lost" };
  }

  #fillNeeds(step: NeedsStep): void {
    step.needs = this.#needsOf(this.#job);
    const chain: string[] = [];
    for (let next = this.#lastNeed(this.#job); next !== null; next = this.#lastNeed(next)) {
      chain.push(this.#state.plan.jobs[next]!.id);
    }
    step.chain = chain.reverse();
  }

  #needsOf(job: number): Need[] {
    const { plan: { jobs, indexOf } } = this.#state;
    const { dependencies, conditions: { skipIfFailed } } = jobs[job]!;
    const soft = skipIfFailed.filter((id) => !dependencies.includes(id));
    return [...dependencies, ...soft].map((jobId, i): Need => {
      const index = indexOf.get(jobId);
      const isSoft = i >= dependencies.length;
      if (index === undefined) return { jobId, soft: isSoft, status: "left_out", at: null };
      const state = this.#state.jobs[index]!;
      const status = state.phase === "settled" ? state.status : "open";
      return { jobId, soft: isSoft, status, at: this.#settledAt.get(index) ?? null };
    });
  }

  /** The job that settled last of those that `job` needs; `null` where it needs none. */
  #lastNeed(job: number): number | null {
    let last: Need | null = null;
    for (const need of this.#needsOf(job)) {
      if (need.at !== null && (last === null || need.at > last.at!)) last = need;
    }
    return last === null ? null : this.#state.plan.indexOf.get(last.jobId)!;
  }

  /** From what was skipped back to what did not succeed first. */
  #origin(reason: SkipReason): { readonly chain: readonly string[]; readonly cause: JobState } {
    const { plan, jobs } = this.#state;
    const chain: string[] = [];
    const seen = new Set<string>();
    let cause = jobs[this.#job]!;
    for (let next: SkipReason | null = reason; next !== null;) {
      const id: string | null = next.kind === "dependency"
        ? next.dependency
        : next.kind === "skip_if_failed"
        ? next.jobId
        : null;
      // A journal that is not ours may lead in a circle, and a workflow that has changed lack the job.
      if (id === null || seen.has(id)) break;
      chain.push(id);
      seen.add(id);
      const index = plan.indexOf.get(id);
      if (index === undefined) break;
      cause = jobs[index]!;
      next = cause.phase === "settled" && cause.status === "skipped" ? cause.reason : null;
    }
    return { chain: chain.reverse(), cause };
  }
}

/** Why the attempt of a job that has just failed for good was its last one. */
export function whyLast(state: RunState, job: number, outcome: Outcome): GaveUp {
  const { action, retry: { maxAttempts: most } } = state.plan.jobs[job]!;
  if (most === 1) return { kind: "once" };
  if (!isRetryable(action, outcome)) return { kind: "not_retried" };
  return isStopping(state) && countedAttempts(state, job) < most
    ? { kind: "stopping" }
    : { kind: "used_up", most };
}

/** The ended attempts of a job, as its retry policy counts. */
export function countedAttempts({ attempts, forgiven }: RunState, job: number): number {
  return (attempts[job]?.length ?? 0) - (forgiven.get(job) ?? 0);
}

const NOTHING_SEEN: RoomReport = { waits: [], earlier: 0, later: 0 };
const NO_STOP = { reason: null, failed: null } as const;

/** Time just before an event in which no orch was at work. */
function idleBefore(event: RunEvent): number {
  switch (event.type) {
    case "pause_ended":
      return event.pausedMs;
    case "run_resumed":
      return Math.max(0, event.at - event.downSince);
    default:
      return 0;
  }
}
