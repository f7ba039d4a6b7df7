/** The results file, key by key. */
import {
  publicStatus,
  resultsDocument,
  type ResultsOptions,
} from "../../../lib/view/report/json.ts";
import type { JobState } from "../../../lib/core/run/state.ts";
import type { JobStatus } from "../../../lib/core/run/event.ts";
import { assertEquals } from "../../support/assert.ts";
import { START, Story } from "../../support/story.ts";

const RETRY = {
  maxAttempts: 2,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  backoffFactor: 2,
  jitter: 0,
};

/** A results document as a program reads it. */
interface Results {
  readonly jobs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly events: readonly unknown[];
  readonly [key: string]: unknown;
}

function resultsOf(story: Story, options: Partial<ResultsOptions> = {}): Results {
  const document = resultsDocument(story.state, {
    file: "ci.yml",
    events: story.events,
    outputOf: () => ({ stdout: "", stderr: "", logPath: null }),
    ...options,
  });
  return JSON.parse(JSON.stringify(document));
}

function wholeRun(): Story {
  const story = new Story([
    { id: "build", name: "Build it", tags: ["slow", "ci"] },
    { id: "test", retry: RETRY, dependencies: ["build"] },
    { id: "deploy", dependencies: ["test"] },
    { id: "late" },
  ], { workflow: { name: "CI", version: "2.1" } });
  story.start("build");
  story.pass(1_234.5678);
  story.end("build", { kind: "succeeded" }, {
    usage: { peakMemoryMb: 12.3, cpuSeconds: 0.4 },
  });
  story.start("test");
  story.pass(500);
  story.retry("test", { kind: "exited", code: 3 }, 1_000);
  story.pass(1_000);
  story.start("test", 2);
  story.pass(500);
  story.end("test", { kind: "exited", code: 4 });
  story.skip("deploy", { kind: "dependency", dependency: "test", cause: "test" });
  story.end("late", { kind: "cancelled" });
  story.finish("failed");
  return story;
}

Deno.test("resultsDocument has every key of the format", () => {
  const { events: _events, ...results } = resultsOf(wholeRun(), {
    outputOf: (jobId) => ({
      stdout: `${jobId}: out\x1b[0m`,
      stderr: "err",
      logPath: `/r/${jobId}`,
    }),
  });
  const shared = { max_memory_mb: null, cpu_seconds: null, tags: [], signal: null, stderr: "err" };
  const never = { attempts: 0, start_time: null, end_time: null, duration_seconds: null };
  assertEquals(results, {
    schema: "orch.results/v1",
    execution_id: "20261122-103000-x7k2",
    workflow: { name: "CI", version: "2.1", file: "ci.yml" },
    status: "failed",
    start_time: "2026-11-22T10:30:00.000Z",
    end_time: "2026-11-22T10:30:03.234Z",
    duration_seconds: 3.235,
    counts: { success: 1, failed: 1, cancelled: 1, skipped: 1 },
    jobs: {
      build: {
        ...shared,
        id: "build",
        name: "Build it",
        status: "success",
        attempts: 1,
        start_time: "2026-11-22T10:30:00.000Z",
        end_time: "2026-11-22T10:30:01.234Z",
        duration_seconds: 1.235,
        exit_code: 0,
        error_message: null,
        reason: null,
        stdout: "build: out\x1b[0m",
        log_path: "/r/build",
        max_memory_mb: 12.3,
        cpu_seconds: 0.4,
        tags: ["slow", "ci"],
      },
      test: {
        ...shared,
        id: "test",
        name: "test",
        status: "failed",
        attempts: 2,
        start_time: "2026-11-22T10:30:01.234Z",
        end_time: "2026-11-22T10:30:03.234Z",
        duration_seconds: 2,
        exit_code: 4,
        error_message: "exit code 4",
        reason: null,
        stdout: "test: out\x1b[0m",
        log_path: "/r/test",
      },
      deploy: {
        ...shared,
        ...never,
        id: "deploy",
        name: "deploy",
        status: "skipped",
        exit_code: null,
        error_message: null,
        reason: "needs test, which did not succeed",
        stdout: "deploy: out\x1b[0m",
        log_path: "/r/deploy",
      },
      late: {
        ...shared,
        ...never,
        id: "late",
        name: "late",
        status: "cancelled",
        exit_code: null,
        error_message: null,
        reason: null,
        stdout: "late: out\x1b[0m",
        log_path: "/r/late",
      },
    },
  });
});

