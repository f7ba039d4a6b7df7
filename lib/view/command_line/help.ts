/**
 * Help on one screen: what a command is for, how it is called, its flags, and an example. Everything
 * that follows from the definition of a command is laid out here; no line is wider than a terminal.
 */
import { paint, type Style } from "../text/style.ts";
import { wrapText } from "../text/wrap.ts";

/** A flag or an argument. */
export interface HelpRow {
  /** As it is typed: `-c, --max-concurrent N`. */
  readonly left: string;
  readonly text: string;
  /** What holds where it is not given. */
  readonly standard: string | null;
}

/** One command. */
export interface CommandHelp {
  readonly usage: string;
  readonly brief: string;
  readonly arguments: readonly HelpRow[];
  readonly flags: readonly HelpRow[];
  /** How many rare flags are left out, and how to see them. */
  readonly hidden: { readonly count: number; readonly command: string } | null;
  readonly examples: readonly string[];
}

/** The whole program. */
export interface ProgramHelp {
  readonly brief: string;
  readonly commands: readonly HelpRow[];
  /** Names of commands that are seldom needed. */
  readonly rare: readonly string[];
  readonly examples: readonly string[];
  /** Flags that every command takes. */
  readonly everywhere: string;
  /** What can be run in this folder. */
  readonly here: readonly string[];
}

/** Columns of help, whatever the terminal has: it may be printed into a file. */
export const HELP_COLUMNS = 80;
const INDENT = 2;
const GAP = 2;
/** A left part that is longer gets a line of its own. */
const WIDEST_LEFT = 26;

/** The help of one command. */
export function commandHelpText(help: CommandHelp, style: Style): string {
  const heading = (text: string) => paint(style, "bold", text);
  const width = leftWidth([...help.arguments, ...help.flags]);
  const rows = [...help.arguments, ...help.flags].flatMap((row) => rowLines(row, width));
  const lines = [help.brief, "", `${heading("Usage:")} ${help.usage}`, "", ...rows];
  if (help.hidden !== null) {
    const { count, command } = help.hidden;
    lines.push(`${" ".repeat(INDENT)}${count} more, seldom needed: ${command}`);
  }
  return textOf([...lines, "", ...exampleLines(help.examples, heading)]);
}

/** The help of the program. */
export function programHelpText(help: ProgramHelp, style: Style): string {
  const heading = (text: string) => paint(style, "bold", text);
  const width = leftWidth(help.commands);
  const lines = [
    help.brief,
    "",
    `${heading("Usage:")} orch COMMAND [FLAGS]   or  orch COMMAND --help   or  orch --version`,
    "",
    heading("Commands:"),
    ...help.commands.flatMap((row) => rowLines(row, width)),
  ];
  if (help.rare.length > 0) {
    const more = `Also: ${help.rare.join(", ")}; all take ${help.everywhere}`;
    lines.push(...wrapText(more, HELP_COLUMNS - INDENT, INDENT));
  }
  lines.push(
    "",
    ...exampleLines(help.examples, heading),
    "",
    ...help.here.flatMap((line) => wrapText(line, HELP_COLUMNS)),
  );
  return textOf(lines);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function exampleLines(examples: readonly string[], heading: (text: string) => string): string[] {
  return [heading("Examples:"), ...examples.map((example) => `${" ".repeat(INDENT)}${example}`)];
}

function leftWidth(rows: readonly HelpRow[]): number {
  const fitting = rows.map(({ left }) => left.length).filter((length) => length <= WIDEST_LEFT);
  return Math.max(0, ...fitting);
}

function rowLines({ left, text, standard }: HelpRow, width: number): string[] {
  const at = INDENT + width + GAP;
  const words = standard === null ? text : `${text} (default: ${standard})`;
  const [first = "", ...rest] = wrapText(words, HELP_COLUMNS - at);
  const margin = " ".repeat(at);
  const head = left.length <= width
    ? [`${" ".repeat(INDENT)}${left.padEnd(width + GAP)}${first}`]
    : [`${" ".repeat(INDENT)}${left}`, margin + first];
  return [...head, ...rest.map((line) => margin + line)].map((line) => line.trimEnd());
}
