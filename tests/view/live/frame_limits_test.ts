/** What holds for every frame of the live region: how tall, how wide, what it asks for, what it costs. */
import { framePlan, LINES_MAX } from "../../../lib/view/live/frame.ts";
import { widthOf } from "../../../lib/view/text/width.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import {
  ASCII,
  check,
  COLOR,
  frameOf,
  manyJobs,
  RETRY,
  STYLE,
  twelveJobs,
} from "../../support/frames.ts";
import { bestTimeOf } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

Deno.test("liveFrame of a thousand jobs is as tall as that of ten: slots make its height", () => {
  for (const slots of [1, 2, 4, 8]) {
    const heights = [10, 100, 1_000].map((count) => {
      const ids = Array.from({ length: count }, (_, i) => `job-${i}`);
      const last = { id: "last", dependencies: ids };
      const story = new Story([...ids.map((id) => ({ id })), last], {
        settings: { concurrency: slots },
      });
      for (const id of ids.slice(0, slots)) story.start(id);
      for (const jobId of ids.slice(slots)) story.tell({ type: "job_queued", jobId, attempt: 1 });
      return frameOf(story, { rows: 50 }).length;
    });
    // The rule, the levels, a row for each slot, one for what waits, the totals.
    assertEquals(heights, Array(3).fill(slots + 4));
  }
});

Deno.test("liveFrame shows all that runs where there is just room for it", () => {
  const bottoms = [12, 13, 14].map((running) =>
    frameOf(manyJobs(1_000, running), { rows: 50 }).at(-2)!.trimEnd()
  );
  assertEquals(bottoms.map((line) => line.replace(/ +/g, " ")), [
    "▶ job-499 0:01",
    "▶ job-499 0:01",
    "… and 2 more running",
  ]);
});

Deno.test("liveFrame counts what has no row by what it does", () => {
  const ids = Array.from({ length: 30 }, (_, i) => `job-${i}`);
  const story = new Story(ids.map((id) => ({ id, retry: RETRY })), {
    settings: { concurrency: 20 },
  });
  for (const id of ids) story.start(id);
  for (const id of ids.slice(20)) story.retry(id, { kind: "exited", code: 1 }, 5_000);
  assertEquals(frameOf(story, { rows: 10 }).at(-2), "… and 15 more running, 10 more retrying");
  assertEquals(frameOf(story, { rows: 30 }).at(-2), "… and 7 more running, 10 more retrying");
});

Deno.test("liveFrame fits every terminal: no line too wide, never too tall", () => {
  const hostile = "\x1b[2J漢e\u0301\r\n\u202e\x9b31m".repeat(40);
  const stories = [twelveJobs(), manyJobs(1_000, 50), manyJobs(1_000, 3), new Story([])];
  const usage = { memoryBytes: 2 ** 50, cpuPercent: 12_345 };
  for (const style of [STYLE, COLOR, ASCII]) {
    for (const story of stories) {
      for (const columns of [1, 2, 5, 10, 20, 39, 40, 41, 60, 80, 200]) {
        for (const rows of [1, 2, 3, 4, 6, 8, 9, 24, 100]) {
          const said = { lastLineOf: () => hostile, usageOf: () => usage };
          const lines = frameOf(story, { columns, rows, style, ...said });
          assert(lines.length <= Math.max(1, Math.min(LINES_MAX, rows - 2)), `${rows} rows`);
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

Deno.test("liveFrame asks only for the output of jobs it shows, of the attempt that printed it", () => {
  const asked: string[] = [];
  const lastLineOf = (jobId: string, attempt: number) => (asked.push(`${jobId}.${attempt}`), "");
  frameOf(twelveJobs(), { lastLineOf });
  assertEquals(asked, [
    "build-web.1",
    "test-unit.1",
    "a-job-with-a-name-that-is-far-too-long.1",
    "test-e2e.1",
  ]);
});

Deno.test("liveFrame does not count the time in which the run stood still", () => {
  const story = new Story([{ id: "a" }, { id: "b" }], { expected: { a: 60_000, b: 10_000 } });
  story.start("a");
  story.pass(5_000);
  story.pass(100_000);
  story.tell({ type: "pause_ended", pausedMs: 100_000 });
  story.start("b");
  story.pass(2_000);
  check(
    frameOf(story, { hasUsage: false }).slice(1),
    `
    ▶ a        █░░░░░░░░░░░  0:07  ≈0:53
    ▶ b        ██░░░░░░░░░░  0:02  ≈0:08
    0/2 done · 2 running · 0 failed   0:07  ≈0:53 left`,
  );
});

Deno.test("liveFrame says what a job that is ready lacks, unless it is a slot", () => {
  const limits = { maxMemoryMb: null, maxCpuPercent: null, maxConcurrentJobs: null };
  const jobs = [
    { id: "first", limits: { ...limits, maxMemoryMb: 600, maxCpuPercent: 150 } },
    { id: "memory", limits: { ...limits, maxMemoryMb: 500 } },
    { id: "cpu", limits: { ...limits, maxCpuPercent: 100 } },
    { id: "alone", limits: { ...limits, maxConcurrentJobs: 1 } },
    { id: "slot", limits },
  ];
  const waits = (...ids: string[]) => {
    const settings = { concurrency: 2, memoryMb: 1_000, cpuPercent: 200 };
    const story = new Story(jobs, { settings });
    story.start("first");
    for (const jobId of ids) story.tell({ type: "job_queued", jobId, attempt: 1 });
    for (const job of jobs.slice(1)) {
      if (!ids.includes(job.id)) story.skip(job.id, { kind: "skip_if_failed", jobId: "first" });
    }
    return frameOf(story, { hasUsage: false }).slice(2, -1).map((line) => line.replace(/ +/g, " "));
  };
  assertEquals(waits("memory", "cpu"), [
    "○ memory waits for 500 MB of memory",
    "○ cpu waits for 100% of a processor",
  ]);
  assertEquals(waits("alone"), ["○ alone waits for fewer jobs to run"]);
  assertEquals(waits("slot"), []);
});

Deno.test("liveFrame shows the levels around the first that is not finished", () => {
  const ids = Array.from({ length: 30 }, (_, i) => `job-${i}`);
  const chain = ids.map((id, i) => ({ id, dependencies: i === 0 ? [] : [ids[i - 1]!] }));
  const strips = [0, 12, 30].map((done) => {
    const story = new Story(chain);
    for (const id of ids.slice(0, done)) {
      story.start(id);
      story.end(id, { kind: "succeeded" });
    }
    if (done < ids.length) story.start(ids[done]!);
    return frameOf(story, { columns: 60 })[1];
  });
  check(
    strips.map(String),
    `
    L0 ▶ 0/1   L1 ○ 0/1   L2 ○ 0/1   L3 ○ 0/1   …
    …   L12 ▶ 0/1   L13 ○ 0/1   L14 ○ 0/1   L15 ○ 0/1   …
    …   L26 ✔ 1/1   L27 ✔ 1/1   L28 ✔ 1/1   L29 ✔ 1/1`,
  );
});

Deno.test("liveFrame of 1,000 jobs, 50 of them running, takes less than 2 ms", () => {
  const story = manyJobs(1_000, 50);
  const line = "compiling módulo/main.ts … 漢字 ".repeat(25);
  const plan = framePlan(story.state.plan);
  const change = { columns: 200, rows: 50, style: COLOR, plan, lastLineOf: () => line };
  const ms = bestTimeOf(50, () => frameOf(story, change));
  assert(ms < 2, `took ${ms} ms`);
});
