/** What jobs ask of the run, what is free, and whether the one fits the other. */
import type { ResourceLimits, Workflow } from "../workflow/workflow.ts";
import { evaluateExpression } from "../workflow/expression.ts";

/** What one job takes while it runs. */
export interface Demand {
  readonly memoryMb: number;
  readonly cpuPercent: number;
  /** It runs only while at most this many run, itself included. */
  readonly maxConcurrent: number;
}

/** What is left for the next job. */
export interface Free {
  /** Jobs that run now. */
  readonly running: number;
  readonly memoryMb: number;
  readonly cpuPercent: number;
}

/** Concurrency where neither the command line nor the file says anything. */
export const DEFAULT_CONCURRENCY = 4;

/** What a job with these limits reserves. */
export function demandOf(limits: ResourceLimits): Demand {
  return {
    memoryMb: exactlySummable(limits.maxMemoryMb ?? 0),
    cpuPercent: exactlySummable(limits.maxCpuPercent ?? 0),
    maxConcurrent: limits.maxConcurrentJobs ?? Infinity,
  };
}

/**
 * Rounds to 1/1024, so that sums and differences stay exact and what was taken is given back whole.
 * Demands and budgets alike, so that a job may ask for all there is.
 */
export function exactlySummable(amount: number): number {
  return Math.round(amount * 1024) / 1024;
}

/** What a job lacks beside what runs: fewer jobs, memory, processor time. */
export type Shortage = "own_cap" | "memory" | "cpu";

/** What there is too little of for a job; `null` where it fits. How many may run at all is another question. */
export function shortageOf(demand: Demand, free: Free): Shortage | null {
  if (free.running >= demand.maxConcurrent) return "own_cap";
  if (demand.memoryMb > free.memoryMb) return "memory";
  return demand.cpuPercent > free.cpuPercent ? "cpu" : null;
}

/** Whether a job fits beside what runs. */
export function fits(demand: Demand, free: Free): boolean {
  return shortageOf(demand, free) === null;
}

/** Jobs at a time: the command line's word, else the file's, else 4. Expressions were checked at load. */
export function concurrencyOf(
  workflow: Workflow,
  options: { readonly requested: number | null; readonly processors: number },
): number {
  if (options.requested !== null) return options.requested;
  const said = workflow.global.maxConcurrentJobs;
  if (said === null) return DEFAULT_CONCURRENCY;
  if (typeof said === "number") return said;
  const result = evaluateExpression(said.expression, options.processors);
  return "value" in result ? result.value : DEFAULT_CONCURRENCY;
}

/** The budget of a run: what the file allows it, as far as the machine has it. `null` is unlimited. */
export function budgetOf(said: number | null, machine: number | null): number | null {
  if (said === null) return machine;
  return machine === null ? said : Math.min(said, machine);
}
