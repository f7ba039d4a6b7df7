/**
 * A run as it is planned: the scheduler itself on a clock that nobody waits for. Every job succeeds
 * after its time; time limits, conditions and stops play no part.
 */
// @ts-types="../../types/std_binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { RunSettings } from "../plan/settings.ts";
import type { Input, RunEvent } from "./event.ts";
import type { Plan } from "../plan/plan.ts";
import { initialState } from "./state.ts";
import { step } from "./scheduler.ts";

/**
 * The events of a run of `plan` that begins at 0, where job number `i` takes `durationOf(i)`, which must
 * not be negative. O((V + E) log V).
 */
export function plannedEvents(
  plan: Plan,
  settings: RunSettings,
  durationOf: (job: number) => number,
): RunEvent[] {
  const state = initialState(unconditional(plan));
  const ends = new BinaryHeap<End>((a, b) => a.at - b.at || a.job - b.job);
  const events: RunEvent[] = [];
  let input: Input = { type: "run_requested", runId: "planned", settings, at: 0 };
  for (;;) {
    for (const event of step(state, input)) {
      events.push(event);
      if (event.type !== "job_started") continue;
      const job = plan.indexOf.get(event.jobId)!;
      ends.push({ at: event.at + durationOf(job), job, attempt: event.attempt });
    }
    const next = ends.pop();
    if (next === undefined) return events;
    input = {
      type: "attempt_reported",
      jobId: plan.jobs[next.job]!.id,
      attempt: next.attempt,
      outcome: { kind: "succeeded" },
      at: next.at,
    };
  }
}

interface End {
  readonly at: number;
  readonly job: number;
  readonly attempt: number;
}

function unconditional(plan: Plan): Plan {
  const jobs = plan.jobs.map((job) => ({
    ...job,
    timeoutMs: null,
    conditions: { ...job.conditions, onlyIfBranch: null },
  }));
  return { ...plan, jobs };
}
