/** Script jobs by their endings, and python jobs. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";

/** The file, what is in it, its mode, the programs it needs. */
const SCRIPTS: readonly (readonly [string, string, number, readonly string[]])[] = [
  ["s.py", 'import os\nprint("ran", os.environ["ORCH_JOB_ID"])', 0o644, ["python3"]],
  ["s.sh", 'a=(ran "$ORCH_JOB_ID"); echo "${a[@]}"', 0o644, ["bash"]],
  ["s.bash", '[[ 1 == 1 ]] && echo "ran $ORCH_JOB_ID"', 0o644, ["bash"]],
  ["s.js", 'console.log("ran", process.env.ORCH_JOB_ID)', 0o644, ["node"]],
  [
    "s.mjs",
    'import process from "node:process";\nconsole.log("ran", process.env.ORCH_JOB_ID)',
    0o644,
    ["node"],
  ],
  ["s.ts", 'const id: string = Deno.env.get("ORCH_JOB_ID")!;\nconsole.log("ran", id)', 0o644, [
    "deno",
  ]],
  ["S.PY", 'import os\nprint("ran", os.environ["ORCH_JOB_ID"])', 0o644, ["python3"]],
  ["program", '#!/bin/sh\necho "ran $ORCH_JOB_ID"', 0o755, []],
  ["program.pl", '#!/bin/sh\necho "ran $ORCH_JOB_ID"', 0o755, []],
  ["with space.sh", 'echo "ran $ORCH_JOB_ID"', 0o644, ["bash"]],
  ["sub/'quoted' $x.sh", 'echo "ran $ORCH_JOB_ID"', 0o644, ["bash"]],
];

for (const [file, text, mode, programs] of SCRIPTS) {
  testNeeding(programs, `the script ${file} runs with what its ending stands for`, async () => {
    await using project = newProject();
    project.write(file, text, mode);
    const { jobs } = await project.results([{ id: "s", job_type: "script", script_path: file }]);
    assertEquals([jobs["s"]!.stdout, jobs["s"]!.stderr, jobs["s"]!.exit_code], ["ran s\n", "", 0]);
  });
}

Deno.test("a script is given no arguments and an empty standard input", async () => {
  await using project = newProject();
  project.write("s.sh", 'echo "$# $*"; cat; exit 6');
  const { jobs } = await project.results([{ id: "s", job_type: "script", script_path: "s.sh" }]);
  assertEquals([jobs["s"]!.stdout, jobs["s"]!.exit_code], ["0 \n", 6]);
});

Deno.test("a script is looked for in the working directory, then beside the file", async () => {
  await using project = newProject({
    "both.sh": "echo beside; pwd",
    "only.sh": "echo beside; pwd",
    "sub/both.sh": "echo below; pwd",
  });
  const script = { job_type: "script", working_directory: "sub" };
  const { jobs } = await project.results([
    { id: "both", ...script, script_path: "./both.sh" },
    { id: "only", ...script, script_path: "only.sh" },
    { id: "absolute", ...script, script_path: project.path("both.sh") },
  ]);
  const sub = project.path("sub");
  assertEquals(jobs["both"]!.stdout, `below\n${sub}\n`);
  assertEquals(jobs["only"]!.stdout, `beside\n${sub}\n`);
  assertEquals(jobs["absolute"]!.stdout, `beside\n${sub}\n`);
});

Deno.test("a script that is not there, or cannot run, fails its job alone", async () => {
  await using project = newProject({ plain: "echo no", "folder.sh/x": "" });
  const { jobs, counts } = await project.results([
    { id: "missing", job_type: "script", script_path: "gone.sh" },
    { id: "folder", job_type: "script", script_path: "folder.sh" },
    { id: "no_mode", job_type: "script", script_path: "plain" },
    {
      id: "retried",
      job_type: "script",
      script_path: "gone.sh",
      retry_config: { max_attempts: 3, initial_delay: 0.01 },
    },
    { id: "fine", command: "true" },
  ]);
  assertEquals(jobs["missing"]!.error_message, "script 'gone.sh' does not exist");
  assertEquals(jobs["folder"]!.error_message, "script 'folder.sh' does not exist");
  assertEquals(jobs["no_mode"]!.exit_code, 126);
  assertEquals(jobs["retried"]!.attempts, 1, "no retry makes it appear");
  assertEquals(counts, { success: 1, failed: 4, cancelled: 0, skipped: 0 });
});

