/** What jobs wait for that have not begun: other jobs, or resources that others hold. */
import { fits } from "../core/resources.ts";
import { freeResources, type RunState, slotLimit } from "../core/run_state.ts";

/** Ids of needs that a row names. */
const MOST_NAMED = 3;

/**
 * The jobs whose wait is worth a row, the most urgent first, at most `most`: those that wait for others,
 * and those that have a slot and lack something else. A free slot is what all others wait for.
 */
export function waitingJobs(state: RunState, most: number): number[] {
  const found: number[] = [];
  const { byRank } = state.plan;
  for (let place = 0; place < byRank.length && found.length < most; place++) {
    const job = byRank[place]!;
    const { phase } = state.jobs[job]!;
    if (phase === "waiting" || (phase === "queued" && lacksResources(state, job))) found.push(job);
  }
  return found;
}

function lacksResources(state: RunState, job: number): boolean {
  return state.counts.running < slotLimit(state) &&
    !fits(state.plan.demands[job]!, freeResources(state));
}

/** What one of them waits for, as a sentence without its subject. */
export function waitText(state: RunState, job: number): string {
  if (state.jobs[job]!.phase === "queued") return `waits for ${scarceText(state, job)}`;
  const needs = openNeeds(state, job);
  const more = needs.length - MOST_NAMED;
  const named = needs.slice(0, MOST_NAMED).join(", ");
  return `waits for ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

function scarceText(state: RunState, job: number): string {
  const demand = state.plan.demands[job]!;
  const free = freeResources(state);
  if (demand.memoryMb > free.memoryMb) return `${demand.memoryMb} MB of memory`;
  if (demand.cpuPercent > free.cpuPercent) return `${demand.cpuPercent}% of a processor`;
  return "fewer jobs to run";
}

function openNeeds({ plan, jobs }: RunState, job: number): string[] {
  const { dependencies, conditions } = plan.jobs[job]!;
  const ids = new Set([...dependencies, ...conditions.skipIfFailed]);
  return [...ids].filter((id) => {
    const need = plan.indexOf.get(id);
    return need !== undefined && jobs[need]!.phase !== "settled";
  });
}
