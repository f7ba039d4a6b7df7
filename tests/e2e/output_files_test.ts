/** Files that flags ask for: never over what a run is made from, never two in one, devices and links as meant. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, type Project, testNeeding, workflow } from "../support/cli.ts";

const WORKFLOW = JSON.stringify({
  name: "w",
  plugins: [{ type: "own", path: "./own.ts" }],
  jobs: [
    { id: "a", command: "echo out" },
    { id: "s", job_type: "script", script_path: "./s.sh", working_directory: "sub" },
    { id: "t", job_type: "script", script_path: "t.sh" },
  ],
});

const FILES = {
  "w.yaml": WORKFLOW,
  "own.ts":
    'export default { schema: { "~standard": { version: 1, vendor: "x", validate: (value: unknown) => ({ value }) } }, run() {} };\n',
  "sub/s.sh": "true\n",
  "t.sh": "true\n",
  ".env": "A=1\n",
};

/** Every way in which a file may be asked for, with what follows on the command line. */
const WAYS: readonly (readonly [way: string, args: (path: string) => string[]])[] = [
  ["run -o", (path) => ["run", "w.yaml", "--env-file", ".env", "-q", "-o", path]],
  ["run --report md", (path) => ["run", "w.yaml", "--env-file", ".env", "--report", `md=${path}`]],
  [
    "run --report junit",
    (path) => ["run", "w.yaml", "--env-file", ".env", "--report", `junit=${path}`],
  ],
  ["rerun -o", (path) => ["rerun", "last", "--from", "a", "--env-file", ".env", "-o", path]],
  ["resume --report", (path) => ["resume", "last", "--env-file", ".env", "--report", `md=${path}`]],
  ["analyze -o", (path) => ["analyze", "w.yaml", "-o", path]],
];

/** Names of what must stay, and why. */
const KEPT: readonly (readonly [name: string, target: string, why: RegExp])[] = [
  ["w.yaml", "w.yaml", /it is the workflow file/],
  ["./sub/../w.yaml", "w.yaml", /it is the workflow file/],
  ["symbolic.json", "w.yaml", /it is the workflow file/],
  ["hard.json", "w.yaml", /it is the workflow file/],
  ["folder/w.yaml", "w.yaml", /it is the workflow file/],
  [".env", ".env", /it is the file of --env-file/],
  ["own.ts", "own.ts", /it is the plugin 'own' of the workflow/],
  ["sub/s.sh", "sub/s.sh", /it is the script of job 's'/],
  ["t.sh", "t.sh", /it is the script of job 't'/],
];

function projectWithLinks(): Project {
  const project = newProject(FILES);
  Deno.symlinkSync("w.yaml", project.path("symbolic.json"));
  Deno.linkSync(project.path("w.yaml"), project.path("hard.json"));
  Deno.symlinkSync(".", project.path("folder"));
  return project;
}

for (const [way, args] of WAYS) {
  Deno.test(`orch ${way} does not write over what the run is made from`, async () => {
    await using project = projectWithLinks();
    await project.orch(["run", "w.yaml", "-q", "--env-file", ".env"]);
    const runs = project.list(".orch/runs");
    for (const [name, target, why] of KEPT) {
      // It knows of no such file.
      if (way === "analyze -o" && target === ".env") continue;
      const { code, stderr } = await project.orch(args(name));
      assertEquals(code, 2, `${name}: ${stderr}`);
      assertStringIncludes(stderr, `Cannot write '${name}': `);
      assertMatch(stderr, why);
      assertEquals(project.read(target), FILES[target as keyof typeof FILES]);
    }
    assertEquals(project.list(".orch/runs"), runs, "nothing was started");
  });
}

testNeeding(
  ["bash"],
  "a workflow that standard input is read from is kept, where files can be told apart",
  async () => {
    if (Deno.build.os !== "linux") return;
    await using project = projectWithLinks();
    for (const args of ["run - -o w.yaml", "run - --report md=hard.json", "analyze - -o w.yaml"]) {
      const { code, stderr } = await project.shell(`orch ${args} < w.yaml`).finished;
      assertEquals(code, 2, stderr);
      assertMatch(stderr, /it is the workflow file/);
      assertEquals(project.read("w.yaml"), WORKFLOW);
    }
  },
);

