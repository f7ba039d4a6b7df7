/**
 * Ways by which a plugin without a permission might get at a file outside of its folder: each is tried in a
 * run, and in a worker as Deno alone holds it, without the judge of imports before it.
 */
import { NOTHING_GRANTED, PluginHost } from "../../executors/plugin/host.ts";
import type { FromPlugin } from "../../executors/plugin/protocol.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, type Project } from "../support/cli.ts";

const SECRET = "the-secret-of-the-user";

/**
 * What stands at the top of the module, what its job prints, and how the module ends if not in `.js`. `OUT`
 * is the folder with the secret as a path, `URL` the same as a URL.
 */
type Way = readonly [head: string, printed: string, ending?: "js" | "ts" | "tsx" | "jsx" | "mjs"];

const STATIC: readonly Way[] = [
  ['import t from "URL/secret.txt" with { type: "text" };', "t"],
  ['import t from "../out/secret.txt" with { type: "text" };', "t"],
  ['import t from "OUT/secret.txt" with { type: "text" };', "t", "mjs"],
  ['import t from "URL/secret.txt" with { "type": "text" };', "t", "ts"],
  ['import t from "../out/secret.txt" with { type: "bytes" };', "new TextDecoder().decode(t)"],
  ['import t from "../out/secret.json" with { type: "json" };', "t.secret"],
  ['import t from "URL/secret.txt" assert { type: "text" };', "t", "ts"],
  ['import t from "../out/secret.js";', "t"],
  ['import * as t from "../out/secret.js";', "t.default"],
  ['import { default as t } from "../out/secret.js";', "t"],
  ['import t, * as all from "../out/secret.js";', "t"],
  ['import "../out/secret.js";', "globalThis.secret"],
  ['import/**/t/**/from/**/"../out/secret.js";', "t"],
  ['import t from // "./own.js"\n"../out/secret.js";', "t"],
  ['export * from "../out/secret.js";', "globalThis.secret"],
  ['export * as all from "../out/secret.js";', "globalThis.secret"],
  ['export { default as all } from "../out/secret.js";', "globalThis.secret"],
  ['import t fr\\u006fm "URL/secret.txt" with { type: "text" };', "t", "ts"],
  ['import t fr\\u{6f}m "URL/secret.txt" with { type: "text" };', "t", "ts"],
  ['\\u0069mport t from "URL/secret.txt" with { type: "text" };', "t", "ts"],
  ['export * fr\\u006fm "../out/secret.js";', "globalThis.secret", "ts"],
  ['import defer * as t from "../out/secret.js";', "t.default"],
  ['import defer * as t from "../out/secret.js";', "t.default", "ts"],
  ['import source t from "../out/secret.wasm";', "t"],
  ['import t from "../out/secret.wasm";', "t"],
  ['import t = require("../out/secret.js");', "t", "ts"],
  ['export import t = require("../out/secret.js");', "t", "ts"],
  ['import t from "./inner.js";', "t"],
  ['import t from "./inner.wasm";', "globalThis.secret"],
  ["/** @jsxImportSource URL/jsx */\nconst t = <a/>;", "globalThis.secret", "jsx"],
  ["/** @jsxImportSource URL/jsx */\nconst t = <a/>;", "globalThis.secret", "tsx"],
  ['/// <reference types="../out/secret.js" />', "globalThis.secret", "ts"],
  ['// @ts-types="../out/secret.js"\nimport t from "./own.js";', "globalThis.secret", "ts"],
  ['import type { Secret } from "../out/secret.js";', "globalThis.secret", "ts"],
  ['type Secret = typeof import("../out/secret.js");', "globalThis.secret", "ts"],
];

const ADDRESSES: readonly Way[] = [
  "./%2e%2e%2fout/secret.js",
  "./%2e%2e/out/secret.js",
  "./%2E%2e%2Fout%2fsecret.js",
  "./sub%2f..%2f..%2fout/secret.js",
  "./link.js",
  "./%6cink.js",
  "./link.js?again",
  "./link.js#again",
  "./folder/secret.js",
  "./folder//secret.js",
  "./sub/../folder/secret.js",
  "./sub/../../out/secret.js",
  "file://localhostOUT/secret.js",
  "file:OUT/secret.js",
  "FILE://OUT/secret.js",
  "file:///proc/self/rootOUT/secret.js",
  "\\x2e./out/secret.js",
  "\\u002e./out/secret.js",
  "..\\\\out\\\\secret.js",
  "data:text/javascript,export {default} from 'URL/secret.js'",
  "data:text/javascript,export {default} from 'data:text/javascript,export {default} from %22URL/secret.js%22'",
].flatMap((address): Way[] => [
  [`import t from "${address}";`, "t"],
  ["", `(await import("${address}")).default`],
]);

