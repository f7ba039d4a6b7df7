/** Disks that are full or may not be written: said before or when it matters, and the run goes on later. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { eventually, newProject, workflow } from "../support/cli.ts";
import { killOrch, outcomesOf, recordOf, runOf, runsOf, stateOf } from "../support/lives.ts";
import { fill, makeReadOnly, testOnSmallDisk } from "../support/small_disk.ts";

const does = "echo does $ORCH_JOB_ID.$ORCH_ATTEMPT >> effects";
const W = workflow({ id: "only", command: does });

testOnSmallDisk(
  "a disk that is full before a run begins: nothing starts, nothing is left",
  64,
  async (disk) => {
    await using project = newProject({ "w.yaml": W });
    {
      using _full = await fill(disk);
      for (const state of [disk, `${disk}/state`, `${disk}/state`]) {
        const { code, stderr } = await project.orch(["run", "w.yaml", "--state-dir", state]);
        assertEquals(code, 3, stderr);
        assertMatch(
          stderr,
          /^error: Cannot record the run in '.*': No space left on device .*\nNothing was started\. Choose another folder with --state-dir or ORCH_STATE_DIR\n$/,
        );
      }
      assertEquals(project.exists("effects"), false);
      assertEquals(runsOf(project, disk).length + runsOf(project, `${disk}/state`).length, 0);
    }
    const { code } = await project.orch(["run", "w.yaml", "--state-dir", `${disk}/state`, "-q"]);
    assertEquals([code, project.read("effects")], [0, "does only.1\n"]);
  },
);

testOnSmallDisk(
  "a plan that does not fit on the disk is said before anything starts",
  64,
  async (disk) => {
    const jobs = Array.from({ length: 500 }, (_, i) => ({ id: `job_${i}`, command: does }));
    await using project = newProject({ "w.yaml": workflow(...jobs) });
    const { code, stderr } = await project.orch(["run", "w.yaml", "--state-dir", disk]);
    assertEquals([code, runsOf(project, disk)], [3, []], stderr);
    assertMatch(stderr, /^error: Cannot record the run in '.*': No space left on device/);
  },
);

/** A gate, what is stopped when the disk is full, and enough to fill the rest of a block. */
const GATED = workflow(
  { id: "gate", command: `${does}; : > at_gate; until test -e go; do sleep 0.02; done` },
  {
    id: "tidy",
    command:
      "test -e go && exit 0; trap 'sleep 0.2; echo cleaned >> effects; exit 0' TERM; : > tidy_began; while :; do sleep 0.02; done",
  },
  {
    id: "stubborn",
    command: "test -e go && exit 0; trap '' TERM; : > stubborn_began; while :; do sleep 0.02; done",
  },
  ...Array.from({ length: 80 }, (_, i) => ({
    id: `quick_${i}`,
    command: does,
    dependencies: i % 8 === 0 ? ["gate"] : [`quick_${i - 1}`],
  })),
  { id: "last", command: does, dependencies: Array.from({ length: 80 }, (_, i) => `quick_${i}`) },
);

