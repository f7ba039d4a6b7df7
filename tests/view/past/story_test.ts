/** The story of a job in words. */
import type { Outcome } from "../../../lib/core/run/event.ts";
import type { JobState } from "../../../lib/core/run/state.ts";
import type { JobStory, WhyStep } from "../../../lib/core/explain/story_step.ts";
import type { ObstacleCause } from "../../../lib/core/run/obstacle.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { whyDocument, whyText } from "../../../lib/view/past/story.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";

const START = Date.UTC(2026, 10, 22, 10, 30);
const PLAIN = makeStyle({ color: false, ascii: false });
const EXIT_1: Outcome = { kind: "exited", code: 1 };
const SUCCESS: JobState = { phase: "settled", status: "success", at: 0 };

function story(steps: readonly WhyStep[], now: JobState = SUCCESS): JobStory {
  return { jobId: "test", startedAt: START, now, steps };
}

function told(step: WhyStep, now: number | null = null): string {
  const shown = whyText(story([step]), { runId: "r1", now, style: PLAIN });
  return shown.split("\n").slice(2, -1).map((line) => line.slice(11)).join("\n");
}

function need(jobId: string, status: "success" | "skipped" | "open" | "left_out", soft = false) {
  return { jobId, soft, status, at: null };
}

const NEEDS = { kind: "needs", from: START, until: START, needs: [], chain: [] } as const;
const ROOM = { waits: [], earlier: 0, later: 0 };

function room(cause: ObstacleCause, ...ids: string[]): WhyStep {
  const holders = ids.map((jobId) => ({ jobId, ms: 2_000 }));
  const waits = [{ cause, ms: 2_000, holders }];
  return { kind: "room", from: START, until: START + 2_000, report: { ...ROOM, waits } };
}

const RAN = {
  kind: "attempt",
  attempt: 1,
  from: START,
  until: START + 3_000,
  stopped: null,
} as const;

