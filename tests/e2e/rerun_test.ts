/** `orch rerun`, which run is meant, what is refused, and how each case ends. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { killOrch, runOf, runsOf, stateOf, statusesOf } from "../support/lives.ts";

const ran = "echo $ORCH_JOB_ID >> ran";
const job = (id: string, dependencies: readonly string[], command = "true") => ({
  id,
  command: `${ran}; ${command}`,
  dependencies,
});
/** `fix` fails until there is a file `mended`. */
const WORKFLOW = workflow(
  job("base", []),
  job("fix", ["base"], "test -e mended"),
  job("next", ["fix"]),
  job("last", ["next"]),
  job("side", ["base"]),
);

/** A project with a run in which `fix` has failed. */
async function failed(...flags: readonly string[]): Promise<Project> {
  const project = newProject({ "w.yaml": WORKFLOW });
  assertEquals((await project.orch(["run", "w.yaml", "--no-live", ...flags])).code, 1);
  assertEquals(takeRan(project), ["base", "fix", "side"]);
  return project;
}

function takeRan(project: Project): string[] {
  if (!project.exists("ran")) return [];
  const ids = project.read("ran").trimEnd().split("\n").sort();
  Deno.removeSync(project.path("ran"));
  return ids;
}

async function rerun(project: Project, ...args: readonly string[]) {
  const { code, stderr } = await project.orch(["rerun", ...args, "--no-live"]);
  return { code, stderr, ran: takeRan(project) };
}

/** What is asked for, whether `fix` is mended, the exit code, and what runs. */
const CASES: readonly (readonly [flags: string, mended: boolean, code: number, ran: string])[] = [
  ["--failed", true, 0, "fix last next"],
  ["--failed", false, 1, "fix"],
  ["--from fix", true, 0, "fix last next"],
  ["--from fix,side", true, 0, "fix last next side"],
  ["--from base", true, 0, "base fix last next side"],
  ["--from side --from next", false, 1, "side"],
  ["--only side", true, 1, "side"],
  ["--only fix", true, 0, "fix"],
  ["--only base", false, 1, "base"],
  ["--only base,side", false, 1, "base side"],
];

for (const [flags, mended, code, expected] of CASES) {
  Deno.test(`rerun ${flags}, ${mended ? "mended" : "as before"}, runs ${expected}`, async () => {
    await using project = await failed();
    if (mended) project.write("mended", "");
    // Where no run is named it is the last.
    const result = await rerun(project, ...mended ? ["last"] : [], ...flags.split(" "));
    assertEquals([result.code, result.ran.join(" ")], [code, expected], result.stderr);
  });
}

Deno.test("rerun of a run that is done: nothing has failed, the rest runs again", async () => {
  await using project = newProject({ "w.yaml": WORKFLOW, mended: "" });
  await project.orch(["run", "w.yaml", "-q"]);
  takeRan(project);
  const { runId } = runOf(project);
  assertEquals(await rerun(project, runId, "--failed"), {
    code: 0,
    stderr: `Run ${runId} is over, and no job needs to run again\n`,
    ran: [],
  });
  const { code, ran } = await rerun(project, runId, "--from", "next");
  assertEquals([code, ran], [0, ["last", "next"]]);
  const numbers = (await stateOf(runOf(project))).attempts.map((all) => all?.at(-1)?.attempt);
  assertEquals(numbers, [1, 1, 2, 2, 1], "the numbers of attempts go on");
});

const HOW = "error: Choose what to rerun with one of --failed, --from JOB and --only JOB\n";

