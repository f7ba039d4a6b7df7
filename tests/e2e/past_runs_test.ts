/** Real runs, looked at while they go, after they ended, and after their orch was killed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { keepMany } from "../support/kept_run.ts";

/** Jobs that end in every way there is without a stop. */
const MIXED = [
  { id: "good", name: "All well", command: "echo out; echo err >&2", tags: ["x"] },
  {
    id: "flaky",
    command: "echo try $ORCH_ATTEMPT; test $ORCH_ATTEMPT = 2",
    retry_config: { max_attempts: 3, initial_delay: 0.05 },
  },
  { id: "bad", command: "exit 3" },
  { id: "slow", command: "sleep 30", timeout: 0.2 },
  { id: "behind", command: "true", dependencies: ["bad"] },
  { id: "far", command: "true", dependencies: ["behind"] },
  { id: "soft", command: "true", conditions: { skip_if_failed: ["bad"] } },
  { id: "elsewhere", command: "true", conditions: { only_if_branch: ["release/*"] } },
  { id: "lost", job_type: "script", script_path: "none.sh" },
];

/** Waits for files, so that a test says when a job goes on. */
const AWAIT = (name: string) => `until test -e ${name}; do sleep 0.02; done`;

Deno.test("live state, results, reports, show, events and resume give the same picture of the same run", async () => {
  await using project = newProject({ "w.yaml": workflow(...MIXED) });
  const env = { GITHUB_REF_NAME: "topic" };
  const run = await project.orch([
    ...["run", "w.yaml", "-v", "-o", "r.json", "--report", "junit=r.xml", "--report", "md=r.md"],
  ], { env });
  assertEquals(run.code, 1);

  // The results are of the live state; what show prints was folded from the journal.
  const results = project.json<Record<string, unknown>>("r.json");
  const shown = JSON.parse((await project.orch(["show", "--json"])).stdout);
  const file = project.path("w.yaml");
  const named = { ...results, workflow: { ...Object(results["workflow"]), file } };
  assertEquals(shown, named);

  // The lines of the view are those of the events, but for the date.
  const times = /^(\d{4}-\d\d-\d\d )?(\d\d:\d\d:\d\d)(\.\d+)? {2}/;
  const viewed = run.stderr.split("\n").filter((line) => times.test(line));
  const listed = (await project.orch(["events"])).stdout.trimEnd().split("\n");
  assertEquals(
    listed.map((line) => line.replace(times, "")),
    viewed.map((line) => line.replace(times, "")),
  );

  // So is what resume goes on with: of a run that is over it says all and does nothing.
  const flags = [
    "-o",
    "resumed.json",
    "--report",
    "junit=resumed.xml",
    "--report",
    "md=resumed.md",
  ];
  const resumed = await project.orch(["resume", "last", ...flags]);
  assertEquals(resumed.code, 1);
  assertEquals(project.json<object>("resumed.json"), named);
  assertEquals(project.read("resumed.md"), project.read("r.md"));
  assertEquals(project.read("resumed.xml").replaceAll(file, "w.yaml"), project.read("r.xml"));

  const text = (await project.orch(["show"])).stdout;
  for (const { id, status } of Object.values(project.json("r.json").jobs)) {
    assertMatch(text, new RegExp(`^${id} +${status}\\b`, "m"));
  }
  const { runs } = JSON.parse((await project.orch(["history", "--json"])).stdout);
  const { open, ...counts } = runs[0].counts;
  assertEquals([counts, open, runs[0].status], [results["counts"], 0, "failed"]);
  assertEquals(runs[0].duration_seconds, results["duration_seconds"]);
});

/** A run that goes on until the file `go` is there: a job that speaks, and one that is tried twice. */
const HELD = workflow(
  { id: "talks", command: `echo first; ${AWAIT("go")}; echo last` },
  {
    id: "flaky",
    command: `echo try $ORCH_ATTEMPT; ${AWAIT("again")}; test $ORCH_ATTEMPT = 2`,
    retry_config: { max_attempts: 2, initial_delay: 0.01 },
  },
  { id: "after", command: "echo done", dependencies: ["talks", "flaky"] },
);

async function statusOf(project: Project): Promise<string> {
  const { runs } = JSON.parse((await project.orch(["history", "--json"])).stdout);
  return runs[0]?.status ?? "none";
}

Deno.test("a run is shown while it goes, and its logs are followed through every attempt to its end", async () => {
  await using project = newProject({ "w.yaml": HELD });
  const run = project.spawn(["run", "w.yaml", "-q"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  assertMatch(
    (await project.orch(["show"])).stdout,
    new RegExp(`running \\(process ${run.pid}\\)`),
  );

  const all = project.begin(["logs", "--follow"]);
  const flaky = project.begin(["logs", "last", "flaky", "--follow"]);
  await all.stdout.waitFor(/flaky \| try 1\n/);
  const now = await project.orch(["logs", "last", "talks"]);
  assertEquals(now.stdout, "first\n");
  assertEquals(now.stderr, "orch: talks is still running; to wait for the rest, add --follow\n");

  project.write("again", "");
  assertEquals(await flaky.finished, { code: 0, stdout: "try 1\ntry 2\n", stderr: "" });
  project.write("go", "");
  const { code, stdout, stderr } = await all.finished;
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n").sort(), [
    ...["after | done", "flaky | try 1", "flaky | try 2", "talks | first", "talks | last"],
  ]);
  assertEquals((await run.finished).code, 0);
  assertEquals(await statusOf(project), "completed");
});

