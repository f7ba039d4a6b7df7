/** The structure of a plan in the words of the user's document: levels, critical path, parallelism. */
import { successorsOf, topologicalOrder } from "../base/graph.ts";
import type { Plan } from "./plan.ts";

/** What `orch analyze` reports about a plan. */
export interface Analysis {
  /** Ids level by level: every job stands one level after the latest it waits for. */
  readonly levels: readonly (readonly string[])[];
  /** A longest chain of jobs, from a first to a last one. */
  readonly criticalPath: readonly string[];
  /** The most jobs that stand on one level. */
  readonly maxParallelism: number;
}

/** Analyzes a plan, in O(V + E). */
export function analyzePlan(plan: Plan): Analysis {
  const levelOf = levelsOf(plan);
  const levels: string[][] = [];
  plan.jobs.forEach((job, i) => (levels[levelOf[i]!] ??= []).push(job.id));
  return {
    levels,
    criticalPath: longestChain(plan).map((i) => plan.jobs[i]!.id),
    maxParallelism: levels.reduce((widest, level) => Math.max(widest, level.length), 0),
  };
}

/** The level of each job: one after the latest it waits for, the first is 0. */
export function levelsOf({ dependents }: Plan): Int32Array {
  const levels = new Int32Array(dependents.size);
  for (const job of topologicalOrder(dependents)) {
    for (const dependent of successorsOf(dependents, job)) {
      levels[dependent] = Math.max(levels[dependent]!, levels[job]! + 1);
    }
  }
  return levels;
}

/** Follows the greatest bottom level from the first job in the start order. */
function longestChain({ dependents, byRank, bottomLevel, unmet }: Plan): number[] {
  const chain: number[] = [];
  let next = byRank.find((job) => unmet[job] === 0) ?? -1;
  while (next >= 0) {
    chain.push(next);
    const job = next;
    next = -1;
    for (const dependent of successorsOf(dependents, job)) {
      if (next < 0 || bottomLevel[dependent]! > bottomLevel[next]!) next = dependent;
    }
  }
  return chain;
}
