/** Stopping a run: every phase of a job against every reason, and what runs as a whole make of it. */
import type { StopReason } from "../../../lib/core/run/event.ts";
import { jobIndex, type JobState } from "../../../lib/core/run/state.ts";
import { assertEquals } from "../../support/assert.ts";
import { planOf, Player, playTrace, type Trace } from "../../support/trace.ts";

/** A way to bring job `x` into a phase before time 100, and what a stop at 100 does to it. */
interface Row {
  readonly phase: JobState["phase"];
  readonly jobs: string;
  readonly graceMs?: number;
  readonly before: readonly string[];
  /** The events of `x` when the run is stopped gently, and when it is killed. */
  readonly gently: readonly string[];
  readonly kill: readonly string[];
  /** The event when its attempt, if there is one, then ends. */
  readonly end?: string;
  /** The verdict, where the run was being stopped before. */
  readonly verdict?: string;
}

const TERM = ["100 term x#1 for run_stopping, kill at 200"];
const KILL = ["100 kill x#1 for run_stopping"];

const ROWS: Readonly<Record<string, Row>> = {
  "waiting": {
    phase: "waiting",
    jobs: "hold\nx after hold",
    before: ["> 0 go"],
    gently: ["100 cancel x#0"],
    kill: ["100 cancel x#0"],
  },
  "queued": {
    phase: "queued",
    jobs: "hold\nx",
    before: ["> 0 go"],
    gently: ["100 cancel x#0"],
    kill: ["100 cancel x#0"],
  },
  "queued for its second attempt": {
    phase: "queued",
    jobs: "x tries 2 pause 5\nhold",
    before: ["> 0 go", "> 1 x#1 exit 1", "> wake"],
    gently: ["100 cancel x#1"],
    kill: ["100 cancel x#1"],
  },
  "running": {
    phase: "running",
    jobs: "x",
    before: ["> 0 go"],
    gently: TERM,
    kill: KILL,
    end: "150 cancel x#1",
  },
  "running with retries and time left": {
    phase: "running",
    jobs: "x tries 3 timeout 1000",
    before: ["> 0 go"],
    gently: TERM,
    kill: KILL,
    end: "150 cancel x#1",
  },
  "stopping after its deadline": {
    phase: "stopping",
    jobs: "x timeout 50 tries 2",
    before: ["> 0 go", "> wake"],
    gently: [],
    kill: ["100 kill x#1 for timeout"],
    end: "150 fail x#1 timed out after 50",
  },
  "killed after its deadline": {
    phase: "stopping",
    jobs: "x timeout 50",
    graceMs: 10,
    before: ["> 0 go", "> wake", "> wake"],
    gently: [],
    kill: [],
    end: "150 fail x#1 timed out after 50",
  },
  "stopping after fail_fast": {
    phase: "stopping",
    jobs: "x",
    before: ["> 0 go", "> 50 stop fail_fast"],
    gently: [],
    kill: ["100 kill x#1 for run_stopping"],
    end: "120 cancel x#1",
  },
  "stopping after an interrupt": {
    phase: "stopping",
    jobs: "x",
    before: ["> 0 go", "> 50 stop interrupt"],
    gently: [],
    kill: ["100 kill x#1 for run_stopping"],
    end: "120 cancel x#1",
    verdict: "cancelled",
  },
  "killed with the run": {
    phase: "stopping",
    jobs: "x",
    before: ["> 0 go", "> 50 stop kill"],
    gently: [],
    kill: [],
    end: "120 cancel x#1",
    verdict: "cancelled",
  },
  "backing off": {
    phase: "backing_off",
    jobs: "x tries 2 pause 500\nhold",
    before: ["> 0 go", "> 1 x#1 exit 1"],
    gently: ["100 cancel x#1"],
    kill: ["100 cancel x#1"],
  },
  "settled as a success": {
    phase: "settled",
    jobs: "x\nhold",
    before: ["> 0 go", "> 1 x#1 ok"],
    gently: [],
    kill: [],
  },
  "settled as failed": {
    phase: "settled",
    jobs: "x\nhold",
    before: ["> 0 go", "> 1 x#1 exit 1"],
    gently: [],
    kill: [],
  },
  "settled as skipped": {
    phase: "settled",
    jobs: "a branch main\nx after a\nhold",
    before: ["> 0 go"],
    gently: [],
    kill: [],
  },
};

const REASONS = {
  fail_fast: "failed",
  interrupt: "cancelled",
  terminate: "cancelled",
  hangup: "cancelled",
  kill: "cancelled",
} as const satisfies Record<StopReason, string>;

