/**
 * Makes foreign text harmless for a terminal: job output, and anything else we did not write. Colours
 * (SGR sequences) pass where the stream has colour. Everything else that could move the cursor, set a
 * title, reach the clipboard, overwrite what was said or turn the direction of text shows as a visible
 * mark, one for each character: nothing takes effect, and nothing disappears.
 */

const RESET = "\x1b[0m";

/** C0 but tab and line feed, DEL, C1, line separators, and what turns the direction of text. */
const UNSAFE =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
// deno-lint-ignore no-control-regex -- as above
const COLOUR = /\x1b\[[0-9;:]*m/;
// deno-lint-ignore no-control-regex -- as above
const ANY_SEQUENCE = /\x1b\[[0-9;:?]*[@-~]/g;

const UNSAFE_OR_COLOUR = new RegExp(`${COLOUR.source}|${UNSAFE.source}`, "g");
const UNSAFE_OR_BREAK = new RegExp(`${UNSAFE.source}|[\t\n]`, "g");

/**
 * One line or many, safe to print. Tabs and line feeds stay; `\r` before a line feed vanishes, any
 * other shows as a mark: a line must not hide what stood in it before. No colour leaves its line.
 */
export function visibleText(text: string, options: { readonly color: boolean }): string {
  const cleaned = text.replaceAll("\r\n", "\n").replace(UNSAFE_OR_COLOUR, (found) => {
    if (found.length === 1) return markOf(found);
    return options.color ? found : "";
  });
  return cleaned.includes("\x1b") ? cleaned.split("\n").map(endColour).join("\n") : cleaned;
}

function endColour(line: string): string {
  return !line.includes("\x1b") || line.endsWith(RESET) ? line : line + RESET;
}

/** Text that belongs on one line, such as a name: a space for a tab, a mark for a line feed. */
export function visibleLine(text: string): string {
  return text.replace(UNSAFE_OR_BREAK, (found) => found === "\t" ? " " : markOf(found));
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
    if (shown !== undefined) return visibleLine(shown.trim());
  }
  return "";
}
