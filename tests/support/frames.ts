/** Runs and what a frame shows of them, for the tests of the live region. */
import { framePlan, liveFrame } from "../../lib/view/live/frame.ts";
import type { JobUsage } from "../../lib/view/live/rows.ts";
import { makeStyle } from "../../lib/view/text/style.ts";
import { assertEquals } from "./assert.ts";
import { text } from "./shown_text.ts";
import { Story } from "./story.ts";

export const STYLE = makeStyle({ color: false, ascii: false });
export const COLOR = makeStyle({ color: true, ascii: false });
export const ASCII = makeStyle({ color: false, ascii: true });

const OUTPUT: Readonly<Record<string, string>> = {
  "build-web.1": "rendering 812 modules, of which 790 were in the cache",
  "test-unit.1": "ok 118 – parser keeps \x1b[2J 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 apart",
  "test-e2e.1": "ECONNREFUSED 127.0.0.1:8080",
};

const USAGE: Readonly<Record<string, JobUsage>> = {
  "slow.1": { memoryBytes: 900_000, cpuPercent: 0 },
  "build-web.1": { memoryBytes: 1.2 * 2 ** 30, cpuPercent: 192.4 },
  "test-unit.1": { memoryBytes: 410 * 2 ** 20, cpuPercent: null },
};

const EXPECTED = { "build-web": 80_000, "test-unit": 31_000, package: 12_000 };

export const RETRY = {
  maxAttempts: 3,
  initialDelayMs: 4_000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

/** Twelve jobs, of which each stands somewhere else. */
export function twelveJobs(expected: Readonly<Record<string, number>> = EXPECTED): Story {
  const first = [
    "lint",
    "build-web",
    "test-unit",
    "test-e2e",
    "slow",
    "stuck",
    "x",
    "a-job-with-a-name-that-is-far-too-long",
  ];
  const story = new Story([
    ...first.map((id) => ({ id, retry: RETRY })),
    { id: "docs", conditions: { skipIfFailed: ["x"], onlyIfBranch: null } },
    { id: "package", dependencies: ["build-web", "test-unit"] },
    { id: "sign", dependencies: ["build-web", "test-unit", "slow", "stuck", "package"] },
    { id: "publish", dependencies: ["sign"] },
  ], { expected, settings: { concurrency: 8 } });
  for (const id of ["lint", "stuck", "slow", "test-e2e"]) story.start(id);
  story.pass(4_140);
  story.end("lint", { kind: "succeeded" });
  story.retry("test-e2e", { kind: "exited", code: 1 }, 70_000);
  story.start("build-web");
  story.pass(4_000);
  story.start("test-unit");
  story.start("a-job-with-a-name-that-is-far-too-long");
  story.start("x");
  story.end("x", { kind: "exited", code: 1 });
  story.skip("docs", { kind: "skip_if_failed", jobId: "x" });
  story.pass(58_000);
  story.stop("slow", "timeout", { force: false });
  story.stop("stuck", "timeout", { force: true });
  story.pass(4_000);
  return story;
}

export type FrameOptions = Parameters<typeof liveFrame>[1];

/** The frame of a run, 80 by 24 unless said. */
export function frameOf(story: Story, change: Partial<FrameOptions> = {}): string[] {
  return liveFrame(story.state, {
    now: story.now,
    columns: 80,
    rows: 24,
    style: STYLE,
    plan: framePlan(story.state.plan),
    processors: 4,
    hasUsage: true,
    lastLineOf: (jobId, attempt) => OUTPUT[`${jobId}.${attempt}`] ?? "",
    usageOf: (jobId, attempt) => USAGE[`${jobId}.${attempt}`] ?? null,
    ...change,
  });
}

/** Compares a frame with a template. */
export function check(frame: readonly string[], expected: string): void {
  assertEquals(frame.map((line) => line.trimEnd()).join("\n"), text(expected));
}

/** Jobs of which the first half has begun, and so many of those still run. */
export function manyJobs(count: number, running: number): Story {
  const ids = Array.from({ length: count }, (_, i) => `job-${i}`);
  const story = new Story(
    ids.map((id, i) => ({ id, dependencies: i < 10 ? [] : [`job-${i % 10}`] })),
    { settings: { concurrency: 50 }, expected: { "job-0": 2_000, [`job-${count - 1}`]: 4_000 } },
  );
  const begun = ids.slice(0, count / 2);
  for (const id of begun) story.start(id);
  for (const id of begun.slice(0, begun.length - running)) story.end(id, { kind: "succeeded" });
  for (const jobId of ids.slice(count / 2)) story.tell({ type: "job_queued", jobId, attempt: 1 });
  story.pass(1_000);
  return story;
}