function checkStop(name: string, row: Row, reason: StopReason): void {
  const player = new Player(planOf(row.jobs), { concurrency: 1, graceMs: row.graceMs ?? 100 });
  for (const line of row.before) player.input(line);
  assertEquals(player.state.jobs[jobIndex(player.state, "x")]!.phase, row.phase, name);

  const ofX = (line: string) => / x#?/.test(line);
  const wanted = reason === "kill" ? row.kill : row.gently;
  assertEquals(player.input(`> 100 stop ${reason}`).filter(ofX), wanted, `${name}: ${reason}`);
  const endAt = row.end?.split(" ")[0] ?? "150";
  const end = [
    ...player.input(`> ${endAt} x#1 signal SIGTERM`),
    ...player.input(`> ${endAt} hold#1 signal SIGTERM`),
  ];
  assertEquals(end.filter(ofX), row.end === undefined ? [] : [row.end], `${name}: ${reason}`);
  const verdict = row.verdict ?? REASONS[reason];
  assertEquals(end.at(-1), `${endAt} finished ${verdict}`, `${name}: ${reason}`);
  player.assertFolds();
}

for (const [name, row] of Object.entries(ROWS)) {
  Deno.test(`step() stops a run whose job is ${name}`, () => {
    for (const reason of Object.keys(REASONS) as StopReason[]) checkStop(name, row, reason);
  });
}

Deno.test("step() is tried with a stop in every phase", () => {
  const phases = new Set(Object.values(ROWS).map((row) => row.phase));
  const all = ["backing_off", "queued", "running", "settled", "stopping", "waiting"];
  assertEquals([...phases].sort(), all);
});

/** What a second reason does after a first: the line of the run, or nothing. */
Deno.test("step() heeds only a stronger reason", () => {
  const strength = { fail_fast: 1, interrupt: 2, terminate: 2, hangup: 2, kill: 3 };
  const reasons = Object.keys(REASONS) as StopReason[];
  for (const first of reasons) {
    for (const second of reasons) {
      const player = new Player(planOf("a"));
      player.input("> 0 go");
      player.input(`> 1 stop ${first}`);
      const heeded = player.input(`> 2 stop ${second}`).some((line) =>
        line.includes("stopping for")
      );
      assertEquals(heeded, strength[second] > strength[first], `${first}, then ${second}`);
    }
  }
});

function check(name: string, trace: Trace): void {
  Deno.test(`step() ${name}`, () => void playTrace(trace));
}

check("stops gently, then kills after the grace, and only then ends", {
  jobs: `
    a
    b
    c after a
    d after c`,
  settings: { concurrency: 2 },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 5 stop interrupt
    5 stopping for interrupt
    5 term a#1 for run_stopping, kill at 105
    5 term b#1 for run_stopping, kill at 105
    5 cancel c#0
    5 cancel d#0
    > 6 a#1 ok
    6 cancel a#1
    > wake
    105 kill b#1 for run_stopping
    > 106 b#1 signal SIGKILL
    106 cancel b#1
    106 finished cancelled`,
});
check("goes from an interrupt to a kill, once", {
  jobs: "a",
  script: `
    > 0 go
    0 start a#1
    > 5 stop interrupt
    5 stopping for interrupt
    5 term a#1 for run_stopping, kill at 105
    > 6 stop interrupt
    > 7 stop kill
    7 stopping for kill
    7 kill a#1 for run_stopping
    > 8 stop kill
    > 9 stop hangup
    > 110 time
    > 111 a#1 signal SIGKILL
    111 cancel a#1
    111 finished cancelled`,
});
check("stops the run at the first failure where fail_fast is asked for", {
  jobs: `
    a
    b
    a2 after a
    c`,
  settings: { concurrency: 2, failFast: true },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 5 b#1 exit 1
    5 fail b#1 exit 1
    5 stopping for fail_fast
    5 term a#1 for run_stopping, kill at 105
    5 cancel a2#0
    5 cancel c#0
    > 6 a#1 signal SIGTERM
    6 cancel a#1
    6 finished failed`,
});
check("does not fail fast while a retry is left", {
  jobs: `
    a tries 2 pause 5
    b`,
  settings: { failFast: true },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 a#1 exit 1
    1 retry a#1 exit 1 until 6
    > wake
    6 start a#2
    > 7 a#2 exit 1
    7 fail a#2 exit 1
    7 stopping for fail_fast
    7 term b#1 for run_stopping, kill at 107`,
});
check("calls a run cancelled that is interrupted while it fails fast", {
  jobs: `
    a
    b`,
  settings: { failFast: true },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 stopping for fail_fast
    1 term b#1 for run_stopping, kill at 101
    > 2 stop interrupt
    2 stopping for interrupt
    > 3 b#1 signal SIGTERM
    3 cancel b#1
    3 finished cancelled`,
});
check("starts nothing of a run that was stopped before it began", {
  jobs: `
    a
    b after a`,
  script: `
    > 0 stop interrupt
    0 stopping for interrupt
    0 cancel a#0
    0 cancel b#0
    > 1 go
    1 finished cancelled`,
});
check("calls a run with skipped jobs alone completed", {
  jobs: `
    a branch main
    b`,
  script: `
    > 0 go
    0 skip a on null, wants main
    0 start b#1
    > 1 b#1 ok
    1 done b#1
    1 finished completed`,
});