const ROWS: readonly (readonly [WhyStep, string])[] = [
  [NEEDS, "has no dependencies"],
  [{ ...NEEDS, needs: [need("a", "success")], chain: ["a"] }, "needs a"],
  [
    { ...NEEDS, until: START + 9_000, needs: [need("a", "success")], chain: ["a"] },
    "waited 9.0s for its dependencies: a",
  ],
  [
    {
      ...NEEDS,
      until: START + 9_000,
      needs: [need("a", "success"), need("b", "skipped", true), need("c", "left_out")],
      chain: ["x", "y", "a"],
    },
    "waited 9.0s for its dependencies: a, b (skip_if_failed, skipped), and a was the last\n" +
    "each of these waited for the previous one: x → y → a\n" +
    "not part of this run, so treated as done: c",
  ],
  [
    { ...NEEDS, needs: [need("c", "left_out")] },
    "not part of this run, so treated as done: c",
  ],
  [
    { ...NEEDS, until: null, needs: [need("a", "success"), need("b", "open")], chain: ["a"] },
    "waits for b; its dependencies: a, b",
  ],
  [
    {
      ...NEEDS,
      until: START + 9_000,
      needs: Array.from({ length: 9 }, (_, i) => need(`j${i}`, "success")),
      chain: Array.from({ length: 9 }, (_, i) => `j${i}`),
    },
    "waited 9.0s for its dependencies: j0, j1, j2, j3, j4, j5 and 3 more, and j8 was the last\n" +
    "each of these waited for the previous one: j0 → j1 → … → j6 → j7 → j8",
  ],
  [
    { kind: "branch", branch: "main\x1b[2J", wanted: ["main", "release/*"] },
    "the branch is main␛[2J; this job is for main, release/*",
  ],
  [
    room("slots", "a", "b"),
    "was ready, and waited 2.0s for room\n2.0s: all slots were in use, by a, b",
  ],
  [
    room("cap", "a"),
    "was ready, and waited 2.0s for room\n" +
    "2.0s: a allowed no more jobs in parallel (max_concurrent_jobs)",
  ],
  [
    room("own_cap", "a"),
    "was ready, and waited 2.0s for room\n" +
    "2.0s: it allows fewer parallel jobs than were running (max_concurrent_jobs): a",
  ],
  [
    room("memory", "a"),
    "was ready, and waited 2.0s for room\n" +
    "2.0s: too little memory was left beside a (max_memory_mb)",
  ],
  [
    room("cpu", "a"),
    "was ready, and waited 2.0s for room\n" +
    "2.0s: too little processor time was left beside a (max_cpu_percent)",
  ],
  [
    room("reservation", "wide"),
    "was ready, and waited 2.0s for room\n" +
    "2.0s: wide had been passed over too often, so nothing could start before it",
  ],
  [
    { kind: "room", from: START, until: null, report: { ...ROOM, earlier: 1, later: 2 } },
    "is ready, and waits for room\n" +
    "meanwhile 1 job with higher priority started\n" +
    "meanwhile 2 jobs with lower priority started, because they fit",
  ],
  [{ kind: "room", from: START, until: START + 4, report: ROOM }, ""],
  [{ ...RAN, outcome: EXIT_1 }, "attempt 1 ran 3.0s: exit code 1"],
  [{ ...RAN, until: null, outcome: null }, "attempt 1 runs"],
  [
    {
      ...RAN,
      outcome: { kind: "timed_out", afterMs: 1_000 },
      stopped: { why: "timeout", at: START + 1_000, killed: true },
    },
    "attempt 1 ran 3.0s: Job timed out after 1 seconds; " +
    "asked to end after 1.0s, because its time limit was over, then killed",
  ],
  [
    {
      ...RAN,
      outcome: { kind: "cancelled" },
      stopped: { why: "run_stopping", at: START + 2_000, killed: false },
    },
    "attempt 1 ran 3.0s: cancelled; asked to end after 2.0s, because the run was being stopped",
  ],
  [
    { kind: "backoff", attempt: 2, most: 3, from: START, until: START + 1_000 },
    "waits 1.0s before attempt 2 of 3",
  ],
  [
    { kind: "gave_up", at: START, why: { kind: "once" } },
    "not retried: the job has no retry_config, and the file has no max_retries",
  ],
  [
    { kind: "gave_up", at: START, why: { kind: "used_up", most: 3 } },
    "not retried: all 3 attempts were used",
  ],
  [
    { kind: "gave_up", at: START, why: { kind: "not_retried" } },
    "not retried: another attempt would not help, or could do harm",
  ],
  [
    { kind: "gave_up", at: START, why: { kind: "stopping" } },
    "not retried: the run was being stopped",
  ],
  [
    {
      kind: "skipped",
      at: START,
      reason: { kind: "dependency", dependency: "b", cause: "a" },
      chain: ["a", "b"],
      cause: { phase: "settled", status: "failed", at: 0, outcome: EXIT_1 },
    },
    "skipped: needs b, which did not run because of a; a failed: exit code 1",
  ],
  [
    {
      kind: "skipped",
      at: START,
      reason: { kind: "dependency", dependency: "a", cause: "a" },
      chain: ["a"],
      cause: {
        phase: "settled",
        status: "skipped",
        at: 0,
        reason: { kind: "branch", branch: "topic", wanted: ["main"] },
      },
    },
    "skipped: needs a, which did not succeed; a was skipped: only for branch main, and the branch is topic",
  ],
  [
    {
      kind: "skipped",
      at: START,
      reason: { kind: "dependency", dependency: "a", cause: "a" },
      chain: ["a"],
      cause: { phase: "settled", status: "cancelled", at: 0 },
    },
    "skipped: needs a, which did not succeed; a was cancelled",
  ],
  [
    {
      kind: "skipped",
      at: START,
      reason: { kind: "branch", branch: null, wanted: ["main"] },
      chain: [],
      cause: SUCCESS,
    },
    "skipped: only for branch main, and the branch is unknown",
  ],
  [{ kind: "cancelled", at: START, reason: null, failed: null }, "cancelled"],
  [
    { kind: "cancelled", at: START, reason: "interrupt", failed: null },
    "cancelled: the run was interrupted",
  ],
  [
    { kind: "cancelled", at: START, reason: "terminate", failed: null },
    "cancelled: orch was terminated (SIGTERM)",
  ],
  [
    { kind: "cancelled", at: START, reason: "hangup", failed: null },
    "cancelled: the terminal was closed, or what started orch has ended",
  ],
  [{ kind: "cancelled", at: START, reason: "kill", failed: null }, "cancelled: the run was killed"],
  [
    { kind: "cancelled", at: START, reason: "fail_fast", failed: "lint" },
    "cancelled: lint failed, and --fail-fast stopped the run",
  ],
  [{ kind: "paused", from: START, until: START + 60_000 }, "the run was paused for 1:00"],
  [
    { kind: "down", from: START, until: START + 60_000, effect: "none" },
    "orch was not running for 1:00",
  ],
  [
    { kind: "down", from: START, until: START + 60_000, effect: "lost" },
    "orch was not running for 1:00, and the current attempt was lost: it runs again",
  ],
  [
    { kind: "down", from: START, until: START + 60_000, effect: "reset" },
    "orch was not running for 1:00, and then this job was reset: it runs again",
  ],
];

