/** `orch logs RUN [JOB]`: what jobs have written, as it stands or as it comes. */
import {
  attemptsOf,
  lastAttempts,
  type LoggedAttempt,
} from "../../../core/record/logged_attempts.ts";
import type { RunRecord } from "../../../core/record/run_record.ts";
import { jobIndex } from "../../../core/run/state.ts";
import { activityOf, readRun } from "../../../runtime/store/read_run.ts";
import type { World } from "../../../runtime/port/world.ts";
import { ATTEMPT_NEEDS_JOB, noAttemptText } from "../../../view/past/log_note.ts";
import { EXIT } from "../../base/exit_code.ts";
import { openFeed, say, type WantedLogs } from "../../past/log_feed.ts";
import { UsageError } from "../../base/output.ts";
import { findRun, noSuchJob, reportRun, type StoreOptions } from "../../past/stored_run.ts";

/** The flags of `orch logs`. */
export interface LogsOptions extends StoreOptions {
  readonly attempt?: number;
  readonly follow: boolean;
  readonly stderr: boolean;
}

/** Prints the output of one job or of all; exit 3 where the run could not be read to its end. */
export async function logs(
  options: LogsOptions,
  { run, job }: { readonly run: string; readonly job: string | undefined },
  world: World,
): Promise<number> {
  const { attempt = null, follow, stderr } = options;
  if (attempt !== null && job === undefined) {
    throw new UsageError(ATTEMPT_NEEDS_JOB);
  }
  const place = await findRun(run, options, world);
  const read = await readRun(place.path);
  const isWhole = reportRun(place.runId, read, world);
  if (!read.ok) return EXIT.cannotGoOn;
  if (job !== undefined && !read.record.state.plan.indexOf.has(job)) {
    throw noSuchJob(job, place.runId, read.record);
  }
  const wanted = { place, jobId: job ?? null, attempt, stderr, world };
  if (follow) {
    const { followLogs } = await import("../../past/follow_logs.ts");
    await followLogs(read.record, wanted);
  } else {
    printLogs(read.record, wanted);
  }
  return isWhole ? EXIT.ok : EXIT.cannotGoOn;
}

function printLogs(record: RunRecord, wanted: WantedLogs): void {
  const { state } = record;
  const { place, jobId, attempt, world } = wanted;
  const found = attempt === null ? lastAttempts(state, jobId) : [oneAttempt(record, wanted)];
  if (found.length === 0 && jobId !== null) {
    return say({ kind: "no_attempt", jobId, job: state.jobs[jobIndex(state, jobId)]! }, world);
  }
  const [only] = found;
  if (jobId !== null && attempt === null && only !== undefined) {
    const attempts = attemptsOf(state, jobIndex(state, jobId)).length;
    if (attempts > 1) say({ kind: "one_of", ...nameOf(only), attempts }, world);
  }
  const isRunning = activityOf(place.path).kind === "running";
  for (const one of found) {
    if (world.stdout.isBroken) return;
    openFeed(one, wanted).finish(one.ended);
    if (one.ended !== null) continue;
    say({ kind: isRunning ? "still_running" : "unfinished", ...nameOf(one) }, world);
  }
}

function oneAttempt({ state }: RunRecord, { jobId, attempt }: WantedLogs): LoggedAttempt {
  const all = attemptsOf(state, jobIndex(state, jobId!));
  const found = all.find((one) => one.attempt === attempt);
  if (found !== undefined) return found;
  throw new UsageError(noAttemptText({ jobId: jobId!, attempt: attempt! }, all.length));
}

function nameOf({ jobId, attempt }: LoggedAttempt) {
  return { jobId, attempt };
}
