/** `LOG_LEVEL=DEBUG`: decisions with their reasons on stderr, in every view, and never on stdout. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "../support/assert.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

const JOBS = workflow(
  { id: "first", command: "true" },
  { id: "flaky", command: "test $ORCH_ATTEMPT = 2", retry_config: { initial_delay: 0.01 } },
  { id: "bad", command: "exit 3", dependencies: ["first"] },
  { id: "after", command: "true", dependencies: ["bad"] },
);

const DECISIONS = [
  /^debug: 1 job at a time, seed \d+; start order: first, bad, .*$/m,
  /^debug: first is ready: it has no dependencies; place 1 in the start order$/m,
  /^debug: first starts: it comes first; 1 of 1 run now, no time limit$/m,
  /^debug: flaky is ready and cannot start: all slots were in use, by first$/m,
  /^debug: flaky is retried, attempt 2 of 3 in 0\.01s: exit code 1$/m,
  /^debug: bad has failed: exit code 3; not retried: the job has no retry_config/m,
  /^debug: after is skipped: needs bad, which did not succeed$/m,
];

for (const flags of [["--no-live"], ["--quiet"], ["--verbose"], ["--ui", "json"]]) {
  Deno.test(`decisions are told with ${flags.join(" ")}`, async () => {
    await using project = newProject({ "w.yaml": JOBS });
    const args = ["run", "w.yaml", "-c", "1", ...flags];
    const { stdout, stderr } = await project.orch(args, { env: { LOG_LEVEL: "DEBUG" } });
    for (const decision of DECISIONS) assertMatch(stderr, decision);
    assertNotMatch(stdout, /debug:/);
    const silent = await project.orch(args);
    assertNotMatch(silent.stderr, /debug:/);
  });
}

Deno.test("decisions are told of a run that is gone on with", async () => {
  await using project = newProject({ "w.yaml": JOBS });
  await project.orch(["run", "w.yaml", "-q"]);
  const env = { LOG_LEVEL: "debug" };
  const { stderr } = await project.orch(["rerun", "last", "--failed", "-q"], { env });
  assertMatch(stderr, /^debug: 4 jobs at a time, seed \d+; reset: bad, after$/m);
  assertMatch(stderr, /^debug: bad starts, attempt 2: it comes first; 1 of 4 run now/m);
});

testNeeding(
  ["tmux"],
  "on a terminal decisions stand above the live view, and leave it whole",
  async () => {
    const hold = "until test -e go; do sleep 0.02; done";
    await using project = newProject({
      "w.yaml": workflow({ id: "held", command: `echo compiling; ${hold}` }, {
        id: "later",
        command: "true",
      }),
    });
    await using terminal = await Terminal.open(project, { columns: 100, rows: 30 });
    await terminal.type("LOG_LEVEL=DEBUG ./orch run w.yaml -c 1; echo code=$?");
    const screen = await terminal.waitFor(/held +0:\d\d.*compiling[^]*0\/2 done · 1 running/);
    const lines = screen.split("\n");
    const debug = lines.findIndex((line) =>
      line.startsWith("debug: later is ready and cannot start")
    );
    const region = lines.findIndex((line) => line.includes("compiling"));
    assert(debug >= 0 && debug < region, screen);
    project.write("go", "");
    await terminal.waitFor(/code=0\n/);
    const all = await terminal.scrollback();
    assertEquals(all.match(/^debug: later starts: it comes first/gm)?.length, 1, all);
    assertEquals(/\d running|0:\d\d/.test(all), false, `the region is gone:\n${all}`);
  },
);
