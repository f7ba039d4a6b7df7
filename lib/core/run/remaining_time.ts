/**
 * How long a run will still take, as far as past durations tell: never less than its longest chain,
 * never less than its work shared out over its slots, and close to the greater of the two as long as
 * nothing but slots is scarce (Graham 1969).
 */
import { median } from "../base/median.ts";
import type { Plan } from "../plan/plan.ts";
import { activeMs, isLive, type RunState } from "./state.ts";

/** The median of what is expected of the jobs of a plan, in milliseconds; `null` where nothing is known. */
export function usualMs({ expected }: Plan): number | null {
  return median(expected);
}

/**
 * Milliseconds until the end of a run, expected at `now`, in O(V). A job of which nothing is known
 * counts as `usualMs` of the plan; where that is so for most of what is left there is no answer: `null`.
 */
export function expectedRestMs(
  state: RunState,
  { now, usualMs }: { readonly now: number; readonly usualMs: number },
): number | null {
  const { plan, settings } = state;
  let [work, chain, open, known] = [0, 0, 0, 0];
  for (let i = 0; i < plan.jobs.length; i++) {
    const job = state.jobs[i]!;
    if (job.phase === "settled") continue;
    const whole = plan.expected[i] ?? usualMs;
    const done = isLive(job) ? Math.min(whole, activeMs(state, job.since, now)) : 0;
    const wait = job.phase === "backing_off" ? Math.max(0, job.until - now) : 0;
    open++;
    if (plan.expected[i] !== null) known++;
    work += whole - done;
    chain = Math.max(chain, wait + plan.bottomLevel[i]! - done);
  }
  if (open === 0 || 2 * known < open || settings === null) return null;
  return Math.max(chain, work / settings.concurrency);
}