testOnSmallDisk(
  "a disk that is full in the middle of a run ends it in peace, and it goes on later",
  256,
  async (disk) => {
    await using project = newProject({ "w.yaml": GATED });
    const state = `${disk}/state`;
    const flags = ["--state-dir", state, "--no-live", "-c", "6"];
    const run = project.spawn(["run", "w.yaml", "--grace", "0.8", ...flags]);
    for (const file of ["at_gate", "tidy_began", "stubborn_began"]) await project.waitForFile(file);
    {
      using _full = await fill(disk);
      project.write("go", "");
      const { code, stderr } = await run.finished;
      const { runId, journalPath } = runOf(project, state);
      assertEquals(code, 3, stderr);
      assertStringIncludes(
        stderr,
        `error: Cannot write '${journalPath}': No space left on device (os error 28)
The run can no longer be recorded, so it is stopping; running jobs have 0.8 s to finish
After fixing this, resume; finished jobs are not repeated:
  orch resume ${runId} --state-dir ${state}
`,
      );
      assertEquals(stderr.includes("bug in orch"), false);
      assertMatch(project.read("effects"), /^cleaned$/m);
      await eventually(() => project.processes().length === 0, "the end of all processes");
      const still = await project.orch(["resume", "--state-dir", state]);
      assertEquals(still.code, 3, still.stderr);
      assertMatch(
        still.stderr,
        /^error: Cannot (continue run \S+: |write '.*': )No space left on device/,
      );
    }
    const before = outcomesOf((await recordOf(runOf(project, state))).state);
    assert([...before.values()].includes("succeeded") && before.size < 60, "it was in the middle");
    const { code, stderr } = await project.orch(["resume", ...flags]);
    assertEquals(code, 0, stderr);
    const outcomes = outcomesOf(await stateOf(runOf(project, state)));
    const effects = project.read("effects").split("\n");
    for (const [attempt, outcome] of outcomes) {
      if (/^(tidy|stubborn)/.test(attempt)) continue;
      const times = effects.filter((line) => line === `does ${attempt}`).length;
      assert(outcome === "succeeded" ? times === 1 : outcome === "lost" && times <= 1, attempt);
    }
    for (const [attempt, outcome] of before) {
      assertEquals(outcomes.get(attempt), outcome, "it stays");
    }
    assertEquals(outcomes.get("last.1"), "succeeded");
  },
);

testOnSmallDisk(
  "a disk that may not be written is said so, for a new run and for one that would go on",
  256,
  async (disk) => {
    await using project = newProject({
      "w.yaml": workflow({ id: "only", command: ": > began; test -e go || sleep 60" }),
    });
    const flags = ["--state-dir", disk, "--no-live"];
    const run = project.spawn(["run", "w.yaml", "--grace", "0.2", ...flags]);
    await project.waitForFile("began");
    await killOrch(run);
    await eventually(() => project.processes().length === 0, "the end of all processes");
    project.write("go", "");
    await makeReadOnly(disk);
    const fresh = await project.orch(["run", "w.yaml", ...flags]);
    assertEquals(fresh.code, 3);
    assertMatch(fresh.stderr, /^error: Cannot record the run in '.*': Read-only file system/);
    for (const args of [["resume"], ["resume", "--repair"], ["rerun", "last", "--failed"]]) {
      const { code, stderr } = await project.orch([...args, ...flags]);
      assertEquals(code, 3);
      assertMatch(stderr, /^error: Cannot continue run \S+: Read-only file system[^\n]*\n$/);
    }
  },
);

testOnSmallDisk(
  "a disk with room for a run and none for the index costs only the index",
  256,
  async (disk) => {
    await using project = newProject({ "w.yaml": W });
    const flags = ["--state-dir", disk];
    {
      using _full = await fill(disk);
      const filler = `${disk}/filler`;
      await Deno.truncate(filler, (await Deno.stat(filler)).size - 32 * 1024);
      const { code, stderr } = await project.orch(["run", "w.yaml", "--no-live", ...flags]);
      assertEquals([code, /warning|error|debug/.test(stderr)], [0, false], stderr);
      const listed = await project.orch(["history", ...flags, "--json"]);
      assertMatch(
        listed.stderr,
        /^warning: the index of runs cannot be updated \([^\n]*\): [^\n]*\n$/,
      );
      assertEquals(JSON.parse(listed.stdout).runs[0].status, "completed");
      const rebuilt = await project.orch(["history", "rebuild", ...flags]);
      assertEquals([rebuilt.code, rebuilt.stdout], [3, ""]);
      assertMatch(rebuilt.stderr, /^error: Cannot rebuild the index '[^\n]*': [^\n]*\n$/);
    }
    assertEquals((await project.orch(["run", "w.yaml", "-q", ...flags])).code, 0);
    const { stdout, stderr } = await project.orch(["history", ...flags, "--json"]);
    assertEquals([JSON.parse(stdout).runs.length, stderr], [2, ""]);
  },
);
