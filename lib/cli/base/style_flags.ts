/**
 * The flags of every command about how its text looks: `--color`, `--no-color`, `--ascii`. They may
 * stand anywhere, and say once what the variables ORCH_COLOR and ORCH_ASCII say for good.
 */
import { COLOR_CHOICES } from "../../core/base/choices.ts";
import type { World } from "../../runtime/port/world.ts";
import { badColorText } from "../../view/command_line/view_flags.ts";

/** When to use colour: `auto`, `always` or `never`. */
export const COLOR_VARIABLE = "ORCH_COLOR";
/** Anything but `0` and `false`: no sign that is not ASCII. */
export const ASCII_VARIABLE = "ORCH_ASCII";

/** The flags, as records of commands would have them. */
export const STYLE_FLAGS = {
  color: {
    kind: "enum",
    brief: "When to use colour",
    values: COLOR_CHOICES,
    placeholder: "when",
    default: "auto",
  },
  ascii: {
    kind: "boolean",
    brief: "Use ASCII characters only",
    default: false,
    withNegated: false,
  },
} as const;

/** The flags, as help names them. */
export const STYLE_FLAGS_TEXT = "--color WHEN and --ascii";

/** A command line without its flags about looks, and a world in which they hold. */
export interface StyleFlags {
  readonly args: readonly string[];
  readonly world: World;
}

/** Takes the flags about looks off a command line; as text, what is wrong with one. */
export function extractStyleFlags(args: readonly string[], world: World): StyleFlags | string {
  const variables = new Map<string, string>();
  const others: string[] = [];
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < own.length; i++) {
    const arg = own[i]!;
    if (arg === "--ascii") variables.set(ASCII_VARIABLE, "1");
    else if (arg === "--no-color") variables.set(COLOR_VARIABLE, "never");
    else if (arg === "--color" && !isChoice(own[i + 1])) {
      variables.set(COLOR_VARIABLE, "always");
    } else if (arg === "--color") variables.set(COLOR_VARIABLE, own[++i]!);
    else if (arg.startsWith("--color=")) {
      const when = arg.slice("--color=".length);
      if (!isChoice(when)) return badColorText(when, COLOR_CHOICES);
      variables.set(COLOR_VARIABLE, when);
    } else others.push(arg);
  }
  if (variables.size === 0) return { args, world };
  return {
    args: [...others, ...args.slice(own.length)],
    world: { ...world, env: (name) => variables.get(name) ?? world.env(name) },
  };
}

function isChoice(value: string | undefined): boolean {
  return COLOR_CHOICES.some((choice) => choice === value);
}
