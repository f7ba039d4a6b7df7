/** A run told event by event, for the views: each event is folded into the state as it is told. */
import { apply } from "../../lib/core/run/apply.ts";
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import type {
  AttemptFacts,
  Outcome,
  RunEvent,
  RunStatus,
  SkipReason,
  StopCause,
} from "../../lib/core/run/event.ts";
import { planJobs } from "../../lib/core/plan/plan.ts";
import { initialState, jobIndex, type RunState } from "../../lib/core/run/state.ts";
import type { Job, Workflow } from "../../lib/core/workflow/workflow.ts";
import { type JobSketch, sketchSettings, sketchWorkflow } from "./workflows.ts";

/** When every story begins: 2026-11-22, 10:30:00 UTC. */
export const START = Date.UTC(2026, 10, 22, 10, 30, 0);

/** What differs from a usual run. */
export interface StoryOptions {
  readonly settings?: Partial<RunSettings>;
  readonly workflow?: Partial<Workflow>;
  /** Places of the selected jobs; all of them unless said. */
  readonly selected?: readonly number[];
  /** What is known of the durations of jobs, in milliseconds. */
  readonly expected?: Readonly<Record<string, number>>;
  readonly runId?: string;
  /** When it begins; `START` unless said. */
  readonly at?: number;
}

type Untimed<E> = E extends RunEvent ? Omit<E, "at"> : never;

/** The state and the events so far, and the time. */
export class Story {
  readonly state: RunState;
  readonly events: RunEvent[] = [];
  now: number;

  constructor(jobs: readonly JobSketch[], options: StoryOptions = {}) {
    const workflow = sketchWorkflow(jobs, options.workflow);
    const selected = options.selected ?? [...workflow.jobs.keys()];
    const expected = (job: Job) => options.expected?.[job.id] ?? null;
    this.now = options.at ?? START;
    this.state = initialState(planJobs(workflow, selected, expected));
    this.tell({
      type: "run_started",
      runId: options.runId ?? "20261122-103000-x7k2",
      workflow: workflow.name,
      jobs: this.state.plan.jobs.length,
      settings: sketchSettings(options.settings),
    });
  }

  /** Adds an event that happens now. */
  tell(untimed: Untimed<RunEvent>): RunEvent {
    // Adding `at` to any member of the union gives that member.
    const event = { ...untimed, at: this.now } as RunEvent;
    apply(this.state, event);
    this.events.push(event);
    return event;
  }

  pass(ms: number): void {
    this.now += ms;
  }

  start(jobId: string, attempt = 1): RunEvent {
    this.tell({ type: "job_queued", jobId, attempt });
    return this.tell({ type: "job_started", jobId, attempt, deadline: null });
  }

  end(jobId: string, outcome: Outcome, facts: AttemptFacts = {}): RunEvent {
    const attempt = this.#attemptOf(jobId);
    switch (outcome.kind) {
      case "succeeded":
        return this.tell({ type: "job_completed", jobId, attempt, ...facts });
      case "cancelled":
        return this.tell({ type: "job_cancelled", jobId, attempt, ...facts });
      default:
        return this.tell({ type: "job_failed", jobId, attempt, outcome, ...facts });
    }
  }

  retry(jobId: string, outcome: Outcome, waitMs: number): RunEvent {
    const attempt = this.#attemptOf(jobId);
    return this.tell({ type: "job_retrying", jobId, attempt, outcome, until: this.now + waitMs });
  }

  stop(jobId: string, why: StopCause, options: { readonly force: boolean }): RunEvent {
    const attempt = this.#attemptOf(jobId);
    const { force } = options;
    const forceAt = force ? null : this.now + 10_000;
    return this.tell({ type: "job_stopping", jobId, attempt, why, force, forceAt });
  }

  skip(jobId: string, reason: SkipReason): RunEvent {
    return this.tell({ type: "job_skipped", jobId, reason });
  }

  finish(status: RunStatus): RunEvent {
    return this.tell({ type: "run_finished", status });
  }

  #attemptOf(jobId: string): number {
    const job = this.state.jobs[jobIndex(this.state, jobId)]!;
    return "attempt" in job ? job.attempt : 0;
  }
}
