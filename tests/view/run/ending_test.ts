/** The end of a run on the screen. */
import { summarize } from "../../../lib/core/run/summary.ts";
import type { JobState } from "../../../lib/core/run/state.ts";
import { endText, type OutputTail } from "../../../lib/view/run/ending.ts";
import { makeStyle, type Style } from "../../../lib/view/text/style.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import type { JobSketch } from "../../support/workflows.ts";
import { escaped, text } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

const STYLE = makeStyle({ color: false, ascii: false });
const COLOR = makeStyle({ color: true, ascii: false });

function tail(output: string, omittedBytes = 0, name = "out"): OutputTail {
  return { text: output, omittedBytes, path: `.orch/runs/r1/jobs/x.1.${name}` };
}

function endOf(
  story: Story,
  tails: Readonly<Record<string, readonly OutputTail[]>> = {},
  style: Style = STYLE,
): string {
  return endText(story.state, summarize(story.state), {
    style,
    tailsOf: (jobId) => tails[jobId] ?? [],
  }).join("\n");
}

/** A run of one job that fails at once. */
function failure(job: JobSketch, outcome: Parameters<Story["end"]>[1] = EXIT_1): Story {
  const story = new Story([job]);
  story.start(job.id);
  story.pass(500);
  story.end(job.id, outcome);
  story.finish("failed");
  return story;
}

const EXIT_1 = { kind: "exited", code: 1 } as const;
const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

/** The last words below the failures. */
function lastWords(story: Story): string {
  return endOf(story).split("\n").slice(3).join("\n");
}

Deno.test("endText of a run that went well is two lines", () => {
  const story = new Story([{ id: "build" }, { id: "test", dependencies: ["build"] }]);
  story.start("build");
  story.pass(21_400);
  story.end("build", { kind: "succeeded" });
  story.start("test");
  story.pass(50_600);
  story.end("test", { kind: "succeeded" });
  story.finish("completed");
  assertEquals(
    endOf(story),
    text(`
      ✔ 2 succeeded
      1:12 wall · 1:12 of work (1.0× parallel)
      longest chain build → test`),
  );
});

/** Something of everything. */
function mixedRun(): Story {
  const ids = ["lint", "build", "test", "e2e", "package", "publish", "docs", "deploy", "notify"];
  const story = new Story(ids.map((id): JobSketch => ({
    id,
    retry: RETRY,
    dependencies: id === "test" || id === "e2e" ? ["build"] : [],
    action: { type: "command", command: id === "e2e" ? "npx playwright test\nexit" : `run ${id}` },
  })));
  story.start("lint");
  story.start("build");
  story.pass(4_000);
  story.end("lint", { kind: "succeeded" });
  story.end("build", { kind: "succeeded" });
  story.start("test");
  story.start("e2e");
  story.pass(10_000);
  story.end("test", { kind: "timed_out", afterMs: 10_000 });
  story.retry("e2e", EXIT_1, 1_000);
  story.pass(1_000);
  story.start("e2e", 2);
  story.pass(60_000);
  story.end("e2e", EXIT_1);
  story.skip("package", { kind: "dependency", dependency: "e2e", cause: "e2e" });
  story.skip("publish", { kind: "dependency", dependency: "package", cause: "e2e" });
  story.skip("docs", { kind: "branch", branch: "topic", wanted: ["main"] });
  story.skip("notify", { kind: "skip_if_failed", jobId: "test" });
  story.tell({ type: "run_stopping", reason: "interrupt" });
  story.end("deploy", { kind: "cancelled" });
  story.finish("cancelled");
  return story;
}

const MIXED_OUTPUT = {
  e2e: [tail("", 0), tail("\x1b[31mError: expect(received)\x1b[0m\n  at login.spec.ts:41\n", 900)],
  test: [tail("one\ntwo\n"), tail("warning: three", 0, "err")],
};

