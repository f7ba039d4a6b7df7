/**
 * Compiled programs. Deno makes them from a runtime base that it downloads from a place of its own:
 * where that cannot be reached, the program of Deno itself stands in for it, and shows all but the
 * start, since it does not look for what is baked into it. Then `bundle_test.ts` runs what is inside.
 */
import { type Build, buildsAskedFor, compileArgs, flagsOf, TARGETS } from "../../tools/compile.ts";
import { assert, assertEquals, assertThrows } from "../support/assert.ts";
import { newProject, ROOT } from "../support/cli.ts";
import { GRANTED, newBundle, runProgram } from "./bundled.ts";

const ON_WINDOWS = Deno.build.os === "windows";

/** The command line, and what it asks for: target and file. */
const ASKED: readonly (readonly [string, readonly string[]])[] = [
  ["", [ON_WINDOWS ? "null dist/orch.exe" : "null dist/orch"]],
  ["--target x86_64-apple-darwin", ["x86_64-apple-darwin dist/orch-x86_64-apple-darwin"]],
  [
    "--target=x86_64-pc-windows-msvc",
    ["x86_64-pc-windows-msvc dist/orch-x86_64-pc-windows-msvc.exe"],
  ],
  [
    "--target aarch64-apple-darwin --target=aarch64-unknown-linux-gnu",
    [
      "aarch64-apple-darwin dist/orch-aarch64-apple-darwin",
      "aarch64-unknown-linux-gnu dist/orch-aarch64-unknown-linux-gnu",
    ],
  ],
  ["--all", TARGETS.map((t) => `${t} dist/orch-${t}${t.includes("windows") ? ".exe" : ""}`)],
];

for (const [commandLine, expected] of ASKED) {
  Deno.test(`deno task compile ${commandLine} makes what it is asked for`, () => {
    const builds = buildsAskedFor(commandLine.split(" ").filter((word) => word !== ""), "dist");
    assertEquals(builds.map(({ target, output }) => `${target} ${output}`), [...expected]);
  });
}

for (const wrong of ["--target", "--target vax", "--tarlet x86_64-apple-darwin", "x", "--all x"]) {
  Deno.test(`deno task compile ${wrong} is refused, with what there is`, () => {
    assertThrows(() => buildsAskedFor(wrong.split(" "), "dist"), Error, "x86_64-pc-windows-msvc");
  });
}

Deno.test("the permissions of compiled programs are those of the task run, and none is unbounded", async () => {
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const { command } = config.tasks.run;
  assertEquals(flagsOf({ tasks: { run: { command } }, unstable: ["x"] }), [
    ...command.match(/--(?:no-prompt|allow-\S+)/g),
    "--unstable-x",
  ]);
  assert(!GRANTED.some((flag) => /allow-all|-A\b|allow-ffi/.test(flag)), GRANTED.join(" "));
  const build = { target: "x86_64-apple-darwin", output: "o" };
  assertEquals(
    compileArgs(build, { entry: "e.js", flags: ["--allow-read"] }),
    [
      ...["compile", "--quiet", "--no-config", "--allow-read", "--target", "x86_64-apple-darwin"],
      ...["-o", "o", "e.js"],
    ],
  );
});

/** A base that Deno can have without asking for long: its own place answers, or somebody named one. */
async function hasRuntimeBase(): Promise<boolean> {
  if (Deno.env.has("DENORT_BIN")) return true;
  try {
    const answer = await fetch("https://dl.deno.land/release-latest.txt", {
      signal: AbortSignal.timeout(5_000),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

const BASE = await hasRuntimeBase();
const WHY = "skipped: no runtime base for deno compile";
// deno-lint-ignore no-console -- CI counts these lines
if (!BASE) console.log(WHY);

async function compile(
  build: Build,
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  await using made = await newBundle();
  const args = compileArgs(build, { entry: made.path, flags: GRANTED });
  const { code, stderr } = await runProgram([Deno.execPath(), ...args], options);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
}

Deno.test({
  name: `a compiled program runs the sample workflow${BASE ? "" : ` (${WHY})`}`,
  ignore: !BASE,
  async fn() {
    await using project = newProject({
      "sample_workflow.yaml": await Deno.readFile(`${ROOT}/examples/sample_workflow.yaml`),
    });
    const output = project.path("orch");
    await compile({ target: null, output }, { cwd: project.folder });
    const args = ["run", "sample_workflow.yaml", "--quiet", "--output", "results.json"];
    const { code, stderr } = await runProgram([output, ...args], { cwd: project.folder });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(project.json("results.json").counts.success, 14);
  },
});

Deno.test({
  name: "what is baked in: the bundle alone, and no permission but those of the task run",
  // Only Linux takes the program of Deno for a base: others check or sign what they write.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using project = newProject();
    const output = project.path("orch");
    const env = { DENORT_BIN: Deno.execPath() };
    await compile({ target: null, output }, { cwd: project.folder, env });
    const baked = await bakedInto(output);
    const { permissions } = baked;
    const granted = Object.entries(permissions)
      .filter(([name, value]) => name.startsWith("allow_") && name !== "allow_import" && value)
      .map(([name, value]) => [name.slice("allow_".length), value]);
    const expected = GRANTED.filter((flag) => flag.startsWith("--allow-")).map((flag) => {
      const [name, values] = flag.slice("--allow-".length).split("=");
      return [name, values?.split(",") ?? []];
    });
    assertEquals(Object.fromEntries(granted), Object.fromEntries(expected));
    assertEquals(permissions["prompt"], false);
    assertEquals(baked.argv, []);
  },
});

interface Baked {
  readonly argv: readonly string[];
  readonly permissions: Readonly<Record<string, unknown>>;
}

/** The description that Deno puts at the end of a compiled program, as far as we read it. */
async function bakedInto(path: string): Promise<Baked> {
  const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
  const from = text.lastIndexOf('{"argv":[');
  assert(from > 0, "a description");
  const to = text.indexOf(',"location":', from);
  return JSON.parse(`${text.slice(from, to)}}`) as Baked;
}
