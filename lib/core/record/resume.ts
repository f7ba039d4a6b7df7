/**
 * How a run goes on: from its folded state, and what became of the attempts that were live when its
 * orch ended, to the one input with which the loop begins. Jobs that succeeded stay as they are unless
 * they were asked for or have changed. Pure: whoever asks has looked at the processes and the files.
 */
import { reachableFrom } from "../base/graph.ts";
import type { RunSettings } from "../plan/settings.ts";
import type { Input, ReopenRequest, ReportedEnd, RunEvent } from "../run/event.ts";
import { withDownstream } from "./plan_file.ts";
import { isLive, type JobState, type RunState } from "../run/state.ts";
import type { Job } from "../workflow/workflow.ts";

/** What became of an attempt that was live. */
export type AttemptFate =
  /** It ended by itself, before anything stopped it, and said how. */
  | { readonly kind: "ended"; readonly end: Omit<ReportedEnd, "jobId" | "attempt"> }
  /** It was written down and then never began. */
  | { readonly kind: "never_began" }
  /** It lived on and was stopped by us. */
  | { readonly kind: "stopped" }
  /** Nothing is known. */
  | { readonly kind: "gone" };

/** Which settled jobs run again, beside those that a stop of the run cancelled. */
export type Rerun =
  | { readonly kind: "none" }
  | { readonly kind: "failed" }
  /** These jobs and all that come after them. */
  | { readonly kind: "from"; readonly jobIds: readonly string[] }
  /** These jobs alone. */
  | { readonly kind: "only"; readonly jobIds: readonly string[] };

/** What holds when a run goes on. */
export interface ResumeOptions {
  readonly runId: string;
  readonly settings: RunSettings;
  /** The number of the plan file that holds from now on. */
  readonly plan: number;
  /** The time of the last event of the journal. */
  readonly downSince: number;
  readonly rerun: Rerun;
  /** Jobs that have changed or are new, and all that come after them. */
  readonly changed: readonly string[];
  fateOf(attempt: LiveAttempt): AttemptFate;
  /** Whether doing the work of a job twice does no harm. */
  mayRunTwice(job: Job): boolean;
  /** Jobs that left traces of attempts which the journal has lost, where it is gone on with all the same. */
  readonly unrecorded?: readonly string[];
  /** What to do about attempts of jobs that must not run twice, and that did not end by themselves. */
  readonly lostOnce: "ask" | "rerun" | "assume_done";
}

/** An attempt that was live when the journal ends. */
export interface LiveAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly since: number;
}

/** How to go on. */
export type Resumption =
  /** Post this input, with the time. */
  | { readonly kind: "go_on"; readonly input: FirstInput }
  /** These jobs did not end by themselves and must not run twice: the user decides. */
  | { readonly kind: "ask"; readonly jobIds: readonly string[] }
  /** The run is over, and no job of it is to run again. */
  | { readonly kind: "nothing_to_do" };

/** The input that begins or reopens a run, without its time. */
export type FirstInput =
  | Omit<Extract<Input, { type: "run_requested" }>, "at">
  | Omit<ReopenRequest, "at">;

/** The number of the plan file that holds at the end of these events. The first one is 0. */
export function planInForce(events: readonly RunEvent[]): number {
  const last = events.findLast((event) => event.type === "run_resumed");
  return last?.plan ?? 0;
}

/** The attempts whose fate must be found out, in file order. */
export function liveAttempts({ jobs, plan }: RunState): LiveAttempt[] {
  return jobs.flatMap((job, i) =>
    isLive(job) ? [{ jobId: plan.jobs[i]!.id, attempt: job.attempt, since: job.since }] : []
  );
}

/** Decides how the run that was folded into `state` goes on. Changes nothing. O(V + E). */
export function planResume(state: RunState, options: ResumeOptions): Resumption {
  const { settings, plan, downSince } = options;
  const wanted = state.startedAt === null ? [] : jobsToReset(state, options);
  const unsure = unrecordedOnce(state, wanted, options);
  if (state.startedAt === null) return beginAnew(unsure, options);
  if (state.status !== null && wanted.length === 0) return { kind: "nothing_to_do" };
  const isAssuming = options.lostOnce === "assume_done";
  const spoken = new Set(isAssuming ? [...wanted, ...unsure] : wanted);
  const { lost, ends, ask } = sortLive(state, spoken, options);
  const stopped = stoppedOnce(state, wanted, options);
  const open = [...new Set([...ask, ...stopped, ...unsure])];
  if (options.lostOnce === "ask" && open.length > 0) return { kind: "ask", jobIds: open };
  const assumed = isAssuming ? [...new Set([...stopped, ...unsure])] : [];
  const done = new Set(assumed);
  const reset = wanted.filter((id) => !done.has(id));
  const stop = state.status === null && hasFailedFast(state, options) ? "fail_fast" : null;
  const facts = { settings, plan, downSince, lost, reset, assumed, ends, stop } as const;
  return { kind: "go_on", input: { type: "reopen_requested", ...facts } };
}

