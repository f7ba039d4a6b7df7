/** Looking at a workflow runs no code of its plugins, and fetches no package that they name. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, type Project, ROOT, testNeeding } from "../support/cli.ts";
import { GRANTED, newBundle, runProgram } from "../build/bundled.ts";
import { Terminal } from "../support/terminal.ts";

/** Ends orch, and takes its time, as soon as it is loaded; names a package that no test has fetched. */
const TRAP = `import "npm:orch-test-trap@1.0.0";
Deno.exit(0);
for (;;);
export default { run() {} };
`;

function trapped(): Project {
  const permissions = { read: true, write: true, net: true, env: true, run: true };
  return newProject({
    "trap.ts": TRAP,
    "workflow.yaml": JSON.stringify({
      name: "w",
      plugins: [{ type: "trap", path: "./trap.ts", permissions }],
      jobs: [{ id: "j", job_type: "trap", with: { any: "thing" } }],
    }),
  });
}

const LOOKS: readonly (readonly string[])[] = [
  ["validate", "workflow.yaml"],
  ["validate", "workflow.yaml", "--format", "json"],
  ["validate", "-"],
  ["analyze", "workflow.yaml"],
  ["permissions", "workflow.yaml"],
  ["run", "workflow.yaml", "--dry-run"],
  ["create", "--name", "other", "--output", "other.yaml"],
  ["history"],
  ["doctor"],
  ["__complete", "--", "run", ""],
  ["__complete", "--", "run", "workflow.yaml", "--only", ""],
  ["__complete", "--", "analyze", ""],
  ["__complete", "--", "why", "last", ""],
];

Deno.test("whatever only looks at a file asks no registry for the packages of its plugins", async () => {
  await using made = await newBundle();
  await using project = trapped();
  let requests = 0;
  await using registry = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    requests++;
    return new Response("", { status: 404 });
  });
  const { port } = registry.addr as Deno.NetAddr;
  const env = { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${port}/`, DENO_DIR: project.path("cache") };
  const program = [Deno.execPath(), "run", ...GRANTED, "--unstable-worker-options", made.path];
  const orch = (...args: readonly string[]) =>
    runProgram([...program, ...args], { cwd: project.folder, env });
  for (const args of LOOKS) {
    if (args.includes("-")) continue;
    const { code, stderr } = await orch(...args);
    assertEquals([args, code, requests], [args, code === 1 ? 1 : 0, 0], stderr);
  }
  const asked = await orch("validate", "--plugins", "workflow.yaml");
  assertEquals(asked.code, 2);
  assert(requests > 0, "the trap would have been seen");
});

for (const args of LOOKS) {
  Deno.test(`orch ${args.join(" ")} does not run the plugins of a file`, async () => {
    await using project = trapped();
    const stdin = project.read("workflow.yaml");
    const { code, stderr } = await project.orch(args, { stdin });
    assert(code === 0 || args[0] === "history", stderr);
    assert(!/cannot be loaded/.test(stderr), stderr);
  });
}

Deno.test("orch validate says what it has left out, and how to have it", async () => {
  await using project = trapped();
  const { code, stdout, stderr } = await project.orch(["validate", "workflow.yaml"]);
  assertEquals([code, stdout], [0, "workflow.yaml: valid, 1 job\n"]);
  assertEquals(
    stderr,
    "note: workflow.yaml: plugins were not loaded, so the keys of their jobs are unchecked; " +
      "to check them: orch validate --plugins workflow.yaml\n",
  );
  const asked = await project.orch(["validate", "--plugins", "workflow.yaml"]);
  assertEquals(asked.code, 2);
  assertMatch(asked.stderr, /error\[E212\]/);
  assert(!asked.stderr.includes("note:"), asked.stderr);
});

testNeeding(
  ["tmux"],
  "a run on a terminal where Deno would ask refuses plugins, and one where it would not runs them",
  async () => {
    await using project = newProject({
      "own.js": 'export default { run() { Deno.readTextFileSync("/etc/hostname"); } };',
      "w.json": JSON.stringify({
        name: "w",
        plugins: [{ type: "own", path: "./own.js" }],
        jobs: [{ id: "j", job_type: "own" }],
      }),
    });
    await using terminal = await Terminal.open(project, { columns: 200, rows: 50 });
    const start = `'${Deno.execPath()}' run --allow-all`;
    const run = `${ROOT}/main.ts run w.json`;
    await terminal.type(`${start} ${run} --ui plain; echo "code $?"`);
    await terminal.waitFor(/code \d/);
    const refused = await terminal.scrollback();
    assertMatch(
      refused,
      /E212\]: Plugin 'own' could make Deno ask you for permissions while it runs/,
    );
    assertMatch(refused, /code 2/);
    await terminal.type(`${start} --no-prompt ${run} --ui plain; echo "end $?"`);
    await terminal.waitFor(/end \d/);
    const ran = await terminal.scrollback();
    assertMatch(ran, /Requires read access to "\/etc\/hostname"/);
    assertMatch(ran, /end 1/);
    assert(!ran.includes("Allow?"), ran);
  },
);
