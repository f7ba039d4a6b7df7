/**
 * What the code of a plugin tries against the process that it shares with orch, and what becomes of it: the
 * run goes on, and says what was wrong. The sentences of SECURITY.md about plugins are tried here.
 */
import { checkPlugins } from "../../executors/plugin/check.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { ManualClock } from "../support/attempt_context.ts";
import { eventually, newProject, type Project } from "../support/cli.ts";
import { sketchWorkflow } from "../support/workflows.ts";

const SENTENCE = "must be text, a number or true or false: found";

function projectOf(module: string, permissions: object = {}): Project {
  return newProject({
    "plugin.js": module,
    "w.json": JSON.stringify({
      name: "w",
      plugins: [{ type: "own", path: "./plugin.js", permissions }],
      jobs: [
        { id: "j", job_type: "own" },
        { id: "after", command: "echo orch is alive" },
      ],
    }),
  });
}

const running = (body: string, head = "") =>
  `${head}\nexport default { async run(keys, context) { ${body} } };\n`;

/** What a plugin does, and how its job ends: with the exit code and with such words in its errors. */
const TRIES: readonly (readonly [what: string, module: string, code: number, errors: RegExp])[] = [
  // Signals.
  ["kills orch", running('Deno.kill(Deno.pid, "SIGKILL");'), 1, /may not send signals to orch/],
  ["kills by node", running("process.kill(process.pid, 9);"), 1, /may not send signals to orch/],
  [
    "kills by node's module",
    running("process.kill(process.pid, 9);", 'import process from "node:process";'),
    1,
    /may not send signals to orch/,
  ],
  [
    "kills by what node's module exports",
    running("kill(Deno.pid, 9);", 'import { kill } from "node:process";'),
    1,
    /may not send signals/,
  ],
  ["kills by node's inner function", running("process._kill(Deno.pid, 9);"), 1, /may not send/],
  ["kills its group", running('Deno.kill(0, "SIGTERM");'), 1, /may not send signals to orch/],
  ["kills all", running('Deno.kill(-1, "SIGTERM");'), 1, /may not send signals to orch/],
  ["kills by another number", running("Deno.kill(Deno.pid + 2 ** 32, 9);"), 1, /may not send/],
  ["kills by an object", running("Deno.kill({ valueOf: () => Deno.pid }, 9);"), 1, /may not send/],
  [
    "gives itself the signal back",
    running("Object.defineProperty(Deno, 'kill', { value: 1 });"),
    1,
    /Cannot redefine property: kill/,
  ],
  [
    "kills orch though it may start programs",
    running('Deno.kill(Deno.pid, "SIGKILL");'),
    1,
    /may not/,
  ],
  // Ends.
  ["exits", running("Deno.exit(3);"), 3, /^$/],
  ["exits by node", running("process.exit(4);"), 4, /^$/],
  ["exits by node's inner function", running("process.reallyExit(5);"), 5, /^$/],
  ["exits with a Promise", running("Deno.exit(Promise.resolve(0));"), 1, /exit code must be/],
  ["aborts", running("process.abort();"), 1, /not supported in workers/],
  ["closes its worker", running("self.close();"), 0, /^$/],
  [
    "throws what is no error",
    running('throw Object.assign(new Error("x"), { stack: {} });'),
    1,
    /./,
  ],
  // Workers.
  ["starts a worker", running('new Worker("data:text/javascript,1");'), 1, /Worker is not/],
  [
    "starts a worker of node",
    running('new Worker("1", { eval: true });', 'import { Worker } from "node:worker_threads";'),
    1,
    /may not start workers/,
  ],
  [
    "gives node's worker its parent back",
    running(
      "Object.setPrototypeOf(Worker, EventTarget);",
      'import { Worker } from "node:worker_threads";',
    ),
    1,
    /not extensible/,
  ],
  // Questions, the terminal, Deno's internals.
  [
    "asks for a permission",
    running('const { state } = Deno.permissions.requestSync({ name: "read" }); throw state;'),
    1,
    /prompt/,
  ],
  [
    "asks for a permission later",
    running('throw (await Deno.permissions.request({ name: "read" })).state;'),
    1,
    /prompt/,
  ],
  [
    "asks by the prototype",
    running(
      'throw Deno.Permissions.prototype.requestSync.call(Deno.permissions, { name: "read" }).state;',
    ),
    1,
    /prompt/,
  ],
  ["asks the user", running('prompt("yes?");'), 1, /prompt is not/],
  [
    "reads what is typed",
    running("readSync(0, new Uint8Array(9));", 'import { readSync } from "node:fs";'),
    1,
    /EBADF/,
  ],
  [
    "writes to the terminal by number",
    running('writeSync(1, "on the screen");', 'import { writeSync } from "node:fs";'),
    1,
    /Bad file descriptor/,
  ],
  ["looks for Deno's internals", running("throw typeof Deno[Deno.internal];"), 1, /undefined/],
  ["prints past the console", running('process._rawDebug("raw"); throw 1;'), 1, /^raw\n/],
  ["listens to signals", running('Deno.addSignalListener("SIGINT", () => {});'), 0, /^$/],
  // Messages and listeners.
  [
    "says in orch's name that it has ended",
    running(
      'self.postMessage({ type: "ended", exitCode: 0, outputs: {} }); throw new Error("own");',
    ),
    1,
    /Error: own/,
  ],
  [
    "takes the listeners away",
    running(`self.onmessage = self.onerror = null;
      self.addEventListener = self.removeEventListener = () => {};
      Promise.reject(new Error("late")); await new Promise(() => {});`),
    1,
    /Error: late/,
  ],
  [
    "changes what all objects have",
    running(
      `Object.prototype.exitCode = 7; Object.prototype.found = "x";
      Promise.prototype.then = Promise.prototype.then; JSON.stringify = null;`,
    ),
    7,
    /^$/,
  ],
  // Results.
  [
    "forgets to await an output",
    running("return { outputs: { sum: Promise.resolve(1) } };"),
    1,
    /output 'sum' must be text, a number or true or false: found a Promise \(is an 'await' missing\?\)/,
  ],
  [
    "forgets to await all",
    running("return { outputs: Promise.resolve({}) };"),
    1,
    /outputs must be a mapping: found a Promise/,
  ],
  [
    "forgets to await the code",
    running("return { exitCode: Promise.resolve(0) };"),
    1,
    /exit code must be .*: found a Promise/,
  ],
  [
    "hands on a function",
    running("return { outputs: { f() {} } };"),
    1,
    new RegExp(`'f' ${SENTENCE} a function`),
  ],
  [
    "hands on a symbol",
    running("return { outputs: { s: Symbol() } };"),
    1,
    new RegExp(`'s' ${SENTENCE} a symbol`),
  ],
  [
    "hands on a proxy",
    running("return { outputs: { p: new Proxy({}, {}) } };"),
    1,
    new RegExp(`'p' ${SENTENCE} an object`),
  ],
  [
    "hands on null",
    running("return { outputs: { n: null } };"),
    1,
    new RegExp(`'n' ${SENTENCE} null`),
  ],
  [
    "hands on a list",
    running("return { outputs: [1] };"),
    1,
    /outputs must be a mapping: found a list/,
  ],
  [
    "hands on a bigint",
    running("return { outputs: { b: 1n } };"),
    1,
    new RegExp(`'b' ${SENTENCE} a bigint`),
  ],
  [
    "hands on what throws",
    running('return { outputs: { get g() { throw new Error("got"); } } };'),
    1,
    /Error: got/,
  ],
  [
    "hands on __proto__",
    running('return { outputs: JSON.parse(`{"__proto__": "x"}`) };'),
    1,
    /'__proto__' must be/,
  ],
  [
    "hands on too much",
    running('return { outputs: { x: "x".repeat(5e7) } };'),
    1,
    /at most 32768 characters/,
  ],
  [
    "hands on a code without words",
    running("return { exitCode: { toString: null, valueOf: null } };"),
    1,
    /exit code must be .*: found an object/,
  ],
  ["hands on a proxy as its result", running("return new Proxy({ exitCode: 6 }, {});"), 6, /^$/],
];

