/** Which events a status callback is told of: the six of the user's document, and the two of a run. */
import { statusEvent } from "../../../lib/view/report/status_event.ts";
import { assertEquals } from "../../support/assert.ts";
import { Story } from "../../support/story.ts";

Deno.test("statusEvent tells eight kinds of events, and leaves the others to the history", () => {
  const story = new Story([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }]);
  story.start("a");
  story.pass(100);
  story.retry("a", { kind: "exited", code: 2 }, 1_500);
  story.start("a", 2);
  story.stop("a", "timeout", { force: false });
  story.end("a", { kind: "timed_out", afterMs: 1_000 });
  story.start("b");
  story.pass(2_000);
  story.end("b", { kind: "succeeded" }, { outputs: { sum: "x" } });
  story.end("c", { kind: "cancelled" });
  story.skip("d", { kind: "skip_if_failed", jobId: "a" });
  story.finish("failed");
  const told = story.events.map((event) => statusEvent(event, story.state));
  const left = story.events.filter((_, i) => told[i] === null).map(({ type }) => type);
  assertEquals([...new Set(left)], ["job_queued", "job_stopping"]);

  const at = { run_id: "20261122-103000-x7k2" };
  const [start, early, late] = ["00.000", "00.100", "02.100"].map((seconds) => ({
    timestamp: `2026-11-22T10:30:${seconds}Z`,
    ...at,
  }));
  const failure = { attempt: 1, duration_seconds: 0.1, exit_code: 2, signal: null };
  assertEquals(told.filter((one) => one !== null), [
    ["run_started", { ...start!, workflow: "test", jobs: 4 }],
    ["job_started", { ...start!, job_id: "a", attempt: 1 }],
    ["job_retrying", {
      ...early!,
      ...failure,
      job_id: "a",
      error_message: "exit code 2",
      delay_seconds: 1.5,
    }],
    ["job_started", { ...early!, job_id: "a", attempt: 2 }],
    ["job_failed", {
      ...early!,
      job_id: "a",
      attempt: 2,
      duration_seconds: 0,
      exit_code: null,
      error_message: "Job timed out after 1 seconds",
      signal: null,
    }],
    ["job_started", { ...early!, job_id: "b", attempt: 1 }],
    ["job_completed", {
      ...late!,
      job_id: "b",
      attempt: 1,
      duration_seconds: 2,
      exit_code: 0,
      outputs: { sum: "x" },
    }],
    ["job_cancelled", {
      ...late!,
      job_id: "c",
      attempt: 0,
      duration_seconds: null,
      exit_code: null,
    }],
    ["job_skipped", { ...late!, job_id: "d", reason: "a failed" }],
    ["run_finished", {
      ...late!,
      status: "failed",
      counts: { success: 1, failed: 1, cancelled: 1, skipped: 1 },
    }],
  ]);
});
