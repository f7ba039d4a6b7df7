/**
 * What the scheduler decided and by which facts, for those who want to follow it: read from the events
 * alone, by folding them once more, so that watching changes nothing.
 */
import { apply } from "../run/apply.ts";
import type { RunSettings } from "../plan/settings.ts";
import type {
  Outcome,
  RunEvent,
  RunResumed,
  SkipReason,
  StopCause,
  StopReason,
} from "../run/event.ts";
import { isLive, isStopping, jobIndex, type RunState, slotLimit } from "../run/state.ts";
import { countedAttempts, whyLast } from "./story.ts";
import { holdersOf, type ObstacleCause, obstacleOf } from "../run/obstacle.ts";
import type { GaveUp } from "./story_step.ts";

/** Something in the way of a job, with the ids of those to which that is due. */
export interface NamedObstacle {
  readonly cause: ObstacleCause;
  readonly holders: readonly string[];
}

/** One decision. */
export type Decision =
  | {
    readonly kind: "order";
    readonly settings: RunSettings;
    /** All jobs, in the order in which they start when they are ready. */
    readonly jobIds: readonly string[];
  }
  | {
    readonly kind: "ready";
    readonly jobId: string;
    readonly needs: number;
    readonly place: number;
  }
  | { readonly kind: "ready_again"; readonly jobId: string; readonly attempt: number }
  | {
    readonly kind: "start";
    readonly jobId: string;
    readonly attempt: number;
    /** Jobs that run now, this one included, and how many may. */
    readonly running: number;
    readonly limit: number;
    readonly timeoutMs: number | null;
    /** The first of the ready jobs that come earlier and did not fit. */
    readonly passed: (NamedObstacle & { readonly jobId: string }) | null;
  }
  | {
    readonly kind: "hold";
    /** How many are ready, and the first of them. */
    readonly ready: number;
    readonly jobId: string;
    readonly obstacle: NamedObstacle;
  }
  | {
    readonly kind: "retry";
    readonly jobId: string;
    readonly outcome: Outcome;
    /** The attempt to come, as the retry policy counts, and how many there may be. */
    readonly next: number;
    readonly most: number;
    readonly waitMs: number;
  }
  | {
    readonly kind: "give_up";
    readonly jobId: string;
    readonly outcome: Outcome;
    readonly why: GaveUp;
  }
  | { readonly kind: "skip"; readonly jobId: string; readonly reason: SkipReason }
  | {
    readonly kind: "stop";
    readonly jobId: string;
    readonly why: StopCause;
    readonly force: boolean;
    /** Until it is killed; `null` where it is. */
    readonly graceMs: number | null;
  }
  | { readonly kind: "cancel"; readonly jobId: string }
  | { readonly kind: "stop_run"; readonly reason: StopReason }
  | { readonly kind: "reopen"; readonly event: RunResumed };

/** Follows one run. */
export class DecisionLog {
  readonly #state: RunState;
  readonly #live = new Set<number>();

  /** `state` is of the log's own: it is what has happened before, folded. */
  constructor(state: RunState) {
    this.#state = state;
    state.jobs.forEach((job, i) => void (isLive(job) && this.#live.add(i)));
  }

  /** Takes in an event, and tells what was decided with it; `null` where nothing was. */
  add(event: RunEvent): Decision | null {
    const passed = event.type === "job_started" ? this.#passedBy(event.jobId) : null;
    apply(this.#state, event);
    this.#noteLive(event);
    if (event.type === "job_started") {
      const { jobId, attempt, at, deadline } = event;
      const timeoutMs = deadline === null ? null : deadline - at;
      const limit = slotLimit(this.#state);
      return { kind: "start", jobId, attempt, running: this.#live.size, limit, timeoutMs, passed };
    }
    return "jobId" in event ? this.#ofJob(event) : this.#ofRun(event);
  }

  /** Why no more jobs start, once all events of a moment are taken in; `null` where none is ready. */
  held(): Decision | null {
    const state = this.#state;
    if (state.ready.size === 0 || isStopping(state) || state.status !== null) return null;
    const job = state.plan.byRank[state.ready.first()]!;
    const obstacle = this.#obstacle(job);
    if (obstacle === null) return null;
    return { kind: "hold", ready: state.ready.size, jobId: this.#idOf(job), obstacle };
  }

  #ofJob(
    event: Exclude<Extract<RunEvent, { jobId: string }>, { type: "job_started" }>,
  ): Decision | null {
    const { jobId } = event;
    const job = jobIndex(this.#state, jobId);
    const { plan } = this.#state;
    switch (event.type) {
      case "job_queued": {
        const { attempt } = event;
        if (countedAttempts(this.#state, job) > 0) return { kind: "ready_again", jobId, attempt };
        return { kind: "ready", jobId, needs: plan.unmet[job]!, place: plan.rank[job]! + 1 };
      }
      case "job_retrying": {
        const { outcome, until, at } = event;
        const most = plan.jobs[job]!.retry.maxAttempts;
        const next = countedAttempts(this.#state, job) + 1;
        return { kind: "retry", jobId, outcome, next, most, waitMs: until - at };
      }
      case "job_failed": {
        const { outcome } = event;
        return { kind: "give_up", jobId, outcome, why: whyLast(this.#state, job, outcome) };
      }
      case "job_skipped":
        return { kind: "skip", jobId, reason: event.reason };
      case "job_stopping": {
        const { why, force, forceAt, at } = event;
        return { kind: "stop", jobId, why, force, graceMs: forceAt === null ? null : forceAt - at };
      }
      case "job_cancelled":
        return { kind: "cancel", jobId };
      case "job_completed":
        return null;
    }
  }

  #ofRun(event: Exclude<RunEvent, { jobId: string }>): Decision | null {
    switch (event.type) {
      case "run_started": {
        const jobIds = Array.from(this.#state.plan.byRank, (job) => this.#idOf(job));
        return { kind: "order", settings: event.settings, jobIds };
      }
      case "run_stopping":
        return { kind: "stop_run", reason: event.reason };
      case "run_resumed":
        return { kind: "reopen", event };
      default:
        return null;
    }
  }

  /** The first ready job that comes before `jobId` and does not fit, as the state is now. */
  #passedBy(jobId: string): (NamedObstacle & { readonly jobId: string }) | null {
    const { plan, ready } = this.#state;
    const first = plan.byRank[ready.first()]!;
    if (plan.jobs[first]!.id === jobId) return null;
    const obstacle = this.#obstacle(first);
    return obstacle === null ? null : { ...obstacle, jobId: this.#idOf(first) };
  }

  #obstacle(job: number): NamedObstacle | null {
    const cause = obstacleOf(this.#state, job);
    if (cause === null) return null;
    const holders = holdersOf(this.#state, cause, this.#live);
    return { cause, holders: holders.map((holder) => this.#idOf(holder)) };
  }

  #noteLive(event: RunEvent): void {
    if (event.type === "run_resumed") this.#live.clear();
    if (!("jobId" in event)) return;
    const job = jobIndex(this.#state, event.jobId);
    if (isLive(this.#state.jobs[job]!)) this.#live.add(job);
    else this.#live.delete(job);
  }

  #idOf(job: number): string {
    return this.#state.plan.jobs[job]!.id;
  }
}
