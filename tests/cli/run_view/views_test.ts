/** The views of a run, told event by event: what each prints, and when. */
import { WAITING_MAX } from "../../../lib/cli/run_view/bounded_stream.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { text } from "../../support/shown_text.ts";
import { WatchedRun } from "../../support/watched_run.ts";

const TWO = [{ id: "a" }, { id: "b" }];

function check(run: WatchedRun, expected: string): void {
  run.show();
  assertEquals(run.said().trimEnd(), expected.startsWith("\n") ? text(expected) : expected);
}

Deno.test("plain: silence of thirty seconds is broken by a line that says what goes on", async () => {
  const run = await WatchedRun.open(TWO);
  run.story.start("a");
  run.pass(29_000);
  check(
    run,
    `
    ▶ run       test: 2 jobs, 4 at a time (run 20261122-103000-x7k2)
    ▶ start     a`,
  );
  run.pass(1_000);
  check(run, "▶ running   a for 30.0s; 0 of 2 jobs done");
  run.pass(20_000);
  run.story.start("b");
  run.pass(29_999);
  check(run, "▶ start     b");
  run.pass(1);
  check(run, "▶ running   a for 1:20, b for 30.0s; 0 of 2 jobs done");
  run.view.close();
  run.pass(120_000);
  check(run, "");
  assertEquals(run.world.clock.advance(), false, "no timer is left");
});

Deno.test("plain: nothing is said of a silence in which nothing runs", async () => {
  const run = await WatchedRun.open(TWO);
  run.said();
  run.pass(90_000);
  check(run, "");
  run.view.close();
});

Deno.test("plain: what a reader does not read is left out from a point on, and counted", async () => {
  const run = await WatchedRun.open(TWO, { flags: { verbose: true } });
  run.said();
  run.print("a", "one\ntwo\n");
  run.world.stderr.waiting = WAITING_MAX + 1;
  run.story.start("a");
  run.story.end("a", { kind: "succeeded" });
  check(run, "");
  run.world.stderr.waiting = 0;
  run.story.start("b");
  check(
    run,
    `
    … 5 lines not shown: they were not read in time
    ○ ready     b
    ▶ start     b`,
  );
  run.world.stderr.waiting = WAITING_MAX + 1;
  run.story.end("b", { kind: "succeeded" });
  run.show();
  run.view.close();
  run.view.end("the end\n");
  check(run, "… 1 line not shown: they were not read in time\nthe end");
});

Deno.test("grouped: what an attempt printed comes in one piece, under the line of its end", async () => {
  const run = await WatchedRun.open(TWO, { flags: { jobOutput: "grouped" } });
  for (const id of ["a", "b"]) run.story.start(id);
  run.print("a", "one\n\x1b[2Jtwo");
  run.print("b", "three\n");
  run.pass(5_000);
  run.said();
  run.story.end("a", { kind: "succeeded" });
  check(run, "✔ ok        a 5.0s\n  a | one\n  a | ␛[2Jtwo");
  run.story.end("b", { kind: "cancelled" });
  check(run, "■ cancelled b\n  b | three");
  run.view.close();
});

Deno.test("grouped: of what is long the end is shown, and where the rest is", async () => {
  const run = await WatchedRun.open(TWO, { flags: { jobOutput: "grouped" } });
  run.story.start("a");
  run.print("a", `${"é".repeat(50_000)}\nlast\n`);
  run.story.end("a", { kind: "succeeded" });
  run.show();
  const path = "/work/.orch/runs/x/jobs/a.1.out";
  const said = run.said().split("ok        a 0.00s\n")[1];
  assertEquals(said, `  a | … 97.7 KiB before this: ${path}\n  a | last\n`);
  run.view.close();
});

Deno.test("prefixed: lines come as they are printed, whole, and what is left before the end", async () => {
  const run = await WatchedRun.open(TWO, { flags: { jobOutput: "prefixed" } });
  for (const id of ["a", "b"]) run.story.start(id);
  run.show();
  run.said();
  run.print("a", "one\ntw");
  run.print("b", "\x1b]0;title\x07\n");
  run.pass(250);
  check(run, "  a | one\n  b | ␛]0;title␇");
  run.pass(1_000);
  check(run, "");
  run.print("a", "o\n\nthr");
  run.pass(200);
  check(run, "  a | two\n  a |");
  run.print("a", "ee");
  run.story.retry("a", { kind: "exited", code: 1 }, 1_000);
  check(run, "  a | three\n↻ retry     a: exit code 1; attempt 2 in 1.0s");
  run.story.start("a", 2);
  run.show();
  run.print("a", "again\n", 2);
  run.pass(200);
  check(run, "▶ start     a (attempt 2)\n  a | again");
  run.print("b", "unfinished");
  run.view.close();
  check(run, "  b | unfinished");
  assertEquals(run.world.clock.advance(), false, "no timer is left");
});

Deno.test("prefixed: a flood is skipped, a line without an end is cut, a cut log is followed on", async () => {
  const run = await WatchedRun.open(TWO, { flags: { jobOutput: "prefixed" } });
  run.story.start("a");
  run.show();
  run.said();
  run.print("a", `${"x".repeat(99)}\n`.repeat(5_000));
  run.pass(200);
  const flood = run.said();
  assert(flood.startsWith("  a | … 232.3 KiB not shown: /work/"), flood.slice(0, 99));
  assert(flood.length < 300_000);
  run.print("a", "y".repeat(70_000));
  run.pass(200);
  assertEquals(run.said(), `  a | ${"y".repeat(70_000)}\n`);
  run.world.files.contents.set("/work/.orch/runs/x/jobs/a.1.out", "cut\n");
  run.pass(200);
  check(run, "");
  run.print("a", "after the cut\n");
  run.pass(200);
  check(run, "  a | after the cut");
  run.view.close();
});

Deno.test("json: every event is a line on standard output, and nothing is said", async () => {
  const run = await WatchedRun.open([{ id: "a" }], { flags: { ui: "json" } });
  run.story.start("a");
  run.pass(1_500);
  run.story.end("a", { kind: "exited", code: 3 });
  run.story.finish("failed");
  run.show();
  run.view.notice({ kind: "spawn_trouble", cause: "EMFILE", parallel: 2 });
  run.view.close();
  run.view.end("words\n");
  const lines = run.world.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(
    lines.map(({ event_type, job_id }) => `${event_type} ${job_id}`),
    [
      "run_started null",
      "job_queued a",
      "job_started a",
      "job_failed a",
      "run_finished null",
      "notice null",
    ],
  );
  assertEquals(lines[3], {
    timestamp: "2026-11-22T10:30:01.500Z",
    event_type: "job_failed",
    job_id: "a",
    details: { attempt: 1, outcome: { kind: "exited", code: 3 } },
  });
  assertEquals(run.said(), "");
});

Deno.test("json: what a reader does not read is counted", async () => {
  const run = await WatchedRun.open(TWO, { flags: { ui: "json" } });
  run.world.stdout.waiting = WAITING_MAX + 1;
  run.story.start("a");
  run.show();
  run.world.stdout.waiting = 0;
  run.story.end("a", { kind: "succeeded" });
  run.show();
  const [, lost, end] = run.world.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([lost.event_type, lost.details], ["events_lost", { count: 2 }]);
  assertEquals(end.event_type, "job_completed");
});

Deno.test("quiet: nothing but the last words", async () => {
  const run = await WatchedRun.open(TWO, { flags: { quiet: true } });
  run.story.start("a");
  run.pass(90_000);
  check(run, "");
  run.view.end("words\n");
  assertEquals(run.said() + run.world.stdout.text, "words\n");
});
