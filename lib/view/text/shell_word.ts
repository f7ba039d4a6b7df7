/** Command lines that people paste into a shell. */

import { isHarmful } from "./sanitize.ts";

/** What no shell reads as anything but itself. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * `text` as one word for a POSIX shell; what needs no quotes gets none. What a terminal would obey or hide
 * is written as numbers.
 */
export function shellWord(text: string): string {
  if (isHarmful(text)) return `$'${[...text].map(inDollarQuotes).join("")}'`;
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One character between `$'` and `'`. */
function inDollarQuotes(character: string): string {
  if (character === "'" || character === "\\") return `\\${character}`;
  if (!isHarmful(character)) return character;
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** A run that a command line is to name. */
export interface NameableRun {
  readonly runId: string;
  /** Where it is kept, if that is not found from where the user stands. */
  readonly stateDirectory: string | null;
}

/** `orch <command> <run><rest>`, with the place of the run where it must be named. */
export function runCommand(
  command: string,
  { runId, stateDirectory }: NameableRun,
  rest = "",
): string {
  const flag = stateDirectory === null ? "" : ` --state-dir ${shellWord(stateDirectory)}`;
  return `orch ${command} ${runId}${rest}${flag}`;
}
