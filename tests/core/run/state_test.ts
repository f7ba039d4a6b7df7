/** The fold of a run: what may follow what, and for when the run waits. */
import { apply } from "../../../lib/core/run/apply.ts";
import { Bug } from "../../../lib/core/base/bug.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import {
  freeResources,
  initialState,
  isStopping,
  type JobState,
  nextDue,
  nextWakeup,
  type RunState,
  slotLimit,
} from "../../../lib/core/run/state.ts";
import { assert, assertEquals, assertThrows } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";
import { planOf, Player } from "../../support/trace.ts";

const EXIT = { kind: "exited", code: 1 } as const;
const ON_X = { jobId: "x", attempt: 1, at: 100 } as const;

/** One event of each kind that is about job `x`. */
const JOB_EVENTS = {
  job_queued: { type: "job_queued", ...ON_X },
  job_started: { type: "job_started", ...ON_X, deadline: null },
  job_stopping: { type: "job_stopping", ...ON_X, why: "timeout", force: false, forceAt: 200 },
  job_retrying: { type: "job_retrying", ...ON_X, outcome: EXIT, until: 200 },
  job_completed: { type: "job_completed", ...ON_X },
  job_failed: { type: "job_failed", ...ON_X, outcome: EXIT },
  job_cancelled: { type: "job_cancelled", ...ON_X },
  job_skipped: { type: "job_skipped", jobId: "x", reason: skipped(), at: 100 },
} as const satisfies Record<string, RunEvent>;

function skipped() {
  return { kind: "branch", branch: null, wanted: ["main"] } as const;
}

/** How to bring `x` into each phase, and the events that may then follow. */
const ARROWS: Readonly<Record<JobState["phase"], readonly [string, string[], string]>> = {
  waiting: ["hold\nx after hold", ["> 0 go"], "job_queued job_cancelled job_skipped"],
  queued: ["hold\nx", ["> 0 go"], "job_started job_cancelled"],
  running: [
    "x",
    ["> 0 go"],
    "job_stopping job_retrying job_completed job_failed job_cancelled",
  ],
  stopping: [
    "x timeout 5",
    ["> 0 go", "> wake"],
    "job_stopping job_retrying job_failed job_cancelled",
  ],
  backing_off: [
    "x tries 2\nhold",
    ["> 0 go", "> 1 x#1 exit 1"],
    "job_queued job_cancelled",
  ],
  settled: ["x\nhold", ["> 0 go", "> 1 x#1 ok"], ""],
};

for (const [phase, [jobs, before, allowed]] of Object.entries(ARROWS)) {
  Deno.test(`apply() takes only what can follow when a job is ${phase}`, () => {
    const taken = Object.values(JOB_EVENTS).filter((event) => {
      const state = stateAfter(jobs, before);
      assertEquals(state.jobs[state.plan.indexOf.get("x")!]!.phase, phase);
      try {
        apply(state, event);
        return true;
      } catch (error) {
        if (error instanceof Bug) return false;
        throw error;
      }
    });
    assertEquals(taken.map(({ type }) => type).join(" "), allowed);
  });
}

function stateAfter(jobs: string, lines: readonly string[]): RunState {
  const player = new Player(planOf(jobs), { concurrency: 1 });
  for (const line of lines) player.input(line);
  return player.state;
}

Deno.test("apply() refuses what cannot be", () => {
  const running = () => stateAfter("x", ["> 0 go"]);
  const over = () => stateAfter("x", ["> 0 go", "> 1 x#1 ok"]);
  const again = (state: RunState): RunEvent => ({
    type: "run_started",
    runId: "r",
    workflow: "w",
    jobs: 1,
    settings: state.settings!,
    at: 5,
  });
  const rows: [RunState, RunEvent, string][] = [
    [running(), { ...JOB_EVENTS.job_completed, jobId: "nobody" }, "unknown job 'nobody'"],
    [running(), { ...JOB_EVENTS.job_completed, attempt: 2 }, "attempt 2 ended while 1 was live"],
    [running(), again(running()), "started twice"],
    [over(), JOB_EVENTS.job_queued, "after the end"],
    [over(), { type: "run_stopping", reason: "kill", at: 5 }, "after the end"],
    [over(), { type: "run_finished", status: "completed", at: 5 }, "after the end"],
  ];
  for (const [state, event, message] of rows) {
    assertThrows(() => apply(state, event), Bug, message);
  }
});

