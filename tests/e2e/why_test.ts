/** `orch why`: real runs, and what is told of their jobs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

const FILES = {
  "w.yaml": workflow(
    { id: "setup", command: "true" },
    { id: "first", command: "sleep 0.2", resource_limits: { max_concurrent_jobs: 1 } },
    {
      id: "flaky",
      command: "test $ORCH_ATTEMPT = 2",
      dependencies: ["setup"],
      retry_config: { max_attempts: 3, initial_delay: 0.1 },
    },
    { id: "bad", command: "exit 3", dependencies: ["setup"] },
    { id: "ship", command: "true", dependencies: ["bad"] },
  ),
};

Deno.test("orch why tells what a job waited for, how often it was tried and why it was skipped", async () => {
  await using project = newProject(FILES);
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  const why = async (job: string, ...flags: string[]) => {
    const { code, stdout, stderr } = await project.orch(["why", "last", job, ...flags]);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    return stdout;
  };
  assertMatch(
    await why("setup"),
    /^setup of run [\w-]+: succeeded\n\n +\+0.00s {2}has no dependencies\n/,
  );
  const flaky = await why("flaky");
  assertMatch(flaky, /attempt 1 ran [\d.]+s: exit code 1\n/);
  assertMatch(flaky, /waits 0.10s before attempt 2 of 3\n[^]*attempt 2 ran [\d.]+s: succeeded\n/);
  assertMatch(
    await why("bad"),
    /: failed\n[^]*exit code 3\n.*not retried: the job has no retry_config/,
  );
  const ship = await why("ship");
  assertStringIncludes(ship, "each of these waited for the previous one: setup → bad\n");
  assertStringIncludes(
    ship,
    "skipped: needs bad, which did not succeed; bad failed: exit code 3\n",
  );
  const waited = await why("first");
  assertStringIncludes(
    waited,
    "it allows fewer parallel jobs than were running (max_concurrent_jobs)",
  );
  const { schema, job_id, standing, steps } = JSON.parse(await why("ship", "--json"));
  assertEquals([schema, job_id, standing, steps.at(-1).kind], [
    "orch.why/v1",
    "ship",
    "skipped",
    "skipped",
  ]);
});

Deno.test("orch why tells of a job that has not ended yet", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "long", command: "touch begun; sleep 60" }, {
      id: "after",
      command: "true",
      dependencies: ["long"],
    }),
  });
  const run = project.begin(["run", "w.yaml"]);
  await project.waitForFile("begun");
  const { code, stdout } = await project.orch(["why", "last", "after"]);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^after of run [\w-]+: waits for its dependencies\n[^]*waits [\d.]+s so far for long$/m,
  );
  assertMatch(
    (await project.orch(["why", "last", "long"])).stdout,
    /: runs\n[^]*runs for [\d.]+s so far\n/,
  );
  run.signal("SIGINT");
  await run.finished;
  assertMatch(
    (await project.orch(["why", "last", "after"])).stdout,
    /: cancelled\n[^]*cancelled: the run was interrupted\n/,
  );
});

Deno.test("orch why says what is wrong with a run or a job that it is asked about", async () => {
  await using project = newProject(FILES);
  const none = await project.orch(["why", "last", "setup"]);
  assertEquals(none.code, 2);
  assertMatch(none.stderr, /^error: No runs (found|in)/);
  await project.orch(["run", "w.yaml", "-q", "--only", "setup"]);
  const rows: readonly (readonly [string, RegExp])[] = [
    ["why last stup", /^error: Run [\w-]+ has no job 'stup': did you mean 'setup'\?\n$/],
    ["why last xyzzy", /^error: Run [\w-]+ has no job 'xyzzy': orch show [\w-]+ lists its jobs\n$/],
    ["why last bad", /^error: Job 'bad' was not part of run [\w-]+\n$/],
    ["why 2019 bad", /^error: No run '2019'/],
    ["why last", /^error: Missing argument JOB\n/],
    [
      "why",
      /^error: Missing argument RUN\nerror: Missing argument JOB\n|^error: Missing argument RUN\n/,
    ],
  ];
  for (const [commandLine, says] of rows) {
    const { code, stdout, stderr } = await project.orch(commandLine.split(" "));
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assert(says.test(stderr), stderr);
  }
});
