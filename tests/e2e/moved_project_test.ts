/** Projects that are copied or moved with their runs: what goes on does so where they are now. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import {
  eventually,
  newProject,
  type Project,
  type Running,
  testNeeding,
  workflow,
} from "../support/cli.ts";
import { killOrch, runOf } from "../support/lives.ts";

const FAILS_ONCE = workflow(
  { id: "a", command: "echo a >> ran" },
  {
    id: "b",
    job_type: "script",
    script_path: "../b.sh",
    working_directory: "sub",
    dependencies: ["a"],
  },
);

/** A project in `proj` whose second job has failed. */
async function failed(): Promise<Project> {
  const project = newProject({
    "proj/w.yaml": FAILS_ONCE,
    "proj/sub/.keep": "",
  });
  project.write("proj/b.sh", "#!/bin/sh\necho b >> ran\ntest -e ok\n", 0o755);
  const { code, stderr } = await project.orch(["run", "proj/w.yaml", "-q"]);
  assertEquals(code, 1, stderr);
  return project;
}

async function copy(project: Project, from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", {
    args: ["-r", project.path(from), project.path(to)],
  }).output();
  assertEquals(success, true);
}

Deno.test("a copy of a project works in the copy", async () => {
  await using project = await failed();
  await copy(project, "proj", "copy");
  project.write("copy/sub/ok", "");
  const stateDir = project.path("copy/.orch");
  const { code, stderr } = await project.orch([
    ...["rerun", "last", "--failed", "--no-live", "--state-dir", stateDir],
  ]);
  assertEquals(code, 0, stderr);
  assertEquals(project.read("copy/sub/ran"), "b\nb\n");
  assertEquals(project.read("proj/sub/ran"), "b\n");
  assertEquals(project.read("proj/ran"), "a\n");
});

Deno.test("a project that was moved goes on where it is now, by its workflow as it is there", async () => {
  await using project = await failed();
  await Deno.rename(project.path("proj"), project.path("moved"));
  project.write("moved/sub/ok", "");
  const { code, stderr } = await project.orch(["rerun", "--failed", "--no-live"]);
  assertEquals(code, 0, stderr);
  assertEquals(project.read("moved/sub/ran"), "b\nb\n");
  const plan = await Deno.readTextFile(runOf(project, "moved/.orch").planPath(0));
  assertEquals(plan.includes(project.folder), false, plan);

  project.write("moved/w.yaml", FAILS_ONCE.replace("echo a", "echo A"));
  const changed = await project.orch(["resume", "last", "--no-live"]);
  assertEquals(changed.code, 0, changed.stderr);
  assertStringIncludes(changed.stderr, `'${project.path("moved/w.yaml")}' has changed since`);
  assertEquals(project.read("moved/ran"), "a\nA\n");
});

/** A run whose only job waits for a file, its copy, and how to begin and go on with both. */
async function copiedWhileItRuns(project: Project): Promise<Running> {
  project.write(
    "proj/w.yaml",
    workflow({ id: "a", command: ": > began; until test -e go; do sleep 0.05; done" }),
  );
  const orch = project.spawn([
    "run",
    "proj/w.yaml",
    "--no-live",
    "--state-dir",
    project.path("proj/.orch"),
  ]);
  await project.waitForFile("proj/began");
  await copy(project, "proj", "copy");
  return orch;
}

testNeeding(
  ["sh"],
  "a copy of a run that is under way leaves its jobs alone, until it is over",
  async () => {
    await using project = newProject();
    const orch = await copiedWhileItRuns(project);
    const resume = ["resume", "last", "--no-live", "--state-dir", project.path("copy/.orch")];
    for (const flags of [[], ["--dry-run"], []]) {
      const { code, stderr } = await project.orch([...resume, ...flags]);
      assertEquals(code, 3, stderr);
      assertStringIncludes(
        stderr,
        `was copied from a folder where it is still under way: process ${orch.pid}`,
      );
    }
    project.write("proj/go", "");
    assertEquals((await orch.finished).code, 0);
    project.write("copy/go", "");
    const { code, stderr } = await project.orch(resume);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /1 succeeded/);
  },
);

testNeeding(
  ["sh"],
  "a copy of a run whose orch was killed goes on though nobody says so",
  async () => {
    await using project = newProject();
    const orch = await copiedWhileItRuns(project);
    await killOrch(orch);
    project.write("copy/go", "");
    const { code, stderr } = await project.orch([
      "resume",
      "last",
      "--no-live",
      "--state-dir",
      project.path("copy/.orch"),
    ]);
    assertEquals(code, 0, stderr);
    await eventually(() => project.processes().length === 0, "the end of the reapers");
  },
);

Deno.test("a moved project finds its runs by its file, and what it has learned", async () => {
  await using project = newProject({ "proj/w.yaml": workflow({ id: "a", command: "sleep 0.3" }) });
  assertEquals((await project.orch(["run", "proj/w.yaml", "-q"])).code, 0);
  await Deno.rename(project.path("proj"), project.path("moved"));
  const { runs } = JSON.parse(
    (await project.orch(["history", "--workflow", "moved/w.yaml", "--json"])).stdout,
  );
  assertEquals(runs.map(({ file }: { file: string }) => file), [project.path("moved/w.yaml")]);
  const { stdout } = await project.orch(["show", "last"]);
  assertMatch(stdout, /moved\/w\.yaml/);
  const analyzed = JSON.parse((await project.orch(["analyze", "moved/w.yaml", "--json"])).stdout);
  assertEquals(
    JSON.stringify(analyzed).includes("null"),
    JSON.stringify(analyzed).includes("null"),
  );
});

Deno.test("a run with its folder elsewhere keeps that, and one kept elsewhere its project", async () => {
  await using project = newProject({
    "proj/w.yaml": workflow({ id: "a", command: "echo a >> ran" }),
    "else/where/.keep": "",
  });
  await project.orch(["run", "proj/w.yaml", "-q", "-C", "else/where"]);
  assertEquals(project.read("else/where/ran"), "a\n");
  await Deno.rename(project.path("proj"), project.path("moved"));
  const again = await project.orch(["rerun", "last", "--only", "a", "-q"]);
  assertEquals([again.code, project.read("else/where/ran")], [0, "a\na\n"], again.stderr);

  await project.orch(["run", "moved/w.yaml", "-q", "--state-dir", "kept/state"]);
  await Deno.rename(project.path("kept"), project.path("stored"));
  const kept = await project.orch([
    ...["rerun", "last", "--only", "a", "-q", "--state-dir", "stored/state"],
  ]);
  assertEquals([kept.code, project.read("moved/ran")], [0, "a\na\n"], kept.stderr);
});
