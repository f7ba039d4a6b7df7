/** `--help`, `orch help`, and `orch` alone: what the command tree says, as facts for the view. */
import type { World } from "../runtime/world.ts";
import { commandHelpText, type HelpRow, programHelpText } from "../view/help_text.ts";
import { hereText } from "../view/usage_message.ts";
import { commands, EXAMPLES, SELDOM } from "./commands.ts";
import { DEFAULT_FILES, workflowsHere } from "./default_file.ts";
import { LOOK_FLAGS } from "./look_flags.ts";
import { styleFor } from "./output.ts";

/** What a command takes, as the library has it. */
type Command = Extract<
  ReturnType<typeof commands.getAllEntries>[number]["target"],
  { readonly parameters: unknown }
>;
type Flags = NonNullable<Command["parameters"]["flags"]>;
type Flag = Flags[string];
type Positional = NonNullable<Command["parameters"]["positional"]>;

/** What the words after `orch` ask help for. */
export interface HelpRequest {
  /** A command, or `null` for the program. */
  readonly command: string | null;
  /** Whether seldom needed flags are wanted too. */
  readonly all: boolean;
}

/** Prints the help that was asked for. */
export function showHelp({ command, all }: HelpRequest, world: World): void {
  const style = styleFor(world.stdout, world);
  const target = command === null ? undefined : commands.getRoutingTargetForInput(command);
  world.stdout.write(
    target !== undefined && "parameters" in target
      ? commandHelpText(helpOf(command!, target, all), style)
      : programHelpText(
        { ...programHelp(), here: hereText(workflowsHere(world), DEFAULT_FILES) },
        style,
      ),
  );
}

function programHelp() {
  const rare = SELDOM[""] ?? [];
  const entries = commands.getAllEntries().filter(({ hidden }) => !hidden).map((
    { name, target },
  ) => ({
    left: name.original,
    text: target.brief,
    standard: null,
  }));
  return {
    brief: commands.brief,
    commands: entries.filter(({ left }) => !rare.includes(left)),
    rare,
    everywhere: LOOK_FLAGS,
    examples: EXAMPLES[""]!,
  };
}

function helpOf(name: string, { brief, parameters }: Command, all: boolean) {
  const { flags = {}, aliases = {}, positional } = parameters;
  const entries = Object.entries(flags);
  const shown = entries.filter(([flagName]) => all || !SELDOM[name]?.includes(flagName));
  const rows = shown.map(([flagName, flag]) => flagRow(flagName, flag, aliases));
  const args = positionalOf(positional);
  const required = shown.filter(([, flag]) => isRequired(flag)).map(([flagName, flag]) =>
    `--${kebab(flagName)} ${valueOf(flag)}`
  );
  const count = entries.length - shown.length;
  return {
    usage: ["orch", name, ...required, "[FLAGS]", ...args.map(({ usage }) => usage)].join(" "),
    brief,
    arguments: args.map(({ row }) => row),
    flags: [...rows, { left: "-h, --help", text: "Show this help", standard: null }],
    hidden: count === 0 ? null : { count, command: `orch ${name} --help-all` },
    examples: EXAMPLES[name] ?? [],
  };
}

function positionalOf(
  positional: Positional | undefined,
): { readonly usage: string; readonly row: HelpRow }[] {
  if (positional === undefined) return [];
  const [parameters, isList] = positional.kind === "array"
    ? [[positional.parameter], true]
    : [positional.parameters, false];
  return parameters.map(({ brief, placeholder = "arg", optional, default: standard = null }) => {
    const left = placeholder.toUpperCase() + (isList ? "..." : "");
    const mayLack = optional === true || standard !== null ||
      (positional.kind === "array" && !positional.minimum);
    return { usage: mayLack ? `[${left}]` : left, row: { left, text: brief, standard } };
  });
}

function flagRow(name: string, flag: Flag, aliases: Readonly<Record<string, string>>): HelpRow {
  const alias = Object.entries(aliases).find(([, target]) => target === name)?.[0];
  const long = `--${kebab(name)}`;
  const negated = isNegatable(flag) ? `, --no-${kebab(name)}` : "";
  const value = valueOf(flag);
  return {
    left: `${alias === undefined ? "    " : `-${alias}, `}${long}${negated}${
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
  return flag.optional !== true && !("default" in flag && flag.default !== undefined);
}

/** What stands behind the name: nothing for flags that take no value. */
function valueOf(flag: Flag): string {
  if (flag.kind === "boolean" || flag.kind === "counter") return "";
  return (flag.placeholder ?? (flag.kind === "enum" ? "WHICH" : "VALUE")).toUpperCase();
}

function standardOf(flag: Flag): string | null {
  if (flag.kind !== "parsed" && flag.kind !== "enum") return null;
  const { default: standard } = flag;
  return typeof standard === "string" && standard !== "" ? standard : null;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
