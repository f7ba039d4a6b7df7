/**
 * Whether the jobs of a plan that was read can be planned at all: a checksum says that it is as it was
 * written, not that orch wrote it. What a workflow file may say is checked elsewhere, and with words; here
 * is only what everything that folds and schedules relies on. O(V + E).
 */
import type { Job } from "../workflow/workflow.ts";

/** Whether ids are unique, all jobs that are named exist, none waits for itself, and each may be tried. */
export function areSound(jobs: readonly Job[]): boolean {
  const ids = new Map(jobs.map(({ id }, i) => [id, i]));
  if (ids.size !== jobs.length) return false;
  const isKnown = (id: string) => ids.has(id);
  const areKnown = jobs.every(({ dependencies, conditions, retry }) =>
    retry.maxAttempts >= 1 && dependencies.every(isKnown) &&
    new Set(dependencies).size === dependencies.length &&
    conditions.skipIfFailed.every(isKnown)
  );
  return areKnown && isAcyclic(jobs, ids);
}

/** Kahn's: takes away what waits for nothing until nothing is left, or only cycles are. */
function isAcyclic(jobs: readonly Job[], ids: ReadonlyMap<string, number>): boolean {
  const needs = (job: Job) => [...new Set([...job.dependencies, ...job.conditions.skipIfFailed])];
  const open = jobs.map((job) => needs(job).length);
  const dependents: number[][] = jobs.map(() => []);
  jobs.forEach((job, i) => {
    for (const id of needs(job)) dependents[ids.get(id)!]!.push(i);
  });
  const ready = open.flatMap((count, i) => count === 0 ? [i] : []);
  for (let read = 0; read < ready.length; read++) {
    for (const next of dependents[ready[read]!]!) if (--open[next]! === 0) ready.push(next);
  }
  return ready.length === jobs.length;
}
