/** Earlier runs as people and programs see them. */
import { historyDocument, jobHistoryDocument } from "../../../lib/view/past/history_json.ts";
import {
  jobHistoryText,
  jobStatistics,
  type ListedJobRun,
  type ListedRun,
  type ListOptions,
  runsText,
} from "../../../lib/view/past/history.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { assertEquals } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";
import { START } from "../../support/story.ts";

const PLAIN: ListOptions = {
  style: makeStyle({ color: false, ascii: false }),
  utcOffsetMinutes: 0,
  now: START + 90_000,
};

function run(runId: string, change: Partial<ListedRun> = {}): ListedRun {
  return {
    runId,
    workflow: "ci",
    file: "/work/ci.yaml",
    status: "completed",
    startedAt: START,
    finishedAt: START + 12_300,
    wallMs: 12_300,
    idleMs: 0,
    ...{ success: 9, failed: 0, cancelled: 0, skipped: 0, open: 0 },
    path: `/work/.orch/runs/${runId}`,
    ...change,
  };
}

const GOES_ON = { finishedAt: null, wallMs: null } as const;

Deno.test("runsText() lists runs in columns, however wide their names and whatever is known", () => {
  const runs = [
    run("r7", { status: "running", ...GOES_ON, success: 1200, open: 3 }),
    run("r6", { status: "unfinished", ...GOES_ON, open: 8, success: 1 }),
    run("r5", {
      wallMs: 2_300,
      status: "failed",
      failed: 1,
      skipped: 2,
      workflow: "日本語 の テスト",
    }),
    run("r4", { status: "cancelled", cancelled: 4, workflow: "x".repeat(40) }),
    run("r3", { workflow: "evil\x1b[2J\nname" }),
    run("r2", { status: "damaged", workflow: null, startedAt: null, ...GOES_ON, success: 0 }),
  ];
  assertEquals(
    runsText(runs, PLAIN),
    text(`
      RUN  WORKFLOW                        STARTED              STATUS      DURATION  JOBS
      r7   ci                              2026-11-22 10:30:00  running     1:30      1,200 ok, 3 open
      r6   ci                              2026-11-22 10:30:00  unfinished            1 ok, 8 open
      r5   日本語 の テスト                2026-11-22 10:30:00  failed      2.3s      9 ok, 1 failed, 2 skipped
      r4   xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…  2026-11-22 10:30:00  cancelled   12.3s     9 ok, 4 cancelled
      r3   evil␛[2J␊name                   2026-11-22 10:30:00  completed   12.3s     9 ok
      r2                                                        damaged
    `).trimEnd() + "\n",
  );
});

Deno.test("runsText() paints the status alone, and tells local time", () => {
  const style = makeStyle({ color: true, ascii: false });
  const shown = runsText([run("r1", { status: "failed", failed: 1 })], {
    ...PLAIN,
    style,
    utcOffsetMinutes: 60,
  });
  assertEquals(
    escaped(shown),
    text(`
      ␛[2mRUN  WORKFLOW  STARTED              STATUS  DURATION  JOBS␛[0m
      r1   ci        2026-11-22 11:30:00  ␛[31mfailed␛[0m  12.3s     9 ok, 1 failed
    `).trimEnd() + "\n",
  );
});

function jobRun(runId: string, durationMs: number, change: Partial<ListedJobRun> = {}) {
  return {
    runId,
    status: "success",
    attempts: 1,
    startedAt: START as number | null,
    durationMs,
    peakMemoryMb: null,
    ...change,
  };
}

Deno.test("jobHistoryText() lists a job over time and sums it up", () => {
  const runs = [
    jobRun("r4", 4_000, { peakMemoryMb: 312.4 }),
    jobRun("r3", 90_000, { status: "failed", attempts: 3 }),
    jobRun("r2", 0, { status: "skipped", attempts: 0, startedAt: null }),
    jobRun("r1", 2_000),
  ];
  assertEquals(
    jobHistoryText(runs, PLAIN),
    text(`
      RUN  STARTED              STATUS   DURATION  ATTEMPTS  PEAK
      r4   2026-11-22 10:30:00  success  4.0s      1         312 MB
      r3   2026-11-22 10:30:00  failed   1:30      3
      r2                        skipped            0
      r1   2026-11-22 10:30:00  success  2.0s      1
      4 runs: successes took 2.0s (p50), 4.0s (p90), 33 % failed
    `).trimEnd() + "\n",
  );
  const last = (given: readonly ListedJobRun[]) => jobHistoryText(given, PLAIN).split("\n").at(-2);
  assertEquals(last([jobRun("r", 1, { status: "failed" })]), "1 run: no success, 100 % failed");
  assertEquals(last([jobRun("r", 0, { status: "skipped" })]), "1 run: no success");
});

Deno.test("jobStatistics() takes the nearest rank of successes, and the share of failures among what ran", () => {
  const runs = [10, 20, 30, 40].map((durationMs) => jobRun("r", durationMs));
  const failed = jobRun("r", 99, { status: "failed" });
  const skipped = jobRun("r", 0, { status: "skipped" });
  assertEquals(jobStatistics([...runs, failed, skipped]), {
    p50Ms: 20,
    p90Ms: 40,
    failedShare: 0.2,
  });
  assertEquals(jobStatistics([skipped]), { p50Ms: null, p90Ms: null, failedShare: null });
});

Deno.test("the history for programs has every fact of the list", () => {
  const unfinished = run("r1", { status: "unfinished", ...GOES_ON, open: 2 });
  assertEquals(JSON.parse(JSON.stringify(historyDocument([unfinished]))), {
    schema: "orch.history/v1",
    runs: [{
      execution_id: "r1",
      workflow: "ci",
      file: "/work/ci.yaml",
      status: "unfinished",
      start_time: "2026-11-22T10:30:00.000Z",
      end_time: null,
      duration_seconds: null,
      counts: { success: 9, failed: 0, cancelled: 0, skipped: 0, open: 2 },
      path: "/work/.orch/runs/r1",
    }],
  });
  const job = jobRun("r1", 1_234, { peakMemoryMb: 12.5 });
  assertEquals(JSON.parse(JSON.stringify(jobHistoryDocument("build", [job]))), {
    schema: "orch.job_history/v1",
    job: "build",
    p50_seconds: 1.234,
    p90_seconds: 1.234,
    failed_share: 0,
    runs: [{
      execution_id: "r1",
      status: "success",
      attempts: 1,
      start_time: "2026-11-22T10:30:00.000Z",
      duration_seconds: 1.234,
      max_memory_mb: 12.5,
    }],
  });
});
