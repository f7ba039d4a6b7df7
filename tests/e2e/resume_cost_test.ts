/** How long it takes until a large run goes on. */
import { assert, assertEquals } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";
import { keepHalf, manyJobs } from "../support/half_run.ts";
import { recordOf, runOf } from "../support/lives.ts";

const JOBS = 10_000;
/** The goal is one second on a quiet machine; machines of tests are not. */
const LIMIT_MS = 4_000;

Deno.test(`resume of a run of ${JOBS} jobs that is half done starts its first job soon`, async () => {
  await using project = newProject({ "w.yaml": manyJobs(JOBS) });
  await keepHalf(project.folder);
  const began = performance.now();
  const resumed = project.spawn(["resume", "--no-live"]);
  await resumed.stderr.waitFor(/▶ start/);
  const took = performance.now() - began;
  const { code } = await resumed.finished;
  const { state } = await recordOf(runOf(project));
  assertEquals([code, state.counts.success], [0, JOBS]);
  assert(took < LIMIT_MS, `after ${Math.round(took)} ms`);
});
