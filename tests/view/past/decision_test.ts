/** Golden words for the decisions of the scheduler. */
import type { Decision } from "../../../lib/core/explain/decision.ts";
import { decisionText } from "../../../lib/view/past/decision.ts";
import { assertEquals } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";

const FULL = sketchSettings({
  concurrency: 8,
  memoryMb: 2048,
  cpuPercent: 400,
  failFast: true,
  branch: "topic\x1b[2J",
  seed: 7,
});
const NAMES = Array.from({ length: 9 }, (_, i) => `j${i}`);

/** A decision, and its line without the word it begins with. */
const ROWS: readonly (readonly [Decision, string])[] = [
  [
    { kind: "order", settings: sketchSettings(), jobIds: ["a", "b"] },
    "4 jobs at a time, seed 1; start order: a, b",
  ],
  [
    { kind: "order", settings: FULL, jobIds: NAMES },
    "8 jobs at a time, 2,048 MB to reserve, 400 % of processors to reserve, the first failure stops " +
    "the run, branch topic␛[2J, seed 7; start order: j0, j1, j2, j3, j4, j5 and 3 more",
  ],
  [
    { kind: "ready", jobId: "a", needs: 0, place: 1 },
    "a is ready: it has no dependencies; place 1 in the start order",
  ],
  [
    { kind: "ready", jobId: "b", needs: 1, place: 2 },
    "b is ready: the job it needs is done; place 2 in the start order",
  ],
  [
    { kind: "ready", jobId: "c", needs: 1_200, place: 3_000 },
    "c is ready: all 1,200 jobs it needs are done; place 3,000 in the start order",
  ],
  [{ kind: "ready_again", jobId: "a", attempt: 2 }, "a is ready again, for attempt 2"],
  [
    { kind: "start", jobId: "a", attempt: 1, running: 1, limit: 4, timeoutMs: null, passed: null },
    "a starts: it comes first; 1 of 4 run now, no time limit",
  ],
  [
    {
      kind: "start",
      jobId: "b",
      attempt: 3,
      running: 2,
      limit: 2,
      timeoutMs: 90_000,
      passed: { jobId: "big", cause: "memory", holders: ["a"] },
    },
    "b starts, attempt 3: it fits, and big before it does not: too little memory was left beside a " +
    "(max_memory_mb); 2 of 2 run now, time limit 1:30",
  ],
  [
    { kind: "hold", ready: 1, jobId: "c", obstacle: { cause: "slots", holders: ["a", "b"] } },
    "c is ready and cannot start: all slots were in use, by a, b",
  ],
  [
    { kind: "hold", ready: 12, jobId: "c", obstacle: { cause: "cap", holders: ["a"] } },
    "12 jobs, c the first of them, are ready and cannot start: a allowed no more jobs in parallel " +
    "(max_concurrent_jobs)",
  ],
  [
    {
      kind: "retry",
      jobId: "a",
      outcome: { kind: "exited", code: 2 },
      next: 2,
      most: 3,
      waitMs: 1_500,
    },
    "a is retried, attempt 2 of 3 in 1.5s: exit code 2",
  ],
  [
    {
      kind: "give_up",
      jobId: "a",
      outcome: { kind: "exited", code: 2 },
      why: { kind: "used_up", most: 3 },
    },
    "a has failed: exit code 2; not retried: all 3 attempts were used",
  ],
  [
    { kind: "skip", jobId: "b", reason: { kind: "skip_if_failed", jobId: "a" } },
    "b is skipped: a failed",
  ],
  [
    { kind: "stop", jobId: "a", why: "timeout", force: false, graceMs: 10_000 },
    "a is asked to end: its time limit is over; it is killed in 10.0s",
  ],
  [
    { kind: "stop", jobId: "a", why: "run_stopping", force: true, graceMs: null },
    "a is killed: the run is being stopped",
  ],
  [{ kind: "cancel", jobId: "a" }, "a is cancelled: the run is being stopped"],
  [{ kind: "stop_run", reason: "kill" }, "killing all running jobs now"],
  [
    {
      kind: "reopen",
      event: {
        type: "run_resumed",
        settings: sketchSettings(),
        plan: 1,
        downSince: 0,
        lost: ["a"],
        reset: ["b", "c"],
        at: 5,
      },
    },
    "4 jobs at a time, seed 1; lost attempts: a; reset: b, c",
  ],
];

for (const [decision, expected] of ROWS) {
  Deno.test(`decisionText says: ${expected.slice(0, 60)}`, () => {
    assertEquals(decisionText(decision, 10_000), `debug: ${expected}`);
  });
}
