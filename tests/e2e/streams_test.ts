/** What goes where: standard output, standard error, colours, files, and readers that go away. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

const FAILING = workflow({ id: "good", command: "echo out" }, { id: "bad", command: "exit 1" });

Deno.test("a run says everything on stderr, and analyze, create and validate on stdout", async () => {
  await using project = newProject({ "w.yaml": FAILING });
  const run = await project.spawn(["run", "w.yaml"]).finished;
  assertEquals({ code: run.code, stdout: run.stdout }, { code: 1, stdout: "" });
  assertMatch(run.stderr, /start +good[^]*FAILED +bad/);
  for (
    const args of [
      ["run", "w.yaml", "--dry-run"],
      ["analyze", "w.yaml"],
      ["validate", "w.yaml"],
      ["create", "--name", "n", "--output", "new.yaml"],
      ["--help"],
    ]
  ) {
    const { code, stdout, stderr } = await project.orch(args);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assert(stdout.length > 10);
  }
});

/** The environment, and whether there is colour where there is no terminal. */
const COLORS: readonly (readonly [Record<string, string>, boolean])[] = [
  [{}, false],
  [{ FORCE_COLOR: "1" }, true],
  [{ FORCE_COLOR: "3" }, true],
  [{ FORCE_COLOR: "0" }, false],
  [{ FORCE_COLOR: "false" }, false],
  [{ FORCE_COLOR: "" }, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, false],
  [{ NO_COLOR: "", FORCE_COLOR: "1" }, true],
  [{ TERM: "dumb", FORCE_COLOR: "1" }, true],
];

for (const [env, colored] of COLORS) {
  Deno.test(`${JSON.stringify(env)} gives ${colored ? "colour" : "no colour"}`, async () => {
    await using project = newProject({ "w.yaml": FAILING });
    const run = await project.orch(["run", "w.yaml"], { env });
    const analyze = await project.orch(["analyze", "w.yaml"], { env });
    const refused = await project.orch(["run", "missing.yaml"], { env });
    const seen = [run.stderr, analyze.stdout, refused.stderr].map((text) => text.includes("\x1b["));
    assertEquals(seen, [colored, colored, colored]);
  });
}

Deno.test("TERM=dumb gets nothing but ASCII", async () => {
  await using project = newProject({ "w.yaml": FAILING });
  const env = { TERM: "dumb" };
  const run = await project.orch(["run", "w.yaml", "-v"], { env });
  const analyze = await project.orch(["analyze", "w.yaml"], { env });
  // deno-lint-ignore no-control-regex -- anything but ASCII is what this is about
  for (const text of [run.stderr, analyze.stdout]) assertMatch(text, /^[\x00-\x7f]*$/);
});

Deno.test("a job's control sequences do not reach the screen, its colours only with colour", async () => {
  await using project = newProject({
    "w.yaml": workflow({
      id: "a",
      command: "printf '\\033[31mred\\033[0m\\033[2J\\033]0;title\\007'; exit 1",
    }),
  });
  const plain = await project.orch(["run", "w.yaml"]);
  assertEquals(plain.stderr.includes("\x1b"), false);
  assertMatch(plain.stderr, /\nred␛\[2J␛\]0;title␇\n/);
  const colored = await project.orch(["run", "w.yaml"], { env: { FORCE_COLOR: "1" } });
  assert(colored.stderr.includes("\x1b[31mred\x1b[0m␛[2J␛]0;title␇"));
});

Deno.test("a reader that goes away costs the words, not the run", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "first", command: "until test -e closed; do sleep 0.01; done" },
      { id: "second", command: "echo done", dependencies: ["first"] },
      { id: "third", command: "echo done > third.txt", dependencies: ["second"] },
    ),
  });
  const text = `mkfifo pipe
    orch run w.yaml -v -o r.json 2> pipe & run=$!
    head -n 1 < pipe; : > closed
    wait $run`;
  const { code, stdout } = await project.shell(text).finished;
  assertEquals(code, 0);
  assertMatch(stdout, /run {7}test: 3 jobs/);
  assertEquals(project.json("r.json").status, "completed");
  assert(project.exists("third.txt"));
});

/** Commands whose reader stops after one line, or reads nothing. */
for (const command of ["run w.yaml", "analyze w.yaml --json", "--help", "run missing.yaml"]) {
  Deno.test(`orch ${command} | head -n 1 is no error to see`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
    const { stdout, stderr } = await project.shell(`orch ${command} 2>&1 | head -n 1`).finished;
    assertEquals({ lines: stdout.split("\n").length, stderr }, { lines: 2, stderr: "" });
    const none = await project.shell(`orch ${command} 2>&1 | true`).finished;
    assertEquals([none.stdout, none.stderr], ["", ""]);
  });
}

Deno.test("a full disk behind stdout is exit 3, behind the words of a run it keeps the results", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const analyze = await project.shell("orch analyze w.yaml > /dev/full").finished;
  assertEquals([analyze.code, analyze.stderr.includes("bug in orch")], [3, false]);
  assertMatch(analyze.stderr, /^error: .*No space left on device/);
  const run = await project.shell("orch run w.yaml -o r.json 2> /dev/full").finished;
  assertEquals([run.code, run.stdout], [3, ""]);
  assertEquals(project.json("r.json").status, "completed");
});

Deno.test("results may go to standard output through its device", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const { code, stdout } = await project.shell("orch run w.yaml -q -o /dev/stdout | cat").finished;
  assertEquals([code, JSON.parse(stdout).counts.success], [0, 1]);
});

Deno.test("all state is private: files 0600 in folders 0700, kept out of git", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: "echo secret; echo secret >&2" },
      { id: "p", job_type: "python", command: "print(1)" },
      { id: "big", command: `true ${"#".repeat(200_000)}` },
      { id: "h", job_type: "http", command: "http://127.0.0.1:1/" },
    ),
  });
  await project.shell("umask 000; orch run w.yaml -q -o r.json").finished;
  assertEquals(project.read(".orch/.gitignore"), "*\n");
  const modes = [...modesBelow(project.path(".orch"))];
  assert(modes.some(({ path }) => path.endsWith("p.1.py")));
  assert(modes.some(({ path }) => path.endsWith("big.1.out")));
  assert(modes.some(({ path }) => path.endsWith("h.1.err")));
  for (const { path, mode, isDirectory } of modes) {
    assertEquals(`${path} ${mode}`, `${path} ${isDirectory ? "700" : "600"}`);
  }
  assertEquals(((await Deno.stat(project.path("r.json"))).mode! & 0o777).toString(8), "666");
});

function* modesBelow(
  folder: string,
): Iterable<{ path: string; mode: string; isDirectory: boolean }> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    yield { path, mode: (Deno.statSync(path).mode! & 0o777).toString(8), isDirectory };
    if (isDirectory) yield* modesBelow(path);
  }
}

Deno.test("runs keep apart: each has a folder of its own, and a .gitignore is not overwritten", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  await project.orch(["run", "w.yaml", "-q"]);
  project.write(".orch/.gitignore", "mine\n");
  await Promise.all([1, 2, 3].map(() => project.orch(["run", "w.yaml", "-q"])));
  assertEquals(project.list(".orch/runs").length, 4);
  assertEquals(project.read(".orch/.gitignore"), "mine\n");
});

Deno.test("the program runs from any folder", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const { code } = await project.shell('cd / && orch validate "$OLDPWD/w.yaml"').finished;
  assertEquals(code, 0);
});
