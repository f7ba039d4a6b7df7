/** Runs that came with a clone: shown, and neither the last one nor gone on with unless the user says so. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";

const FAILS = workflow({ id: "a", command: "echo here >> ran; test -e ok" });

/** What another user of another machine has for a state. */
function other(project: Project): { readonly env: Record<string, string> } {
  return { env: { XDG_STATE_HOME: project.path("other-state") } };
}

/** A project with a run that somebody else has started, which failed or was left unfinished. */
async function cloned(): Promise<{ readonly project: Project; readonly foreign: string }> {
  const project = newProject({
    "w.yaml": workflow({ id: "a", command: "echo PWNED >> ran; exit 1" }),
  });
  const { code, stderr } = await project.orch(["run", "w.yaml", "-q"], other(project));
  assertEquals(code, 1, stderr);
  const [foreign] = project.list(".orch/runs");
  project.write("w.yaml", FAILS);
  project.write("ran", "");
  return { project, foreign: foreign! };
}

/** Makes the newest run one whose orch died before its end. */
function cutEnd(project: Project, runId: string): void {
  const path = project.path(`.orch/runs/${runId}/journal.jsonl`);
  const lines = Deno.readTextFileSync(path).trimEnd().split("\n");
  Deno.writeTextFileSync(path, lines.slice(0, -1).map((line) => `${line}\n`).join(""));
}

Deno.test("where all runs are from elsewhere none is the last, and none goes on", async () => {
  const { project, foreign } = await cloned();
  await using _ = project;
  const says = new RegExp(
    `^error: No run here is yours; found 1 run from elsewhere, such as ${foreign}; to see it: orch show ${foreign}; ` +
      `to adopt it: orch resume ${foreign} --adopt\n$`,
  );
  for (
    const args of [["show"], ["logs"], ["events", "last"], ["why", "last", "a"], [
      "rerun",
      "--failed",
    ]]
  ) {
    const { code, stdout, stderr } = await project.orch(args);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, says);
  }
  cutEnd(project, foreign);
  const { code, stderr } = await project.orch(["resume"]);
  assertEquals(code, 2);
  assertMatch(stderr, says);
  assertEquals(project.read("ran"), "");
});

Deno.test("a run from elsewhere is listed, and shown with a word about it", async () => {
  const { project, foreign } = await cloned();
  await using _ = project;
  assertMatch((await project.orch(["history"])).stdout, /1 failed, from elsewhere\n/);
  const { runs } = JSON.parse((await project.orch(["history", "--json"])).stdout);
  assertEquals(runs[0].from_elsewhere, true);
  for (
    const args of [["show", foreign], ["logs", foreign], ["why", foreign, "a"], ["events", foreign]]
  ) {
    const { code, stdout, stderr } = await project.orch(args);
    assertEquals([code, stdout !== ""], [0, args[0] !== "logs"], stderr);
    assertMatch(
      stderr,
      new RegExp(`note: run ${foreign} is from elsewhere: it was not started here by you\n`),
    );
  }
});

Deno.test("a run from elsewhere goes on only with --adopt, and is the user's own from then on", async () => {
  const { project, foreign } = await cloned();
  await using _ = project;
  for (const args of [["resume", foreign], ["rerun", foreign, "--failed"]]) {
    const { code, stderr } = await project.orch(args);
    assertEquals(code, 3);
    assertMatch(
      stderr,
      /^error: Run \S+ is from elsewhere, perhaps from a clone: .* then adopt the run: --adopt\n$/,
    );
  }
  const looked = await project.orch(["rerun", foreign, "--failed", "--adopt", "--dry-run"]);
  assertEquals([looked.code, project.read("ran")], [0, ""], looked.stderr);
  assertEquals((await project.orch(["resume", foreign])).code, 3, "a look adopts nothing");

  project.write("ok", "");
  const { code, stderr } = await project.orch([
    "rerun",
    foreign,
    "--failed",
    "--adopt",
    "--no-live",
  ]);
  assertEquals([code, project.read("ran")], [0, "here\n"], stderr);
  const shown = await project.orch(["show"]);
  assertEquals([shown.code, shown.stderr], [0, ""]);
  assertEquals((await project.orch(["rerun", "last", "--only", "a", "-q"])).code, 0);
});

for (
  const args of [["resume", "--adopt"], ["resume", "last", "--adopt"], [
    "rerun",
    "--failed",
    "--adopt",
  ]]
) {
  Deno.test(`orch ${args.join(" ")} is refused: what is taken over is named`, async () => {
    const { project } = await cloned();
    await using _ = project;
    const { code, stderr } = await project.orch(args);
    assertEquals([code, stderr], [
      2,
      "error: --adopt needs the id of a run; orch history lists the ids\n",
    ]);
  });
}

