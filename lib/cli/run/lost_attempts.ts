/** What became of the attempts that were live when the orch of a run died. */
import type { Outcome } from "../../core/run/event.ts";
import { type AttemptFate, type LiveAttempt, liveAttempts } from "../../core/record/resume.ts";
import type { RunState } from "../../core/run/state.ts";
import { jobIndex } from "../../core/run/state.ts";
import { attemptName } from "../../runtime/port/attempt.ts";
import { kindOf } from "../../core/workflow/kinds.ts";
import { readEnds, type WrittenEnd } from "../../runtime/state/exit_log.ts";
import type { RunDirectory } from "../../runtime/state/run_directory.ts";
import { stopSurvivors } from "../../runtime/reaper/survivors.ts";
import type { World } from "../../runtime/port/world.ts";
import { survivorsText, unkillableText } from "../../view/past/resume.ts";
import { OutputError } from "../base/output.ts";

/** A dead run, as its files show it. */
export interface DeadRun {
  readonly state: RunState;
  readonly directory: RunDirectory;
  readonly graceMs: number;
  readonly world: World;
}

/**
 * Finds out the fate of every live attempt, and ends what is left of them. Throws an `OutputError`
 * where something cannot be ended: its work might then be done twice at a time.
 */
export async function settleLostAttempts(
  run: DeadRun,
): Promise<(attempt: LiveAttempt) => AttemptFate> {
  const { state, directory, graceMs, world } = run;
  if (state.startedAt === null || state.status !== null) return () => ({ kind: "gone" });
  const stopped = await stopSurvivors(directory.runId, {
    clock: world.clock,
    graceMs,
    live: new Set(liveAttempts(state).map(({ jobId, attempt }) => attemptName(jobId, attempt))),
    told: (count) => world.stderr.write(`${survivorsText(directory.runId, count)}\n`),
  });
  if (stopped.left.length > 0) throw new OutputError(unkillableText(stopped.left));
  return await inspectAttempts(run);
}

/** The same as it stands now: what still lives is left alone, and counts as if it had been ended. */
export async function inspectAttempts(
  run: DeadRun,
): Promise<(attempt: LiveAttempt) => AttemptFate> {
  const { state, directory } = run;
  if (liveAttempts(state).length === 0) return () => ({ kind: "gone" });
  const ends = await readEnds(directory.path);
  return (attempt) => fateOf(attempt, ends, run);
}

function fateOf(
  { jobId, attempt, since }: LiveAttempt,
  ends: ReadonlyMap<string, WrittenEnd>,
  { state, directory, world }: DeadRun,
): AttemptFate {
  const end = ends.get(`${jobId}.${attempt}`);
  if (end !== undefined && !end.wasStopped) {
    // The clock of files is coarser than ours.
    return { kind: "ended", end: { outcome: outcomeOf(end), endedAt: Math.max(since, end.at) } };
  }
  // A process or worker opens its files before it does anything; a request leaves none behind until it is over.
  const { action } = state.plan.jobs[jobIndex(state, jobId)]!;
  const opensFiles = kindOf(action).runsIn !== "orch";
  const { stdout } = directory.filesOf(jobId, attempt);
  if (opensFiles && end === undefined && world.files.stat(stdout) === null) {
    return { kind: "never_began" };
  }
  return { kind: "gone" };
}

function outcomeOf({ status }: WrittenEnd): Outcome {
  return status === 0 ? { kind: "succeeded" } : { kind: "exited", code: status };
}
