/** What the messages about mistakes are put together from. */
import { sanitizeLine } from "./sanitize.ts";

/** The words of one diagnostic. */
export interface DiagnosticMessage {
  readonly title: string;
  /** Under the carets; empty where the title says it all. */
  readonly label: string;
  readonly help: string | null;
}

/** Characters of a name or value of the user that a message repeats. */
const QUOTED_MAX = 80;

/** A title with what stands under the carets and what to do; safe to print. */
export function say(title: string, label = "", help: string | null = null): DiagnosticMessage {
  return { title: sanitizeLine(title), label, help: help === null ? null : sanitizeLine(help) };
}

/** A name or value of the user, cut where it is very long. */
export function quoted(value: string): string {
  return `'${value.length > QUOTED_MAX ? `${value.slice(0, QUOTED_MAX - 1)}…` : value}'`;
}

/** The help that names what may have been meant. */
export function meant(suggestion: string | null): string | null {
  return suggestion === null ? null : `did you mean '${suggestion}'?`;
}

/** A number or a boolean as the file has it, `1.10` and not `1.1`; `value` where it has it elsewhere. */
export function asWritten(value: string, written: string | null): string {
  if (written === null || !/^[-+.\w]{1,40}$/.test(written)) return value;
  const same = Object.is(Number(written), Number(value)) || written.toLowerCase() === value;
  return same ? written : value;
}

/** A character by its number: `U+001B`. */
export function hex(character: number): string {
  return `U+${character.toString(16).toUpperCase().padStart(4, "0")}`;
}
