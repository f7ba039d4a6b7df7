/** What earlier runs look like to programs. Times are ISO 8601, durations seconds. */
import { jobStatistics, type ListedJobRun, type ListedRun } from "./history.ts";
import { secondsBetween, timeText } from "../report/json.ts";

/** A list of runs, schema `orch.history/v1`. */
export function historyDocument(runs: readonly ListedRun[]): object {
  return {
    schema: "orch.history/v1",
    runs: runs.map((run) => ({
      execution_id: run.runId,
      workflow: run.workflow,
      file: run.file,
      status: run.status,
      start_time: timeText(run.startedAt),
      end_time: timeText(run.finishedAt),
      duration_seconds: secondsBetween(0, run.wallMs),
      counts: {
        success: run.success,
        failed: run.failed,
        cancelled: run.cancelled,
        skipped: run.skipped,
        open: run.open,
      },
      path: run.path,
      ...(run.isForeign && { from_elsewhere: true }),
    })),
  };
}

/** One job over time, schema `orch.job_history/v1`. */
export function jobHistoryDocument(jobId: string, runs: readonly ListedJobRun[]): object {
  const { p50Ms, p90Ms, failedShare } = jobStatistics(runs);
  return {
    schema: "orch.job_history/v1",
    job: jobId,
    p50_seconds: secondsBetween(0, p50Ms),
    p90_seconds: secondsBetween(0, p90Ms),
    failed_share: failedShare === null ? null : Number(failedShare.toFixed(4)),
    runs: runs.map((run) => ({
      execution_id: run.runId,
      status: run.status,
      attempts: run.attempts,
      start_time: timeText(run.startedAt),
      duration_seconds: secondsBetween(0, run.durationMs),
      max_memory_mb: run.peakMemoryMb,
    })),
  };
}
