/** `orch run`, flag by flag, with real jobs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import type { Results } from "../support/results_file.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";

/** A diamond with a tail, tags on some, and a job that nothing leads to. */
const PIPELINE = [
  { id: "setup", command: "echo ready", tags: ["prepare"] },
  { id: "lint", command: "echo clean", dependencies: ["setup"], tags: ["check", "quick"] },
  { id: "build", command: "echo built", dependencies: ["setup"], tags: ["make"] },
  { id: "test", command: "echo passed", dependencies: ["lint", "build"], tags: ["check"] },
  { id: "alone", command: "echo alone" },
];

/** The flags, and the jobs that run. */
const SELECTIONS: readonly (readonly [string, string])[] = [
  ["", "setup lint build test alone"],
  ["--only build", "setup build"],
  ["--only build,alone", "setup build alone"],
  ["--only build --only alone", "setup build alone"],
  ["--only=test", "setup lint build test"],
  ["--only test --no-deps", "test"],
  ["--tags check", "setup lint build test"],
  ["--tags check --no-deps", "lint test"],
  ["--tags quick,make", "setup lint build"],
  ["--skip-tags check", "setup build alone"],
  ["--skip-tags prepare,make", "lint test alone"],
  ["--tags check --skip-tags quick", "setup build test"],
  ["--only alone --tags make", "setup build alone"],
];

for (const [flags, expected] of SELECTIONS) {
  Deno.test(`orch run ${flags} runs ${expected}, and shows the same in a dry run`, async () => {
    await using project = newProject({ "w.yaml": workflow(...PIPELINE) });
    const args = ["run", "w.yaml", ...flags.split(" ").filter((arg) => arg !== "")];
    const dry = await project.orch([...args, "--dry-run"]);
    assertEquals({ code: dry.code, started: project.exists(".orch") }, { code: 0, started: false });
    const shown = [...dry.stdout.matchAll(/Level \d+: (.*)/g)].flatMap(([, ids]) =>
      ids!.split(", ")
    );
    assertEquals(shown.toSorted(), expected.split(" ").toSorted());

    const { code } = await project.orch([...args, "-q", "-o", "r.json"]);
    const { jobs, counts } = project.json("r.json");
    assertEquals(Object.keys(jobs), expected.split(" "));
    assertEquals({ code, success: counts.success }, {
      code: 0,
      success: expected.split(" ").length,
    });
  });
}

Deno.test("a dry run shows levels and the number at a time, and starts nothing", async () => {
  await using project = newProject({ "w.yaml": workflow(...PIPELINE) });
  const { code, stdout, stderr } = await project.orch(["run", "w.yaml", "--dry-run", "-c", "2"]);
  assertEquals({ code, stdout, stderr }, {
    code: 0,
    stderr: "",
    stdout: `test: 5 jobs would run, 2 at a time
  Level 0: setup, alone
  Level 1: lint, build
  Level 2: test
Dry run: nothing was started
`,
  });
});

/** The flag, what the file says, and how many may run at a time. */
const CONCURRENCY: readonly (readonly [string[], unknown, number])[] = [
  [[], undefined, 4],
  [[], 2, 2],
  [[], "$(nproc)", navigator.hardwareConcurrency],
  [[], "$(($(nproc) * 2))", navigator.hardwareConcurrency * 2],
  [["-c", "7"], undefined, 7],
  [["--max-concurrent", "3"], 2, 3],
  [["-c", "1"], "$(nproc)", 1],
  [["-c8"], undefined, 8],
  [["--max-concurrent=9"], undefined, 9],
];