Deno.test("endText shows failures with their output, what did not run and why, and the numbers", () => {
  assertEquals(
    endOf(mixedRun(), MIXED_OUTPUT),
    text(`

      ──── test FAILED · Job timed out after 10 seconds · 10.0s ────────────────
      $ run test
      one
      two
      warning: three
      hint: raise 'timeout' or 'max_execution_time', or make the job faster

      ──── e2e FAILED · exit code 1 · 2 attempts · 1:10 ────────────────────────
      $ npx playwright test …
      … earlier lines: .orch/runs/r1/jobs/x.1.out
      Error: expect(received)
        at login.spec.ts:41
      ──────────────────────────────────────────────────────────────────────────
      ⊘ not run: package, publish (need e2e)
      ⊘ not run: docs (only for branch main, and the branch is topic)
      ⊘ not run: notify (test failed)
      ■ cancelled: deploy
      ✗ 2 failed (test, e2e)   ✔ 2 succeeded   ■ 1 cancelled   ⊘ 4 skipped
      1:15 wall · 1:28 of work (1.2× parallel)
      longest chain build → e2e`),
  );
});

Deno.test("endText in colour", () => {
  assertEquals(
    escaped(endOf(mixedRun(), MIXED_OUTPUT, COLOR)),
    text(`

      ␛[2m────␛[0m ␛[31mtest FAILED · Job timed out after 10 seconds · 10.0s␛[0m ␛[2m────────────────␛[0m
      ␛[2m$ run test␛[0m
      one
      two
      warning: three
      hint: raise 'timeout' or 'max_execution_time', or make the job faster

      ␛[2m────␛[0m ␛[31me2e FAILED · exit code 1 · 2 attempts · 1:10␛[0m ␛[2m────────────────────────␛[0m
      ␛[2m$ npx playwright test …␛[0m
      ␛[2m… earlier lines: .orch/runs/r1/jobs/x.1.out␛[0m
      ␛[31mError: expect(received)␛[0m
        at login.spec.ts:41
      ␛[2m──────────────────────────────────────────────────────────────────────────␛[0m
      ⊘ not run: package, publish (need e2e)
      ⊘ not run: docs (only for branch main, and the branch is topic)
      ⊘ not run: notify (test failed)
      ■ cancelled: deploy
      ␛[31m✗ 2 failed (test, e2e)␛[0m   ␛[32m✔ 2 succeeded␛[0m   ␛[33m■ 1 cancelled␛[0m   ⊘ 4 skipped
      ␛[2m1:15 wall · 1:28 of work (1.2× parallel)␛[0m
      ␛[2mlongest chain build → e2e␛[0m`),
  );
});

Deno.test("endText in ASCII", () => {
  const shown = endOf(mixedRun(), MIXED_OUTPUT, makeStyle({ color: false, ascii: true }));
  assertEquals(shown.split("\n").filter((line) => !/^[\x20-\x7e]*$/.test(line)), []);
  assertStringIncludes(shown, "\n---- e2e FAILED | exit code 1 | 2 attempts | 1:10 ----");
  assertStringIncludes(shown, "(1.2x parallel)\nlongest chain build -> e2e");
});

Deno.test("endText shows five failures and names the others", () => {
  const ids = Array.from({ length: 15 }, (_, i) => `j${i}`);
  const story = new Story(ids.map((id) => ({ id })), { settings: { concurrency: 15 } });
  for (const id of ids) story.start(id);
  for (const id of ids) story.end(id, EXIT_1);
  story.finish("failed");
  const shown = endOf(story);
  assertEquals(shown.match(/FAILED/g)!.length, 5);
  assertStringIncludes(
    shown,
    "\n\n10 more failed: j5, j6, j7, j8, j9, j10, j11, j12 and 2 more",
  );
  assertStringIncludes(
    shown,
    "\n✗ 15 failed (j0, j1, j2, j3, j4, j5, j6, j7 and 7 more)   ✔ 0 succeeded\n",
  );
});