/** A run of which no line is left, or never was any, begins; what it may have done is not done again unasked. */
function beginAnew(
  unsure: readonly string[],
  { runId, settings, lostOnce }: ResumeOptions,
): Resumption {
  if (lostOnce === "ask" && unsure.length > 0) return { kind: "ask", jobIds: unsure };
  const assumed = lostOnce === "assume_done" && unsure.length > 0 ? { assumed: unsure } : {};
  return { kind: "go_on", input: { type: "run_requested", runId, settings, ...assumed } };
}

/** Jobs that would run, must not do so twice, and have run in lines that are lost. */
function unrecordedOnce(
  { plan, jobs }: RunState,
  putBack: readonly string[],
  { rerun, unrecorded = [], mayRunTwice }: ResumeOptions,
): string[] {
  const reset = new Set(putBack);
  return unrecorded.filter((id) => {
    const job = plan.indexOf.get(id);
    if (job === undefined || mayRunTwice(plan.jobs[job]!)) return false;
    // Whoever names jobs wants them to run again.
    return reset.has(id) ? rerun.kind === "none" : jobs[job]!.phase !== "settled";
  });
}

/** The ids of the jobs that are put back, in file order. */
function jobsToReset(state: RunState, options: ResumeOptions): string[] {
  const { plan, jobs } = state;
  const { rerun, changed } = options;
  const wanted = new Set(changed);
  if (rerun.kind === "from") withDownstream(plan, rerun.jobIds).forEach((id) => wanted.add(id));
  plan.jobs.forEach(({ id }, i) => {
    if (isPutBack(jobs[i]!, state, options)) wanted.add(id);
  });
  addSkippedAfter(state, wanted);
  if (rerun.kind === "only") rerun.jobIds.forEach((id) => wanted.add(id));
  return plan.jobs.flatMap(({ id }) => wanted.has(id) ? [id] : []);
}

/** Whether what became of a job asks for it to begin anew. */
function isPutBack(job: JobState, state: RunState, options: ResumeOptions): boolean {
  const { rerun } = options;
  if (job.phase === "stopping") return job.why === "run_stopping";
  if (job.phase !== "settled") return false;
  if (rerun.kind === "failed") return job.status === "failed" || job.status === "cancelled";
  if (rerun.kind !== "none" || job.status !== "cancelled") return false;
  const wasStopped = state.stopReason !== null || state.forced;
  return wasStopped && !hasFailedFast(state, options);
}

/** Those of the jobs to put back that a stop of the run cut off, and that must not run twice. */
function stoppedOnce(
  { plan, jobs, attempts }: RunState,
  putBack: readonly string[],
  { rerun, changed, mayRunTwice }: ResumeOptions,
): string[] {
  // Whoever names jobs, or has changed them, wants them to run again.
  if (rerun.kind !== "none") return [];
  const hasChanged = new Set(changed);
  return putBack.filter((id) => {
    const job = plan.indexOf.get(id)!;
    const wasCut = jobs[job]!.phase === "stopping" ||
      attempts[job]?.at(-1)?.outcome.kind === "cancelled";
    return wasCut && !hasChanged.has(id) && !mayRunTwice(plan.jobs[job]!);
  });
}

/** Whether a job has failed for which the run was to end, perhaps before it was written that it does. */
function hasFailedFast({ counts }: RunState, { rerun, settings }: ResumeOptions): boolean {
  return rerun.kind === "none" && settings.failFast && counts.failed > 0;
}

/** What was skipped because of a job that runs again may run as well. */
function addSkippedAfter({ jobs, plan }: RunState, wanted: Set<string>): void {
  const wasSkipped = (job: number) => {
    const state = jobs[job]!;
    return state.phase === "settled" && state.status === "skipped" &&
      state.reason.kind !== "branch";
  };
  const roots = [...wanted].map((id) => plan.indexOf.get(id)!);
  for (const job of reachableFrom(plan.dependents, roots, wasSkipped)) {
    wanted.add(plan.jobs[job]!.id);
  }
}

/** What to say of each live attempt. */
function sortLive(state: RunState, reset: ReadonlySet<string>, options: ResumeOptions) {
  const lost: string[] = [];
  const ends: ReportedEnd[] = [];
  const ask: string[] = [];
  for (const live of liveAttempts(state)) {
    const { jobId, attempt } = live;
    if (reset.has(jobId)) continue;
    const index = state.plan.indexOf.get(jobId)!;
    const fate = options.fateOf(live);
    if (fate.kind === "ended") {
      ends.push({ jobId, attempt, ...fate.end });
    } else if (state.jobs[index]!.phase === "stopping") {
      // Its time was up: the scheduler says so, whatever is reported.
      const endedAt = Math.max(live.since, options.downSince);
      ends.push({ jobId, attempt, outcome: { kind: "lost" }, endedAt });
    } else if (fate.kind === "never_began" || options.mayRunTwice(state.plan.jobs[index]!)) {
      lost.push(jobId);
    } else if (options.lostOnce === "rerun") {
      lost.push(jobId);
    } else if (options.lostOnce === "assume_done") {
      ends.push({ jobId, attempt, outcome: { kind: "succeeded" } });
    } else {
      ask.push(jobId);
    }
  }
  return { lost, ends, ask };
}