for (const [flags, said, expected] of CONCURRENCY) {
  Deno.test(`${expected} at a time with ${flags.join(" ") || "no flag"} and ${said} in the file`, async () => {
    const text = JSON.stringify({
      name: "n",
      ...(said !== undefined && { global_config: { max_concurrent_jobs: said } }),
      jobs: [{ id: "a", command: "true" }],
    });
    await using project = newProject({ "w.yaml": text });
    const { stdout } = await project.orch(["run", "w.yaml", "--dry-run", ...flags]);
    assertStringIncludes(stdout, `${expected} at a time`);
  });
}
Deno.test("at most -c jobs run at any moment", async () => {
  await using project = newProject();
  const jobs = Array.from({ length: 12 }, (_, i) => ({ id: `j${i}`, command: "sleep 0.03" }));
  assertEquals(mostAtATime(await project.results(jobs, "-c", "3")), 3);
});

function mostAtATime({ events }: Results): number {
  let [now, most] = [0, 0];
  for (const { event_type } of events) {
    if (event_type === "job_started") most = Math.max(most, ++now);
    if (event_type === "job_completed") now--;
  }
  return most;
}

/** How a workflow comes in on standard input. */
const STDIN: Readonly<Record<string, string>> = {
  YAML: "name: piped\njobs:\n  - id: a\n    command: pwd\n",
  JSON: '{"name": "piped", "jobs": [{"id": "a", "command": "pwd"}]}',
  "JSON on one line with a comment of YAML after it":
    "{name: piped, jobs: [{id: a, command: pwd}]} # !",
};

for (const [format, stdin] of Object.entries(STDIN)) {
  Deno.test(`orch run - reads ${format} from standard input, relative to the current folder`, async () => {
    await using project = newProject();
    const { code } = await project.orch(["run", "-", "-q", "-o", "r.json"], { stdin });
    const { jobs, workflow } = project.json("r.json");
    assertEquals(code, 0);
    assertEquals(workflow, { name: "piped", version: "1.0.0", file: "<stdin>" });
    assertEquals(jobs["a"]!.stdout, `${project.folder}\n`);
  });
}

Deno.test("the program reads a workflow from a pipe", async () => {
  await using project = newProject();
  const stdin = workflow({ id: "a", command: "echo from a pipe" });
  const { code, stderr } = await project.spawn(["run", "-", "-v"], { stdin }).finished;
  assertEquals(code, 0);
  assertStringIncludes(stderr, "a | from a pipe");
});

Deno.test("problems of a piped workflow are shown with their place in <stdin>", async () => {
  await using project = newProject();
  const stdin = "name: x\njobs:\n  - id: a\n    comand: echo\n";
  const { code, stderr } = await project.orch(["run", "-"], { stdin });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--> <stdin>:4:5");
  assertStringIncludes(stderr, "did you mean 'command'?");
});

