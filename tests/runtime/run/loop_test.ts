/** The loop: what it does with a batch of events, in which order, and its one timer. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { planJobs } from "../../../lib/core/plan/plan.ts";
import { initialState, type RunState } from "../../../lib/core/run/state.ts";
import { RunLoop } from "../../../lib/runtime/run/loop.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "../../support/assert.ts";
import { pass } from "../../support/fake_world.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";
import { type JobSketch, sketchSettings, sketchWorkflow } from "../../support/workflows.ts";

/** A clock that knows which timers are set. */
class WatchedClock extends VirtualClock {
  readonly #armed = new Set<{ readonly at: number }>();

  /** When the timers that are set go off, from the start of the clock. */
  get armed(): number[] {
    return [...this.#armed].map(({ at }) => at - START).sort((a, b) => a - b);
  }

  override callAt(at: number, callback: () => void): () => void {
    const timer = { at };
    this.#armed.add(timer);
    const cancel = super.callAt(at, () => {
      this.#armed.delete(timer);
      callback();
    });
    return () => {
      this.#armed.delete(timer);
      cancel();
    };
  }

  override defer(callback: () => void): void {
    super.callAt(this.now(), callback);
  }
}

const START = 1_000_000;

/** A loop over some jobs whose ports write down what they are asked. */
class Bench {
  readonly clock = new WatchedClock(START);
  readonly state: RunState;
  readonly loop: RunLoop;
  /** `record job_queued+job_started`, `perform job_started a`, `show …`, in order. */
  readonly calls: string[] = [];
  onRecord: (events: readonly RunEvent[]) => void | Promise<void> = () => {};
  onPerform: (event: RunEvent) => void = () => {};
  onShow: (event: RunEvent) => void = () => {};

  constructor(jobs: readonly JobSketch[]) {
    const workflow = sketchWorkflow(jobs);
    this.state = initialState(planJobs(workflow, [...workflow.jobs.keys()]));
    this.loop = new RunLoop(this.state, {
      clock: this.clock,
      record: (events) => {
        this.calls.push(`record ${events.map(({ type }) => type).join("+")}`);
        return this.onRecord(events);
      },
      perform: (event) => {
        this.calls.push(`perform ${brief(event)}`);
        this.onPerform(event);
      },
      show: (event, state) => {
        assertStrictEquals(state, this.state);
        this.calls.push(`show ${brief(event)}`);
        this.onShow(event);
      },
    });
  }

  /** Asks for the run and lets what follows at once happen. */
  begin(): void {
    this.loop.post({ type: "run_requested", runId: "r", settings: sketchSettings() });
    pass(this.clock, 0);
  }

  end(jobId: string, attempt = 1): void {
    const outcome = { kind: "succeeded" } as const;
    this.loop.post({ type: "attempt_reported", jobId, attempt, outcome });
    pass(this.clock, 0);
  }
}

function brief(event: RunEvent): string {
  return "jobId" in event ? `${event.type} ${event.jobId}` : event.type;
}

Deno.test("RunLoop writes a batch down, then acts on it, then shows it", () => {
  const bench = new Bench([{ id: "a" }]);
  bench.begin();
  assertEquals(bench.calls, [
    "record run_started+job_queued+job_started",
    "perform run_started",
    "perform job_queued a",
    "perform job_started a",
    "show run_started",
    "show job_queued a",
    "show job_started a",
  ]);
});

Deno.test("RunLoop handles an input after the code that posts it", () => {
  const bench = new Bench([{ id: "a" }]);
  bench.loop.post({ type: "run_requested", runId: "r", settings: sketchSettings() });
  assertEquals(bench.calls, []);
  assertEquals(bench.state.startedAt, null);
});

Deno.test("RunLoop takes all waiting inputs together, with the times they were posted at", () => {
  const bench = new Bench([{ id: "a" }, { id: "b" }]);
  bench.begin();
  bench.calls.length = 0;
  const outcome = { kind: "succeeded" } as const;
  pass(bench.clock, 5);
  bench.loop.post({ type: "attempt_reported", jobId: "a", attempt: 1, outcome });
  bench.loop.post({ type: "attempt_reported", jobId: "b", attempt: 1, outcome });
  pass(bench.clock, 0);
  assertEquals(bench.calls[0], "record job_completed+job_completed+run_finished");
  assertEquals(bench.state.finishedAt, START + 5);
});

Deno.test("RunLoop handles inputs that are posted while it acts, in a turn of their own", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b", dependencies: ["a"] }]);
  bench.onPerform = (event) => {
    if (event.type === "job_started") {
      const { jobId, attempt } = event;
      const outcome = { kind: "succeeded" } as const;
      bench.loop.post({ type: "attempt_reported", jobId, attempt, outcome });
    }
  };
  bench.begin();
  await bench.loop.finished;
  assertEquals(bench.calls.filter((call) => call.startsWith("record")), [
    "record run_started+job_queued+job_started",
    "record job_completed+job_queued+job_started",
    "record job_completed+run_finished",
  ]);
  assertEquals(bench.calls.at(-1), "show run_finished");
  assertEquals(bench.state.status, "completed");
});

