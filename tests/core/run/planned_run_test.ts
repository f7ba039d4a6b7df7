/** Runs on a clock that nobody waits for. */
import { plannedEvents } from "../../../lib/core/run/planned_run.ts";
import { timelineOf } from "../../../lib/core/run/timeline.ts";
import type { RunSettings } from "../../../lib/core/plan/settings.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";
import { planOf } from "../../support/trace.ts";

function planned(
  jobs: string,
  settings: Partial<RunSettings>,
  durations: Readonly<Record<string, number>>,
): string[] {
  const plan = planOf(jobs, ({ id }) => durations[id] ?? null);
  const events = plannedEvents(
    plan,
    sketchSettings(settings),
    (job) => durations[plan.jobs[job]!.id] ?? 1,
  );
  return timelineOf(events, null).rows.map(({ jobId, status, spans }) => {
    const { from, until } = spans.find(({ kind }) => kind === "running")!;
    return `${jobId} ${status} ${from}-${until}`;
  });
}

Deno.test("plannedEvents() starts jobs as a run would", () => {
  assertEquals(
    planned("a\nb after a\nc\nd mem 9\ne mem 9", { concurrency: 2, memoryMb: 10 }, {
      a: 5,
      b: 2,
      c: 3,
      d: 1,
      e: 2,
    }),
    ["a success 0-5", "c success 0-3", "d success 5-6", "e success 3-5", "b success 5-7"],
  );
});

Deno.test("plannedEvents() knows no time limits, conditions or durations of nothing", () => {
  assertEquals(
    planned("a timeout 5\nb branch main after a\nc", {}, { a: 50, b: 0, c: 0 }),
    ["a success 0-50", "c success 0-0", "b success 50-50"],
  );
});

Deno.test("plannedEvents() ends where a job can never start", () => {
  const plan = planOf("a mem 20\nb");
  const events = plannedEvents(plan, sketchSettings({ memoryMb: 10 }), () => 1);
  assertEquals(events.at(-1)!.type, "job_completed");
});

Deno.test("plannedEvents() of 20,000 jobs takes no long time", () => {
  const count = 20_000;
  const jobs = Array.from({ length: count }, (_, i) => i < 8 ? `j${i}` : `j${i} after j${i - 8}`);
  const plan = planOf(jobs.join("\n"));
  const startedAt = performance.now();
  const events = plannedEvents(plan, sketchSettings({ concurrency: 8 }), () => 1);
  assert(performance.now() - startedAt < 5_000);
  assertEquals(events.at(-1), { type: "run_finished", status: "completed", at: count / 8 });
});
