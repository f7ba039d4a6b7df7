/** A short soak: nothing grows with the number of jobs. The long one is `deno task soak`. */
import { assert, assertEquals } from "../support/assert.ts";
import { endedAsMeant, leaks, soak } from "../bench/soak.ts";
import { newProject } from "../support/cli.ts";

const JOBS = 1_000;

for (const allowAll of [true, false]) {
  const name = allowAll ? "all permissions" : "the permissions of deno task run";
  Deno.test(`${JOBS} jobs of all kinds with ${name}: open files, zombies and memory stay as they are`, async () => {
    await using project = newProject();
    const done = await soak({ jobs: JOBS, parallel: 4, everyMs: 25, allowAll }, project.folder);
    assert(endedAsMeant(done, JOBS), done.stderr);
    assert(done.samples.length > 20, `${done.samples.length} looks in ${done.seconds} s`);
    assertEquals(leaks(done.samples), []);
  });
}
