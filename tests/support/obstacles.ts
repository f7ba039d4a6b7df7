/** What must hold between two turns of the scheduler: nothing waits that could start. */
import { firstWithoutObstacle, obstacleOf } from "../../lib/core/run/obstacle.ts";
import { isStopping, type RunState } from "../../lib/core/run/state.ts";
import { assert, assertEquals } from "./assert.ts";

/** Every ready job that did not start has something in its way. */
export function assertObstacles(state: RunState): void {
  if (state.settings === null || state.status !== null || isStopping(state)) return;
  assertEquals(firstWithoutObstacle(state), -1);
  for (const [job, { phase }] of state.jobs.entries()) {
    if (phase !== "queued") continue;
    assert(obstacleOf(state, job) !== null, `${state.plan.jobs[job]!.id} waits for nothing`);
  }
}
