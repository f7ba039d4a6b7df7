/**
 * What is to be completed on a command line: decided from the words up to the cursor and from what
 * each command takes. Which jobs, runs and files there are is looked up by others.
 */
import { kebab } from "../../core/base/kebab.ts";

/** A flag, as the command tree has it. */
export interface FlagSpec {
  readonly kind: string;
  readonly brief: string;
  readonly values?: readonly string[];
  readonly variadic?: string | boolean;
  readonly default?: unknown;
  readonly withNegated?: boolean | undefined;
}

/** What a command takes. Flags have the names of our code: `maxConcurrent`. */
export interface CommandSpec {
  readonly brief: string;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** What its arguments are called. */
  readonly positional: readonly string[];
  /** Whether the last argument may stand any number of times. */
  readonly repeats: boolean;
}

/** A word that may stand at the cursor, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly brief: string;
}

/** What stands on the line before the cursor. */
export interface Line {
  readonly command: string;
  readonly args: readonly string[];
  /** Values of flags, by the names of our code; the last one where a flag is defined twice. */
  readonly values: Readonly<Record<string, string>>;
}

/** What the word at the cursor is to be. */
export type Wanted =
  /** One of these. */
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  /** The value of a flag; `prefix` is what of the word is not part of it, as in `--only=a,`. */
  | {
    readonly kind: "value";
    readonly flag: string;
    readonly partial: string;
    readonly prefix: string;
    readonly line: Line;
  }
  /** An argument, by what it is called. */
  | {
    readonly kind: "argument";
    readonly name: string;
    readonly partial: string;
    readonly line: Line;
  };

const NOTHING: Wanted = { kind: "words", candidates: [] };
const HELP: Candidate = { word: "--help", brief: "Show this help" };
const VERSION: Candidate = { word: "--version", brief: "Print the version" };

/** What is wanted at the end of `words`, the last of which is what was typed of it, maybe "". */
export function wantedAt(
  words: readonly string[],
  commands: Readonly<Record<string, CommandSpec>>,
): Wanted {
  const typed = withoutEquals(words);
  const partial = typed.at(-1) ?? "";
  const [name = "", ...before] = typed.slice(0, -1);
  if (typed.length <= 1) return { kind: "words", candidates: topLevel(partial, commands) };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command === undefined ? NOTHING : within(command, read(name, before, command), partial);
}

/** Bash cuts `--only=x` into three words. */
function withoutEquals(words: readonly string[]): string[] {
  const kept = words.filter((word, i) => word !== "=" || !words[i - 1]?.startsWith("--"));
  return words.at(-1) === "=" && kept.length < words.length ? [...kept, ""] : kept;
}

function topLevel(
  partial: string,
  commands: Readonly<Record<string, CommandSpec>>,
): readonly Candidate[] {
  const all = partial.startsWith("-")
    ? [HELP, VERSION]
    : Object.entries(commands).map(([word, { brief }]) => ({ word, brief }));
  return all.filter(({ word }) => word.startsWith(partial));
}

/** The line before the cursor, and the flag that still waits for its value. */
interface ReadLine extends Line {
  readonly waiting: string | null;
  readonly onlyArguments: boolean;
  readonly used: ReadonlySet<string>;
}

function read(name: string, words: readonly string[], command: CommandSpec): ReadLine {
  const args: string[] = [];
  const values: Record<string, string> = {};
  const used = new Set<string>();
  let waiting: string | null = null;
  let onlyArguments = false;
  for (const word of words) {
    if (waiting !== null) {
      values[waiting] = word;
      waiting = null;
    } else if (onlyArguments || !word.startsWith("-") || word === "-") {
      args.push(word);
    } else if (word === "--") {
      onlyArguments = true;
    } else {
      const [text, value] = cutAtEquals(word);
      const flag = flagNamed(text, command);
      if (flag === null) continue;
      used.add(flag);
      if (value !== null) values[flag] = value;
      else if (takesValue(command.flags[flag]!)) waiting = flag;
    }
  }
  return { command: name, args, values, waiting, onlyArguments, used };
}

function within(command: CommandSpec, line: ReadLine, partial: string): Wanted {
  if (line.waiting !== null) {
    return valueOf(command, line, { flag: line.waiting, partial, head: "" });
  }
  if (partial.startsWith("-") && !line.onlyArguments) {
    const [text, value] = cutAtEquals(partial);
    if (value === null) return { kind: "words", candidates: flagsFrom(command, line, partial) };
    const flag = flagNamed(text, command);
    if (flag === null || !takesValue(command.flags[flag]!)) return NOTHING;
    return valueOf(command, line, { flag, partial: value, head: `${text}=` });
  }
  const { positional, repeats } = command;
  const at = repeats ? Math.min(line.args.length, positional.length - 1) : line.args.length;
  const name = positional[at];
  return name === undefined ? NOTHING : { kind: "argument", name, partial, line };
}

function valueOf(
  command: CommandSpec,
  line: Line,
  { flag, partial, head }: { flag: string; partial: string; head: string },
): Wanted {
  const { values, variadic } = command.flags[flag]!;
  const listed = variadic ? partial.slice(0, partial.lastIndexOf(",") + 1) : "";
  const prefix = head + listed;
  const rest = partial.slice(listed.length);
  if (values === undefined) return { kind: "value", flag, partial: rest, prefix, line };
  const candidates = values.filter((value) => value.startsWith(rest))
    .map((value) => ({ word: prefix + value, brief: "" }));
  return { kind: "words", candidates };
}

/** `--no-` forms only where one was begun: they would double the list. */
function flagsFrom(
  { flags }: CommandSpec,
  { used }: ReadLine,
  partial: string,
): readonly Candidate[] {
  const all = Object.entries(flags).flatMap(([name, flag]) => {
    if (used.has(name) && !flag.variadic) return [];
    const word = `--${kebab(name)}`;
    const { brief } = flag;
    if (!partial.startsWith("--no") || !isNegatable(flag)) return [{ word, brief }];
    return [{ word, brief }, { word: `--no-${kebab(name)}`, brief: `Not: ${brief}` }];
  });
  return [...all, HELP].filter(({ word }) => word.startsWith(partial));
}

function flagNamed(text: string, { flags, aliases }: CommandSpec): string | null {
  if (!text.startsWith("--")) {
    // Of short flags in one word the last may take a value.
    const name = aliases[text.at(-1) ?? ""];
    return name !== undefined && Object.hasOwn(flags, name) ? name : null;
  }
  const wanted = text.slice(2);
  return Object.keys(flags).find((name) =>
    [name, kebab(name), `no-${kebab(name)}`].includes(wanted)
  ) ?? null;
}

function cutAtEquals(word: string): readonly [string, string | null] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

function takesValue({ kind }: FlagSpec): boolean {
  return kind === "parsed" || kind === "enum";
}

function isNegatable({ kind, default: standard, withNegated }: FlagSpec): boolean {
  return kind === "boolean" && standard !== false && withNegated !== false;
}
