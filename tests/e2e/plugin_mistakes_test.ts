/** What is wrong with plugins is said before a run, with its place, and nothing is started. */
import { checkPlugins } from "../../executors/plugin/check.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { ManualClock } from "../support/attempt_context.ts";
import { newProject } from "../support/cli.ts";
import { sketchWorkflow } from "../support/workflows.ts";

const WORKFLOW = `name: w
plugins:
  - type: greet
    path: ./greet.js
jobs:
  - id: hello
    job_type: greet
    with:
      who: 7
      list: [a, 1]
`;

const SCHEMA = `
  import { z } from "zod";
  export default {
    schema: z.strictObject({ who: z.string(), list: z.array(z.string()) }),
    run() { Deno.writeTextFileSync("ran", ""); },
  };`;

/** A module, and the lines that say what is wrong with it. */
const MODULES: readonly (readonly [string, string | null, readonly RegExp[]])[] = [
  ["is missing", null, [
    /^error\[E212\]: Plugin 'greet' needs the module '\.\/greet\.js', which does not exist$/,
    /^ --> w\.yaml:4:11$/,
  ]],
  ["has no default export", "export const run = () => {};", [
    /^error\[E212\]: Module '\.\/greet\.js' of plugin 'greet' exports no executor$/,
  ]],
  ["exports a function", "export default () => {};", [/exports no executor$/]],
  ["throws when it is loaded", 'throw new Error("boom");', [/cannot be loaded: Error: boom$/]],
  ["is no program", "export default {{;", [
    /cannot be read: greet\.js: Unexpected token \(1:16\)$/,
  ]],
  ["exits when it is loaded", "Deno.exit(0);", [
    /cannot be loaded: Error: it exits while it is loaded$/,
  ]],
  ["needs a permission when it is loaded", 'Deno.env.get("HOME"); export default { run() {} };', [
    /cannot be loaded: NotCapable: Requires env access to "HOME"/,
    /= help: a module is loaded without permissions: do that in 'run'/,
  ]],
  ["has a schema that does not fit", SCHEMA, [
    /^error\[E213\]: 'with\.who' does not fit the job type 'greet': Invalid input: expected string/,
    /^ --> w\.yaml:9:12$/,
    /^error\[E213\]: 'with\.list\[1\]' does not fit the job type 'greet'/,
    /^ *--> w\.yaml:10:17$/,
    /^2 problems in w\.yaml; nothing was started$/,
  ]],
];

for (const [what, module, lines] of MODULES) {
  for (const command of [["run"], ["validate", "--plugins"]]) {
    Deno.test(`orch ${command.join(" ")} of a plugin whose module ${what} says so`, async () => {
      await using project = newProject({ "w.yaml": WORKFLOW });
      if (module !== null) project.write("greet.js", module);
      const { code, stderr } = await project.orch([...command, "w.yaml"]);
      assertEquals(code, 2, stderr);
      const printed = stderr.split("\n");
      for (const line of lines) {
        assertEquals(printed.some((one) => line.test(one)), true, `${line} in:\n${stderr}`);
      }
      assertEquals(project.exists("ran") || project.exists(".orch"), false);
    });
  }
}

Deno.test("a plugin that imports what is not there is refused", async () => {
  await using project = newProject({
    "w.yaml": WORKFLOW,
    "greet.js": 'import "./nowhere.js"; export default { run() {} };',
  });
  const { code, stderr } = await project.spawn(["validate", "--plugins", "w.yaml"]).finished;
  assertEquals(code, 2);
  assertMatch(stderr, /cannot be loaded: TypeError: Module not found ".*nowhere\.js"$/m);
});

