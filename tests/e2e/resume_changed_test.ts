/** The workflow file has changed between two lives of a run: what runs again, and what is said first. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { killOrch, outcomesOf, runOf, stateOf, statusesOf } from "../support/lives.ts";

const ran = "echo $ORCH_JOB_ID >> ran";

/** A workflow: `build`, `test` after it and so on; a command that is not said writes down that it ran. */
function jobs(
  ...sketches: readonly {
    readonly id: string;
    readonly command?: string;
    readonly after?: string[];
  }[]
): string {
  return workflow(
    ...sketches.map(({ id, command = "true", after = [] }) => ({
      id,
      command: `${ran}; ${command}`,
      dependencies: after,
    })),
  );
}

/** What has run since this was asked last. */
function takeRan(project: Project): string[] {
  if (!project.exists("ran")) return [];
  const ids = project.read("ran").trimEnd().split("\n").sort();
  Deno.removeSync(project.path("ran"));
  return ids;
}

const BEFORE = [
  { id: "build" },
  { id: "lint" },
  { id: "gone" },
  { id: "check", after: ["build"] },
  { id: "test", after: ["check"], command: "test ! -e hang || { : > hangs; sleep 60; }" },
  { id: "ship", after: ["test"] },
];

/** A project whose orch was killed while `test` ran. */
async function killedInTest(stdin = false): Promise<Project> {
  const project = newProject({ "w.yaml": jobs(...BEFORE), hang: "" });
  const orch = project.spawn(["run", stdin ? "-" : "w.yaml", "--no-live", "--grace", "0.2"], {
    stdin: jobs(...BEFORE),
  });
  await project.waitForFile("hangs");
  await killOrch(orch);
  await eventually(() => project.processes().length === 0, "the end of all processes");
  await Deno.remove(project.path("hang"));
  assertEquals(takeRan(project), ["build", "check", "gone", "lint", "test"]);
  return project;
}

const resume = (project: Project, ...flags: readonly string[]) =>
  project.orch(["resume", "--no-live", ...flags]);

Deno.test("what has changed, what is new and all after it runs; the difference is shown first", async () => {
  await using project = await killedInTest();
  project.write(
    "w.yaml",
    jobs(
      { id: "build" },
      { id: "lint" },
      { id: "fresh", after: ["build"] },
      { id: "check", after: ["build"], command: "echo other" },
      { id: "test", after: ["check"], command: BEFORE[4]!.command! },
      { id: "ship", after: ["test", "fresh"] },
    ),
  );
  const { code, stderr } = await resume(project);
  assertStringIncludes(
    stderr,
    `'${project.path("w.yaml")}' has changed since the run was planned:
  ~ changed: check, ship (run again)
  + new: fresh (run)
  - removed: gone (left out)
  > after these: test (run again)
`,
  );
  assert(stderr.indexOf("has changed") < stderr.indexOf("resumed"), "before anything starts");
  assertEquals([code, takeRan(project)], [0, ["check", "fresh", "ship", "test"]]);
  const state = await stateOf(runOf(project));
  assertEquals(statusesOf(state), [
    ...["build success", "lint success", "fresh success", "check success", "test success"],
    "ship success",
  ]);
  assertEquals(outcomesOf(state).get("test.1"), "cancelled");
  assert(project.exists(runOf(project).planPath(1)), "the plan that is in force is kept");
});

Deno.test("changes that do not bear on what jobs do change nothing", async () => {
  await using project = await killedInTest();
  const { jobs: same } = JSON.parse(project.read("w.yaml"));
  const dressed = same.map((job: object) => ({ ...job, name: "other", tags: ["new"] })).reverse();
  project.write("w.yaml", `# A comment\n${JSON.stringify({ name: "new", jobs: dressed })}`);
  const { code, stderr } = await resume(project);
  assertEquals(stderr.includes("has changed"), false, stderr);
  assertEquals([code, takeRan(project)], [0, ["ship", "test"]]);
  assertEquals(project.exists(runOf(project).planPath(1)), false);
});

Deno.test("--as-planned leaves every change alone, also one that makes the file no workflow", async () => {
  await using project = await killedInTest();
  project.write("w.yaml", "jobs: [{id: test, comand: x}]");
  const journal = project.read(runOf(project).journalPath);
  const refused = await resume(project);
  assertEquals([refused.code, takeRan(project)], [2, []]);
  assertMatch(refused.stderr, /^error\[E\d+\]: Unknown key 'comand'/m);
  assertMatch(refused.stderr, /Fix the file, or continue with the original plan: --as-planned\n$/);
  assertEquals(project.read(runOf(project).journalPath), journal);
  const { code } = await resume(project, "--as-planned");
  assertEquals([code, takeRan(project)], [0, ["ship", "test"]]);
});

Deno.test("a file that is gone is said to be, and the run goes on as planned", async () => {
  await using project = await killedInTest();
  await Deno.remove(project.path("w.yaml"));
  const { code, stderr } = await resume(project);
  const said = `'${project.path("w.yaml")}' no longer exists: the run continues as planned\n`;
  assert(stderr.startsWith(said), stderr);
  assertEquals([code, takeRan(project)], [0, ["ship", "test"]]);
});

Deno.test("a workflow from standard input goes on as it was planned, whatever stands around it", async () => {
  await using project = await killedInTest(true);
  project.write("w.yaml", jobs({ id: "stranger" }));
  const { code, stderr } = await resume(project);
  assertEquals(stderr.includes("has changed"), false);
  assertEquals([code, takeRan(project)], [0, ["ship", "test"]]);
});