Deno.test("endText shows the last forty lines, shared by both streams", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}\n`).join("");
  const shown = (...tails: OutputTail[]) =>
    endOf(failure({ id: "a" }), { a: tails }).split("\n").filter((line) => /line/.test(line));
  assertEquals(shown(tail(lines(40))).length, 40);
  assertEquals(shown(tail(lines(41))).slice(0, 2), [
    "… 1 earlier line: .orch/runs/r1/jobs/x.1.out",
    "line 1",
  ]);
  const both = shown(tail(lines(50)), tail(lines(50), 0, "err"));
  assertEquals(both.length, 42);
  assertEquals(both.filter((line) => line.startsWith("…")), [
    "… 30 earlier lines: .orch/runs/r1/jobs/x.1.out",
    "… 30 earlier lines: .orch/runs/r1/jobs/x.1.err",
  ]);
});

const COMMANDS: readonly (readonly [name: string, job: Partial<JobSketch>, expected: string])[] = [
  ["a command", { action: { type: "command", command: "make" } }, "$ make"],
  ["many lines", { action: { type: "command", command: "\n  make\n\n test" } }, "$ make …"],
  ["a script", { action: { type: "script", scriptPath: "./x.sh" } }, "$ ./x.sh"],
  [
    "python",
    { action: { type: "python", source: "import os\nos.x()\n" } },
    "$ python3: import os …",
  ],
  [
    "a request",
    {
      action: {
        type: "http",
        method: "POST",
        url: "https://x.org/${ID}",
        headers: {},
        body: null,
        expectStatus: [],
      },
    },
    "$ POST https://x.org/${ID}",
  ],
  ["Windows lines", { action: { type: "command", command: "a\r\nb\r\n" } }, "$ a …"],
  [
    "controls",
    { action: { type: "command", command: "echo \u202e\x7f\x9b" } },
    "$ echo �␡�",
  ],
  [
    "a very long line",
    { action: { type: "command", command: "x".repeat(5_000) } },
    `$ ${"x".repeat(199)}…`,
  ],
];

for (const [name, job, expected] of COMMANDS) {
  Deno.test(`endText shows the first line of what ran: ${name}`, () => {
    assertEquals(endOf(failure({ id: "a", ...job })).split("\n")[2], expected);
  });
}

Deno.test("endText says that there was no output, and what may help", () => {
  assertEquals(
    endOf(failure({ id: "a" }, { kind: "exited", code: 127 })),
    text(`

      ──── a FAILED · exit code 127 · 0.50s ────────────────────────────────────
      $ true
      (no output)
      hint: exit code 127 usually means that a command was not found: is it installed and on PATH?
      ──────────────────────────────────────────────────────────────────────────
      ✗ 1 failed (a)   ✔ 0 succeeded
      0.50s wall · 0.50s of work (1.0× parallel)`),
  );
});

Deno.test("endText keeps its rule in shape around wide text, and drops it where there is no room", () => {
  const rules = ["漢字".repeat(5), "x".repeat(200)].map((cause) =>
    endOf(failure({ id: "a" }, { kind: "not_started", why: { reason: "spawn_failed", cause } }))
      .split("\n")[1]
  );
  assertEquals(rules, [
    "──── a FAILED · could not be started: 漢字漢字漢字漢字漢字 · 0.50s ───────",
    `──── a FAILED · could not be started: ${"x".repeat(200)} · 0.50s ──`,
  ]);
});

/** How a run ended, and the commands that go on from there. */
const STEPS: readonly (readonly [string, Story, string])[] = [
  [
    "failed",
    failure({ id: "a" }),
    "rerun failed  orch rerun RUN --failed\nfull log      orch logs RUN a",
  ],
  [
    "was interrupted",
    mixedRun(),
    "resume        orch resume RUN\nfull log      orch logs RUN test\nwhy skipped   orch why RUN package",
  ],
];

for (const [name, story, expected] of STEPS) {
  Deno.test(`endText of a run that ${name} ends with the commands that go on from there`, () => {
    const stepsFor = (stateDirectory: string | null) =>
      endText(story.state, summarize(story.state), {
        style: STYLE,
        logs: "l",
        run: { runId: "RUN", stateDirectory },
        tailsOf: () => [],
      }).slice(-expected.split("\n").length);
    assertEquals(stepsFor(null), expected.split("\n").map((line) => `  ${line}`));
    assertEquals(
      stepsFor("/a b/it's/.orch"),
      expected.split("\n").map((line) => `  ${line} --state-dir '/a b/it'\\''s/.orch'`),
    );
  });
}

