/** Which attempts a user means who asks for the output of a run. */
import { type AttemptRecord, isLive, type RunState } from "../run/state.ts";

/** An attempt that has output. */
export interface LoggedAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly startedAt: number;
  /** What is known of its end; `null` where that is not known. */
  readonly ended: AttemptRecord | null;
}

/** Every attempt of one job, oldest first. */
export function attemptsOf(state: RunState, job: number): LoggedAttempt[] {
  const jobId = state.plan.jobs[job]!.id;
  const current = state.jobs[job]!;
  const ended = (state.attempts[job] ?? []).map((record): LoggedAttempt => ({
    jobId,
    attempt: record.attempt,
    startedAt: record.startedAt,
    ended: record,
  }));
  if (!isLive(current)) return ended;
  const { attempt, since } = current;
  return [...ended, { jobId, attempt, startedAt: since, ended: null }];
}

/** The last attempt of each job that has one, or of one job alone, in the order of their starts. */
export function lastAttempts(state: RunState, jobId: string | null): LoggedAttempt[] {
  const last = state.plan.jobs.flatMap(({ id }, job) =>
    jobId === null || id === jobId ? attemptsOf(state, job).slice(-1) : []
  );
  return last.sort((a, b) => a.startedAt - b.startedAt);
}