Deno.test("a run that is over goes on where its file has changed, and only there", async () => {
  await using project = newProject({
    "w.yaml": jobs({ id: "a" }, { id: "b", command: "exit 3" }, { id: "c", after: ["b"] }),
  });
  assertEquals((await project.orch(["run", "w.yaml", "--no-live"])).code, 1);
  assertEquals(takeRan(project), ["a", "b"]);
  const { runId } = runOf(project);
  assertEquals((await resume(project, runId)).code, 1);
  assertEquals(takeRan(project), []);
  project.write("w.yaml", jobs({ id: "a" }, { id: "b" }, { id: "c", after: ["b"] }));
  const mended = await resume(project, runId);
  assertEquals([mended.code, takeRan(project)], [0, ["b", "c"]], mended.stderr);
});

Deno.test("each change makes a plan of its own, and the last one is in force", async () => {
  const fails = { id: "b", command: "exit 3" };
  await using project = newProject({ "w.yaml": jobs({ id: "a" }, fails) });
  assertEquals((await project.orch(["run", "w.yaml", "--no-live"])).code, 1);
  project.write("w.yaml", jobs({ id: "a" }, fails, { id: "x" }));
  assertEquals((await resume(project, "last")).code, 1);
  project.write("w.yaml", jobs({ id: "a", command: "echo new" }, fails));
  assertEquals((await resume(project, "last")).code, 1);
  assertEquals(takeRan(project), ["a", "a", "b", "x"]);
  project.write("w.yaml", jobs({ id: "none" }));
  const failed = ["rerun", "last", "--failed", "--as-planned", "--no-live"];
  assertEquals((await project.orch(failed)).code, 1);
  assertEquals(takeRan(project), ["b"]);
  const names = project.list(runOf(project).path).filter((name) => name.startsWith("plan"));
  assertEquals(names, ["plan.1.json", "plan.2.json", "plan.json"]);
  assertEquals(statusesOf(await stateOf(runOf(project))), ["a success", "b failed"]);
});

Deno.test("a job that was removed and has come back runs as if it were new", async () => {
  const fails = { id: "b", command: "exit 3" };
  await using project = newProject({ "w.yaml": jobs({ id: "a" }, fails) });
  await project.orch(["run", "w.yaml", "--no-live"]);
  project.write("w.yaml", jobs(fails, { id: "x" }));
  assertEquals((await resume(project, "last")).code, 1);
  const gone = await project.orch(["rerun", "last", "--only", "a"]);
  assertEquals(gone.code, 2);
  assertMatch(gone.stderr, /has no job 'a'/);
  assertEquals(takeRan(project), ["a", "b", "x"]);
  project.write("w.yaml", jobs({ id: "a" }, fails));
  assertEquals((await resume(project, "last")).code, 1);
  assertEquals(takeRan(project), ["a"]);
  assertEquals(statusesOf(await stateOf(runOf(project))), ["a success", "b failed"]);
});

Deno.test("what a changed workflow asks of the whole run holds from now on", async () => {
  const limits = { resource_limits: { max_memory_mb: 20 } };
  const alone = (id: string) => ({
    id,
    command: `${ran}; mkdir alone && sleep 0.2 && rmdir alone`,
  });
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "exit 1" }, { id: "b", command: "true" }),
  });
  const env = { GITHUB_REF_NAME: "topic" };
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  const write = (megabytes: number) =>
    project.write(
      "w.yaml",
      JSON.stringify({
        name: "test",
        global_config: { resource_limits: { max_memory_mb: megabytes } },
        jobs: [
          { ...alone("a"), ...limits },
          { ...alone("b"), ...limits },
          { id: "ours", command: ran, conditions: { only_if_branch: ["topic"] } },
          { id: "theirs", command: ran, conditions: { only_if_branch: ["main"] } },
        ],
      }),
    );
  write(10);
  const refused = await project.orch(["resume", "last"], { env });
  assertEquals([refused.code, takeRan(project)], [2, []], refused.stderr);
  assertMatch(refused.stderr, /E308/);
  write(30);
  const { code, stderr } = await project.orch(["resume", "last", "--no-live"], { env });
  assertEquals([code, takeRan(project)], [0, ["a", "b", "ours"]], stderr);
  const { settings } = await stateOf(runOf(project));
  assertEquals([settings!.memoryMb, settings!.branch], [30, "topic"]);
  // The run is of its branch, also where it goes on from another.
  project.write("w.yaml", project.read("w.yaml").replaceAll("sleep 0.2", "sleep 0"));
  const other = await project.orch(["rerun", "last", "--from", "ours,theirs", "-q"], {
    env: { GITHUB_REF_NAME: "main" },
  });
  assertEquals([other.code, takeRan(project)], [0, ["a", "b", "ours"]], other.stderr);
});

Deno.test("a part of a workflow stays that part", async () => {
  await using project = newProject({
    "w.yaml": jobs({ id: "a" }, { id: "b", after: ["a"], command: "exit 3" }, { id: "c" }),
  });
  assertEquals((await project.orch(["run", "w.yaml", "--only", "b", "--no-live"])).code, 1);
  project.write(
    "w.yaml",
    jobs({ id: "a" }, { id: "b", after: ["a"] }, { id: "c", command: "echo" }, { id: "d" }),
  );
  const { code, stderr } = await resume(project, "last");
  assertEquals([code, takeRan(project)], [0, ["a", "b", "b"]], stderr);
});
