/** No process of a run survives its end, whatever kills orch. */
import { assert } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";
import { Dice } from "../support/random.ts";
import { until } from "../support/pool.ts";

const GRACE_SECONDS = 0.3;

const WORKFLOW = `
name: stubborn
jobs:
  - {id: plain, command: sleep 60}
  - {id: ignores, command: "trap '' TERM; sleep 60; sleep 60"}
  - {id: children, command: "sleep 60 & (sleep 60 & sleep 60) & wait"}
  - {id: daemon, command: "setsid sh -c 'trap \\"\\" TERM; sleep 60' & sleep 60"}
  - {id: quick, command: "true"}
  - {id: leaves, command: "setsid sleep 60 & true"}
`;

/** Times that orch is killed; the long form is for a machine with time. */
const TIMES = Number(Deno.env.get("ORCH_KILL_TIMES") ?? 8);

Deno.test(`kill -9 of orch at ${TIMES} random moments leaves nothing alive after the grace and a second`, async () => {
  await using project = newProject({ "w.yaml": WORKFLOW });
  const dice = new Dice(TIMES);
  for (let time = 0; time < TIMES; time++) {
    const orch = project.spawn([
      "run",
      "w.yaml",
      "-c",
      "6",
      "--grace",
      String(GRACE_SECONDS),
      "--no-live",
    ]);
    await orch.stderr.waitFor(/start {5}leaves/);
    await new Promise((resolve) => setTimeout(resolve, dice.between(0, 80)));
    Deno.kill(orch.pid!, "SIGKILL");
    const killedAt = performance.now();
    await orch.finished;
    await until(() => project.processes().length === 0, "all processes are gone");
    const seconds = (performance.now() - killedAt) / 1000;
    assert(seconds < GRACE_SECONDS + 1, `gone after ${seconds} s`);
  }
});