Deno.test("two files that are asked for cannot go to one place, whatever it is called", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }), "old": "" });
  await Deno.mkdir(project.path("sub"));
  await Deno.symlink("new.json", project.path("link"));
  await Deno.link(project.path("old"), project.path("hard"));
  for (
    const [one, other] of [
      ["new.json", "new.json"],
      ["new.json", "./sub/../new.json"],
      ["new.json", "link"],
      ["old", "hard"],
      ["-", "/dev/stdout"],
    ] as const
  ) {
    const flags = ["-o", one, "--report", `md=${other}`];
    const { code, stderr } = await project.orch(["run", "w.yaml", ...flags]);
    assertEquals(code, 2);
    assertMatch(stderr, /another output goes to the same file/);
  }
  const { code } = await project.orch(
    ["run", "w.yaml", "-q", "-o", "/dev/null", "--report", "md=/dev/null"],
  );
  assertEquals([code, project.exists(".orch/runs")], [0, true]);
});

Deno.test("a link is written through, also where it leads to nothing yet", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  await Deno.mkdir(project.path("real"));
  project.write("real/there.json", "old");
  for (const [link, target] of [["a", "real/there.json"], ["b", "real/new.json"], ["c", "b2"]]) {
    await Deno.symlink(target!, project.path(link!));
  }
  await Deno.symlink("real/last.json", project.path("b2"));
  for (const [link, target] of [["a", "there"], ["b", "new"], ["c", "last"]]) {
    await project.orch(["run", "w.yaml", "-q", "-o", link!]);
    assertEquals((await Deno.lstat(project.path(link!))).isSymlink, true);
    assertEquals(project.json(`real/${target}.json`).status, "completed");
  }
  assertEquals((await Deno.lstat(project.path("b2"))).isSymlink, true);
});

const PRINTED = '"schema": "orch.results/v1"';

testNeeding(["bash"], "-o works with standard streams, /dev/null and >(…)", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  // A file behind standard output is written to, not replaced: what stands in it before stays.
  for (const name of ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
    await project.shell(`{ echo before; orch run w.yaml -q -o ${name}; echo after; } > out.txt`)
      .finished;
    const text = project.read("out.txt");
    assertMatch(text, /^before\n\{\n/);
    assertMatch(text, /\n\}\nafter\n$/);
  }
  const piped = await project.shell("orch run w.yaml -q -o /dev/stdout | cat").finished;
  assertStringIncludes(piped.stdout, PRINTED);
  const other = await project.shell("orch run w.yaml -q -o /dev/stderr").finished;
  assertStringIncludes(other.stderr, PRINTED);
  const none = await project.shell("orch run w.yaml -q -o /dev/null && test -c /dev/null").finished;
  assertEquals(none, { code: 0, stdout: "", stderr: "" });
});

for (
  const flags of ["--allow-all", "--no-prompt --allow-read --allow-write --allow-run --allow-env"]
) {
  testNeeding(["bash"], `-o >(…) reaches the program there with ${flags}`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
    const main = new URL("../../main.ts", import.meta.url).pathname;
    project.write(
      "go.bash",
      `'${Deno.execPath()}' run ${flags} '${main}' run w.yaml -q -o >(cat > got.json; touch done)\nwhile [ ! -e done ]; do sleep 0.05; done\n`,
    );
    const { code, stderr } = await project.shell("bash go.bash").finished;
    assertEquals([code, stderr], [0, ""]);
    assertEquals(project.json("got.json").status, "completed");
  });
}

Deno.test("-o says in words of orch what Deno does not let it open", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const flags = "--no-prompt --allow-read --allow-write --allow-run --allow-env";
  const { code, stderr } = await project.shell(
    `'${Deno.execPath()}' run ${flags} '${main}' run w.yaml -q -o /proc/self/environ`,
  ).finished;
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    "Cannot write '/proc/self/environ': Deno lets orch open it only with",
  );
  assertEquals(project.exists(".orch"), false);
});
