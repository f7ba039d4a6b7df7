/**
 * Makes foreign text harmless for a terminal: job output, and anything else we did not write. Colours
 * (SGR sequences) pass where the stream has colour; every other control character or sequence, and
 * marks that turn the direction of text, show as a visible sign.
 */

const CONTROL =
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  /\x1b\[[0-9;:]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// deno-lint-ignore no-control-regex -- as above
const ANY_SEQUENCE = /\x1b\[[0-9;:?]*[@-~]/g;

/** One line or many, safe to print. Tabs and line feeds stay; `\r` before a line feed vanishes. */
export function visibleText(text: string, options: { readonly color: boolean }): string {
  const cleaned = text.replaceAll("\r\n", "\n").replace(CONTROL, (found) => {
    if (found.length > 1) return options.color ? found : "";
    if (found === "\x1b") return "␛";
    const code = found.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "�";
  });
  return options.color && cleaned.includes("\x1b") ? `${cleaned}\x1b[0m` : cleaned;
}

/** The last line with text in it, as one plain cell: no colour, no tabs, what `\r` overwrote gone. */
export function lastLine(text: string): string {
  const lines = text.replace(ANY_SEQUENCE, "").split(/\r?\n/);
  for (let i = lines.length - 1; i >= 0; i--) {
    const shown = lines[i]!.split("\r").filter((part) => part.trim() !== "").at(-1);
    if (shown !== undefined) {
      return visibleText(shown.replaceAll("\t", " ").trim(), { color: false });
    }
  }
  return "";
}
