/** `--help`, `orch help`, and `orch` alone: what the records of the commands say, as facts for the view. */
import { kebab } from "../core/base/kebab.ts";
import type { World } from "../runtime/port/world.ts";
import {
  type CommandHelp,
  commandHelpText,
  type HelpRow,
  programHelpText,
} from "../view/command_line/help.ts";
import { hereText } from "../view/command_line/usage.ts";
import type { Argument, CommandRecord, Flag } from "./base/command.ts";
import { DEFAULT_FILES, workflowsHere } from "./base/default_file.ts";
import { STYLE_FLAGS_TEXT } from "./base/style_flags.ts";
import { styleFor } from "./base/output.ts";
import { allCommands, commandNamed, PROGRAM } from "./command/list.ts";

/** What the words after `orch` ask help for. */
export interface HelpRequest {
  /** A command, or `null` for the program. */
  readonly command: string | null;
  /** Whether seldom needed flags are wanted too. */
  readonly all: boolean;
}

/** Prints the help that was asked for. */
export async function showHelp({ command, all }: HelpRequest, world: World): Promise<void> {
  const style = styleFor(world.stdout, world);
  world.stdout.write(
    command !== null
      ? commandHelpText(helpOf(await commandNamed(command), all), style)
      : programHelpText(
        { ...await programHelp(), here: hereText(workflowsHere(world), DEFAULT_FILES) },
        style,
      ),
  );
}

async function programHelp() {
  const shown = (await allCommands()).filter(({ isHidden }) => !isHidden);
  return {
    brief: PROGRAM.brief,
    commands: shown.filter(({ isSeldom }) => !isSeldom).map(({ name, brief }) => ({
      left: name,
      text: brief,
      standard: null,
    })),
    rare: shown.filter(({ isSeldom }) => isSeldom).map(({ name }) => name).sort(),
    everywhere: STYLE_FLAGS_TEXT,
    examples: PROGRAM.examples,
  };
}

/** The help of a command, with `all` also of the flags that are seldom needed. */
export function helpOf(
  { name, brief, flags, args, repeats = false, examples }: CommandRecord,
  all: boolean,
): CommandHelp {
  const entries = Object.entries(flags);
  const shown = entries.filter(([, { isSeldom }]) => all || !isSeldom);
  const required = shown.filter(([, flag]) => isRequired(flag)).map(([flagName, flag]) =>
    `--${kebab(flagName)} ${valueOf(flag)}`
  );
  const count = entries.length - shown.length;
  const words = args.map((argument) => argumentUsage(argument, repeats));
  return {
    usage: [PROGRAM.name, name, ...required, "[FLAGS]", ...words].join(" "),
    brief,
    arguments: args.map((argument) => argumentRow(argument, repeats)),
    flags: [
      ...shown.map(([flagName, flag]) => flagRow(flagName, flag)),
      { left: "-h, --help", text: "Show this help", standard: null },
    ],
    hidden: count === 0 ? null : { count, command: `${PROGRAM.name} ${name} --help-all` },
    examples,
  };
}

function argumentUsage(argument: Argument, repeats: boolean): string {
  const { left } = argumentRow(argument, repeats);
  const mayLack = argument.optional === true || argument.default !== undefined || repeats;
  return mayLack ? `[${left}]` : left;
}

function argumentRow({ brief, placeholder, standard, ...argument }: Argument, repeats: boolean) {
  const left = placeholder.toUpperCase() + (repeats ? "..." : "");
  return { left, text: brief, standard: argument.default ?? standard ?? null };
}

/** A flag as help shows it. */
export function flagRow(name: string, flag: Flag): HelpRow {
  const long = `--${kebab(name)}`;
  const negated = isNegatable(flag) ? `, --no-${kebab(name)}` : "";
  const value = valueOf(flag);
  return {
    left: `${flag.short === undefined ? "    " : `-${flag.short}, `}${long}${negated}${
      value === "" ? "" : ` ${value}`
    }`,
    text: flag.kind === "enum" ? `${flag.brief}: ${flag.values.join(", ")}` : flag.brief,
    standard: standardOf(flag),
  };
}

function isNegatable(flag: Flag): boolean {
  return flag.kind === "boolean" && flag.default !== false && flag.withNegated !== false;
}

function isRequired(flag: Flag): boolean {
  return flag.optional !== true && flag.default === undefined;
}

/** What stands behind the name: nothing for flags that take no value. */
function valueOf(flag: Flag): string {
  return flag.kind === "boolean" ? "" : flag.placeholder.toUpperCase();
}

function standardOf(flag: Flag): string | null {
  const said = typeof flag.default === "string" && flag.default !== "" ? flag.default : null;
  return said ?? flag.standard ?? null;
}