Deno.test("endText of a run that went well names no commands", () => {
  const story = new Story([{ id: "a" }]);
  story.start("a");
  story.end("a", { kind: "succeeded" });
  story.finish("completed");
  const lines = endText(story.state, summarize(story.state), {
    style: STYLE,
    run: { runId: "RUN", stateDirectory: null },
    tailsOf: () => [],
  });
  assertEquals(lines.some((line) => line.includes("orch ")), false);
});

Deno.test("endText lets no output control the terminal", () => {
  const output = "\x1b]0;t\x07 \x1b[2J \x9b1m 10%\r20%\x1b[31m";
  const foreign: OutputTail = { text: "x", omittedBytes: 1, path: "/a\x1b[2J\n/x.out" };
  assertStringIncludes(
    endOf(failure({ id: "a" }), { a: [foreign] }, COLOR),
    "… earlier lines: /a␛[2J␊/x.out",
  );
  const shown = (style: Style) => endOf(failure({ id: "a" }), { a: [tail(output)] }, style);
  assertStringIncludes(shown(STYLE), "\n␛]0;t␇ ␛[2J �1m 10%␍20%\n");
  assertStringIncludes(shown(COLOR), "\n␛]0;t␇ ␛[2J �1m 10%␍20%\x1b[31m\x1b[0m\n");
});

Deno.test("endText of a run that was cancelled before anything started", () => {
  const story = new Story([{ id: "a" }, { id: "b" }]);
  story.tell({ type: "run_stopping", reason: "terminate" });
  story.end("a", { kind: "cancelled" });
  story.end("b", { kind: "cancelled" });
  story.finish("cancelled");
  assertEquals(
    endOf(story),
    text(`
      ■ cancelled: a, b
      ✔ 0 succeeded   ■ 2 cancelled
      0.00s wall`),
  );
});

Deno.test("endText leaves out the middle of a long chain", () => {
  const ids = Array.from({ length: 6 }, (_, i) => `j${i}`);
  const story = new Story(ids.map((id, i) => ({ id, dependencies: ids.slice(i - 1, i) })));
  for (const id of ids) {
    story.start(id);
    story.pass(1_000);
    story.end(id, { kind: "succeeded" });
  }
  story.finish("completed");
  assertEquals(
    endOf(story).split("\n")[1],
    "6.0s wall · 6.0s of work (1.0× parallel)",
    "longest chain j0 → … → j4 → j5 (6 jobs)",
  );
});

Deno.test("endText of 100,000 skipped jobs is short and made at once", () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => `j${i}`);
  const story = new Story(ids.map((id) => ({ id })));
  story.start("j0");
  story.end("j0", EXIT_1);
  for (const id of ids.slice(1)) {
    story.skip(id, { kind: "dependency", dependency: "j0", cause: "j0" });
  }
  story.finish("failed");
  const startedAt = performance.now();
  const shown = lastWords(story);
  assert(performance.now() - startedAt < 1_000);
  assertStringIncludes(
    shown,
    "⊘ not run: j1, j2, j3, j4, j5, j6, j7, j8 and 99,991 more (need j0)",
  );
});

Deno.test("endText says nothing of a job that has not settled", () => {
  const waiting: JobState = { phase: "waiting", unmet: 0 };
  const { state } = new Story([{ id: "a" }]);
  assertEquals(state.jobs, [waiting]);
  assertEquals(
    endText(state, { ...summarize(state), failed: [0], skipped: [0] }, {
      style: STYLE,
      tailsOf: () => [],
    })[0],
    "",
  );
});
