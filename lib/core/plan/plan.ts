/**
 * A plan: the selected jobs as numbers, their edges as flat arrays, and the order in which ready jobs
 * start. Made once, in O(V log V + E); nothing in it changes during a run.
 */
import { median } from "../base/median.ts";
import { buildGraph, EdgeList, type Graph, inDegrees, topologicalOrder } from "../base/graph.ts";
import { atValue, type Diagnostic, diagnosticAt } from "../workflow/diagnostic.ts";
import { Bug } from "../base/bug.ts";
import type { RunSettings } from "./settings.ts";
import { type Demand, demandOf, exactlySummable } from "./resources.ts";
import type { Job, Workflow } from "../workflow/workflow.ts";

/** What a run works from. Arrays are indexed by the number of the job. */
export interface Plan {
  readonly workflow: Workflow;
  /** The selected jobs, in file order. */
  readonly jobs: readonly Job[];
  /** Where each stands in the file's list. */
  readonly fileIndex: readonly number[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** From each job to those that wait for it. */
  readonly dependents: Graph;
  /** How many jobs each waits for. */
  readonly unmet: Int32Array;
  readonly demands: readonly Demand[];
  /** Place of each job in the start order, 0 first. */
  readonly rank: Int32Array;
  /** The job at each place. */
  readonly byRank: Int32Array;
  /** How long each job is expected to take; `null` where nothing is known. */
  readonly expected: readonly (number | null)[];
  /** Work on the longest chain from the start of each job to the end of the run, in expected time. */
  readonly bottomLevel: Float64Array;
}

/** What is known about how long a job takes: any unit, the same for all; `null` where nothing is known. */
export type Expectation = (job: Job) => number | null;

/**
 * Plans the jobs at `selected` (see `selectJobs`) of a checked workflow. Jobs start in the order of
 * their bottom level: the longest chain of expected work that begins with them (list scheduling by
 * critical path, Graham 1969; Kohler 1975). Unknown durations count as the median of the known, or 1.
 */
export function planJobs(
  workflow: Workflow,
  selected: readonly number[],
  expectation: Expectation = () => null,
): Plan {
  const jobs = selected.map((index) => workflow.jobs[index]!);
  const indexOf = new Map<string, number>();
  jobs.forEach((job, i) => indexOf.set(job.id, i));
  const dependents = buildGraph(jobs.length, edgesOf(jobs, indexOf));
  const expected = jobs.map(expectation);
  const bottomLevel = bottomLevels(dependents, assumedTimes(expected));
  const byRank = Int32Array.from(jobs.keys()).sort((a, b) =>
    bottomLevel[b]! - bottomLevel[a]! || a - b
  );
  const rank = new Int32Array(jobs.length);
  byRank.forEach((job, place) => rank[job] = place);
  return {
    workflow,
    jobs,
    fileIndex: selected,
    indexOf,
    dependents,
    unmet: inDegrees(dependents),
    demands: jobs.map((job) => demandOf(job.limits)),
    rank,
    byRank,
    expected,
    bottomLevel,
  };
}

/** Jobs that need more than the whole run may use: they would wait for ever. */
export function checkFeasible(plan: Plan, settings: RunSettings): Diagnostic[] {
  const { maxMemoryMb, maxCpuPercent } = plan.workflow.global;
  return plan.jobs.flatMap((job, i) => {
    const found: Diagnostic[] = [];
    const compare = (
      resource: "memory" | "cpu",
      needed: number | null,
      available: number | null,
      said: number | null,
    ) => {
      if (needed === null || available === null) return;
      if (exactlySummable(needed) <= exactlySummable(available)) return;
      const availableFrom = said === available ? "workflow" : "machine";
      const key = resource === "memory" ? "max_memory_mb" : "max_cpu_percent";
      const place = atValue("jobs", plan.fileIndex[i]!, "resource_limits", key);
      const facts = { jobId: job.id, resource, needed, available, availableFrom } as const;
      found.push(diagnosticAt(place, { code: "E308", ...facts }));
    };
    compare("memory", job.limits.maxMemoryMb, settings.memoryMb, maxMemoryMb);
    compare("cpu", job.limits.maxCpuPercent, settings.cpuPercent, maxCpuPercent);
    return found;
  });
}

/** The edges to each job from those it waits for; where one is named as both, the dependency counts. */
function edgesOf(jobs: readonly Job[], indexOf: ReadonlyMap<string, number>): EdgeList {
  const edges = new EdgeList();
  /** The last job that has this one as a dependency. */
  const neededBy = new Int32Array(jobs.length).fill(-1);
  jobs.forEach(({ dependencies, conditions }, to) => {
    for (const id of dependencies) {
      const from = indexOf.get(id);
      if (from === undefined) continue;
      neededBy[from] = to;
      edges.add(from, to, { soft: false });
    }
    for (const id of conditions.skipIfFailed) {
      const from = indexOf.get(id);
      if (from !== undefined && neededBy[from] !== to) edges.add(from, to, { soft: true });
    }
  });
  return edges;
}

function assumedTimes(expected: readonly (number | null)[]): Float64Array {
  const otherwise = median(expected) ?? 1;
  return Float64Array.from(expected, (time) => time ?? otherwise);
}

function bottomLevels(dependents: Graph, times: Float64Array): Float64Array {
  const order = topologicalOrder(dependents);
  if (order.length < dependents.size) throw new Bug("a workflow with a cycle was planned");
  const levels = new Float64Array(dependents.size);
  for (let place = order.length - 1; place >= 0; place--) {
    const job = order[place]!;
    let longest = 0;
    for (let k = dependents.start[job]!; k < dependents.start[job + 1]!; k++) {
      longest = Math.max(longest, levels[dependents.to[k]!]!);
    }
    levels[job] = times[job]! + longest;
  }
  return levels;
}
