/** Journals that have lost lines and look whole all the same: what jobs have left tells, and nothing runs twice. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { runOf, stateOf, statusesOf } from "../support/lives.ts";

const WORKFLOW = workflow(
  { id: "charge", command: "echo charged >> ledger", idempotent: false },
  { id: "mail", command: "echo mailed >> ledger", dependencies: ["charge"] },
);

/** A project with a run that is done. */
async function done(): Promise<Project> {
  const project = newProject({ "w.yaml": WORKFLOW });
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 0);
  return project;
}

/** Keeps so many lines of the journal. */
function keepLines(project: Project, count: number): void {
  const { journalPath } = runOf(project);
  const lines = Deno.readTextFileSync(journalPath).split("\n").slice(0, count);
  Deno.writeTextFileSync(journalPath, lines.map((line) => `${line}\n`).join(""));
}

/** Writes the journal anew. */
function rewrite(project: Project, change: (text: string) => string): void {
  const { journalPath } = runOf(project);
  Deno.writeTextFileSync(journalPath, change(Deno.readTextFileSync(journalPath)));
}

/** Takes away all that jobs have left in the folder of the run. */
function forgetJobs(project: Project): void {
  const { path } = runOf(project);
  for (const name of project.list(path)) {
    if (name.startsWith("ends-")) Deno.removeSync(`${path}/${name}`);
  }
  Deno.removeSync(`${path}/jobs`, { recursive: true });
  Deno.mkdirSync(`${path}/jobs`);
}

for (const lines of [0, 1, 2]) {
  Deno.test(`a journal of which ${lines} lines are left is refused: its jobs have run`, async () => {
    await using project = await done();
    keepLines(project, lines);
    const { runId } = runOf(project);
    for (const args of [["resume", runId], ["rerun", runId, "--failed"], ["resume", "--dry-run"]]) {
      const { code, stderr } = await project.orch(args);
      assertEquals(code, 3, stderr);
      assertMatch(
        stderr,
        /^error: The journal of run \S+ has lost lines: it does not mention .*'charge' \(attempt 1\).*, which have run; orch resume \S+ --repair continues from what is left/,
      );
    }
    assertEquals(project.read("ledger"), "charged\nmailed\n");
  });

  Deno.test(`of ${lines} lines a repair asks about the job that must not run twice, and does as it is told`, async () => {
    for (
      const [answer, ledger] of [["--assume-done", "mailed\n"], [
        "--rerun-lost",
        "charged\nmailed\n",
      ]]
    ) {
      await using project = await done();
      keepLines(project, lines);
      const { runId } = runOf(project);
      const asked = await project.orch(["resume", runId, "--repair"]);
      assertEquals([asked.code, project.read("ledger")], [3, "charged\nmailed\n"], asked.stderr);
      assertMatch(
        asked.stderr,
        /It is unknown how these jobs ended, and they are not idempotent: charge\n/,
      );
      assertMatch(asked.stderr, /orch resume \S+ --repair --assume-done {3}treats them/);
      const { code, stderr } = await project.orch([
        "resume",
        runId,
        "--repair",
        answer!,
        "--no-live",
      ]);
      assertEquals([code, project.read("ledger")], [0, `charged\nmailed\n${ledger}`], stderr);
      const run = runOf(project);
      assertEquals(statusesOf(await stateOf(run)), ["charge success", "mail success"]);
      assert(
        project.list(`${run.path}/unrecorded`).includes("mail.1.out"),
        "what was there is kept",
      );
      // What the repair has put aside is in nobody's way any more.
      assertEquals((await project.orch(["resume", runId])).code, 0);
    }
  });
}

Deno.test("a journal with the line ends of Windows is refused, and the job is not run twice", async () => {
  await using project = await done();
  const { runId } = runOf(project);
  keepLines(project, 5);
  rewrite(project, (text) => text.replaceAll("\n", "\r\n"));
  const { code, stderr } = await project.orch(["resume"]);
  assertEquals([code, project.read("ledger")], [3, "charged\nmailed\n"]);
  assertMatch(
    stderr,
    /^error: The journal of run \S+ is damaged at byte 0: .*--repair\n$/,
  );
  assertEquals((await project.orch(["resume", runId, "--repair"])).code, 3, "it asks");
  assertEquals(project.read("ledger"), "charged\nmailed\n");
});

Deno.test("a run that did nothing before its orch died begins, by its workflow as it is now", async () => {
  await using project = await done();
  const { path, runId } = runOf(project);
  rewrite(project, () => "");
  forgetJobs(project);
  project.write("w.yaml", WORKFLOW.replace("mailed", "posted"));
  const { code, stderr } = await project.orch(["resume", runId, "--no-live"]);
  assertEquals([code, project.read("ledger")], [0, "charged\nmailed\ncharged\nposted\n"], stderr);
  assertMatch(await Deno.readTextFile(`${path}/plan.json`), /posted/);
  assertEquals(statusesOf(await stateOf(runOf(project))), ["charge success", "mail success"]);
});

Deno.test("a folder that was renamed, or is a copy under another name, does not go on", async () => {
  await using project = await done();
  const { path, runId } = runOf(project);
  await Deno.rename(path, project.path(".orch/runs/29991231-235959-zzzz"));
  for (
    const args of [["resume", "29991231-235959-zzzz"], [
      "rerun",
      "29991231-235959-zzzz",
      "--only",
      "mail",
    ]]
  ) {
    const { code, stderr } = await project.orch(args);
    assertEquals([code, stderr], [
      3,
      `error: The folder of run 29991231-235959-zzzz contains run ${runId}: it was renamed or copied; ` +
      `to continue the run, rename the folder back to ${runId}\n`,
    ]);
  }
  for (const args of [["show"], ["logs"], ["events"], ["why", "last", "mail"]]) {
    const { code, stderr } = await project.orch([
      ...args.slice(0, 1),
      "29991231-235959-zzzz",
      ...args.slice(2),
    ]);
    assertEquals(code, 0);
    assertMatch(stderr, /(^|\n)note: the folder of run 29991231-235959-zzzz contains run /);
  }
});
