/** How long it takes until a large run goes on. */
import type { RunEvent } from "../../lib/core/event.ts";
import { LineEncoder } from "../../lib/core/journal_line.ts";
import { encodePlan } from "../../lib/core/plan_file.ts";
import { planJobs } from "../../lib/core/plan.ts";
import { initialState } from "../../lib/core/run_state.ts";
import { step } from "../../lib/core/scheduler.ts";
import { parseRunId, runDirectoryAt } from "../../lib/runtime/run_directory.ts";
import { hashOf, loadWorkflow } from "../../lib/runtime/load.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { newProject, type Project } from "../support/cli.ts";
import { recordOf, runOf } from "../support/lives.ts";
import { sketchSettings } from "../support/workflows.ts";

const JOBS = 10_000;
/** The goal is one second on a quiet machine; machines of tests are not. */
const LIMIT_MS = 4_000;

/** Writes down a run of the workflow of a project that died when half of its jobs were done. */
async function keepHalf(project: Project): Promise<void> {
  const file = project.path("w.yaml");
  const { workflow, bytes } = await loadWorkflow(realWorld(), file);
  assert(workflow.ok);
  const selected = [...workflow.value.jobs.keys()];
  const settings = sketchSettings({ concurrency: 2 });
  const state = initialState(planJobs(workflow.value, selected));
  const runId = parseRunId("20261122-113040-x7k2")!;
  const events: RunEvent[] = step(state, { type: "run_requested", runId, settings, at: 1 });
  for (let i = 0; state.counts.success < JOBS / 2; i++) {
    const event = events[i]!;
    if (event.type !== "job_started") continue;
    const { jobId, attempt } = event;
    const outcome = { kind: "succeeded" } as const;
    events.push(...step(state, { type: "attempt_reported", jobId, attempt, outcome, at: i }));
  }
  const directory = runDirectoryAt(project.path(`.orch/runs/${runId}`), runId);
  await Deno.mkdir(`${directory.path}/jobs`, { recursive: true, mode: 0o700 });
  const record = {
    file,
    fileHash: await hashOf(bytes!),
    baseDirectory: project.folder,
    workflow: workflow.value,
    selected,
    settings,
  };
  await Deno.writeTextFile(directory.planPath(0), encodePlan(record));
  await Deno.writeFile(directory.journalPath, new LineEncoder().encode(events, 0));
}

Deno.test(`resume of a run of ${JOBS} jobs that is half done starts its first job soon`, async () => {
  const jobs = Array.from({ length: JOBS }, (_, i) => `  - id: j${i}\n    command: "true"\n`);
  await using project = newProject({ "w.yaml": `name: large\njobs:\n${jobs.join("")}` });
  await keepHalf(project);
  const began = performance.now();
  const resumed = project.spawn(["resume", "--no-live"]);
  await resumed.stderr.waitFor(/▶ start/);
  const took = performance.now() - began;
  const { code } = await resumed.finished;
  const { state } = await recordOf(runOf(project));
  assertEquals([code, state.counts.success], [0, JOBS]);
  assert(took < LIMIT_MS, `after ${Math.round(took)} ms`);
});
