/** The permanent lines that a run leaves on a terminal. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { settledLine } from "../../../lib/view/live/permanent_lines.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { assertEquals } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

const STYLE = makeStyle({ color: false, ascii: false });
const COLOR = makeStyle({ color: true, ascii: false });

const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 4_000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

/** The permanent lines of a story, those of the events that leave one. */
function settledLines(story: Story, style = STYLE): string[] {
  return story.events.map((event: RunEvent) => settledLine(event, story.state, style))
    .filter((line) => line !== null);
}

Deno.test("settledLine leaves a line for every job that has run or was skipped, and for a stop", () => {
  const ids = ["lint", "test", "deploy", "later", "docs", "漢".repeat(13)];
  const story = new Story(ids.map((id) => ({ id, retry: RETRY })));
  story.start("lint");
  story.start("test");
  story.start("漢".repeat(13));
  story.pass(4_140);
  story.end("lint", { kind: "succeeded" });
  story.end("漢".repeat(13), { kind: "succeeded" });
  story.retry("test", { kind: "exited", code: 1 }, 1_000);
  story.start("test", 2);
  story.pass(72_000);
  story.end("test", { kind: "succeeded" });
  story.start("deploy");
  story.tell({ type: "run_stopping", reason: "kill" });
  story.end("later", { kind: "cancelled" });
  story.end("deploy", { kind: "cancelled" });
  story.skip("docs", { kind: "branch", branch: null, wanted: ["main"] });
  story.finish("cancelled");
  assertEquals(
    settledLines(story).join("\n"),
    text(`
      ▶ test: 6 jobs, 4 at a time (run 20261122-103000-x7k2)
      ✔ lint                        4.1s
      ✔ 漢漢漢漢漢漢漢漢漢漢漢漢漢    4.1s
      ✔ test                        1:12   attempt 2
      killing all running jobs now
      ■ deploy                   cancelled
      ⊘ docs                     skipped: only for branch main, and the branch is unknown`),
  );
});

Deno.test("settledLine does not count the time in which an attempt stood still, and says when a run goes on", () => {
  const story = new Story([{ id: "a" }]);
  story.start("a");
  story.pass(70_000);
  story.tell({ type: "pause_ended", pausedMs: 60_000 });
  story.end("a", { kind: "succeeded" });
  const { settings } = story.state;
  const downSince = story.now;
  story.pass(5_000);
  story.tell({
    ...{ type: "run_resumed", settings: settings!, plan: 0, downSince },
    ...{ lost: [], reset: [] },
  });
  assertEquals(settledLines(story).slice(1), [
    "✔ a                          10.0s",
    "▶ resumed test: after 5.0s (run 20261122-103000-x7k2)",
  ]);
});

Deno.test("settledLine colours a failure", () => {
  const story = new Story([{ id: "test" }]);
  story.start("test");
  story.pass(500);
  story.end("test", { kind: "not_started", why: { reason: "spawn_failed", cause: "\x1b[2J" } });
  assertEquals(settledLines(story, COLOR).map(escaped), [
    "␛[1m▶ test: 1 job, 4 at a time (run 20261122-103000-x7k2)␛[0m",
    "␛[31m✗ test                       0.50s   could not be started: ␛[2J␛[0m",
  ]);
});

Deno.test("settledLine says what is lost of an attempt, and what is left of it", () => {
  const process = { containment: "process_group", logLost: true, unkillable: [7] } as const;
  const story = new Story(["a", "b", "c"].map((id) => ({ id })));
  for (const id of ["a", "b", "c"]) story.start(id);
  story.end("a", { kind: "succeeded" }, { process });
  story.end("b", { kind: "exited", code: 1 }, { process });
  story.end("c", { kind: "cancelled" }, { process });
  const tail = "; some of its output is lost: no space left for its log" +
    "; still alive after SIGKILL: process 7";
  const lines = settledLines(story).slice(1);
  assertEquals(lines.map((line) => line.endsWith(tail)), [true, true, true], lines.join("\n"));
});