Deno.test("RunLoop shows the state as it is after the whole batch", () => {
  const bench = new Bench([{ id: "a" }]);
  const running: number[] = [];
  bench.onShow = () => running.push(bench.state.counts.running);
  bench.begin();
  assertEquals(running, [1, 1, 1]);
});

Deno.test("RunLoop keeps what show throws from the run, the first time, and shows no more", async () => {
  const bench = new Bench([{ id: "a" }]);
  const errors = [new Error("first"), new Error("second")];
  bench.onShow = () => {
    throw errors.shift();
  };
  const [first] = errors;
  bench.begin();
  bench.end("a");
  await bench.loop.finished;
  assertEquals(bench.state.status, "completed");
  assertStrictEquals(bench.loop.viewError, first);
  assertEquals(bench.calls.filter((call) => call.startsWith("show")), ["show run_started"]);
});

Deno.test("RunLoop cannot go on when record throws: nothing is done that is not written down", async () => {
  const bench = new Bench([{ id: "a", timeoutMs: 100 }]);
  const trouble = new Error("disk full");
  bench.begin();
  bench.calls.length = 0;
  bench.onRecord = () => {
    throw trouble;
  };
  bench.end("a");
  assertStrictEquals(await assertRejects(() => bench.loop.finished), trouble);
  assertEquals(bench.calls, ["record job_completed+run_finished"]);
  assertEquals(bench.clock.armed, [], "no timer is left");
  bench.loop.post({ type: "stop_requested", reason: "interrupt" });
  assertEquals(bench.clock.advance(), false, "nothing is taken in any more");
});

Deno.test("RunLoop cannot go on when perform throws, against its contract", async () => {
  const bench = new Bench([{ id: "a" }]);
  const trouble = new Error("a mistake of ours");
  bench.onPerform = () => {
    throw trouble;
  };
  bench.begin();
  assertStrictEquals(await assertRejects(() => bench.loop.finished), trouble);
});

Deno.test("RunLoop takes in nothing after the end", async () => {
  const bench = new Bench([{ id: "a" }]);
  bench.begin();
  bench.end("a");
  await bench.loop.finished;
  const before = bench.calls.length;
  bench.end("a");
  bench.loop.post({ type: "stop_requested", reason: "kill" });
  assertEquals(bench.clock.advance(), false);
  assertEquals(bench.calls.length, before);
  assertEquals(bench.clock.armed, []);
});

Deno.test("RunLoop ignores an input from which nothing follows", () => {
  const bench = new Bench([{ id: "a" }]);
  bench.begin();
  bench.calls.length = 0;
  bench.end("a", 7);
  assertEquals(bench.calls, []);
});

Deno.test("RunLoop has one timer, which is moved to be earlier and left where it is early enough", () => {
  const bench = new Bench([
    { id: "slow", timeoutMs: 1_000 },
    { id: "first" },
    { id: "short", timeoutMs: 50, dependencies: ["first"] },
    { id: "other", timeoutMs: 2_000 },
  ]);
  bench.begin();
  assertEquals(bench.clock.armed, [1_000]);
  pass(bench.clock, 10);
  bench.end("first");
  assertEquals(bench.clock.armed, [60], "earlier");
  bench.end("short");
  assertEquals(bench.clock.armed, [60], "one for each job would cost more");
  pass(bench.clock, 50);
  assertEquals(bench.clock.armed, [1_000], "once it rang in vain");
  bench.end("slow");
  bench.end("other");
  assertEquals(bench.clock.armed, []);
});

Deno.test("RunLoop tells the time when the timer goes off", () => {
  const bench = new Bench([{ id: "a", timeoutMs: 100 }]);
  bench.begin();
  bench.calls.length = 0;
  pass(bench.clock, 99);
  assertEquals(bench.calls, []);
  pass(bench.clock, 1);
  assertEquals(bench.calls, [
    "record job_stopping",
    "perform job_stopping a",
    "show job_stopping a",
  ]);
  assertEquals(bench.clock.armed, [10_100], "when it will be killed");
});

