/** Jobs that must not run twice: where nobody knows whether one did its work, the user is asked. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { killAll, outcomesOf, runOf, stateOf } from "../support/lives.ts";

const begins = "echo $ORCH_JOB_ID.$ORCH_ATTEMPT >> begun; ";
const HANGS = `${begins}[ $ORCH_ATTEMPT = 1 ] || exit 0; ` +
  "cut -d' ' -f5 /proc/self/stat > group_$ORCH_JOB_ID; : > ready_$ORCH_JOB_ID; sleep 60";
const ONCE = { idempotent: false } as const;

/** A project whose run was killed while these jobs ran. */
async function abandoned(): Promise<Project> {
  const project = newProject({
    "w.yaml": workflow(
      { id: "pay", command: HANGS, ...ONCE },
      { id: "ship", command: HANGS, ...ONCE },
      { id: "again", command: HANGS },
      { id: "unborn", command: HANGS, ...ONCE },
      { id: "after", command: `${begins}true`, dependencies: ["pay", "ship"] },
    ),
  });
  const orch = project.spawn(["run", "w.yaml", "--no-live", "-c", "4"]);
  for (const id of ["pay", "ship", "again", "unborn"]) await project.waitForFile(`ready_${id}`);
  await killAll(project, orch);
  // As if orch had died between writing that it starts and starting it.
  Deno.kill(-Number(project.read("group_unborn")), "SIGKILL");
  await Deno.remove(runOf(project).filesOf("unborn", 1).stdout);
  return project;
}

function begun(project: Project): string[] {
  return project.read("begun").trimEnd().split("\n").sort();
}

const FIRST = ["again.1", "pay.1", "ship.1", "unborn.1"];

Deno.test("resume asks about lost jobs that must not run twice, and changes nothing", async () => {
  await using project = await abandoned();
  const { runId, journalPath } = runOf(project);
  const journal = project.read(journalPath);
  for (const args of [["resume"], ["resume", runId], ["rerun", "last", "--from", "again"]]) {
    const { code, stderr } = await project.orch([...args, "--no-live"]);
    assertEquals(code, 3, stderr);
    assertEquals(
      stderr.replace(/^Stopping .*\n/, ""),
      [
        "These jobs were interrupted, and they are not idempotent: pay, ship",
        `Find out whether they did their work (orch logs ${runId} pay), then choose:`,
        `  orch resume ${runId} --assume-done   treats them as succeeded`,
        `  orch resume ${runId} --rerun-lost    reruns them`,
        "",
      ].join("\n"),
    );
    assertEquals([project.read(journalPath), begun(project)], [journal, FIRST]);
  }
  assertEquals(project.processes(), [], "what lived was ended all the same");
});

Deno.test("--rerun-lost reruns them", async () => {
  await using project = await abandoned();
  const { code, stderr } = await project.orch(["resume", "--rerun-lost", "--no-live"]);
  assertEquals(code, 0, stderr);
  const second = ["after.1", "again.2", "pay.2", "ship.2", "unborn.2"];
  assertEquals(begun(project), [...FIRST, ...second].sort());
  const outcomes = outcomesOf(await stateOf(runOf(project)));
  assertEquals([outcomes.get("pay.1"), outcomes.get("pay.2")], ["lost", "succeeded"]);
});

Deno.test("--assume-done treats them as succeeded; what never began is begun without asking", async () => {
  await using project = await abandoned();
  const { code, stderr } = await project.orch(["resume", "--assume-done", "--no-live"]);
  assertEquals(code, 0, stderr);
  assertEquals(begun(project), [...FIRST, "after.1", "again.2", "unborn.2"].sort());
  const outcomes = outcomesOf(await stateOf(runOf(project)));
  assertEquals([outcomes.get("pay.1"), outcomes.get("again.1")], ["succeeded", "lost"]);
});

Deno.test("where nobody needs to be asked, the flags change nothing", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      {
        id: "pay",
        command: `${begins}: > ready_pay; until test -e go; do sleep 0.02; done`,
        ...ONCE,
      },
      { id: "after", command: `${begins}true`, dependencies: ["pay"], ...ONCE },
    ),
  });
  const orch = project.spawn(["run", "w.yaml", "--no-live"]);
  await project.waitForFile("ready_pay");
  await killAll(project, orch);
  project.write("go", "");
  await eventually(() => project.processes().length === 0, "the end of the job");
  const both = await project.orch(["resume", "--rerun-lost", "--assume-done"]);
  assertEquals(both.code, 2);
  assertMatch(both.stderr, /^error: --rerun-lost and --assume-done contradict each other/);
  const { code, stderr } = await project.orch(["resume", "--rerun-lost", "--no-live"]);
  assertEquals([code, begun(project)], [0, ["after.1", "pay.1"]], stderr);
});

Deno.test("the command that is shown finds the run where it must be told where", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "pay", command: HANGS, ...ONCE }) });
  const kept = ["--state-dir", "it's kept"];
  const orch = project.spawn(["run", "w.yaml", "--no-live", ...kept]);
  await project.waitForFile("ready_pay");
  await killAll(project, orch);
  const { code, stderr } = await project.orch(["resume", ...kept]);
  assertEquals(code, 3);
  const [, shown] = /^ {2}(orch resume .*--assume-done.*?) {3}treats/m.exec(stderr) ?? [];
  assert(shown !== undefined, stderr);
  assertEquals((await project.shell(shown).finished).code, 0, shown);
});
