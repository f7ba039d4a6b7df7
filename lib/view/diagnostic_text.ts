/** A diagnostic as text: title, place, the line itself with carets, and what to do. */
import type { LocatedDiagnostic, SourcePosition } from "../core/diagnostic.ts";
import { diagnosticMessage, relatedText } from "./diagnostic_message.ts";
import { counted } from "./format.ts";
import { paint, type Style } from "./style.ts";
import { visibleText } from "./visible.ts";

/** Problems of one file that are shown in full. */
export const MOST_SHOWN = 20;
/** Edges of a cycle that are shown with their lines. */
const MOST_RELATED = 8;
/** Columns of a source line that are shown around the place. */
const FRAME_WIDTH = 100;

/** A file's name and text, for the frames. */
export interface Source {
  readonly file: string;
  /** `null` where there is no text to show. */
  readonly text: string | null;
}

/** All problems of one file, in the order of the file, with a last line that counts them. */
export function diagnosticsText(
  source: Source,
  diagnostics: readonly LocatedDiagnostic[],
  style: Style,
): string {
  const sorted = diagnostics.toSorted((a, b) => order(a.position) - order(b.position));
  const lines = source.text?.split("\n") ?? [];
  const shown = sorted.slice(0, MOST_SHOWN).map((diagnostic) =>
    frame(diagnostic, source.file, lines, style)
  );
  const more = sorted.length - shown.length;
  if (more > 0) shown.push(`and ${counted(more, "more problem")}\n`);
  return `${shown.join("\n")}\n${
    counted(sorted.length, "problem")
  } in ${source.file}; nothing was started\n`;
}

function order(position: SourcePosition | null): number {
  return position === null ? -1 : position.line * 1e6 + position.column;
}

function frame(
  { detail, position, related }: LocatedDiagnostic,
  file: string,
  lines: readonly string[],
  style: Style,
): string {
  const message = diagnosticMessage(detail);
  const title = visibleText(message.title, { color: false });
  const out = [
    `${paint(style, "red", `error[${detail.code}]`)}${paint(style, "bold", `: ${title}`)}`,
  ];
  const margin = " ".repeat(String(position?.line ?? 0).length);
  const bar = paint(style, "blue", "|");
  const arrow = paint(style, "blue", "-->");
  if (position === null) {
    out.push(`${margin}${arrow} ${file}`);
  } else {
    out.push(`${margin}${arrow} ${file}:${position.line}:${position.column}`);
    const line = lines[position.line - 1];
    if (line !== undefined && line.trim() !== "") {
      const { text, carets } = cutLine(line, position);
      out.push(`${margin} ${bar}`);
      out.push(`${paint(style, "blue", String(position.line))} ${bar} ${text}`);
      out.push(`${margin} ${bar} ${paint(style, "red", `${carets} ${message.label}`.trimEnd())}`);
    }
  }
  const note = paint(style, "blue", "=");
  related.slice(0, MOST_RELATED).forEach((place, i) => {
    const next = related[(i + 1) % related.length]!.name;
    const where = place.position === null
      ? ""
      : ` (${file}:${place.position.line}:${place.position.column})`;
    out.push(`${margin} ${note} note: ${relatedText(place.role, place.name, next)}${where}`);
  });
  if (related.length > MOST_RELATED) {
    out.push(`${margin} ${note} note: and ${related.length - MOST_RELATED} more`);
  }
  if (message.help !== null) {
    out.push(`${margin} ${note} help: ${visibleText(message.help, { color: false })}`);
  }
  return `${out.join("\n")}\n`;
}

/** The part of a long line around the place, safe to print, and carets under the place. */
function cutLine(
  line: string,
  { column, endColumn }: SourcePosition,
): { text: string; carets: string } {
  const from = column > FRAME_WIDTH - 20 ? column - 40 : 0;
  const text = visibleText(line.slice(from, from + FRAME_WIDTH).replaceAll("\t", " "), {
    color: false,
  });
  const width = Math.max(1, Math.min(endColumn - column, FRAME_WIDTH - (column - 1 - from)));
  return { text: text.trimEnd(), carets: " ".repeat(column - 1 - from) + "^".repeat(width) };
}