Deno.test("a run from elsewhere with a name of the future is not the last one, nor gone on with", async () => {
  const { project, foreign } = await cloned();
  await using _ = project;
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  const future = "29991231-235959-zzzz";
  await Deno.rename(project.path(`.orch/runs/${foreign}`), project.path(`.orch/runs/${future}`));
  project.write("ok", "");
  project.write("ran", "");
  const { code, stderr } = await project.orch(["rerun", "last", "--failed", "--no-live"]);
  assertEquals([code, project.read("ran")], [0, "here\n"], stderr);
  assertEquals((await project.orch(["rerun", future, "--failed"])).code, 3);
});

Deno.test("a plan that was changed is not the one that was marked, and neither is one put in its place", async () => {
  await using project = newProject({ "w.yaml": FAILS });
  await project.orch(["run", "w.yaml", "-q"]);
  const [first] = project.list(".orch/runs");
  await project.orch(["run", "w.yaml", "-q"]);
  const second = project.list(".orch/runs").find((id) => id !== first)!;
  const [from, to] = [first, second].map((id) => project.path(`.orch/runs/${id}`));
  const plan = (await Deno.readTextFile(`${from}/plan.json`)).replaceAll(first!, second);
  const { encodePlan, decodePlan } = await import("../../lib/core/record/plan_file.ts");
  assert(!decodePlan(plan).ok, "its checksum is wrong");
  const read = decodePlan(await Deno.readTextFile(`${to}/plan.json`));
  assert(read.ok);
  const jobs = read.record.workflow.jobs.map((job) => ({
    ...job,
    action: { type: "command" as const, command: "echo PWNED >> ran" },
  }));
  const changed = { ...read.record, workflow: { ...read.record.workflow, jobs } };
  await Deno.writeTextFile(`${to}/plan.json`, encodePlan(changed));
  const { code, stderr } = await project.orch(["rerun", second, "--failed", "--as-planned"]);
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /is from elsewhere/);
  assertNotMatch(project.read("ran"), /PWNED/);
});

Deno.test("in a state directory that the user names every run is the user's own", async () => {
  const { project, foreign } = await cloned();
  await using _ = project;
  project.write("ok", "");
  const flags = ["--failed", "--no-live", "--state-dir", ".orch"];
  const { code, stderr } = await project.orch(["rerun", "last", ...flags]);
  assertEquals([code, project.read("ran")], [0, "here\n"], stderr);
  const env = { ORCH_STATE_DIR: ".orch" };
  const shown = await project.orch(["show", foreign], { env });
  assertEquals([shown.code, shown.stderr], [0, ""]);
});

Deno.test("where no key can be kept that is said, and every run counts as the user's own", async () => {
  const { project } = await cloned();
  await using _ = project;
  project.write("ok", "");
  project.write("no-folder", "");
  const env = { XDG_STATE_HOME: project.path("no-folder") };
  const { code, stderr } = await project.orch(["rerun", "last", "--failed", "--no-live"], { env });
  assertEquals([code, project.read("ran")], [0, "here\n"], stderr);
  assertMatch(
    stderr,
    /^warning: orch cannot recognize runs from elsewhere, because .*: every run whose files belong to you counts as yours\n/,
  );
});

Deno.test("the order of runs is that in which they were recorded, whatever the clock said", async () => {
  await using project = newProject({ "w.yaml": FAILS });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    await project.orch(["run", "w.yaml", "-q"]);
    ids.push(project.list(".orch/runs").find((id) => !ids.includes(id))!);
  }
  const list = new URL(`file://${Deno.env.get("XDG_STATE_HOME")}/orch/runs`);
  // As if the clock had been set back between them.
  const text = await Deno.readTextFile(list);
  const swapped = text.split("\n").slice(0, -1).filter((id) => !ids.includes(id));
  await Deno.writeTextFile(list, [...swapped, ids[2], ids[0], ids[1], ""].join("\n"));
  const shown = await project.orch(["show"]);
  assertMatch(shown.stdout, new RegExp(ids[1]!));
  const { runs } = JSON.parse((await project.orch(["history", "--json"])).stdout);
  const listed = runs.map((run: { execution_id: string }) => run.execution_id);
  assertEquals(listed, [ids[1], ids[0], ids[2]]);
});

Deno.test("durations are learned from the user's own runs alone", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  await project.orch(["run", "w.yaml", "-q"], other(project));
  const before = await project.orch(["analyze", "w.yaml"]);
  assertNotMatch(before.stdout, /from earlier runs/);
  await project.orch(["run", "w.yaml", "-q"]);
  assertMatch((await project.orch(["analyze", "w.yaml"])).stdout, /from earlier runs/);
});