/** What stands on the command line behind `orch`, the exit code, and what is said. */
const REFUSED: readonly (readonly [line: string, code: number, stderr: string | RegExp])[] = [
  ["rerun last", 2, HOW],
  ["rerun last --failed --from fix", 2, HOW],
  ["rerun last --failed --only fix", 2, HOW],
  ["rerun last --from fix --only fix", 2, HOW],
  ["rerun last --only nxt", 2, /^error: Run \S+ has no job 'nxt': did you mean 'next'\?\n$/],
  [
    "rerun last --from base,elsewhere",
    2,
    /^error: Run \S+ has no job 'elsewhere': orch show \S+ lists its jobs\n$/,
  ],
  ["rerun", 2, HOW],
  ["rerun 1999 --failed", 2, /^error: No run '1999': orch history lists all runs\n$/],
  ["resume 1999", 2, /^error: No run '1999'/],
  ["resume ../../etc", 2, /^error: No run '\.\.\/\.\.\/etc'/],
  ["resume last twice", 2, /Unexpected argument 'twice'/],
  ["resume last --failed", 2, /Unknown flag --failed/],
  ["resume last -q -v", 2, /^error: --quiet and --verbose contradict each other/],
  ["resume last -o no/where.json", 2, /^error: Cannot write 'no\/where.json'/],
  ["resume last -c 0", 2, /--max-concurrent: '0': expected a whole number from 1/],
  ["resume last --state-dir elsewhere", 2, /^error: No runs in '\S+elsewhere'\n$/],
  [
    "resume last",
    1,
    /^Run (\S+) is over, and its failed jobs have no attempts left; to rerun them: orch rerun \1 --failed\n$/,
  ],
  [
    "resume",
    0,
    /^No run is unfinished: the newest, (\S+), failed; to rerun its failed jobs: orch rerun \1 --failed\n$/,
  ],
];

Deno.test("what cannot be meant is refused, and nothing is run or written", async () => {
  await using project = await failed();
  const before = filesOf(project);
  for (const [line, code, expected] of REFUSED) {
    const result = await project.orch(line.split(" "));
    assertEquals(result.code, code, `${line}: ${result.stderr}`);
    if (typeof expected === "string") assertEquals(result.stderr, expected, line);
    else assertMatch(result.stderr, expected, line);
  }
  assertEquals(takeRan(project), []);
  assertEquals(filesOf(project), before);
});

/** The files of the run and their lengths, but for the lock, which says who had it last. */
function filesOf(project: Project): readonly (readonly [name: string, bytes: number])[] {
  const { path } = runOf(project);
  const names = project.list(path).filter((name) => name !== "run.lock");
  return names.map((name) => [name, Deno.statSync(`${path}/${name}`).size]);
}

Deno.test("a run is named by its id, its beginning, its last part or last; several are asked about", async () => {
  await using project = await failed();
  await project.orch(["run", "w.yaml", "-q"]);
  const [newest, oldest] = runsOf(project).map(({ runId }) => runId);
  takeRan(project);
  const lastPart = oldest!.slice(oldest!.lastIndexOf("-") + 1);
  for (const name of [oldest!, lastPart]) {
    const { stderr } = await rerun(project, name, "--only", "side");
    assertMatch(stderr, new RegExp(`\\(run ${oldest}\\)`));
  }
  assertMatch((await rerun(project, "last", "--only", "side")).stderr, new RegExp(newest!));
  const vague = await rerun(project, oldest!.slice(0, 8), "--failed");
  assertEquals([vague.code, vague.ran], [2, []]);
  assertEquals(
    vague.stderr,
    `error: '${oldest!.slice(0, 8)}' may be ${newest}, ${oldest}: which one?\n`,
  );
});

Deno.test("resume goes on with what Ctrl-C has stopped, and with the newest of these", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      job("a", []),
      job("b", ["a"], ": > begun; test -e go || sleep 60"),
      job("c", ["b"]),
    ),
  });
  for (let time = 0; time < 2; time++) {
    const run = project.begin(["run", "w.yaml", "--no-live"]);
    await project.waitForFile("begun");
    run.signal("SIGINT");
    assertEquals((await run.finished).code, 130);
    await Deno.remove(project.path("begun"));
  }
  project.write("go", "");
  const [newest, oldest] = runsOf(project);
  takeRan(project);
  const first = await project.orch(["resume", "--no-live"]);
  assertEquals([first.code, takeRan(project)], [0, ["b", "c"]]);
  assertMatch(first.stderr, new RegExp(`resumed .*\\(run ${newest!.runId}\\)`));
  const second = await project.orch(["resume", "-q", "-o", "r.json"]);
  assertEquals([second.code, takeRan(project)], [0, ["b", "c"]]);
  assertEquals(project.json("r.json").execution_id, oldest!.runId);
  const third = await project.orch(["resume"]);
  assertEquals(third.code, 0);
  assertEquals(
    third.stderr,
    `No run is unfinished: the newest, ${newest!.runId}, succeeded\n`,
  );
});