for (const [step, expected] of ROWS) {
  Deno.test(`whyText says: ${expected.split("\n").at(-1)}`, () => {
    assertEquals(told(step), expected);
    // Cc are control characters; the line breaks between sentences are ours.
    assert(!/\p{Cc}/u.test(expected.replaceAll("\n", "")));
  });
}

Deno.test("whyText says of a run that is under way how long it has been so", () => {
  const now = START + 61_000;
  assertEquals(told({ ...RAN, until: null, outcome: null }, now), "attempt 1 runs for 1:01 so far");
  assertEquals(
    told({ kind: "room", from: START, until: null, report: ROOM }, now),
    "is ready, and waits 1:01 so far for room",
  );
  assertEquals(
    told({ ...NEEDS, until: null, needs: [need("b", "open")] }, now),
    "waits 1:01 so far for b",
  );
});

Deno.test("whyText is a title and a line for each piece, with the time since the start", () => {
  const steps: readonly WhyStep[] = [
    NEEDS,
    room("slots", "a"),
    { ...RAN, from: START + 2_000, until: START + 75_000, outcome: EXIT_1 },
    { kind: "gave_up", at: START + 75_000, why: { kind: "once" } },
  ];
  const failed: JobState = { phase: "settled", status: "failed", at: 0, outcome: EXIT_1 };
  assertEquals(
    whyText(story(steps, failed), { runId: "20261122-103000-x7k2", now: null, style: PLAIN }),
    text(`
      test of run 20261122-103000-x7k2: failed

         +0.00s  has no dependencies
         +0.00s  was ready, and waited 2.0s for room
                 2.0s: all slots were in use, by a
          +2.0s  attempt 1 ran 1:13: exit code 1
          +1:15  not retried: the job has no retry_config, and the file has no max_retries
    `),
  );
  const colored = whyText(story([NEEDS], failed), {
    runId: "r1",
    now: null,
    style: makeStyle({ color: true, ascii: false }),
  });
  assertEquals(
    escaped(colored),
    "␛[1mtest␛[0m of run r1: ␛[31mfailed␛[0m\n\n␛[2m   +0.00s␛[0m  has no dependencies\n",
  );
});

Deno.test("whyText says where nobody works on what is not over", () => {
  const running: JobState = { phase: "running", attempt: 1, since: START, deadline: null };
  const shown = (now: number | null) =>
    whyText(story([NEEDS], running), { runId: "r1", now, style: PLAIN });
  assertEquals(
    shown(null),
    text(`
      test of run r1: runs

         +0.00s  has no dependencies
                 orch is no longer running this run; to continue: orch resume r1
    `),
  );
  assertEquals(shown(START).includes("any more"), false);
});

Deno.test("whyText has a word for each way in which a job may stand", () => {
  const words = ([
    { phase: "waiting", unmet: 1 },
    { phase: "queued", attempt: 1, since: 0 },
    { phase: "backing_off", attempt: 2, until: 0, outcome: EXIT_1 },
    { phase: "running", attempt: 1, since: 0, deadline: null },
    {
      phase: "stopping",
      attempt: 1,
      since: 0,
      why: "timeout",
      force: false,
      forceAt: null,
    },
    SUCCESS,
    { phase: "settled", status: "cancelled", at: 0 },
    {
      phase: "settled",
      status: "skipped",
      at: 0,
      reason: { kind: "skip_if_failed", jobId: "a" },
    },
  ] as const).map((now) => {
    const shown = whyText(story([], now), { runId: "r", now: null, style: PLAIN });
    return shown.split("\n")[0]!.replace("test of run r: ", "");
  });
  assertEquals(words, [
    "waits for its dependencies",
    "ready, waits for room",
    "waits for its next attempt",
    "runs",
    "is being stopped",
    "succeeded",
    "cancelled",
    "skipped",
  ]);
});

Deno.test("whyDocument is the story as data", () => {
  const step: WhyStep = {
    ...RAN,
    outcome: { kind: "timed_out", afterMs: 1_000 },
    stopped: { why: "timeout", at: START + 1_000, killed: false },
  };
  assertEquals(whyDocument(story([step]), "r1"), {
    schema: "orch.why/v1",
    run_id: "r1",
    job_id: "test",
    standing: "succeeded",
    steps: [{
      kind: "attempt",
      attempt: 1,
      from: "2026-11-22T10:30:00.000Z",
      until: "2026-11-22T10:30:03.000Z",
      outcome: { kind: "timed_out", after_ms: 1_000 },
      stopped: { why: "timeout", at: "2026-11-22T10:30:01.000Z", killed: false },
      words:
        "attempt 1 ran 3.0s: Job timed out after 1 seconds; asked to end after 1.0s, because its time limit was over",
    }],
  });
});
