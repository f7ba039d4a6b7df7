/**
 * Makes foreign text harmless for a terminal: job output, and anything else we did not write. Colours
 * (SGR sequences) pass where the stream has colour and the text stays readable. Everything else that could move the cursor, set a
 * title, reach the clipboard, overwrite what was said or turn the direction of text shows as a visible
 * mark, one for each character: nothing takes effect, and nothing disappears.
 */

import { PLAIN_INK, readableSgr } from "./sgr.ts";

const RESET = "\x1b[0m";

/**
 * C0 but tab and line feed, DEL, C1, line separators, what turns the direction of text, and what cannot be
 * seen, but for the joiners that scripts and emoji need.
 */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
// deno-lint-ignore no-control-regex -- as above
const COLOUR = /\x1b\[[0-9;:]*m/;
const ANY_COLOUR = new RegExp(COLOUR.source, "g");
// deno-lint-ignore no-control-regex -- as above
const ANY_SEQUENCE = /\x1b\[[0-9;:?]*[@-~]/g;

const UNSAFE_OR_COLOUR = new RegExp(`${COLOUR.source}|${UNSAFE.source}`, "g");
const UNSAFE_OR_BREAK = new RegExp(`${UNSAFE.source}|[\t\n]`, "g");

/**
 * One line or many, safe to print. Tabs and line feeds stay; `\r` before a line feed vanishes, any
 * other shows as a mark: a line must not hide what stood in it before. No colour leaves its line.
 */
export function sanitizeText(text: string, options: { readonly color: boolean }): string {
  const cleaned = text.replaceAll("\r\n", "\n").replace(UNSAFE_OR_COLOUR, (found) => {
    if (found.length === 1) return markOf(found);
    return options.color ? found : "";
  });
  return cleaned.includes("\x1b") ? cleaned.split("\n").map(readableLine).join("\n") : cleaned;
}

/** A line whose colours hide nothing, and end with it. */
function readableLine(line: string): string {
  if (!line.includes("\x1b")) return line;
  let ink = PLAIN_INK;
  const shown = line.replace(ANY_COLOUR, (found) => {
    const readable = readableSgr(found, ink);
    ink = readable.ink;
    return readable.sequence;
  });
  return !shown.includes("\x1b") || shown.endsWith(RESET) ? shown : shown + RESET;
}

/** Text that belongs on one line, such as a name: a space for a tab, a mark for a line feed. */
export function sanitizeLine(text: string): string {
  return text.replace(UNSAFE_OR_BREAK, (found) => found === "\t" ? " " : markOf(found));
}

/** Whether there is anything in `text`, line feeds and tabs aside, that would show as a mark. */
export function isHarmful(text: string): boolean {
  return UNSAFE.test(text);
}

/** The picture of a C0 control or DEL; for others, which have none, the replacement character. */
function markOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : "�";
}

/**
 * The last line with text in it, as one plain cell that is drawn again and again: no colour, no tabs,
 * what `\r` overwrote gone.
 */
export function lastLine(text: string): string {
  const lines = text.replace(ANY_SEQUENCE, "").split("\n");
  for (const line of lines.reverse()) {
    const shown = line.split("\r").findLast((part) => part.trim() !== "");
    if (shown !== undefined) return sanitizeLine(shown.trim());
  }
  return "";
}
