/**
 * Writes `docs/commands.md` from the records of the commands: what each is for, how it is called, its
 * flags with their defaults and values, and its examples. `run`, `resume` and `rerun`, which share most of
 * their flags, have one table.
 */
import { type CommandRecord, type Flag } from "../lib/cli/base/command.ts";
import { STYLE_FLAGS } from "../lib/cli/base/style_flags.ts";
import { allCommands, PROGRAM } from "../lib/cli/command/list.ts";
import { flagRow, helpOf } from "../lib/cli/help.ts";
import type { HelpRow } from "../lib/view/command_line/help.ts";

const PAGE = new URL("../docs/commands.md", import.meta.url);

/** The commands whose flags stand in one table. */
const TOGETHER = ["run", "resume", "rerun"];

/** The page about these commands. */
export function commandsPage(records: readonly CommandRecord[]): string {
  const shown = records.filter(({ isHidden }) => !isHidden);
  const together = TOGETHER.map((name) => shown.find((record) => record.name === name)!);
  const others = shown.filter(({ name }) => !TOGETHER.includes(name));
  return [
    "# Commands",
    "<!-- Made from lib/cli/command by `deno task docs`: change the records there. -->",
    `${PROGRAM.brief}.`,
    table(
      ["Command", "What it does"],
      shown.map((record) => [code(helpOf(record, true).usage), record.brief]),
    ),
    "Every command takes `-h` or `--help`, and `--help-all`, which also lists the flags that are seldom " +
    "needed. `orch --version` prints the version.",
    table(["Flag of every command", "Default", "Meaning"], Object.entries(STYLE_FLAGS).map(ownRow)),
    ...together.flatMap(introduction),
    `### Flags of ${listed(TOGETHER)}`,
    "A command takes the flags that have its default or `yes` in its column.",
    table(["Flag", ...TOGETHER.map(code), "Meaning"], sharedRows(together)),
    ...others.flatMap((record) => [...introduction(record), ...flagsOf(record)]),
  ].join("\n\n") + "\n";
}

function introduction(record: CommandRecord): string[] {
  const { usage, arguments: args, examples } = helpOf(record, true);
  return [
    `## orch ${record.name}`,
    record.about,
    block([usage]),
    ...(args.length === 0 ? [] : [
      table(
        ["Argument", "Default", "Meaning"],
        args.map((row) => [code(row.left), defaultOf(row), row.text]),
      ),
    ]),
    examples.length === 1 ? "For example:" : "Examples:",
    block(examples),
  ];
}

function flagsOf({ name, flags }: CommandRecord): string[] {
  const entries = Object.entries(flags);
  if (entries.length === 0) return [];
  return [table([`Flag of \`orch ${name}\``, "Default", "Meaning"], entries.map(ownRow))];
}

function ownRow([name, flag]: readonly [string, Flag]): string[] {
  const row = flagRow(name, flag);
  return [flagCell(row), defaultOf(row), meaningOf(flag)];
}

/** A row for each flag as it is typed, with what it is by default for each command. */
function sharedRows(records: readonly CommandRecord[]): string[][] {
  const names = [...new Set(records.flatMap(({ flags }) => Object.keys(flags)))];
  return names.flatMap((name) => {
    const takers = records.filter(({ flags }) => Object.hasOwn(flags, name));
    const byCell = Map.groupBy(takers, ({ flags }) => flagCell(flagRow(name, flags[name]!)));
    return [...byCell].map(([cell, alike]) => [
      cell,
      ...records.map((record) =>
        alike.includes(record) ? defaultOf(flagRow(name, record.flags[name]!)) || "yes" : ""
      ),
      meaningOfEach(name, alike),
    ]);
  });
}

function meaningOfEach(name: string, records: readonly CommandRecord[]): string {
  const byMeaning = [...Map.groupBy(records, ({ flags }) => meaningOf(flags[name]!))];
  if (byMeaning.length === 1) return byMeaning[0]![0];
  return byMeaning.map(([meaning, takers]) =>
    `${takers.map((record) => code(record.name)).join(", ")}: ${meaning}`
  ).join("; ");
}

function flagCell({ left }: HelpRow): string {
  return left.trim().split(", ").map(code).join(", ");
}

function defaultOf({ standard }: HelpRow): string {
  return standard ?? "";
}

function meaningOf(flag: Flag): string {
  return flag.kind === "enum" ? `${flag.brief}: ${flag.values.map(code).join(", ")}` : flag.brief;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replace(/ {2,}/g, " ");
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

function block(lines: readonly string[]): string {
  return ["```sh no-run", ...lines, "```"].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

if (import.meta.main) await Deno.writeTextFile(PAGE, commandsPage(await allCommands()));
