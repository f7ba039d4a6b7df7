/** `--color` and `--ascii`, wherever they stand, and the variables behind them. */
import { extractStyleFlags } from "../../../lib/cli/base/style_flags.ts";
import { styleFor } from "../../../lib/cli/base/output.ts";
import { assertEquals } from "../../support/assert.ts";
import { FakeWorld } from "../../support/fake_world.ts";
import { newProject } from "../../support/cli.ts";
import { pageText } from "../../support/pages.ts";
import { namesIn } from "../../support/docs.ts";

/** A command line, and what is left of it with the look it asks for. */
const LINES: readonly (readonly [line: string, expected: string])[] = [
  ["run w.yaml -c 8", "run w.yaml -c 8: - -"],
  ["--color run w.yaml", "run w.yaml: always -"],
  ["run w.yaml --color", "run w.yaml: always -"],
  ["run --color always w.yaml", "run w.yaml: always -"],
  ["run --color never w.yaml", "run w.yaml: never -"],
  ["run --color=auto w.yaml", "run w.yaml: auto -"],
  ["run --no-color w.yaml --ascii", "run w.yaml: never 1"],
  ["run --color --no-color w.yaml", "run w.yaml: never -"],
  ["run --ascii -- --color --ascii", "run -- --color --ascii: - 1"],
  ["run --color=red w.yaml", "--color: 'red': expected one of auto, always, never"],
];

for (const [line, expected] of LINES) {
  Deno.test(`extractStyleFlags: ${line}`, () => {
    const looked = extractStyleFlags(line.split(" "), new FakeWorld());
    if (typeof looked === "string") return assertEquals(looked, expected);
    const { args, world } = looked;
    const [color, ascii] = ["ORCH_COLOR", "ORCH_ASCII"].map((name) => world.env(name) ?? "-");
    assertEquals(`${args.join(" ")}: ${color} ${ascii}`, expected);
  });
}

/** Variables and whether there is a terminal, and the look that comes of it. */
const LOOKS: readonly (readonly [Record<string, string>, boolean, string])[] = [
  [{}, true, "colour"],
  [{}, false, "plain"],
  [{ ORCH_COLOR: "always", NO_COLOR: "1", TERM: "dumb" }, false, "colour ascii"],
  [{ ORCH_COLOR: "never", FORCE_COLOR: "1" }, true, "plain"],
  [{ ORCH_COLOR: "auto", NO_COLOR: "1" }, true, "plain"],
  [{ ORCH_COLOR: "auto" }, true, "colour"],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, "plain"],
  [{ FORCE_COLOR: "1" }, false, "colour"],
  [{ FORCE_COLOR: "0" }, true, "plain"],
  [{ TERM: "dumb" }, true, "plain ascii"],
  [{ ORCH_ASCII: "1" }, true, "colour ascii"],
  [{ ORCH_ASCII: "0" }, true, "colour"],
];

for (const [variables, isTerminal, expected] of LOOKS) {
  Deno.test(`${JSON.stringify(variables)} ${isTerminal ? "on a terminal" : "in a pipe"}: ${expected}`, () => {
    const world = new FakeWorld();
    for (const [name, value] of Object.entries(variables)) world.variables.set(name, value);
    world.stderr.isTerminal = isTerminal;
    const { color, glyphs } = styleFor(world.stderr, world);
    const look = color ? "colour" : "plain";
    assertEquals(glyphs.success === "+" ? `${look} ascii` : look, expected);
  });
}

Deno.test("--color and --ascii hold for every command, before and after it", async () => {
  await using project = newProject({ "w.yaml": "name: w\njobs: [{id: a, command: 'true'}]\n" });
  const { stdout } = await project.orch(["--color=always", "analyze", "w.yaml", "--ascii"]);
  assertEquals([stdout.includes("\x1b[1m"), stdout.includes("┌")], [true, false]);
  const refused = await project.orch(["analyze", "w.yaml", "--color=red"]);
  assertEquals(refused, {
    code: 2,
    stdout: "",
    stderr: "error: --color: 'red': expected one of auto, always, never\n",
  });
});

Deno.test("docs/commands.md: the flags of every command are taken", () => {
  const named = namesIn(pageText("docs/commands.md"), "Flag of every command");
  const flags = named.flatMap((cell) => cell.match(/--[a-z-]+/g) ?? []);
  assertEquals(flags.sort(), ["--ascii", "--color"]);
  for (const flag of [...flags, "--no-color"]) {
    const looked = extractStyleFlags(["validate", flag, "w.yaml"], new FakeWorld());
    assertEquals(typeof looked === "string" ? looked : looked.args, ["validate", "w.yaml"]);
  }
});