for (const [what, module, code, errors] of TRIES) {
  Deno.test(`a plugin that ${what} ends its own job and nothing else`, async () => {
    const permissions = what.includes("start programs") ? { run: true } : {};
    await using project = projectOf(module, permissions);
    // A program of its own: a signal that arrives would end these tests.
    const options = { stdin: "typed by the user\n" };
    const run = project.spawn(["run", "w.json", "-o", "r.json", "-q", "-c", "1"], options);
    const { code: exit, stdout, stderr } = await run.finished;
    assertEquals(exit, code === 0 ? 0 : 1, stderr);
    const { j, after } = project.json("r.json").jobs;
    assertEquals([j!.exit_code, after!.stdout], [code, "orch is alive\n"], stderr);
    assertMatch(j!.stderr, errors);
    assert(!`${stdout}${j!.stdout}`.includes("on the screen"), stdout);
  });
}

/** Modules that never let the check before the run come to an end. */
const HANGS: readonly (readonly [string, string])[] = [
  ["loops while it is loaded", "for (;;);"],
  ["loops in its schema", "export default { run() {}, get schema() { for (;;); } };"],
  [
    "loops in what its schema checks",
    'export default { run() {}, schema: { "~standard": { validate() { for (;;); } } } };',
  ],
  [
    "never answers",
    'export default { run() {}, schema: { "~standard": { validate: () => new Promise(() => {}) } } };',
  ],
];