Deno.test("resultsDocument tells the events in the words of the user's document", () => {
  const { events } = resultsOf(wholeRun());
  assertEquals(events.slice(0, 4), [
    {
      timestamp: "2026-11-22T10:30:00.000Z",
      event_type: "run_started",
      job_id: null,
      details: {
        run_id: "20261122-103000-x7k2",
        workflow: "CI",
        jobs: 4,
        settings: {
          concurrency: 4,
          memory_mb: null,
          cpu_percent: null,
          fail_fast: false,
          grace_ms: 10_000,
          seed: 1,
          branch: null,
        },
      },
    },
    {
      timestamp: "2026-11-22T10:30:00.000Z",
      event_type: "job_queued",
      job_id: "build",
      details: { attempt: 1 },
    },
    {
      timestamp: "2026-11-22T10:30:00.000Z",
      event_type: "job_started",
      job_id: "build",
      details: { attempt: 1, deadline: null },
    },
    {
      timestamp: "2026-11-22T10:30:01.234Z",
      event_type: "job_completed",
      job_id: "build",
      details: { attempt: 1, usage: { peak_memory_mb: 12.3, cpu_seconds: 0.4 } },
    },
  ]);
  assertEquals(events.at(-1), {
    timestamp: "2026-11-22T10:30:03.234Z",
    event_type: "run_finished",
    job_id: null,
    details: { status: "failed" },
  });
});

Deno.test("resultsDocument names the signal, the time limit and what HTTP answered", () => {
  const story = new Story([{ id: "killed" }, { id: "slow" }, { id: "fetch" }]);
  for (const id of ["killed", "slow", "fetch"]) story.start(id);
  story.pass(60_000);
  story.end("killed", { kind: "signaled", signal: "SIGKILL" });
  story.end("slow", { kind: "timed_out", afterMs: 60_000 });
  story.end("fetch", { kind: "succeeded" }, {
    http: { status: 204, firstByteMs: 125, bodyBytes: 0 },
  });
  story.finish("failed");
  const { jobs } = resultsOf(story);
  const facts = (id: string) => {
    const { exit_code, signal, error_message, http } = jobs[id]!;
    return { exit_code, signal, error_message, http };
  };
  assertEquals(facts("killed"), {
    exit_code: null,
    signal: "SIGKILL",
    error_message: "ended by SIGKILL",
    http: undefined,
  });
  assertEquals(facts("slow"), {
    exit_code: null,
    signal: null,
    error_message: "Job timed out after 60 seconds",
    http: undefined,
  });
  assertEquals(facts("fetch"), {
    exit_code: 0,
    signal: null,
    error_message: null,
    http: { status: 204, first_byte_seconds: 0.125, body_bytes: 0 },
  });
});

Deno.test("resultsDocument keeps a job called __proto__", () => {
  const story = new Story([{ id: "__proto__" }, { id: "constructor" }]);
  story.finish("completed");
  assertEquals(Object.keys(resultsOf(story).jobs), ["__proto__", "constructor"]);
  assertEquals(Object.hasOwn({}, "id"), false);
});

const STATUSES: readonly (readonly [state: JobState, status: JobStatus])[] = [
  [{ phase: "waiting", unmet: 1 }, "pending"],
  [{ phase: "queued", attempt: 1, since: START }, "pending"],
  [{ phase: "running", attempt: 1, since: START, deadline: null }, "running"],
  [
    {
      phase: "stopping",
      attempt: 1,
      since: START,
      why: "timeout",
      force: true,
      forceAt: null,
    },
    "running",
  ],
  [{ phase: "backing_off", attempt: 2, until: START, outcome: { kind: "lost" } }, "pending"],
  [{ phase: "settled", status: "success", at: START }, "success"],
  [{ phase: "settled", status: "cancelled", at: START }, "cancelled"],
  [{ phase: "settled", status: "failed", at: START, outcome: { kind: "lost" } }, "failed"],
  [
    {
      phase: "settled",
      status: "skipped",
      at: START,
      reason: { kind: "skip_if_failed", jobId: "a" },
    },
    "skipped",
  ],
];

for (const [state, status] of STATUSES) {
  Deno.test(`publicStatus of a job that is ${state.phase} is ${status}`, () => {
    assertEquals(publicStatus(state), status);
  });
}
