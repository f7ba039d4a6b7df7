/**
 * The simulator: the real scheduler and the real loop on a virtual clock, with a scripted world. After
 * every event it checks, from its own books, what must hold for every run.
 */
import { apply } from "../../lib/core/run/apply.ts";
import type { Outcome, RunEvent } from "../../lib/core/run/event.ts";
import { planJobs } from "../../lib/core/plan/plan.ts";
import { initialState, type RunState } from "../../lib/core/run/state.ts";
import { EVERYTHING, selectJobs } from "../../lib/core/plan/selection.ts";
import { RunLoop } from "../../lib/runtime/run/loop.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { assertObstacles } from "../support/obstacles.ts";
import { VirtualClock } from "../support/virtual_clock.ts";
import type { RandomRun } from "./random_run.ts";

/** More calls than any run of the generator needs: a run that goes on is a run that does not end. */
const CALLS_MAX = 100_000;

/** Runs it to its end, checking all the way, and returns the events. Throws at the first violation. */
export function simulate(run: RandomRun): RunEvent[] {
  const clock = new VirtualClock();
  const start = clock.now();
  const selected = selectJobs(run.workflow, EVERYTHING);
  assert(selected.ok, "everything can be selected");
  const plan = planJobs(run.workflow, selected.value);
  const state = initialState(plan);
  const books = new Books(run);
  const live = new Map<string, ScriptedAttempt>();
  const recorded: RunEvent[] = [];
  const loop = new RunLoop(state, {
    clock,
    record(events) {
      recorded.push(...events);
      assertObstacles(state);
    },
    perform(event) {
      if (event.type === "job_started") {
        live.set(event.jobId, new ScriptedAttempt(event, { run, clock, loop }));
      } else if (event.type === "job_stopping") {
        live.get(event.jobId)!.stop(event.force);
      }
    },
    show: (event) => books.check(event),
  });
  loop.post({ type: "run_requested", runId: "simulated", settings: run.settings });
  for (const { at, pausedMs } of run.pauses) {
    clock.callAt(start + at, () => loop.post({ type: "pause_ended", pausedMs }));
  }
  for (const { at, reason } of run.stops) {
    clock.callAt(start + at, () => loop.post({ type: "stop_requested", reason }));
  }
  let calls = 0;
  while (clock.advance()) assert(++calls < CALLS_MAX, "the run ends");
  if (loop.viewError !== null) throw loop.viewError;

  assert(state.status !== null, "the run ends with run_finished");
  books.checkEnd();
  assertFoldEqual(state, recorded);
  return recorded;
}

/** One attempt that ends when its script says, and reports once. */
class ScriptedAttempt {
  #over = false;
  readonly #end: (afterMs: number, outcome: Outcome) => void;
  readonly #script;

  constructor(
    { jobId, attempt }: Extract<RunEvent, { type: "job_started" }>,
    { run, clock, loop }: { run: RandomRun; clock: VirtualClock; loop: RunLoop },
  ) {
    this.#script = run.attemptScript(jobId, attempt);
    this.#end = (afterMs, outcome) =>
      clock.callAt(clock.now() + afterMs, () => {
        if (this.#over) return;
        this.#over = true;
        loop.post({ type: "attempt_reported", jobId, attempt, outcome });
      });
    this.#end(this.#script.durationMs, this.#script.outcome);
  }

  stop(force: boolean): void {
    const { termMs, killMs } = this.#script;
    if (force) this.#end(killMs, { kind: "signaled", signal: "SIGKILL" });
    else if (termMs !== null) this.#end(termMs, { kind: "signaled", signal: "SIGTERM" });
  }
}

/** The bookkeeping of the checker: built from events and the workflow alone, not from the state. */
class Books {
  readonly #run: RandomRun;
  readonly #jobs;
  readonly #live = new Map<string, number>();
  readonly #settled = new Map<string, RunEvent["type"]>();
  #stopping = false;
  #finished = false;
  #last = 0;

  constructor(run: RandomRun) {
    this.#run = run;
    this.#jobs = new Map(run.workflow.jobs.map((job) => [job.id, job]));
  }

  /** Takes in the next event and checks every invariant. */
  check(event: RunEvent): void {
    assert(!this.#finished, "nothing follows run_finished");
    assert(event.at >= this.#last, "time does not go backwards");
    this.#last = event.at;
    switch (event.type) {
      case "job_started":
        this.#checkStart(event.jobId, event.attempt);
        break;
      case "job_retrying":
        assertEquals(this.#live.get(event.jobId), event.attempt, "only a live attempt is retried");
        this.#live.delete(event.jobId);
        break;
      case "job_completed":
      case "job_failed":
      case "job_cancelled":
      case "job_skipped":
        assert(!this.#settled.has(event.jobId), "each job settles once");
        assert(
          event.type !== "job_skipped" || !this.#live.has(event.jobId),
          "a live job is not skipped",
        );
        this.#live.delete(event.jobId);
        this.#settled.set(event.jobId, event.type);
        break;
      case "run_stopping":
        this.#stopping = true;
        break;
      case "run_finished":
        this.#finished = true;
        assertEquals(this.#live.size, 0, "nothing is live at the end");
        break;
    }
    this.#checkCapacity();
  }

  #checkStart(jobId: string, attempt: number): void {
    const job = this.#jobs.get(jobId)!;
    assert(!this.#stopping, "a stopping run starts nothing");
    assert(!this.#live.has(jobId), "at most one live attempt for each job");
    assert(!this.#settled.has(jobId), "a settled job does not start");
    assert(attempt <= job.retry.maxAttempts, "no more attempts than allowed");
    for (const id of job.dependencies) {
      assertEquals(
        this.#settled.get(id),
        "job_completed",
        `${jobId} starts after its dependency ${id}`,
      );
    }
    for (const id of job.conditions.skipIfFailed) {
      const end = this.#settled.get(id);
      assert(
        end === "job_completed" || end === "job_skipped",
        `${jobId} starts after ${id} did not fail`,
      );
    }
    this.#live.set(jobId, attempt);
  }

  #checkCapacity(): void {
    const { concurrency, memoryMb, cpuPercent } = this.#run.settings;
    let memory = 0;
    let cpu = 0;
    for (const id of this.#live.keys()) {
      const { limits } = this.#jobs.get(id)!;
      memory += limits.maxMemoryMb ?? 0;
      cpu += limits.maxCpuPercent ?? 0;
      assert(this.#live.size <= (limits.maxConcurrentJobs ?? Infinity), `the cap of ${id} holds`);
    }
    assert(this.#live.size <= concurrency, "the slots suffice");
    assert(memory <= (memoryMb ?? Infinity), "the memory suffices");
    assert(cpu <= (cpuPercent ?? Infinity), "the processors suffice");
  }

  /** What must hold once the run is over. */
  checkEnd(): void {
    assert(this.#finished, "the run finished");
    assertEquals(this.#settled.size, this.#jobs.size, "every job has settled");
  }
}

/** Folding the recorded events, as JSON as the journal keeps them, gives the state of the run. */
function assertFoldEqual(state: RunState, events: readonly RunEvent[]): void {
  const folded = initialState(state.plan);
  for (const event of events) apply(folded, JSON.parse(JSON.stringify(event)));
  const visible = ({ plan: _plan, ready, alarms: _alarms, ...rest }: RunState) => ({
    ...rest,
    ready: ready.size,
  });
  assertEquals(visible(folded), visible(state), "folding the journal gives the state");
}