Deno.test("results of a run that went on hold all that happened in all its lives", async () => {
  await using project = await failed();
  project.write("mended", "");
  await rerun(project, "last", "--failed", "-o", "r.json");
  const { jobs, events, counts } = project.json("r.json");
  assertEquals([counts.success, jobs["base"]!.status, jobs["fix"]!.attempts], [5, "success", 2]);
  const started = events.filter(({ event_type }) => event_type === "job_started");
  assertEquals(started.map(({ job_id }) => job_id).sort(), [
    ...["base", "fix", "fix", "last", "next", "side"],
  ]);
});

Deno.test("what was said of a run holds for its next lives, until something else is said", async () => {
  await using project = await failed("-c", "2", "--grace", "5");
  const settings = async () => (await stateOf(runOf(project))).settings!;
  await rerun(project, "last", "--failed", "-c", "7");
  assertEquals([(await settings()).concurrency, (await settings()).graceMs], [7, 5_000]);
  await rerun(project, "last", "--failed", "--grace", "3");
  assertEquals([(await settings()).concurrency, (await settings()).graceMs], [7, 3_000]);
});

Deno.test("where there is no run at all, resume says so", async () => {
  await using project = newProject({ "w.yaml": WORKFLOW });
  const { code, stderr } = await project.orch(["resume"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^error: No runs found: /);
});

Deno.test("two orchs do not work on one run: the second names the first, which is not disturbed", async () => {
  await using project = newProject({
    "w.yaml": workflow(job("a", [], ": > begun; until test -e go; do sleep 0.02; done")),
  });
  const first = project.spawn(["run", "w.yaml", "--no-live"]);
  await project.waitForFile("begun");
  const { runId, journalPath } = runOf(project);
  const journal = project.read(journalPath);
  for (const args of [["resume", runId], ["resume"], ["rerun", "last", "--from", "a"]]) {
    const { code, stderr } = await project.spawn(args).finished;
    assertEquals(code, 3, stderr);
    const said =
      `error: Run ${runId} is already running in process ${first.pid}( on \\S+)?; to follow its output: ` +
      `orch logs ${runId} --follow\n`;
    assertMatch(stderr, new RegExp(`^${said}$`));
  }
  assertEquals([project.read(journalPath), takeRan(project)], [journal, ["a"]]);
  assertEquals(project.processes().length > 0, true, "its job lives");
  project.write("go", "");
  const { code, stderr } = await first.finished;
  assertEquals([code, statusesOf(await stateOf(runOf(project)))], [0, ["a success"]], stderr);
});

Deno.test("of two that resume at the same time one goes on", async () => {
  await using project = newProject({
    "w.yaml": workflow(job("a", [], ": > begun; test -e go || sleep 60"), job("b", ["a"])),
  });
  const orch = project.spawn(["run", "w.yaml", "--no-live", "--grace", "0.2"]);
  await project.waitForFile("begun");
  await killOrch(orch);
  project.write("go", "");
  takeRan(project);
  const both = [project.spawn(["resume", "--no-live"]), project.spawn(["resume", "--no-live"])];
  const ends = await Promise.all(both.map(({ finished }) => finished));
  // The second may come when the first is done.
  const [one, other] = ends.toSorted((x, y) => x.code - y.code);
  assert(one!.code === 0, one!.stderr);
  assertMatch(other!.stderr, /is already running in |No run is unfinished: /);
  assertEquals(takeRan(project), ["a", "b"]);
  await eventually(() => project.processes().length === 0, "the end of all processes");
});

Deno.test("--only runs what it names and nothing else, also where the file has changed", async () => {
  await using project = await failed();
  const change = (id: string) =>
    project.write(
      "w.yaml",
      project.read("w.yaml").replace(`"id": "${id}",`, `"id": "${id}", "timeout": 60,`),
    );
  change("fix");
  project.write("mended", "");
  const own = await rerun(project, "last", "--only", "fix");
  assertEquals([own.code, own.ran], [0, ["fix"]], own.stderr);
  change("base");
  const other = await rerun(project, "last", "--only", "fix");
  assertEquals([other.code, other.ran], [2, []]);
  assertMatch(
    other.stderr,
    /^error: '.*w\.yaml' has changed, .*--only does not name: base; name them too/,
  );
  const planned = await rerun(project, "last", "--only", "fix", "--as-planned");
  assertEquals([planned.code, planned.ran], [0, ["fix"]], planned.stderr);
});
