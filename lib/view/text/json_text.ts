/**
 * JSON that is safe to print: what a terminal would obey or hide, and what GitHub's runner would take
 * for a command, is escaped. Whoever parses it reads the same values.
 */

/**
 * DEL and C1 controls; what turns the direction of text, has no width or ends a line. JSON escapes C0 itself.
 */
const UNSEEN =
  /[\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|##\[/g;

/** A document over several lines, ending in a newline. */
export function jsonText(document: object): string {
  return `${escaped(JSON.stringify(document, null, 2))}\n`;
}

/** A document on one line, ending in a newline. */
export function jsonLine(document: object): string {
  return `${escaped(JSON.stringify(document))}\n`;
}

/** Outside of strings JSON has none of them, and in strings each may be written so. */
function escaped(json: string): string {
  return json.replace(
    UNSEEN,
    (found) =>
      found === "##["
        ? "##\\u005b"
        : Array.from({ length: found.length }, (_, i) => unit(found, i)).join(""),
  );
}

function unit(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