Deno.test("apply() records each attempt with what it used", () => {
  const state = stateAfter("x tries 2\nhold", ["> 0 go"]);
  const usage = { peakMemoryMb: 5, cpuSeconds: 1 };
  const http = { status: 500, firstByteMs: 3, bodyBytes: 9 };
  apply(state, { ...JOB_EVENTS.job_retrying, usage, at: 7 });
  apply(state, { ...JOB_EVENTS.job_queued, attempt: 2, at: 8 });
  apply(state, { ...JOB_EVENTS.job_started, attempt: 2, at: 9 });
  apply(state, { ...JOB_EVENTS.job_completed, attempt: 2, http, at: 12 });
  assertEquals(state.attempts[0], [
    { attempt: 1, startedAt: 0, endedAt: 7, outcome: EXIT, usage },
    { attempt: 2, startedAt: 9, endedAt: 12, outcome: { kind: "succeeded" }, http },
  ]);
  assertEquals(state.attempts[1], undefined);
});

Deno.test("apply() counts where the jobs stand", () => {
  const player = new Player(planOf("a\nb after a\nc tries 2\nd\ne branch x\nf timeout 9"), {
    concurrency: 3,
  });
  const counted = () =>
    Object.entries(player.state.counts).filter(([, n]) => n > 0).flat().join(" ");
  assertEquals(counted(), "waiting 6");
  player.input("> 0 go");
  assertEquals(counted(), "waiting 1 queued 1 running 3 skipped 1");
  player.input("> 1 c#1 exit 1");
  assertEquals(counted(), "waiting 1 running 3 backing_off 1 skipped 1");
  player.input("> 2 a#1 exit 1");
  assertEquals(counted(), "running 2 backing_off 1 failed 1 skipped 2");
  player.input("> 10 time");
  assertEquals(counted(), "running 2 backing_off 1 failed 1 skipped 2");
  player.input("> 11 stop interrupt");
  player.input("> 12 d#1 ok");
  player.input("> 13 f#1 signal SIGTERM");
  assertEquals(counted(), "failed 2 cancelled 2 skipped 2");
});

Deno.test("apply() counts how often the first was passed by, until it starts", () => {
  const player = new Player(planOf("hold mem 6\nwide mem 10 tries 2 pause 0\na mem 3\nb mem 3"), {
    memoryMb: 10,
  });
  const passedBy = () => {
    const { bypassed, plan } = player.state;
    return [...bypassed].map(([rank, n]) => `${plan.jobs[plan.byRank[rank]!]!.id} ${n}`).join();
  };
  player.input("> 0 go");
  assertEquals(passedBy(), "wide 1");
  player.input("> 1 a#1 ok");
  assertEquals(passedBy(), "wide 2");
  player.input("> 2 b#1 ok");
  player.input("> 3 hold#1 ok");
  assertEquals(passedBy(), "");
  player.input("> 4 wide#1 exit 1");
  assertEquals(passedBy(), "");
});

Deno.test("isStopping() is true once any reason was given", () => {
  for (const reason of ["fail_fast", "interrupt", "terminate", "hangup", "kill"] as const) {
    const state = initialState(planOf("a"));
    assert(!isStopping(state));
    apply(state, { type: "run_stopping", reason, at: 0 });
    assert(isStopping(state), reason);
  }
});

Deno.test("freeResources() and slotLimit() tell what running jobs leave", () => {
  const player = new Player(planOf("a mem 3 cap 3\nb cpu 50 cap 2\nc"), {
    memoryMb: 10,
    cpuPercent: 200,
  });
  const left = () => [...Object.values(freeResources(player.state)), slotLimit(player.state)];
  player.input("> 0 go");
  assertEquals(left(), [2, 7, 150, 2]);
  player.input("> 1 b#1 ok");
  assertEquals(left(), [2, 7, 200, 3]);
  player.input("> 2 a#1 ok");
  assertEquals(left(), [1, 10, 200, 4]);
});

Deno.test("nextWakeup() names the first moment at which something changes by itself", () => {
  const player = new Player(planOf("a timeout 50\nb timeout 20\nc tries 2 pause 5\nd"));
  const wakeup = () => nextWakeup(player.state);
  assertEquals(wakeup(), null);
  player.input("> 0 go");
  assertEquals(wakeup(), 20);
  player.input("> 1 c#1 exit 1");
  assertEquals([wakeup(), nextDue(player.state, 5), nextDue(player.state, 6)], [6, -1, 2]);
  player.input("> 6 time");
  assertEquals(wakeup(), 20);
  player.input("> 7 b#1 ok");
  assertEquals(wakeup(), 50);
  player.input("> 50 time");
  assertEquals(wakeup(), 150);
  player.input("> 150 time");
  assertEquals(wakeup(), null);
});

Deno.test("initialState() has every job waiting for as many as it needs", () => {
  const state = initialState(planOf("a\nb after a\nc after a,b soft b\nd soft a,b"));
  assertEquals(state.jobs.map((job) => job.phase === "waiting" ? job.unmet : -1), [0, 1, 2, 2]);
  apply(state, {
    type: "run_started",
    runId: "r",
    workflow: "w",
    jobs: 4,
    settings: sketchSettings(),
    at: 3,
  });
  assertEquals([state.runId, state.startedAt, state.settings], ["r", 3, sketchSettings()]);
});