/** Ways by which Deno would let a module have a file that it has no permission for. */
const IMPORTS: readonly (readonly [string, string])[] = [
  ['import x from "/etc/hostname" with { type: "text" };', "/etc/hostname"],
  ['import x from "./.env" with { type: "text" };', "./.env"],
  ['import x from"./data.json"/* */with/* */{ "type": "json" };', "./data.json"],
  ["export * as x from '../outside.js';", "../outside.js"],
  ['import "file:///etc/passwd";', "file:///etc/passwd"],
  ['import "./.env";', "./.env"],
  ['import "data:text/javascript,1";', "data:text/javascript,1"],
  ['import "\\x2fetc/passwd";', "/etc/passwd"],
  ['const x = () => import("/etc/passwd");', "/etc/passwd"],
  ['const x = () => import("./inner.js", { with: { type: "text" } });', "./inner.js"],
  ["const x = (y) => import(`./${y}.js`);", "import(`./${y}.js`)"],
  ['const x = (y) => import("./" + y);', 'import("./" + y)'],
  ['import "./inner.js";', "/etc/inner"],
];

for (const [line, specifier] of IMPORTS) {
  Deno.test(`a plugin may not import what it may not read: ${line}`, async () => {
    await using project = newProject({
      "w.yaml": WORKFLOW,
      "greet.js": `${line}\nexport default { run() {} };\n`,
      "inner.js": 'export { default } from "/etc/inner" with { type: "text" };\n',
    });
    const { code, stderr } = await project.orch(["validate", "w.yaml"]);
    assertEquals(code, 2);
    assertStringIncludes(
      stderr,
      `error[E212]: Plugin 'greet' imports '${specifier}', which it may not read\n --> w.yaml:4:11\n`,
    );
  });
}

Deno.test("a plugin imports the code beside it, packages, and the data that it may read", async () => {
  await using project = newProject({
    "w.yaml": WORKFLOW.replace("./greet.js", "./greet.js\n    permissions: {read: [./data]}"),
    "greet.js": `import { z } from "zod";
      import { basename } from "node:path";
      import greeting from "./data/greeting.txt" with { type: "text" };
      import { name } from "./parts/name.js";
      export default {
        schema: z.object({ who: z.number() }),
        run: () => console.log(greeting.trim(), basename("/x/" + name)),
      };`,
    "data/greeting.txt": "hello\n",
    "parts/name.js": "export const name = Array.from('name').join('');\n",
  });
  const { code, stderr } = await project.spawn(["run", "w.yaml", "--verbose"]).finished;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /hello name$/m);
});

Deno.test("checking a file gives its plugins no permission, whatever it lists", async () => {
  const permissions = "permissions: {read: true, write: true, env: true, run: true, net: true}";
  await using project = newProject({
    "w.yaml": WORKFLOW.replace("./greet.js", `./greet.js\n    ${permissions}`),
    "greet.js": 'Deno.writeTextFileSync(new URL("./ran", import.meta.url), ""); export default {};',
  });
  const { stderr } = await project.orch(["validate", "--plugins", "w.yaml"]);
  assertMatch(stderr, /NotCapable: Requires write access/);
  assertEquals(project.exists("ran"), false);
});

Deno.test("plugins that only deselected jobs use are left alone, those of no job are not", async () => {
  await using project = newProject({
    "w.yaml": WORKFLOW + "  - {id: plain, command: echo plain}\n",
  });
  const partial = await project.orch(["run", "w.yaml", "--only", "plain"]);
  assertEquals(partial.code, 0, partial.stderr);
  project.write(
    "w.yaml",
    WORKFLOW.replace(/ {2}- id: hello[^]*/, "  - {id: a, command: 'true'}\n"),
  );
  const unused = await project.orch(["run", "w.yaml"]);
  assertStringIncludes(unused.stderr, "E212");
});

Deno.test("a module that is never loaded is given up after ten seconds", async () => {
  await using project = newProject({ "greet.js": "await new Promise(() => {});" });
  const clock = new ManualClock();
  const permissions = { net: [], read: [], write: [], env: [], run: [], sys: [] };
  const workflow = sketchWorkflow([{ id: "a" }], {
    plugins: [{ type: "greet", path: "./greet.js", permissions }],
  });
  const checking = checkPlugins(workflow, {
    selected: [0],
    baseDirectory: project.folder,
    asking: "ask",
    world: { ...realWorld(), clock },
  });
  await clock.nextTimer();
  clock.advance(10_000);
  assertEquals((await checking).map(({ detail }) => detail), [
    { code: "E212", type: "greet", path: "./greet.js", problem: "slow", cause: "10 seconds" },
  ]);
  assertEquals(clock.armed, 0);
});
