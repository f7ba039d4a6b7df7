/**
 * Which job starts, over random runs, against a reference that looks at every queued job every time:
 * the first in order that fits, never an idle slot while one fits, unless one was passed by too often.
 */
import type { Input, RunEvent } from "../../../lib/core/run/event.ts";
import { planJobs } from "../../../lib/core/plan/plan.ts";
import { initialState, nextWakeup, type RunState } from "../../../lib/core/run/state.ts";
import { step } from "../../../lib/core/run/scheduler.ts";
import type { Job } from "../../../lib/core/workflow/workflow.ts";
import { randomRun } from "../../sim/random_run.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";
import { type JobSketch, sketchSettings, sketchWorkflow } from "../../support/workflows.ts";

const SEEDS = 1_000;

/** The queued and the running jobs, from events alone, and how often each was passed by. */
class Reference {
  readonly #state: RunState;
  readonly #queued = new Set<string>();
  readonly #running = new Set<string>();
  readonly #passedBy = new Map<string, number>();
  starts = 0;
  reservations = 0;

  constructor(state: RunState) {
    this.#state = state;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case "job_queued":
        this.#queued.add(event.jobId);
        break;
      case "job_started":
        assertEquals(event.jobId, this.next(), "the job to start");
        this.#passBy(event.jobId);
        this.#queued.delete(event.jobId);
        this.#running.add(event.jobId);
        this.starts++;
        break;
      case "job_cancelled":
        this.#queued.delete(event.jobId);
        this.#running.delete(event.jobId);
        break;
      case "job_retrying":
      case "job_completed":
      case "job_failed":
        this.#running.delete(event.jobId);
        break;
    }
  }

  /** The job that must start now, or `null`. */
  next(): string | null {
    const inOrder = this.#inOrder();
    const first = inOrder[0];
    if (first === undefined) return null;
    if ((this.#passedBy.get(first) ?? 0) < 20) {
      return inOrder.find((id) => this.#fits(id)) ?? null;
    }
    this.reservations++;
    return this.#fits(first) ? first : null;
  }

  #passBy(started: string): void {
    const first = this.#inOrder()[0]!;
    this.#passedBy.delete(started);
    if (first !== started) this.#passedBy.set(first, (this.#passedBy.get(first) ?? 0) + 1);
  }

  #inOrder(): string[] {
    const { indexOf, rank } = this.#state.plan;
    return [...this.#queued].sort((a, b) => rank[indexOf.get(a)!]! - rank[indexOf.get(b)!]!);
  }

  #fits(id: string): boolean {
    const { concurrency, memoryMb, cpuPercent } = this.#state.settings!;
    const job = (id: string): Job => this.#state.plan.jobs[this.#state.plan.indexOf.get(id)!]!;
    const together = [...this.#running, id].map((id) => job(id).limits);
    const sum = (amounts: (number | null)[]) => amounts.reduce<number>((a, b) => a + (b ?? 0), 0);
    return together.length <= concurrency &&
      together.every((limits) => together.length <= (limits.maxConcurrentJobs ?? Infinity)) &&
      sum(together.map((limits) => limits.maxMemoryMb)) <= (memoryMb ?? Infinity) &&
      sum(together.map((limits) => limits.maxCpuPercent)) <= (cpuPercent ?? Infinity);
  }
}

/** Drives a run: the earliest end of an attempt, deadline or stop comes next. */
function play(run: ReturnType<typeof randomRun>): Reference {
  const state = initialState(planJobs(run.workflow, [...run.workflow.jobs.keys()]));
  const reference = new Reference(state);
  const coming: Input[] = run.stops.map(({ at, reason }) => ({
    type: "stop_requested",
    reason,
    at,
  }));
  coming.push({ type: "run_requested", runId: "random", settings: run.settings, at: 0 });
  while (state.status === null) {
    const wakeup = nextWakeup(state);
    if (wakeup !== null) coming.push({ type: "time_reached", at: wakeup });
    coming.sort((a, b) => b.at - a.at);
    const input = coming.pop();
    assert(input !== undefined, "the run waits for something");
    if (wakeup !== null && input.type !== "time_reached") {
      coming.splice(coming.findIndex(({ type }) => type === "time_reached"), 1);
    }
    for (const event of step(state, input)) {
      reference.take(event);
      if (event.type !== "job_started" && event.type !== "job_stopping") continue;
      const { jobId, attempt, at } = event;
      const script = run.attemptScript(jobId, attempt);
      const afterMs = event.type === "job_started" ? script.durationMs : script.killMs;
      const { outcome } = script;
      coming.push({ type: "attempt_reported", jobId, attempt, outcome, at: at + afterMs });
    }
    const stopping = state.forced || state.stopReason !== null;
    assert(stopping || reference.next() === null, "no slot is idle while a ready job fits");
  }
  return reference;
}

Deno.test(`step() starts the first that fits, for ${SEEDS} random runs`, () => {
  let starts = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      starts += play(randomRun(seed)).starts;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  assert(starts > 5 * SEEDS);
});

Deno.test("step() starts the first that fits among 300 that contend for memory", () => {
  let reservations = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const dice = new Dice(seed);
    const jobs = Array.from({ length: 300 }, (_, i): JobSketch => ({
      id: `j${i}`,
      limits: {
        maxMemoryMb: dice.chance(0.2) ? 16 : dice.between(1, 4),
        maxCpuPercent: null,
        maxConcurrentJobs: dice.chance(0.05) ? 2 : null,
      },
    }));
    reservations += play({
      workflow: sketchWorkflow(jobs),
      settings: sketchSettings({ concurrency: 6, memoryMb: 16 }),
      pauses: [],
      stops: [],
      attemptScript: () => ({
        durationMs: dice.between(1, 20),
        outcome: { kind: "succeeded" },
        termMs: 1,
        killMs: 1,
      }),
    }).reservations;
  }
  assert(reservations > 100, "reservations occur");
});
