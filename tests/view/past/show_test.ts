/** One run on the screen. */
import type { RunStanding } from "../../../lib/core/record/run_record.ts";
import { eventLines } from "../../../lib/view/past/events.ts";
import { showText } from "../../../lib/view/past/show.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { assertEquals } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

const PLAIN = makeStyle({ color: false, ascii: false });
const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 1_000,
  backoffFactor: 1,
  jitter: 0,
};

function shown(story: Story, standing: RunStanding, change = {}): string {
  return showText({
    runId: "20261122-103000-x7k2",
    state: story.state,
    standing,
    pid: null,
    file: "ci.yaml",
    logs: ".orch/runs/x/jobs",
    resumed: 0,
    lastHeardOf: story.events.at(-1)?.at ?? null,
    ...change,
  }, { style: PLAIN, utcOffsetMinutes: 0, now: story.now + 60_000 });
}

/** One job of every kind of end. */
function wholeRun(): Story {
  const story = new Story([
    { id: "build" },
    { id: "test", dependencies: ["build"], retry: RETRY },
    { id: "deploy", dependencies: ["test"] },
    { id: "announce", dependencies: ["deploy"] },
    { id: "docs" },
    { id: "late" },
  ], { workflow: { name: "CI\x07" } });
  story.start("build");
  story.start("docs");
  story.pass(2_000);
  story.end("build", { kind: "succeeded" });
  story.start("test");
  story.pass(500);
  story.retry("test", { kind: "timed_out", afterMs: 500 }, 1_000);
  story.pass(1_000);
  story.start("test", 2);
  story.pass(250);
  story.end("test", { kind: "exited", code: 3 });
  story.skip("deploy", { kind: "dependency", dependency: "test", cause: "test" });
  story.skip("announce", { kind: "dependency", dependency: "deploy", cause: "test" });
  story.tell({ type: "run_stopping", reason: "interrupt" });
  story.tell({ type: "job_cancelled", jobId: "late", attempt: 1 });
  story.stop("docs", "run_stopping", { force: false });
  story.end("docs", { kind: "cancelled" });
  return story;
}

Deno.test("showText() shows every kind of end, earlier attempts, and why a job did not run", () => {
  const story = wholeRun();
  story.finish("failed");
  assertEquals(
    shown(story, "failed", { resumed: 1 }),
    text(`
      run       20261122-103000-x7k2
      workflow  CI␇ (ci.yaml)
      status    failed
      time      2026-11-22 10:30:00, took 3.8s
      jobs      1 ok, 1 failed, 2 cancelled, 2 skipped
      resumed   once
      logs      .orch/runs/x/jobs
      next      orch rerun 20261122-103000-x7k2 --failed

      JOB       STATUS     ATTEMPTS  DURATION  OUTCOME
      build     success    1         2.0s
      test      failed     2         0.75s     exit code 3; before: Job timed out after 0.5 seconds
      deploy    skipped                        needs test, which did not succeed
      announce  skipped                        needs deploy, which did not run because of test
      docs      cancelled  1         3.8s
      late      cancelled                      never started
`).trimEnd() + "\n",
  );
});

/** A run in the middle of things. */
function halfRun(): Story {
  const story = new Story([
    { id: "build" },
    { id: "flaky", retry: RETRY },
    { id: "stuck" },
    { id: "next", dependencies: ["build"] },
    { id: "soon" },
  ]);
  story.start("build");
  story.start("flaky");
  story.start("stuck");
  story.tell({ type: "job_queued", jobId: "soon", attempt: 1 });
  story.pass(4_000);
  story.retry("flaky", { kind: "exited", code: 1 }, 1_000);
  story.stop("stuck", "timeout", { force: false });
  return story;
}

Deno.test("showText() shows a run that is under way, with the time that has passed", () => {
  assertEquals(
    shown(halfRun(), "running", { pid: 4711, file: null }),
    text(`
      run       20261122-103000-x7k2
      workflow  test (standard input)
      status    running (process 4711)
      time      2026-11-22 10:30:00, for 1:04 now
      jobs      0 ok, 5 open
      logs      .orch/runs/x/jobs

      JOB    STATUS   ATTEMPTS  DURATION  OUTCOME
      build  running  1         1:04
      flaky  pending  1         4.0s      attempt 2 will follow; before: exit code 1
      stuck  running  1         1:04      being stopped
      next   pending
      soon   pending                      ready to start
    `).trimEnd() + "\n",
  );
});

Deno.test("showText() does not take a job of a dead orch for one that runs", () => {
  assertEquals(
    shown(halfRun(), "unfinished", { resumed: 2 }),
    text(`
      run       20261122-103000-x7k2
      workflow  test (ci.yaml)
      status    unfinished: orch ended before the run did
      time      2026-11-22 10:30:00, last event 4.0s later
      jobs      0 ok, 5 open
      resumed   2 times
      logs      .orch/runs/x/jobs
      next      orch resume 20261122-103000-x7k2

      JOB    STATUS      ATTEMPTS  DURATION  OUTCOME
      build  unfinished  1         4.0s
      flaky  pending     1         4.0s      attempt 2 will follow; before: exit code 1
      stuck  unfinished  1         4.0s      being stopped
      next   pending
      soon   pending                         ready to start
    `).trimEnd() + "\n",
  );
});

Deno.test("showText() paints the run's status and those of its jobs", () => {
  const story = new Story([{ id: "a" }]);
  story.start("a");
  story.end("a", { kind: "succeeded" });
  story.finish("completed");
  const style = makeStyle({ color: true, ascii: false });
  const painted = showText({
    runId: "r",
    state: story.state,
    standing: "completed",
    pid: null,
    file: "f",
    logs: "l",
    resumed: 0,
    lastHeardOf: null,
  }, { style, utcOffsetMinutes: 0, now: 0 });
  const lines = escaped(painted).split("\n");
  assertEquals(lines[2], "␛[2mstatus   ␛[0m ␛[32mcompleted␛[0m");
  assertEquals(lines.at(-2), "a    ␛[32msuccess␛[0m  1         0.00s");
});

Deno.test("eventLines() has a line for every event, with date and milliseconds", () => {
  const story = wholeRun();
  story.pass(86_400_000.5);
  story.finish("cancelled");
  const lines = eventLines(story.state.plan, story.events, { style: PLAIN, utcOffsetMinutes: 60 });
  assertEquals(lines.length, story.events.length);
  assertEquals(
    [lines[0], lines[1], lines[8], lines.at(-2), lines.at(-1)],
    [
      "2026-11-22 11:30:00.000  ▶ run       CI␇: 6 jobs, 4 at a time (run 20261122-103000-x7k2)",
      "2026-11-22 11:30:00.000  ○ ready     build",
      "2026-11-22 11:30:02.500  ↻ retry     test: Job timed out after 0.5 seconds; attempt 2 in 1.0s",
      "2026-11-22 11:30:03.750  ■ cancelled docs",
      "2026-11-23 11:30:03.750  ▶ end       CANCELLED",
    ],
  );
});

Deno.test("eventLines() shows ids as they stand in a line that somebody else may have made", () => {
  const story = new Story([{ id: "a" }]);
  const lines = eventLines(story.state.plan, [
    story.events[0]!,
    { type: "job_queued", jobId: "gone\x1b[2J", attempt: 1, at: 0 },
  ], { style: PLAIN, utcOffsetMinutes: 0 });
  assertEquals(lines[1], "1970-01-01 00:00:00.000  ○ ready     gone␛[2J");
});