/** Python source, and what becomes of it. */
const PYTHON: readonly (readonly [string, string, number, string])[] = [
  ["prints", "print('hi')", 0, "hi\n"],
  ["many lines with quotes", "x = 'a\"b'\nif True:\n    print(x, '''c''')\n", 0, 'a"b c\n'],
  ["exits", "import sys\nsys.exit(5)", 5, ""],
  ["has no arguments", "import sys\nprint(len(sys.argv))", 0, "1\n"],
  ["has an empty input", "import sys\nprint(repr(sys.stdin.read()))", 0, "''\n"],
  ["imports a module beside the file", "import helper\nprint(helper.ANSWER)", 0, "42\n"],
  ["sees its variables", "import os\nprint(os.environ['ORCH_JOB_ID'])", 0, "p\n"],
  ["Unicode", "print('世界')", 0, "世界\n"],
];

for (const [name, source, code, stdout] of PYTHON) {
  testNeeding(["python3"], `a python job: ${name}`, async () => {
    await using project = newProject({ "helper.py": "ANSWER = 42\n" });
    const env = { PYTHONIOENCODING: "utf-8" };
    const { jobs } = await project.results([
      { id: "p", job_type: "python", command: source, environment: env },
    ]);
    assertEquals([jobs["p"]!.stdout, jobs["p"]!.exit_code], [stdout, code], jobs["p"]!.stderr);
  });
}

testNeeding(["python3"], "a python traceback shows the line of the source", async () => {
  await using project = newProject();
  const { jobs } = await project.results([
    { id: "p", job_type: "python", command: "x = 1\nraise ValueError('wrong')\n" },
  ]);
  assertEquals(jobs["p"]!.exit_code, 1);
  assertMatch(jobs["p"]!.stderr, /line 2, in <module>\n {4}raise ValueError\('wrong'\)/);
});

testNeeding(["python3"], "python output is there before the job ends", async () => {
  await using project = newProject({
    "w.yaml": workflow({
      id: "p",
      job_type: "python",
      command: "import time, os\nprint('early')\nwhile not os.path.exists('go'): time.sleep(0.01)",
    }, {
      id: "watch",
      command:
        'until grep -q early .orch/runs/"$ORCH_RUN_ID"/jobs/p.1.out; do sleep 0.01; done; : > go',
    }),
  });
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 0);
});

Deno.test("ORCH_PYTHON names another python, for orch or for one job", async () => {
  await using project = newProject();
  project.write("mine", '#!/bin/sh\necho "mine $1 $(basename "$2")"\n', 0o755);
  project.write("other", "#!/bin/sh\necho other\n", 0o755);
  project.write(
    "w.yaml",
    workflow({ id: "a", job_type: "python", command: "1" }, {
      id: "b",
      job_type: "python",
      command: "1",
      environment: { ORCH_PYTHON: project.path("other") },
    }, {
      id: "c",
      job_type: "python",
      command: "1",
      environment: { ORCH_PYTHON: "no-such-python" },
    }),
  );
  const env = { ORCH_PYTHON: project.path("mine") };
  const { stderr } = await project.orch(["run", "w.yaml", "-q", "-o", "r.json"], { env });
  const { jobs } = project.json("r.json");
  assertEquals(jobs["a"]!.stdout, "mine -u a.1.py\n");
  assertEquals(jobs["b"]!.stdout, "other\n");
  assertEquals(jobs["c"]!.status, "failed");
  assertStringIncludes(stderr, "no-such-python");
});