Deno.test("a run whose orch was killed is unfinished, for everyone who looks", async () => {
  await using project = newProject({ "w.yaml": HELD });
  const run = project.spawn(["run", "w.yaml", "-q", "--grace", "0"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  const follow = project.begin(["logs", "--follow"]);
  await follow.stdout.waitFor(/talks \| first\n/);
  Deno.kill(run.pid!, "SIGKILL");
  await run.finished;
  const followed = await follow.finished;
  assertEquals(followed.code, 0);
  assertStringIncludes(followed.stderr, "orch: orch is no longer running this run");
  assertEquals(await statusOf(project), "unfinished");
  assertMatch((await project.orch(["show"])).stdout, /^talks +unfinished/m);
  await eventually(() => project.processes().length === 0, "its jobs to be ended");
});

Deno.test("a run that was gone on with after its end looks everywhere as it is now", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "test -e good" }) });
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 1);
  assertEquals(await statusOf(project), "failed");
  project.write("good", "");
  const rerun = ["rerun", "last", "--failed", "-q", "-o", "r.json"];
  assertEquals((await project.orch(rerun)).code, 0);
  assertEquals(JSON.parse((await project.orch(["show", "--json"])).stdout), project.json("r.json"));
  assertEquals(await statusOf(project), "completed");
  assertStringIncludes((await project.orch(["show"])).stdout, "resumed   once\n");
  const { stdout } = await project.orch(["history", "--job", "a"]);
  assertMatch(stdout, / success .* 2$/m);
});

Deno.test("bytes that are no text come out as they went in, each stream to its own", async () => {
  await using project = newProject({
    "bytes.bin": Uint8Array.from({ length: 4_096 }, (_, i) => i * 7),
    "w.yaml": workflow({ id: "a", command: "cat bytes.bin; cat bytes.bin bytes.bin >&2" }),
  });
  const text =
    "orch run w.yaml -q && orch logs last a > out 2> err && orch logs last a --stderr > err2";
  assertEquals((await project.shell(text).finished).code, 0);
  const bytes = await Deno.readFile(project.path("bytes.bin"));
  assertEquals(await Deno.readFile(project.path("out")), bytes);
  const twice = new Uint8Array([...bytes, ...bytes]);
  assertEquals(await Deno.readFile(project.path("err")), twice);
  assertEquals(await Deno.readFile(project.path("err2")), twice);
});

Deno.test("following what has not begun says what it waits for, once", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: AWAIT("go") },
      { id: "b", command: "echo b", dependencies: ["a"] },
    ),
  });
  const run = project.spawn(["run", "w.yaml", "-q"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  const follow = project.begin(["logs", "last", "b", "--follow"]);
  await follow.stderr.waitFor(/\n/);
  project.write("go", "");
  const said = "orch: waiting for b to start\n";
  assertEquals(await follow.finished, { code: 0, stdout: "b\n", stderr: said });
  assertEquals((await run.finished).code, 0);
});

Deno.test("following ends with its reader", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "while ! test -e go; do echo line; sleep 0.02; done" }),
  });
  const run = project.begin(["run", "w.yaml", "-q"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  const { code, stdout } = await project.shell("orch logs last a --follow | head -n 2").finished;
  assertEquals([code, stdout], [0, "line\nline\n"]);
  project.write("go", "");
  assertEquals((await run.finished).code, 0);
});

Deno.test("a log that grows over its limit while it is followed says that some of it is missing", async () => {
  const text =
    "i=0; while test $i -lt 400; do i=$((i + 1)); echo line $i of a log that is cut; done";
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: `${text}; ${AWAIT("go")}` }),
  });
  const run = project.begin(["run", "w.yaml", "-q", "--max-log", "2K"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  const follow = project.begin(["logs", "last", "a", "--follow"]);
  await follow.stderr.waitFor(/some of it is missing here\n/);
  project.write("go", "");
  const { stderr } = await follow.finished;
  assertStringIncludes(
    stderr,
    "orch: the middle of the output of a was removed because it exceeded --max-log",
  );
  await run.finished;
  const whole = await project.orch(["logs", "last", "a"]);
  assertMatch(whole.stdout, /\n\[orch: \d+ bytes cut here\]\n/);
});

Deno.test("runs that are removed while one goes leave it alone", async () => {
  await using project = newProject({
    "w.yaml": HELD,
    "q.yaml": workflow({ id: "a", command: "true" }),
  });
  for (let i = 0; i < 2; i++) await project.orch(["run", "q.yaml", "-q"]);
  const run = project.spawn(["run", "w.yaml", "-q"]);
  await eventually(async () => await statusOf(project) === "running", "the run to be listed");
  const { code, stdout } = await project.orch(["clean", "--keep", "0"]);
  assertEquals(code, 0);
  assertMatch(stdout, /^Removed 2 runs, freed .*; kept 1, of which 1 running\n$/);
  project.write("go", "");
  project.write("again", "");
  assertEquals((await run.finished).code, 0);
  assert(project.list(".orch/runs").length === 1);
});

Deno.test("orch history answers at once with 1,000 runs, and reads them only once", async () => {
  await using project = newProject();
  await keepMany(project.path(".orch"), 1_000);
  const first = await project.orch(["history"]);
  assertEquals(first.stderr, "Reading 980 runs for the index, once\n");
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const startedAt = performance.now();
    const { code, stdout } = await project.spawn(["history"]).finished;
    best = Math.min(best, performance.now() - startedAt);
    assertEquals([code, stdout], [0, first.stdout]);
  }
  // A third of this on a machine that has time; to read all runs again takes seconds.
  assert(best < 450, `${Math.round(best)} ms`);
});
