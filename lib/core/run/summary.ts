/** What a finished run amounts to: the numbers and names that its report ends with. */
import { successorsOf, topologicalOrder } from "../base/graph.ts";
import { activeMs, type RunState } from "./state.ts";

/** The end of a run in facts. Times in milliseconds. */
export interface RunSummary {
  /** From the start to the end, without the time in which the run stood still. */
  readonly wallMs: number;
  /** The durations of all attempts together. */
  readonly workMs: number;
  /** The chain of successive jobs whose attempts took longest together, as ids. */
  readonly longestChain: readonly string[];
  /** Numbers of the jobs, in file order. */
  readonly failed: readonly number[];
  readonly cancelled: readonly number[];
  readonly skipped: readonly number[];
  readonly succeeded: number;
}

/** Sums up a run, in O(V + E). */
export function summarize(state: RunState): RunSummary {
  const { jobs, plan } = state;
  const withStatus = (status: string) =>
    jobs.flatMap((job, i) => job.phase === "settled" && job.status === status ? [i] : []);
  const work = plan.jobs.map((_, i) => workOf(state, i));
  return {
    wallMs: wallOf(state) ?? 0,
    workMs: work.reduce((sum, ms) => sum + ms, 0),
    longestChain: longestChain(state, work).map((i) => plan.jobs[i]!.id),
    failed: withStatus("failed"),
    cancelled: withStatus("cancelled"),
    skipped: withStatus("skipped"),
    succeeded: state.counts.success,
  };
}

/** How long a run took, without the time in which nobody worked on it; `null` until it has ended. */
export function wallOf({ startedAt, finishedAt, idleMs }: RunState): number | null {
  return startedAt === null || finishedAt === null ? null : finishedAt - startedAt - idleMs;
}

/** Time spent in the ended attempts of one job, without that in which they stood still. */
export function workOf(state: Pick<RunState, "attempts" | "pauses">, job: number): number {
  const attempts = state.attempts[job] ?? [];
  return attempts.reduce(
    (sum, { startedAt, endedAt }) => sum + activeMs(state, startedAt, endedAt),
    0,
  );
}

function longestChain({ plan }: RunState, work: readonly number[]): number[] {
  const size = work.length;
  const length = new Float64Array(size);
  const next = new Int32Array(size).fill(-1);
  for (const job of topologicalOrder(plan.dependents).toReversed()) {
    for (const dependent of successorsOf(plan.dependents, job)) {
      // What never ran is no link: a chain is of work that waited for work.
      if (work[dependent] === 0) continue;
      if (next[job]! < 0 || length[dependent]! > length[next[job]!]!) next[job] = dependent;
    }
    length[job] = work[job]! + (next[job]! < 0 ? 0 : length[next[job]!]!);
  }
  const chain: number[] = [];
  let job = length.length === 0 ? -1 : length.indexOf(length.reduce((a, b) => Math.max(a, b)));
  for (; job >= 0 && length[job]! > 0; job = next[job]!) chain.push(job);
  return chain;
}
