/** A large run that died when half of its jobs were done, written by the code that writes runs. */
import type { RunEvent } from "../../lib/core/run/event.ts";
import { LineEncoder } from "../../lib/core/record/journal_line.ts";
import { encodePlan } from "../../lib/core/record/plan_file.ts";
import { planJobs } from "../../lib/core/plan/plan.ts";
import { initialState } from "../../lib/core/run/state.ts";
import { step } from "../../lib/core/run/scheduler.ts";
import { hashOf, loadWorkflow } from "../../lib/runtime/load/load.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { parseRunId, runDirectoryAt } from "../../lib/runtime/state/run_directory.ts";
import { assert } from "./assert.ts";
import { markAsOwn } from "./state_home.ts";
import { sketchSettings } from "./workflows.ts";

/** The text of a workflow of `jobs` jobs of `true`, independent of each other. */
export function manyJobs(jobs: number): string {
  const lines = Array.from({ length: jobs }, (_, i) => `  - id: j${i}\n    command: "true"\n`);
  return `name: large\njobs:\n${lines.join("")}`;
}

/** Keeps such a run of the workflow `w.yaml` in `folder`. */
export async function keepHalf(folder: string): Promise<void> {
  const file = `${folder}/w.yaml`;
  const { workflow, bytes } = await loadWorkflow(realWorld(), file);
  assert(workflow.ok);
  const selected = [...workflow.value.jobs.keys()];
  const settings = sketchSettings({ concurrency: 2 });
  const state = initialState(planJobs(workflow.value, selected));
  const runId = parseRunId("20261122-113040-x7k2")!;
  const events: RunEvent[] = step(state, { type: "run_requested", runId, settings, at: 1 });
  for (let i = 0; state.counts.success < selected.length / 2; i++) {
    const event = events[i]!;
    if (event.type !== "job_started") continue;
    const { jobId, attempt } = event;
    const outcome = { kind: "succeeded" } as const;
    events.push(...step(state, { type: "attempt_reported", jobId, attempt, outcome, at: i }));
  }
  const directory = runDirectoryAt(`${folder}/.orch/runs/${runId}`, runId);
  await Deno.mkdir(`${directory.path}/jobs`, { recursive: true, mode: 0o700 });
  const record = {
    file,
    fileHash: await hashOf(bytes!),
    baseDirectory: folder,
    workflow: workflow.value,
    selected,
    settings,
  };
  await Deno.writeTextFile(directory.planPath(0), encodePlan(record));
  await markAsOwn(directory);
  await Deno.writeFile(directory.journalPath, new LineEncoder().encode(events, 0));
}
