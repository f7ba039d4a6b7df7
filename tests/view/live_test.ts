/** Frames of the live region: what they show, and that they fit. */
import type { RunEvent } from "../../lib/core/event.ts";
import { liveFrame, MOST_LINES, settledLine } from "../../lib/view/live.ts";
import { makeStyle } from "../../lib/view/style.ts";
import { widthOf } from "../../lib/view/width.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { bestTimeOf, escaped, text } from "./golden.ts";
import { Story } from "./story.ts";

const STYLE = makeStyle({ color: false, ascii: false });
const COLOR = makeStyle({ color: true, ascii: false });
const ASCII = makeStyle({ color: false, ascii: true });

const OUTPUT: Readonly<Record<string, string>> = {
  "build/web": "rendering 812 modules, of which 790 were in the cache",
  "test-unit": "ok 118 – parser keeps \x1b[2J 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 apart",
};

const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 4_000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

/** Twelve jobs, of which each stands somewhere else. */
function twelveJobs(): Story {
  const ids = ["lint", "build/web", "test-unit", "test-e2e", "slow", "stuck", "docs", "package"];
  const more = ["a-job-with-a-name-that-is-far-too-long", "x", "y", "z"];
  const story = new Story([...ids, ...more].map((id) => ({ id, retry: RETRY })));
  for (const id of ["lint", "stuck", "slow", "test-e2e"]) story.start(id);
  story.pass(4_140);
  story.end("lint", { kind: "succeeded" });
  story.retry("test-e2e", { kind: "exited", code: 1 }, 70_000);
  story.start("build/web");
  story.pass(4_000);
  story.start("test-unit");
  story.start("a-job-with-a-name-that-is-far-too-long");
  story.start("x");
  story.end("x", { kind: "exited", code: 1 });
  story.skip("docs", { kind: "skip_if_failed", jobId: "x" });
  story.stop("slow", "timeout", { force: false });
  story.stop("stuck", "timeout", { force: true });
  story.pass(62_000);
  return story;
}

function frameOf(
  story: Story,
  size: { readonly columns: number; readonly rows?: number },
  style = STYLE,
): string[] {
  return liveFrame(story.state, {
    now: story.now,
    rows: 24,
    ...size,
    style,
    lastLineOf: (jobId) => OUTPUT[jobId] ?? "",
  });
}

Deno.test("liveFrame at 80 columns", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 80 }).join("\n"),
    text(`
      ■ slow                        1:10  stopping
      ■ stuck                       1:10  killed
      ▶ build/web                   1:06  │ rendering 812 modules, of which 790 were…
      ▶ test-unit                   1:02  │ ok 118 – parser keeps ␛[2J 漢字漢字漢字…
      ▶ a-job-with-a-name-that-…    1:02
      ↻ test-e2e                  attempt 2/3 in 4.0s (exit code 1)
      3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10`),
  );
});

Deno.test("liveFrame at 40 columns", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 40 }).join("\n"),
    text(`
      ■ slow                        1:10
      ■ stuck                       1:10
      ▶ build/web                   1:06
      ▶ test-unit                   1:02
      ▶ a-job-with-a-name-that-…    1:02
      ↻ test-e2e                  attempt 2/…
      3/12 done · 5 running · 1 retrying · 1…`),
  );
});

Deno.test("liveFrame at 20 columns still shows names and durations", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 20 }).join("\n"),
    text(`
      ■ slow         1:10
      ■ stuck        1:10
      ▶ build/web    1:06
      ▶ test-unit    1:02
      ▶ a-job-wi…    1:02
      ↻ test-e2e   attem…
      3/12 done · 5 runn…`),
  );
});

Deno.test("liveFrame at 200 columns", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 200 }).join("\n"),
    text(`
      ■ slow                        1:10  stopping
      ■ stuck                       1:10  killed
      ▶ build/web                   1:06  │ rendering 812 modules, of which 790 were in the cache
      ▶ test-unit                   1:02  │ ok 118 – parser keeps ␛[2J 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 apart
      ▶ a-job-with-a-name-that-…    1:02
      ↻ test-e2e                  attempt 2/3 in 4.0s (exit code 1)
      3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10`),
  );
});

Deno.test("liveFrame in colour", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 80 }, COLOR).map(escaped).join("\n"),
    text(`
      ␛[33m■␛[0m slow                        1:10  stopping
      ␛[33m■␛[0m stuck                       1:10  killed
      ␛[36m▶␛[0m build/web                   1:06  ␛[2m│ rendering 812 modules, of which 790 were…␛[0m
      ␛[36m▶␛[0m test-unit                   1:02  ␛[2m│ ok 118 – parser keeps ␛[2J 漢字漢字漢字…␛[0m
      ␛[36m▶␛[0m a-job-with-a-name-that-…    1:02
      ␛[33m↻␛[0m test-e2e                  attempt 2/3 in 4.0s (exit code 1)
      3/12 done · 5 running · 1 retrying · ␛[31m1 failed␛[0m · 1 skipped   ␛[2m1:10␛[0m`),
  );
});

Deno.test("liveFrame in ASCII", () => {
  assertEquals(
    frameOf(twelveJobs(), { columns: 60 }, ASCII).join("\n"),
    text(`
      # slow                        1:10  stopping
      # stuck                       1:10  killed
      > build/web                   1:06  | rendering 812 modu...
      > test-unit                   1:02  | ok 118 – parser ke...
      > a-job-with-a-name-tha...    1:02
      ~ test-e2e                  attempt 2/3 in 4.0s (exit co...
      3/12 done | 5 running | 1 retrying | 1 failed | 1 skippe...`),
  );
});

