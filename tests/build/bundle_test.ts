/** The one file of orch: it does what the sources do, alone in a folder, with what the tasks grant. */
import { withLazyRequire } from "../../tools/bundle.ts";
import { programAt } from "../../lib/cli/command/machine/permissions_impl.ts";
import { VERSION } from "../../lib/cli/base/version.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "../support/assert.ts";
import { newProject, ROOT, workflow } from "../support/cli.ts";
import { GRANTED, newBundle, runProgram } from "./bundled.ts";

/** Command lines that need no run to compare what the bundle and the sources say. */
const COMMAND_LINES: readonly (readonly string[])[] = [
  ["--version"],
  ["--help"],
  ["validate", "good.yaml"],
  ["validate", "broken.yaml"],
  ["validate", "tabs.yaml"],
  ["analyze", "good.yaml", "--format", "mermaid"],
  ["schema"],
  ["completions", "zsh"],
  ["nonsense"],
];

Deno.test("the bundle says what the sources say", async () => {
  await using made = await newBundle();
  await using project = newProject({
    "good.yaml": workflow({ id: "a", command: "true" }, {
      id: "b",
      dependencies: ["a"],
      command: "true",
    }),
    // For its places the careful parser is needed, an old package that calls `require`.
    "broken.yaml": "name: x\njobs:\n  - id: a\n    comand: true\n",
    "tabs.yaml": "name: x\njobs:\n\t- id: a\n",
  });
  const from = async (program: string, args: readonly string[]) =>
    await runProgram([Deno.execPath(), "run", ...GRANTED, program, ...args], {
      cwd: project.folder,
    });
  for (const args of COMMAND_LINES) {
    const [bundled, source] = [await from(made.path, args), await from(`${ROOT}/main.ts`, args)];
    assertEquals(bundled, source, args.join(" "));
  }
});

Deno.test("the bundle runs the sample workflow, far from the repository", async () => {
  await using made = await newBundle();
  await using project = newProject({
    "sample_workflow.yaml": await Deno.readFile(`${ROOT}/examples/sample_workflow.yaml`),
  });
  const args = ["run", "sample_workflow.yaml", "--quiet", "--output", "results.json"];
  const program = [Deno.execPath(), "run", "--no-remote", "--no-npm", ...GRANTED, made.path];
  const { code, stderr } = await runProgram([...program, ...args], { cwd: project.folder });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const { status, counts } = project.json("results.json");
  assertEquals({ status, success: counts.success }, { status: "completed", success: 14 });
});

Deno.test("the bundle runs a plugin, confined as from the sources", async () => {
  await using made = await newBundle();
  await using project = newProject({
    "own.js": `export default { run(keys) {
      console.log(keys.who);
      return { outputs: { home: Deno.env.get("HOME") ?? "unset" } };
    } };`,
    "w.yaml": JSON.stringify({
      name: "w",
      plugins: [{ type: "own", path: "own.js" }],
      jobs: [{ id: "a", job_type: "own", with: { who: "ann" } }],
    }),
  });
  const args = ["run", "w.yaml", "--quiet", "--output", "results.json"];
  await runProgram([Deno.execPath(), "run", ...GRANTED, made.path, ...args], {
    cwd: project.folder,
  });
  const { stdout, stderr } = project.json("results.json").jobs["a"]!;
  assertEquals(stdout, "ann\n");
  assertMatch(stderr, /NotCapable: Requires env access to "HOME"/);
});

Deno.test("the bundle goes on with a failed run, and knows its version", async () => {
  await using made = await newBundle();
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "test -e key" }) });
  const orch = async (...args: readonly string[]) =>
    await runProgram([Deno.execPath(), "run", ...GRANTED, made.path, ...args], {
      cwd: project.folder,
    });
  assertEquals((await orch("run", "w.yaml", "-q")).code, 1);
  project.write("key", "");
  assertEquals((await orch("rerun", "last", "--failed", "-q")).code, 0);
  assertEquals((await orch("--version")).stdout, `${VERSION}\n`);
});

const PLUGIN = `import { z } from "npm:zod@4.6.7";
export default {
  schema: z.object({ name: z.string() }),
  run: ({ name }, { stdout }) => stdout(\`hello \${name}\`),
};
`;

Deno.test("the bundle runs plugins, which name their packages in full", async () => {
  await using made = await newBundle();
  const job = { id: "a", job_type: "greet", with: { name: "world" } };
  const plugins = [{ type: "greet", path: "./greet.ts" }];
  await using project = newProject({
    "greet.ts": PLUGIN,
    "w.json": JSON.stringify({ name: "w", plugins, jobs: [job] }),
  });
  const args = ["run", "w.json", "--quiet", "--output", "results.json"];
  const program = [Deno.execPath(), "run", ...GRANTED, made.path];
  const { code, stderr } = await runProgram([...program, ...args], { cwd: project.folder });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(project.json("results.json").jobs["a"]!.stdout, "hello world");
});

Deno.test("orch permissions of the bundle prints what runs plugins far from the repository", async () => {
  await using made = await newBundle();
  await using project = newProject({
    "own.js": "export default { run() {} };",
    "w.yaml": JSON.stringify({
      name: "w",
      plugins: [{ type: "own", path: "own.js" }],
      jobs: [{ id: "a", job_type: "own" }],
    }),
  });
  const asked = [Deno.execPath(), "run", ...GRANTED, made.path, "permissions", "--json", "w.yaml"];
  const { stdout } = await runProgram(asked, { cwd: project.folder });
  const [, ...command] = JSON.parse(stdout).command;
  const ran = await runProgram([Deno.execPath(), ...command], { cwd: project.folder });
  assertEquals(ran.code, 0, ran.stderr);
});

Deno.test("orch permissions names the program that it is", () => {
  const source = "file:///home/me%20too/orch/lib/cli/command/machine/permissions_impl.ts";
  assertEquals(programAt(source, "/", false), {
    path: "/home/me too/orch/main.ts",
    isSource: true,
  });
  assertEquals(programAt(source, "/home/me too/orch", false).path, "main.ts");
  assertEquals(programAt("file:///opt/orch.js", "/opt", false), {
    path: "orch.js",
    isSource: false,
  });
  assertEquals(programAt("file:///C:/opt/orch.js", "D:/", false).path, "C:/opt/orch.js");
  assertEquals(programAt("file:///tmp/deno-compile-orch/orch.js", "/", true).path, "orch.js");
});

Deno.test("the bundle loads nothing of Node at its start, and names no file of this machine", async () => {
  await using made = await newBundle();
  const text = await Deno.readTextFile(made.path);
  const found = text.match(/(?:^|[;\n])import[ {*"][^;]{0,80}/g) ?? [];
  assertEquals(found, [], "import it where it is needed, by await import(…)");
  assert(text.includes("process.getBuiltinModule"));
  assert(!text.includes(ROOT), "a path of this machine");
  assert(text.length < 1_500_000, `${text.length} bytes`);
});

Deno.test("a bundle of a shape that is not known is refused", () => {
  const lazy =
    'import { createRequire as r } from "node:module";\nvar __require = r(import.meta.url);\nf();\n';
  assertEquals(
    withLazyRequire(lazy),
    "\nvar __require = ((id) => process.getBuiltinModule(id));\nf();\n",
  );
  assertEquals(withLazyRequire("f();\n"), "f();\n");
  assertThrows(
    () => withLazyRequire('import { createRequire } from "node:module"; createRequire("x");'),
    Error,
    "another shape",
  );
});