const AT_RUN_TIME: readonly Way[] = [
  ["", '(await import("URL/secret.txt", { with: { type: "text" } })).default'],
  ["", '(await import(`URL/secret.txt`, { with: { type: "text" } })).default'],
  ["", '(await import("URL/secret.txt", { with: { ["type"]: "text" } })).default', "ts"],
  ["", '(await import("../out/secret.js")).default'],
  ["", '(await import(("../out/secret.js"))).default'],
  ["", '(await import(/* "./own.js" */ "../out/secret.js")).default'],
  ["", '(await import("../out/" + "secret.js")).default'],
  ["", "(await import(`../out/${'secret'}.js`)).default"],
  ["", "(await import(String.raw`../out/secret.js`)).default"],
  ['const at = ["..", "out", "secret.js"].join("/");', "(await import(at)).default"],
  ['const at = "../out/secret.js";', "(await import(at as string)).default", "ts"],
  ['const w = { with: { type: "text" } };', '(await import("../out/secret.txt", w)).default'],
  ["", '(await import.defer("URL/secret.txt", { with: { type: "text" } })).default'],
  ["", '(await import.defer("../out/secret.js")).default'],
  ["", 'await import.source("../out/secret.wasm")'],
  ["", `(await (0, eval)("import('URL/secret.js')")).default`],
  ["", `(await new Function("return import('URL/secret.js')")()).default`],
  ["", `(await (async () => {}).constructor("return import('URL/secret.js')")()).default`],
  [
    "",
    '(await import("data:text/javascript;base64," + btoa("export * from \'URL/secret.js\'"))).x',
  ],
  [
    "const blob = new Blob([\"export {default} from 'URL/secret.js'\"], {type: 'text/javascript'});",
    "(await import(URL.createObjectURL(blob))).default",
  ],
  ['import vm from "node:vm";', `(await vm.runInThisContext("import('URL/secret.js')")).default`],
  ['import m from "node:module";', 'm.createRequire(import.meta.url)("../out/secret.js")'],
  ['import m from "node:module";', 'm.createRequire(import.meta.url)("../out/secret.json").secret'],
  ['import m from "node:module";', 'm._load("OUT/secret.json").secret'],
  [
    'import { registerHooks } from "node:module"; import { readFileSync } from "node:fs";',
    `registerHooks({ load: () => ({ format: "module", shortCircuit: true,
      source: "export default " + JSON.stringify(String(readFileSync("OUT/secret.txt"))) }) })
      && (await (0, eval)("import('./made-up.js')")).default`,
  ],
  ["", 'import.meta.resolve("../out/secret.js")'],
  ['import { readFileSync } from "node:fs";', 'readFileSync("OUT/secret.txt", "utf8")'],
  ['import { readFileSync } from "fs";', 'readFileSync("OUT/secret.txt", "utf8")'],
  ['import { readFile } from "node:fs/promises";', 'await readFile("OUT/secret.txt", "utf8")'],
  ["", 'process.getBuiltinModule("node:fs").readFileSync("OUT/secret.txt", "utf8")'],
  ['import { DatabaseSync } from "node:sqlite";', 'new DatabaseSync("OUT/secret.txt")'],
  ["", 'Deno.readTextFileSync("OUT/secret.txt")'],
  ["", 'Deno.readTextFileSync("PLUG/link.txt")'],
  ["", 'Deno.readTextFileSync("PLUG/.env")'],
  ["", '(await import("./.env", { with: { type: "text" } })).default'],
  ["", 'new TextDecoder().decode(Deno.openSync("OUT/secret.txt").readSync(new Uint8Array(99)))'],
  ["", 'Deno.readTextFileSync("/proc/self/rootOUT/secret.txt")'],
  ["", 'await (await fetch("URL/secret.txt")).text()'],
  ["", 'await WebAssembly.compileStreaming(fetch("URL/secret.wasm"))'],
  ["", 'new Worker("URL/secret.js", { type: "module" })'],
  [
    "const { Worker } = process.getBuiltinModule('node:worker_threads');",
    'new Worker("OUT/secret.js")',
  ],
  [
    'import { Worker } from "node:worker_threads";',
    `new Worker("require('fs').readFileSync('OUT/secret.txt')", { eval: true })`,
  ],
  [
    "",
    '(Deno.permissions.requestSync({ name: "read" }), Deno.readTextFileSync("OUT/secret.txt"))',
  ],
  ["import('./own.js'); import('../out/secret.js');", "globalThis.secret"],
  ["", '(await import("http://127.0.0.1:1/secret.js")).default'],
  ["", '(await import("jsr:@no-such/package")).default'],
];

