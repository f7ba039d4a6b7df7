/**
 * Time from "a slot is free" to "the next job runs in it": the former as the scheduler said it, the
 * latter as the job says it, by a `date` whose own start is part of the figure. Prints JSON.
 */
import { jobKinds } from "../../executors/mod.ts";
import { planJobs } from "../../lib/core/plan/plan.ts";
import { initialState, jobIndex } from "../../lib/core/run/state.ts";
import { RunLoop } from "../../lib/runtime/run/loop.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { createRunDirectory } from "../../lib/runtime/state/run_directory.ts";
import { Supervisor } from "../../lib/runtime/run/supervisor.ts";
import { sketchLimits, sketchSettings, sketchWorkflow } from "../support/workflows.ts";

const JOBS = 1000;
const folder = Deno.makeTempDirSync();
const world = realWorld();
const plan = planJobs(
  sketchWorkflow(
    Array.from(
      { length: JOBS },
      (_, i) => ({ id: `j${i}`, action: { type: "command", command: "date +%s.%N" } }),
    ),
  ),
  [
    ...Array(JOBS).keys(),
  ],
);
const state = initialState(plan);
const directory = createRunDirectory(world, `${folder}/.orch`);
const processes = await world.processes.open({
  cookie: directory.runId,
  limits: sketchLimits(),
  endsStem: null,
  notice() {},
});
const freeAt = new Map<string, number>();
const supervisor = new Supervisor({
  world,
  processes,
  executors: jobKinds,
  jobOf: (id) => plan.jobs[jobIndex(state, id)]!,
  run: directory,
  limits: sketchLimits(),
  variables: {},
  baseDirectory: folder,
  post: (input) => loop.post(input),
});
const loop = new RunLoop(state, {
  clock: world.clock,
  record() {},
  perform(event) {
    if (event.type === "job_started") freeAt.set(event.jobId, event.at);
    supervisor.perform(event);
  },
  show() {},
});
loop.post({
  type: "run_requested",
  runId: directory.runId,
  settings: sketchSettings({ concurrency: 2 }),
});
await loop.finished;
await processes.close();

const latencies: number[] = [];
for (const [id, free] of freeAt) {
  // The first jobs wait for their shells to start: that is start-up, not dispatch.
  if (id === "j0" || id === "j1") continue;
  const seconds = Number(Deno.readTextFileSync(directory.filesOf(id, 1).stdout));
  latencies.push(seconds * 1000 - free);
}
latencies.sort((a, b) => a - b);
const at = (share: number) => Number(latencies[Math.floor(share * latencies.length)]!.toFixed(2));
// deno-lint-ignore no-console -- the result
console.log(JSON.stringify({ jobs: latencies.length, p50Ms: at(0.5), p95Ms: at(0.95) }));
Deno.removeSync(folder, { recursive: true });
