/** What a run of an earlier release must still be read as. */
import type { RunRecord } from "../../lib/core/record/run_record.ts";

/** The facts of a run that no later release may read otherwise. */
export interface RunFacts {
  readonly status: string | null;
  readonly planNumber: number;
  /** How often each type of event stands in the journal. */
  readonly events: Readonly<Record<string, number>>;
  /** What became of each job, and how its attempts ended. */
  readonly jobs: Readonly<Record<string, string>>;
}

/** The facts of a run that was read. */
export function factsOf({ state, planNumber, journal }: RunRecord): RunFacts {
  const events: Record<string, number> = {};
  for (const { type } of journal.events) events[type] = (events[type] ?? 0) + 1;
  const jobs = state.plan.jobs.map(({ id }, i) => {
    const job = state.jobs[i]!;
    const attempts = (state.attempts[i] ?? []).map(({ outcome }) => outcome.kind);
    const standing = job.phase === "settled" ? job.status : job.phase;
    return [id, [standing, ...attempts].join(" ")];
  });
  return { status: state.status, planNumber, events, jobs: Object.fromEntries(jobs) };
}