/** A module of WebAssembly that imports `name` from `specifier`: an import section with one function. */
function wasmImporting(specifier: string, name: string): Uint8Array {
  const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const section = (id: number, body: readonly number[]) => [id, body.length, ...body];
  const types = section(1, [1, 0x60, 0, 0]);
  const imports = section(2, [1, ...text(specifier), ...text(name), 0, 0]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, ...imports]);
}

function projectOf([head, printed, ending = "js"]: Way): Project {
  const code =
    `export default "${SECRET}"; globalThis.secret = "${SECRET}"; console.log("${SECRET}");`;
  const project = newProject({
    "out/secret.txt": SECRET,
    "out/secret.json": JSON.stringify({ secret: SECRET }),
    "out/secret.js": code,
    "out/jsx/jsx-runtime": `${code} export const jsx = () => 0;`,
    "out/secret.wasm": wasmImporting(SECRET, SECRET),
    "plug/.env": SECRET,
    "plug/own.js": "export default 1;",
    "plug/inner.js": 'export { default } from "../out/secret.js";',
    "plug/inner.wasm": wasmImporting("../out/secret.js", "default"),
    "plug/sub/keep": "",
    "plug/w.json": JSON.stringify({
      name: "w",
      plugins: [{ type: "own", path: `./plugin.${ending}` }],
      jobs: [{ id: "j", job_type: "own" }],
    }),
  });
  Deno.symlinkSync("../out/secret.js", project.path("plug/link.js"));
  Deno.symlinkSync("../out/secret.txt", project.path("plug/link.txt"));
  Deno.symlinkSync("../out", project.path("plug/folder"));
  const module =
    `${head}\nexport default { async run() { console.log("printed:", ${printed}); } };\n`;
  const out = project.path("out");
  project.write(
    `plug/plugin.${ending}`,
    module.replaceAll(/\bURL\b(?=\/)/g, `file://${out}`).replaceAll("OUT", out)
      .replaceAll("PLUG", project.path("plug")),
  );
  return project;
}

/** All that a plugin says in a worker that may read its own modules, the link among them, and nothing else. */
async function saidBy(project: Project, ending: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const said: string[] = [];
  const modulePath = project.path(`plug/plugin.${ending}`);
  const own = ["own.js", "inner.js", "inner.wasm"].map((name) => project.path(`plug/${name}`));
  const host = new PluginHost({
    modulePath,
    permissions: NOTHING_GRANTED,
    modules: [modulePath, ...own],
    baseDirectory: project.folder,
    hear(message: FromPlugin) {
      said.push(JSON.stringify(message));
      if (message.type !== "output") resolve();
    },
    died(cause) {
      said.push(cause);
      resolve();
    },
  });
  host.send({
    type: "run",
    keys: {},
    facts: { runId: "", jobId: "j", attempt: 1, workingDirectory: "/", environment: {} },
    outputBudget: {
      onItsWay: new SharedArrayBuffer(4),
      limit: 2 ** 20,
      perMessage: 1,
      longestText: 2 ** 15,
    },
  });
  await promise;
  host.close();
  return said.join("\n");
}

const WAYS = [...STATIC, ...ADDRESSES, ...AT_RUN_TIME];

Deno.test("there are many ways to import a file", () => {
  assert(WAYS.length >= 100, `${WAYS.length}`);
});

for (const way of WAYS) {
  const [head, printed, ending = "js"] = way;
  const name = [head, printed].filter((part) => part.length > 1).join(" … ").replaceAll("\n", " ");
  Deno.test(`a plugin without permissions gets no file by ${name} (${ending})`, async () => {
    await using project = projectOf(way);
    const { code, stdout, stderr } = await project.orch(["run", "plug/w.json", "--verbose"]);
    const seen = `${stdout}${stderr}`;
    assert(!seen.includes(SECRET), seen);
    if (code === 2) assertMatch(seen, /error\[E212\]/);
    else assert(code === 0 || code === 1, seen);
    // The code that the type checker of `deno test` would look at is left to the run of the program.
    if (ending !== "ts" && ending !== "tsx") {
      const said = await saidBy(project, ending);
      assert(!said.includes(SECRET), said);
    }
  });
}

Deno.test("the secret can be had where it is allowed, so that these ways are ways", async () => {
  await using project = projectOf(['import t from "../out/secret.js";', "t"]);
  const { plugins: [plugin], ...rest } = JSON.parse(project.read("plug/w.json"));
  const allowed = { ...plugin, permissions: { read: ["../out"] } };
  project.write("plug/w.json", JSON.stringify({ ...rest, plugins: [allowed] }));
  const { code, stderr } = await project.orch(["run", "plug/w.json", "--verbose"]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, new RegExp(`printed: ${SECRET}`));
});
