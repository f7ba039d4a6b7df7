/** Records of commands: each is complete, and what its code gets is what its flags say. */
import { command, type Flag, type FlagValues } from "../../../lib/cli/base/command.ts";
import { FILE, flag, list, parseCount, path, text } from "../../../lib/cli/base/flags.ts";
import { allCommands, commandNamed, isCommand } from "../../../lib/cli/command/list.ts";
import { runByLibrary } from "../../../lib/cli/routes.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { FakeWorld } from "../../support/fake_world.ts";

const FLAGS = {
  names: list("Names", "jobs"),
  where: { ...path("Where", "dir", "folders"), short: "w" },
  often: {
    kind: "parsed",
    parse: parseCount,
    default: "2",
    brief: "N",
    placeholder: "n",
    complete: null,
  },
  how: { kind: "enum", values: ["a", "b"], optional: true, brief: "How", placeholder: "how" },
  dry: flag("Dry"),
} as const satisfies Readonly<Record<string, Flag>>;

/** Command lines, and what the code of the command gets for them. */
const CALLS: readonly (readonly [string, FlagValues<typeof FLAGS>, readonly unknown[]])[] = [
  ["fly", { names: [], often: 2, dry: false }, [undefined, "here"]],
  [
    "fly a.yaml there --names a,b --names c -w x --often 3 --how b --dry",
    { names: ["a", "b", "c"], where: "x", often: 3, how: "b", dry: true },
    ["a.yaml", "there"],
  ],
];

for (const [commandLine, flags, args] of CALLS) {
  Deno.test(`records: ${commandLine}: the code gets what the flags and arguments say`, async () => {
    const world = new FakeWorld();
    const loaded = Promise.resolve();
    let got: unknown;
    const fly = command({
      name: "fly",
      brief: "Fly",
      about: "Flies.",
      flags: FLAGS,
      args: [FILE, {
        brief: "To",
        placeholder: "to",
        parse: text,
        complete: null,
        default: "here",
      }],
      examples: [],
      async load() {
        await loaded;
        return ({ flags, args }) => {
          // The compiler knows the types of all values here.
          const [file, to]: readonly [string | undefined, string] = args;
          const { often, how = "no" }: { often: number; how?: "a" | "b" | "no" } = flags;
          got = { ...flags, often, args: [file, to], how };
          return 7;
        };
      },
    });
    assertEquals(await runByLibrary(commandLine.split(" "), [fly], world), 7);
    const expected = { how: "no", ...flags, args };
    assertEquals(JSON.parse(JSON.stringify(got)), JSON.parse(JSON.stringify(expected)));
  });
}

Deno.test("records: every command can be found by its name and has its texts", async () => {
  const names = new Set<string>();
  for (const record of await allCommands()) {
    const { name, brief, about, examples, isHidden } = record;
    assert(isCommand(name) && !names.has(name), name);
    names.add(name);
    assertEquals(await commandNamed(name), record);
    assertMatch(brief, /^[A-Z][^.]*$/, name);
    assertMatch(about, /^[A-Z].*\.$/, name);
    assertEquals(examples.length > 0, isHidden !== true, name);
  }
  for (const name of ["toString", "", "constructor"]) assertEquals(isCommand(name), false, name);
});

Deno.test("records: no flag is called or shortened as another of its command", async () => {
  for (const { name, flags } of await allCommands()) {
    const shorts = Object.values(flags).flatMap(({ short }) => short ?? []);
    assertEquals(shorts.length, new Set(shorts).size, name);
    const taken = shorts.filter((short) => !/^[a-zA-Z]$/.test(short) || "hH".includes(short));
    assertEquals(taken, [], name);
  }
});
