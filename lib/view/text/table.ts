/** Columns of text under a head, as wide as what stands in them. */
import { type Look, paint, type Style } from "./style.ts";
import { padToWidth, widthOf } from "./width.ts";

/** A table. Cells are safe to print and hold no colour. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The column that is painted, and how, where its cell has a look of its own. */
  readonly painted: { readonly column: number; readonly looks: Readonly<Record<string, Look>> };
}

/** The lines of a table, each with its line feed. */
export function tableText({ head, rows, painted }: Table, style: Style): string {
  const widths = head.map((title, i) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[i]!)), title.length)
  );
  const line = (row: readonly string[]) => {
    const last = row.findLastIndex((text) => text !== "");
    return row.slice(0, last + 1).map((text, i) => {
      const cell = i === last ? text : padToWidth(text, widths[i]!);
      const look = i === painted.column ? painted.looks[text] : undefined;
      return look === undefined ? cell : paint(style, look, cell);
    }).join("  ");
  };
  return [paint(style, "dim", line(head)), ...rows.map(line)].map((text) => `${text}\n`).join("");
}