for (const [what, module] of HANGS) {
  Deno.test(`a plugin that ${what} is given up after ten seconds`, async () => {
    await using project = projectOf(module);
    const clock = new ManualClock();
    const permissions = { net: [], read: [], write: [], env: [], run: [], sys: [] };
    const workflow = sketchWorkflow([{ id: "a" }], {
      plugins: [{ type: "own", path: "./plugin.js", permissions }],
    });
    const checking = checkPlugins(workflow, {
      asking: "ask",
      selected: [0],
      baseDirectory: project.folder,
      world: { ...realWorld(), clock },
    });
    await clock.nextTimer();
    clock.advance(10_000);
    assertEquals((await checking).map(({ detail }) => detail), [
      { code: "E212", type: "own", path: "./plugin.js", problem: "slow", cause: "10 seconds" },
    ]);
  });
}

Deno.test("a run refuses a plugin whose check hangs", async () => {
  await using project = projectOf("for (;;);");
  const { code, stderr } = await project.spawn(["run", "w.json"]).finished;
  assertEquals(code, 2);
  assertMatch(stderr, /Module '\.\/plugin\.js' of plugin 'own' did not load within 10 seconds/);
  assertEquals(project.exists(".orch"), false);
});

Deno.test("what a plugin can do past its permissions is what SECURITY.md says", async () => {
  const ways: readonly (readonly [string, string, object, RegExp, number])[] = [
    ["aborts", running("abort();", 'import { abort } from "node:process";'), {}, /^/, 134],
    [
      "follows a link",
      running('console.log(Deno.readTextFileSync("IN/link"));'),
      {
        read: ["data"],
      },
      /behind the link/,
      0,
    ],
    [
      "sets a variable",
      running('Deno.env.set("A", "set"); console.log(Deno.env.get("A"));'),
      {
        env: ["A"],
      },
      /set/,
      0,
    ],
    [
      "starts a program",
      running('new Deno.Command("cat", { args: ["IN/../f"], stdout: "null" }).outputSync();'),
      {
        run: ["cat"],
      },
      /^/,
      0,
    ],
  ];
  for (const [what, module, permissions, printed, code] of ways) {
    await using project = projectOf("", permissions);
    project.write("f", "behind the link");
    project.write("data/keep", "");
    await Deno.symlink("../f", project.path("data/link"));
    project.write("plugin.js", module.replaceAll("IN", project.path("data")));
    const { code: exit, stderr } = await project.spawn(["run", "w.json", "--verbose"]).finished;
    assertEquals([what, exit], [what, code], stderr);
    assertMatch(stderr, printed);
    // Where orch is gone its guards tidy up.
    await eventually(() => project.processes().length === 0, "the guards to end");
  }
});
