/** Flags of `orch run` that a run is gone on with: `--dry-run`, `--fail-fast`, and what each leaves. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { killAll, killOrch, runOf, stateOf, statusesOf } from "../support/lives.ts";

const ran = "echo $ORCH_JOB_ID >> ran";
const HELD = "test -e go || { : > ready_$ORCH_JOB_ID; exec sleep 60; }";

const WORKFLOW = workflow(
  { id: "done", command: ran },
  { id: "broken", command: `${ran}; test -e mended` },
  { id: "held", command: `${ran}; ${HELD}`, dependencies: ["done"] },
  { id: "after", command: ran, dependencies: ["held"] },
  { id: "last", command: ran, dependencies: ["broken", "after"] },
);

function takeRan(project: Project): string[] {
  if (!project.exists("ran")) return [];
  const ids = project.read("ran").trimEnd().split("\n").sort();
  Deno.removeSync(project.path("ran"));
  return ids;
}

/** A project whose orch was killed while `held` ran; with its reaper, `held` lives on. */
async function killed({ reaperToo }: { readonly reaperToo: boolean }): Promise<Project> {
  const project = newProject({ "w.yaml": WORKFLOW });
  const orch = project.spawn(["run", "w.yaml", "--no-live", "--grace", "0.2"]);
  await project.waitForFile("ready_held");
  if (reaperToo) {
    await killAll(project, orch);
  } else {
    await killOrch(orch);
    await eventually(() => project.processes().length === 0, "the end of all processes");
  }
  takeRan(project);
  return project;
}

/** All files of the run, and how long they are. */
function filesOf(project: Project): string[] {
  const { path } = runOf(project);
  return project.list(path).map((name) => `${name} ${Deno.statSync(`${path}/${name}`).size}`);
}

Deno.test("resume --dry-run shows what would run, and then just that runs", async () => {
  await using project = await killed({ reaperToo: false });
  const before = filesOf(project);
  const dry = await project.orch(["resume", "--dry-run"]);
  assertEquals(dry, {
    code: 0,
    stdout: [
      "test: 2 of 5 jobs would run, 4 at a time",
      "  Level 0: held",
      "  Level 1: after",
      "Dry run: nothing was started",
      "",
    ].join("\n"),
    stderr: "",
  });
  assertEquals([filesOf(project), takeRan(project)], [before, []]);
  project.write("go", "");
  assertEquals((await project.orch(["resume", "--no-live"])).code, 1);
  assertEquals(takeRan(project), ["after", "held"]);
});

Deno.test("--dry-run leaves alone what lives, a file that has changed and a disk that is not written", async () => {
  await using project = await killed({ reaperToo: true });
  const before = filesOf(project);
  project.write("w.yaml", WORKFLOW.replace(`"id": "done",`, `"id": "done", "timeout": 9,`));
  const changed = await project.orch(["rerun", "last", "--failed", "--dry-run", "-c", "2"]);
  assertMatch(changed.stderr, /has changed since the run was planned:\n {2}~ changed: done/);
  assertMatch(changed.stdout, /^test: 5 jobs would run, 2 at a time\n {2}Level 0: done, broken\n/);
  await eventually(() => project.pids(/^sleep 60/).length === 1, "the job, which was not ended");
  assertEquals(filesOf(project), before);
  const asPlanned = await project.orch(["resume", "--dry-run", "--as-planned"]);
  assertMatch(asPlanned.stdout, /^test: 2 of 5 jobs would run/);
  const only = await project.orch(["rerun", "last", "--only", "none", "--dry-run"]);
  assertEquals([only.code, only.stdout], [2, ""]);
  const both = await project.orch(["resume", "--dry-run", "--repair"]);
  assertEquals([both.code, both.stderr.includes("remove one")], [2, true]);
  project.write("go", "");
  assertEquals((await project.orch(["resume", "--as-planned", "--no-live"])).code, 1);
  assertEquals(takeRan(project), ["after", "held"]);
});

Deno.test("--dry-run says of a run under way that it is, and of one that is over that nothing would run", async () => {
  await using project = newProject({ "w.yaml": WORKFLOW });
  const run = project.spawn(["run", "w.yaml", "--no-live", "--grace", "0.2"]);
  await project.waitForFile("ready_held");
  const { runId } = runOf(project);
  for (const name of [[], [runId]]) {
    const { code, stdout, stderr } = await project.orch(["resume", ...name, "--dry-run"]);
    assertEquals([code, stdout], [3, ""]);
    assertMatch(stderr, /is already running in process \d+/);
  }
  project.write("mended", "");
  run.signal("SIGINT");
  assertEquals((await run.finished).code, 130);
  project.write("go", "");
  takeRan(project);
  assertEquals((await project.orch(["resume", "--no-live"])).code, 1);
  const over = await project.orch(["resume", runId, "--dry-run", "-o", "results.json"]);
  assertEquals([over.code, over.stdout, project.exists("results.json")], [1, "", false]);
  const failed = await project.orch(["rerun", runId, "--failed", "--dry-run"]);
  assertMatch(
    failed.stdout,
    /2 of 5 jobs would run, 4 at a time\n {2}Level 0: broken\n {2}Level 1: last/,
  );
});

/** What stops at its first failure, and what would run after that. */
const FAST = workflow(
  { id: "bad", command: `${ran}; test -e mended` },
  { id: "next", command: ran },
  { id: "end", command: ran },
);

Deno.test("--no-fail-fast goes on with a run that stopped at its first failure", async () => {
  await using project = newProject({ "w.yaml": FAST });
  assertEquals((await project.orch(["run", "w.yaml", "--fail-fast", "-c", "1", "-q"])).code, 1);
  assertEquals(takeRan(project), ["bad"]);
  assertEquals((await project.orch(["resume", "last", "-q"])).code, 1);
  assertEquals(takeRan(project), [], "as before, it has failed");
  assertEquals((await project.orch(["resume", "last", "--no-fail-fast", "-q"])).code, 1);
  assertEquals(takeRan(project), ["end", "next"]);
  const statuses = statusesOf(await stateOf(runOf(project)));
  assertEquals(statuses, ["bad failed", "next success", "end success"]);
});

Deno.test("--fail-fast holds for what goes on, and for all that goes on after that", async () => {
  await using project = newProject({ "w.yaml": FAST });
  assertEquals((await project.orch(["run", "w.yaml", "-c", "1", "-q"])).code, 1);
  takeRan(project);
  const again = ["rerun", "last", "--from", "bad,next,end", "-q"];
  for (const flags of [["--fail-fast"], []]) {
    assertEquals((await project.orch([...again, ...flags])).code, 1);
    assertEquals(takeRan(project), ["bad"]);
  }
  project.write("mended", "");
  assertEquals((await project.orch([...again, "--no-fail-fast"])).code, 0);
  assertEquals(takeRan(project), ["bad", "end", "next"]);
  assert((await stateOf(runOf(project))).settings!.failFast === false);
});
