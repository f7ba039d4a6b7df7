/** No process of a run survives its end, whatever kills orch or its reaper. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, workflow } from "../support/cli.ts";
import { reapers } from "../support/families.ts";
import { FILES_AND_VARIABLES } from "../support/narrow.ts";
import { Dice } from "../support/random.ts";
import { until } from "../support/pool.ts";
import { ENTRY } from "../support/under_test.ts";

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

/** Times that orch is killed; more is for a machine with time. */
const TIMES = Number(Deno.env.get("ORCH_KILL_TIMES") ?? 10);
/** Of these at a time, so that the tests have their end. */
const AT_ONCE = 4;

/** With all permissions orch makes control groups where it may; with those of the tasks cookies do it all. */
const PERMISSIONS = ["--allow-all", `${FILES_AND_VARIABLES.join(" ")} --allow-run`];

/** Starts a run, kills its orch up to 80 ms after its last job has begun, and times the end of its processes. */
async function killAtRandom(dice: Dice, permissions: string): Promise<number> {
  await using project = newProject({ "w.yaml": WORKFLOW });
  const command = `"$deno" run --no-prompt ${permissions} ${ENTRY} run w.yaml -c 6 ` +
    `--grace ${GRACE_SECONDS} --no-live`;
  const orch = project.shell(`exec ${command}`);
  await orch.stderr.waitFor(/start {5}leaves/);
  await new Promise((resolve) => setTimeout(resolve, dice.between(0, 80)));
  Deno.kill(orch.pid!, "SIGKILL");
  const killedAt = performance.now();
  await orch.finished;
  await until(() => project.processes().length === 0, "all processes are gone");
  return (performance.now() - killedAt) / 1000;
}

Deno.test(`kill -9 of orch at ${TIMES} random moments leaves nothing alive after the grace and a second`, async () => {
  const dice = new Dice(TIMES);
  for (let time = 0; time < TIMES; time += AT_ONCE) {
    const seconds = await Promise.all(
      Array.from(
        { length: Math.min(AT_ONCE, TIMES - time) },
        (_, i) => killAtRandom(dice, PERMISSIONS[i % PERMISSIONS.length]!),
      ),
    );
    assert(Math.max(...seconds) < GRACE_SECONDS + 1, `gone after ${seconds.join(", ")} s`);
  }
});

/** Ends by nothing but KILL, and says that it was asked. */
const STUBBORN = "trap 'echo heard >>heard' TERM INT HUP; : > ready; while :; do sleep 0.02; done";

for (const moment of ["before", "after"] as const) {
  Deno.test(`a run that is stopped is over within the grace and a second though its reaper is killed ${moment} the stop`, async () => {
    await using project = newProject({
      "w.yaml": workflow(
        { id: "a", command: STUBBORN },
        { id: "b", command: "setsid sh -c 'trap \"\" TERM; sleep 67; sleep 67' & sleep 67" },
      ),
    });
    const run = project.spawn(["run", "w.yaml", "--grace", "0.5", "-o", "r.json"]);
    await project.waitForFile("ready");
    await eventually(() => project.processes().includes("sleep 67"), "the daemon");
    const [, id] = /\(run (\S+)\)/.exec(run.stderr.text)!;
    const [reaper] = reapers(new RegExp(id!));
    if (moment === "before") {
      // Whatever it is told from now on it does not do.
      Deno.kill(reaper!, "SIGSTOP");
      run.signal("SIGTERM");
      await run.stderr.waitFor(/stop +a/);
    } else {
      run.signal("SIGTERM");
      await project.waitForFile("heard");
    }
    const killedAt = performance.now();
    Deno.kill(reaper!, "SIGKILL");
    assertEquals((await run.finished).code, 143);
    const seconds = (performance.now() - killedAt) / 1000;
    assert(seconds < 0.5 + 1.2, `over after ${seconds} s`);
    assertEquals(project.processes(), []);
    // Twice where the reaper died between its deed and its answer.
    assertMatch(project.read("heard"), /^(heard\n){1,2}$/);
    assertEquals(project.json("r.json").counts.cancelled, 2);
  });
}
