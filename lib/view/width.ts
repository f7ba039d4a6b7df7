/** Text measured in the columns that a terminal gives it: wide characters count two, colours none. */
import fastStringTruncatedWidth from "fast-string-truncated-width";

/** Columns that `text` takes. */
export function widthOf(text: string): number {
  return fastStringTruncatedWidth(text).width;
}

/** `text` cut so that it takes at most `columns`, with an ellipsis where something is missing. */
export function cutToWidth(text: string, columns: number): string {
  if (text.length <= columns && !/[^\x20-\x7e]/.test(text)) return text;
  const { index, ellipsed, truncated } = fastStringTruncatedWidth(text, {
    limit: Math.max(0, columns),
    ellipsis: "…",
    ellipsisWidth: 1,
  });
  if (!truncated) return text;
  const reset = text.includes("\x1b[") ? "\x1b[0m" : "";
  return `${text.slice(0, index)}${ellipsed ? "…" : ""}${reset}`;
}

/** `text` with spaces behind it until it takes `columns`. */
export function padToWidth(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}