Deno.test("without --fail-fast independent branches go on after a failure, with it they stop", async () => {
  const jobs = [
    { id: "bad", command: "until test -e started; do sleep 0.01; done; exit 1" },
    { id: "long", command: "echo > started; until test -e go; do sleep 0.01; done" },
    { id: "next", command: "echo next", dependencies: ["long"] },
    { id: "behind", command: "echo behind", dependencies: ["bad"] },
  ];
  await using patient = newProject({ "w.yaml": workflow(...jobs) });
  const run = patient.begin(["run", "w.yaml", "-o", "r.json"]);
  await run.stderr.waitFor(/FAILED +bad/);
  patient.write("go", "");
  assertEquals((await run.finished).code, 1);
  assertEquals(statuses(patient), {
    bad: "failed",
    long: "success",
    next: "success",
    behind: "skipped",
  });

  await using hasty = newProject({ "w.yaml": workflow(...jobs) });
  const { code, stderr } = await hasty.orch(["run", "w.yaml", "--fail-fast", "-o", "r.json"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "a job failed, stopping the rest: running jobs have 10 s to finish");
  assertEquals(hasty.json("r.json").status, "failed");
  assertEquals(statuses(hasty), {
    bad: "failed",
    long: "cancelled",
    next: "cancelled",
    behind: "cancelled",
  });
});

function statuses(project: Project): Record<string, string> {
  const { jobs } = project.json("r.json");
  return Object.fromEntries(Object.values(jobs).map(({ id, status }) => [id, status]));
}

Deno.test("-C gives relative paths another start; state stays beside the file", async () => {
  await using project = newProject({
    "here/w.yaml": workflow(
      { id: "where", command: "pwd" },
      { id: "below", command: "pwd", working_directory: "sub" },
      { id: "absolute", command: "pwd", working_directory: "/" },
      { id: "script", job_type: "script", script_path: "./s.sh" },
    ),
    "here/sub/x": "",
    "there/sub/x": "",
    "here/s.sh": "echo script here",
    "there/s.sh": "echo script there",
  });
  const places = async (...flags: string[]) => {
    await project.orch(["run", "here/w.yaml", "-q", "-o", "r.json", ...flags]);
    return Object.values(project.json("r.json").jobs).map(({ stdout }) =>
      stdout.replace(`${project.folder}/`, "").trim()
    );
  };
  assertEquals(await places(), ["here", "here/sub", "/", "script here"]);
  assertEquals(await places("-C", "there"), ["there", "there/sub", "/", "script there"]);
  assertEquals(await places("--directory", project.path("there")), [
    ...["there", "there/sub", "/", "script there"],
  ]);
  assert(project.exists("here/.orch/runs") && !project.exists("there/.orch"));
});

Deno.test("-q says nothing when all is well, and the end of the run when it is not", async () => {
  await using project = newProject({
    "good.yaml": workflow({ id: "a", command: "echo output" }),
    "bad.yaml": workflow({ id: "a", command: "echo why >&2; exit 3" }, {
      id: "b",
      command: "true",
      dependencies: ["a"],
    }),
  });
  assertEquals(await project.orch(["run", "good.yaml", "-q"]), { code: 0, stdout: "", stderr: "" });
  const { code, stdout, stderr } = await project.orch(["run", "bad.yaml", "--quiet"]);
  assertEquals({ code, stdout }, { code: 1, stdout: "" });
  assertMatch(
    stderr,
    /^\n──── a FAILED · exit code 3 · [\d.]+s ─+\n\$ echo why >&2; exit 3\nwhy\n/,
  );
  assertStringIncludes(
    stderr,
    "⊘ not run: b (need a)\n✗ 1 failed (a)   ✔ 0 succeeded   ⊘ 1 skipped\n",
  );
});

Deno.test("-v shows every event, and the output of each job behind its id", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "talk", command: "echo one; echo two; printf three >&2" }),
  });
  const plain = (await project.orch(["run", "w.yaml"])).stderr;
  const verbose = (await project.orch(["run", "w.yaml", "-v"])).stderr;
  assertEquals([plain.includes("ready"), plain.includes("one")], [false, false]);
  assertMatch(verbose, /○ ready {5}talk\n.*▶ start {5}talk\n/);
  assertStringIncludes(verbose, "\n  talk | one\n  talk | two\n  talk | three\n");
});

Deno.test("without a terminal there is a line for each event, with its time; --live changes nothing", async () => {
  await using project = newProject({ "w.yaml": workflow(...PIPELINE) });
  for (const flags of [[], ["--live"], ["--no-live"]]) {
    const { code, stdout, stderr } = await project.orch(["run", "w.yaml", ...flags]);
    assertEquals({ code, stdout }, { code: 0, stdout: "" });
    const lines = stderr.split("\n");
    assertMatch(lines[0]!, /^\d\d:\d\d:\d\d {2}▶ run {7}test: 5 jobs, 4 at a time \(run [\w-]+\)$/);
    assertEquals(lines.filter((line) => /▶ start {5}\w+$/.test(line)).length, 5);
    assertEquals(lines.filter((line) => /✔ ok {8}\w+ [\d.]+s$/.test(line)).length, 5);
    assertEquals(lines.some((line) => line.includes("\x1b")), false);
    assertStringIncludes(stderr, "▶ end       succeeded\n✔ 5 succeeded\n");
  }
});