/** A thousand jobs, of which so many run, with hostile output. */
function thousandJobs(running: number): Story {
  const ids = Array.from({ length: 1_000 }, (_, i) => `job-${i}`);
  const story = new Story(ids.map((id) => ({ id })), { settings: { concurrency: 50 } });
  for (const id of ids.slice(0, 500)) story.start(id);
  for (const id of ids.slice(0, 500 - running)) story.end(id, { kind: "succeeded" });
  story.pass(1_000);
  return story;
}

Deno.test("liveFrame of a thousand jobs is no taller than that of a few", () => {
  assertEquals(
    frameOf(thousandJobs(50), { columns: 40, rows: 8 }).join("\n"),
    text(`
      ▶ job-450     1.0s
      ▶ job-451     1.0s
      ▶ job-452     1.0s
      ▶ job-453     1.0s
      … and 46 more
      450/1000 done · 50 running   1.0s`),
  );
  assertEquals(frameOf(thousandJobs(0), { columns: 40 }), ["500/1000 done · 0 running   1.0s"]);
});

Deno.test("liveFrame shows all that runs where there is just room for it", () => {
  const heights = [13, 14, 15, 16].map((running) =>
    frameOf(thousandJobs(running), { columns: 80, rows: 50 }).slice(-2)
  );
  assertEquals(heights.map(([above]) => above!.trimEnd()), [
    "▶ job-499     1.0s",
    "▶ job-499     1.0s",
    "▶ job-499     1.0s",
    "… and 2 more",
  ]);
});

Deno.test("liveFrame fits every terminal: no line too wide, never too tall", () => {
  const hostile = "\x1b[2J漢e\u0301\r\n\u202e\x9b31m".repeat(40);
  for (const style of [STYLE, COLOR, ASCII]) {
    for (const story of [twelveJobs(), thousandJobs(50), thousandJobs(3), thousandJobs(0)]) {
      for (const columns of [1, 2, 5, 10, 20, 40, 80, 200]) {
        for (const rows of [1, 2, 3, 4, 10, 24, 100]) {
          const { state, now } = story;
          const lines = liveFrame(state, { now, columns, rows, style, lastLineOf: () => hostile });
          assert(lines.length <= Math.max(1, Math.min(MOST_LINES, rows - 2)), `${rows} rows`);
          for (const line of lines) {
            assert(widthOf(line) < columns, `${columns} columns: ${JSON.stringify(line)}`);
            // deno-lint-ignore no-control-regex -- as they are what must not be there
            const rest = line.replace(/\x1b\[[0-9]+m/g, "");
            assert(!/[\p{Cc}\u202e]/u.test(rest), JSON.stringify(line));
          }
        }
      }
    }
  }
});

Deno.test("liveFrame asks only for the output of jobs it shows", () => {
  const asked: string[] = [];
  const { state, now } = twelveJobs();
  const lastLineOf = (jobId: string) => (asked.push(jobId), "");
  liveFrame(state, { now, columns: 80, rows: 24, style: STYLE, lastLineOf });
  assertEquals(asked, ["build/web", "test-unit", "a-job-with-a-name-that-is-far-too-long"]);
});

Deno.test("liveFrame of 1,000 jobs, 50 of them running, takes less than 2 ms", () => {
  const story = thousandJobs(50);
  const { state, now } = story;
  const line = "compiling módulo/main.ts … 漢字 ".repeat(25);
  const options = { now, columns: 200, rows: 50, style: COLOR, lastLineOf: () => line };
  const ms = bestTimeOf(50, () => liveFrame(state, options));
  assert(ms < 2, `took ${ms} ms`);
});

/** The permanent lines of a story, those of the events that leave one. */
function settledLines(story: Story, style = STYLE): string[] {
  return story.events.map((event: RunEvent) => settledLine(event, story.state, style))
    .filter((line) => line !== null);
}

Deno.test("settledLine leaves a line for every job that has settled, and for a stop", () => {
  const ids = ["lint", "test", "deploy", "docs", "漢".repeat(13)];
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
  story.tell({ type: "run_stopping", reason: "kill" });
  story.end("deploy", { kind: "cancelled" });
  story.skip("docs", { kind: "branch", branch: null, wanted: ["main"] });
  story.finish("cancelled");
  assertEquals(
    settledLines(story).join("\n"),
    text(`
      ✔ lint                        4.1s
      ✔ 漢漢漢漢漢漢漢漢漢漢漢漢漢    4.1s
      ✔ test                        1:12   attempt 2
      killing all running jobs now
      ■ deploy                   cancelled
      ⊘ docs                     skipped: only for branch main, and the branch is not known`),
  );
});

Deno.test("settledLine colours a failure", () => {
  const story = new Story([{ id: "test" }]);
  story.start("test");
  story.pass(500);
  story.end("test", { kind: "not_started", why: { reason: "spawn_failed", cause: "\x1b[2J" } });
  assertEquals(settledLines(story, COLOR).map(escaped), [
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
  const tail = "; its output, or a part of it, is lost: no room for its logs" +
    "; still alive, not even KILL ends it: process 7";
  const lines = settledLines(story);
  assertEquals(lines.map((line) => line.endsWith(tail)), [true, true, true], lines.join("\n"));
});