/** Holds what is recorded back, batch by batch; `null` is a batch that is safe at once. */
function hold(bench: Bench, ...batches: readonly (PromiseWithResolvers<void> | null)[]): void {
  const held = [...batches];
  bench.onRecord = () => held.shift()?.promise;
}

/** Lets everything run that waits for a promise that is resolved by now. */
async function settle(bench: Bench): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  pass(bench.clock, 0);
}

Deno.test("RunLoop acts on a batch once its record resolves, and takes in what comes meanwhile", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b", dependencies: ["a"] }]);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hold(bench, null, first, second);
  bench.begin();
  bench.calls.length = 0;
  bench.end("a");
  await settle(bench);
  bench.loop.post({ type: "stop_requested", reason: "interrupt" });
  await settle(bench);
  assertEquals(bench.calls, [
    "record job_completed+job_queued+job_started",
    "record run_stopping+job_stopping",
  ]);
  first.resolve();
  await settle(bench);
  assertEquals(bench.calls.slice(2), [
    "perform job_completed a",
    "perform job_queued b",
    "perform job_started b",
    "show job_completed a",
    "show job_queued b",
    "show job_started b",
  ]);
  second.resolve();
  await settle(bench);
  assertEquals(bench.calls.slice(8, 10), ["perform run_stopping", "perform job_stopping b"]);
});

Deno.test("RunLoop acts in the order in which it has recorded, whatever is safe first", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b" }, { id: "c" }]);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hold(bench, null, first, second, null);
  bench.begin();
  bench.calls.length = 0;
  for (const id of ["a", "b", "c"]) {
    bench.end(id);
    await settle(bench);
  }
  const performed = () => bench.calls.filter((call) => call.startsWith("perform"));
  second.resolve();
  await settle(bench);
  assertEquals(performed(), [], "the first is not safe yet");
  let isOver = false;
  bench.loop.finished.then(() => isOver = true);
  first.resolve();
  await settle(bench);
  assertEquals(performed(), [
    ...["perform job_completed a", "perform job_completed b", "perform job_completed c"],
    "perform run_finished",
  ]);
  assert(isOver);
});

Deno.test("RunLoop acts at once again when nothing waits any more", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b" }]);
  const held = Promise.withResolvers<void>();
  hold(bench, held);
  bench.begin();
  held.resolve();
  await settle(bench);
  bench.calls.length = 0;
  bench.loop.post({ type: "stop_requested", reason: "interrupt" });
  pass(bench.clock, 0);
  assertEquals(bench.calls.slice(0, 2), [
    "record run_stopping+job_stopping+job_stopping",
    "perform run_stopping",
  ]);
});

Deno.test("RunLoop cannot go on when record rejects: neither that batch nor a later one is acted on", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b" }]);
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  hold(bench, null, first, second);
  bench.begin();
  bench.calls.length = 0;
  bench.end("a");
  bench.end("b");
  const trouble = new Error("sync failed");
  first.reject(trouble);
  assertStrictEquals(await assertRejects(() => bench.loop.finished), trouble);
  second.resolve();
  await settle(bench);
  assertEquals(bench.calls, ["record job_completed", "record job_completed+run_finished"]);
  assertEquals(bench.clock.armed, [], "no timer is left");
  bench.end("a");
  assertEquals(bench.calls.length, 2, "nothing is taken in any more");
});

Deno.test("RunLoop that cannot record acts on nothing that still waits to be safe", async () => {
  const bench = new Bench([{ id: "a" }, { id: "b" }]);
  const first = Promise.withResolvers<void>();
  hold(bench, null, first);
  bench.begin();
  bench.calls.length = 0;
  bench.end("a");
  const trouble = new Error("disk full");
  bench.onRecord = () => {
    throw trouble;
  };
  bench.end("b");
  assertStrictEquals(await assertRejects(() => bench.loop.finished), trouble);
  first.resolve();
  await settle(bench);
  assertEquals(bench.calls.filter((call) => !call.startsWith("record")), []);
});

Deno.test("RunLoop comes to the end of 10,000 jobs that end as they start", async () => {
  const bench = new Bench(Array.from({ length: 10_000 }, (_, i) => ({ id: `j${i}` })));
  bench.onPerform = (event) => {
    if (event.type !== "job_started") return;
    const { jobId, attempt } = event;
    bench.loop.post({
      type: "attempt_reported",
      jobId,
      attempt,
      outcome: { kind: "succeeded" },
    });
  };
  bench.begin();
  await bench.loop.finished;
  assert(bench.state.counts.success === 10_000);
});
