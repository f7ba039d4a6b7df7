/** `processes: own` in a workflow: for one job or for all, and refused before the run where it cannot be had. */
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";
import { FILES_AND_VARIABLES, orchWith } from "../support/narrow.ts";
import { ORCH } from "../support/under_test.ts";

const SEES = "ls /proc | grep -c '^[0-9]'";

testNeeding(
  ["unshare"],
  "processes: own holds for one job, or for all that do not say otherwise",
  async () => {
    await using project = newProject();
    project.write(
      "w.yaml",
      JSON.stringify({
        name: "test",
        global_config: { processes: "own" },
        jobs: [{ id: "own", command: SEES }, { id: "all", command: SEES, processes: "shared" }],
      }),
    );
    const run = project.spawn(["run", "w.yaml", "-q", "-o", "r.json"]);
    const { code, stderr } = await run.finished;
    assertEquals(code, 0, stderr);
    const { jobs } = project.json("r.json");
    const [own, all] = [Number(jobs["own"]!.stdout), Number(jobs["all"]!.stdout)];
    assert(own < 6 && all > own, `${own} ${all}`);
  },
);

testNeeding(
  ["unshare"],
  "a run whose job needs a namespace is refused where the system gives none",
  async () => {
    await using project = newProject({
      "w.yaml": workflow({ id: "a", command: "touch started", processes: "own" }),
    });
    // As in a container that forbids them.
    const none = 'echo 0 >/proc/sys/user/max_pid_namespaces && exec "$@"';
    const words = ["unshare", "--user", "--map-root-user", "sh", "-c", none, "sh", ...ORCH];
    const run = await project.spawnProgram([...words, "run", "w.yaml"]).finished;
    assertEquals(run.code, 2, run.stderr);
    assertStringIncludes(
      run.stderr,
      "error[E315]: Job 'a' needs its own process namespace, which the system refuses",
    );
    assert(!project.exists("started"));
    const doctor = await project.spawnProgram([...words, "doctor"]).finished;
    assertStringIncludes(doctor.stdout, "needs a process namespace, which the system");
  },
);

testNeeding(
  ["unshare"],
  "a run whose job needs a namespace is refused where orch may not run unshare",
  async () => {
    const files = { "w.yaml": workflow({ id: "a", command: "touch started", processes: "own" }) };
    await orchWith(
      [...FILES_AND_VARIABLES, "--allow-run=sh"],
      { files },
      ({ code, stderr, folder }) => {
        assertEquals(code, 2, stderr);
        assertStringIncludes(
          stderr,
          "error[E311]: Job 'a' has its own processes, and for that orch needs 'unshare'",
        );
        assert(!folder.includes("started"));
      },
    );
    const granted = [...FILES_AND_VARIABLES, "--allow-run=sh,unshare"];
    await orchWith(granted, { files }, ({ code, stderr, folder }) => {
      assertEquals(code, 0, stderr);
      assert(folder.includes("started"));
    });
  },
);
