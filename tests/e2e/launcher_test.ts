/** An orch that npx or `deno task` has started does not outlive them: they pass on no signal that ends them. */
import { VERSION_OF_DENO } from "../support/launchers.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import {
  eventually,
  newProject,
  type Project,
  ROOT,
  testNeeding,
  workflow,
} from "../support/cli.ts";

const TASK = ["task", "--quiet", "--config", `${ROOT}/deno.json`, "orch"];
const RUN = ["run", "w.yaml", "--no-live", "--grace", "0.5"];

/** The last words of a stopped run, which nobody reads who has started it. */
async function stopped(project: Project): Promise<string> {
  await eventually(() => project.processes().length === 0, "orch and its jobs to end");
  const [run] = project.list(".orch/runs");
  return project.read(`.orch/runs/${run}/journal.jsonl`);
}

/** A project whose only job waits for ever. */
const waiting = () =>
  newProject({ "w.yaml": workflow({ id: "a", command: ": > ready; sleep 67" }) });

for (const signal of ["SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  testNeeding(
    ["npx"],
    `${signal} to npx, which has started deno task and orch, stops the run`,
    async () => {
      await using project = waiting();
      const npx = ["npx", "--yes", "--prefer-offline", `deno@${VERSION_OF_DENO}`];
      const run = project.spawnProgram([...npx, ...TASK, ...RUN]);
      await project.waitForFile("ready");
      Deno.kill(run.pid!, signal);
      assertMatch(await stopped(project), /"stop_requested".*"hangup"|"hangup"/);
      await run.finished;
    },
  );
}

Deno.test("deno task that is killed takes its orch with it", async () => {
  await using project = waiting();
  const run = project.spawnProgram([Deno.execPath(), ...TASK, ...RUN]);
  await project.waitForFile("ready");
  Deno.kill(run.pid!, "SIGKILL");
  assertStringIncludes(await stopped(project), '"hangup"');
  await run.finished;
});

Deno.test("an orch that a shell has left behind goes on", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: ": > ready; until test -e go; do sleep 0.02; done" }),
  });
  await project.shell(
    "exec >/dev/null 2>&1; orch run w.yaml --no-live -o r.json & until test -e ready; do sleep 0.05; done",
  ).finished;
  project.write("go", "");
  await eventually(() => project.exists("r.json"), "the end of the run");
  assertEquals(project.json("r.json").counts.success, 1);
  await eventually(() => project.processes().length === 0, "the end of orch");
});
