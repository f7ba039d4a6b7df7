/** A diagnostic as text: title, place, the line itself with carets, and what to do. */
import type { LocatedDiagnostic, SourcePosition } from "../../core/workflow/diagnostic.ts";
import { diagnosticMessage, relatedText } from "./message.ts";
import { counted } from "../text/format.ts";
import { missingFlagsText } from "./permission_message.ts";
import { paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { widthOf } from "../text/width.ts";

/** Problems of one file that are shown in full. */
export const SHOWN_MAX = 20;
/** Codes that the last line names. */
const EXPLAINED_MAX = 3;
/** Edges of a cycle that are shown with their lines. */
const RELATED_MAX = 8;
/** What is shown of the problems of one file, and so needs its exact place. */
export const SHOWN_AS_TEXT = { diagnostics: SHOWN_MAX, related: RELATED_MAX } as const;
/** Characters of a source line that are shown around the place. */
const FRAME_WIDTH = 100;
/** Characters of a longer line that are shown before the place. */
const FRAME_BEFORE = 40;

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
  const file = sanitizeLine(source.file);
  const sorted = inFileOrder(diagnostics);
  const lines = source.text?.split(/\r?\n/) ?? [];
  const shown = sorted.slice(0, SHOWN_MAX).map((diagnostic) =>
    frame(diagnostic, file, lines, style)
  );
  const more = sorted.length - shown.length;
  if (more > 0) shown.push(`and ${counted(more, "more problem")}\n`);
  const count = `${counted(sorted.length, "problem")} in ${file}; nothing was started`;
  const flags = missingFlagsText(sorted.map(({ detail }) => detail));
  const last = `${count}\n${flags === null ? "" : `${flags}\n`}`;
  return `${shown.join("\n")}\n${last}${paint(style, "dim", moreText(sorted))}\n`;
}

/** The command that tells more about these diagnostics, the most frequent codes first. */
function moreText(diagnostics: readonly LocatedDiagnostic[]): string {
  const byCode = Map.groupBy(diagnostics, ({ detail }) => detail.code);
  const codes = [...byCode].sort(([, a], [, b]) => b.length - a.length).map(([code]) => code);
  return `More about this: orch explain ${codes.slice(0, EXPLAINED_MAX).join(" ")}`;
}

/** Diagnostics by their places; what has none comes first. */
export function inFileOrder(diagnostics: readonly LocatedDiagnostic[]): LocatedDiagnostic[] {
  return diagnostics.toSorted(({ position: a }, { position: b }) => {
    if (a === null || b === null) return Number(b === null) - Number(a === null);
    return a.line - b.line || a.column - b.column;
  });
}

/** A place behind the last line with text is shown at the end of that line. */
export function placeInText(
  position: SourcePosition | null,
  lines: readonly string[],
): SourcePosition | null {
  if (position === null) return null;
  const last = lines.findLastIndex((line) => line.trim() !== "");
  if (last < 0 || position.line <= last + 1) return position;
  const column = lines[last]!.trimEnd().length + 1;
  return { line: last + 1, column, endColumn: column + 1 };
}

function frame(
  { detail, position: exact, related }: LocatedDiagnostic,
  file: string,
  lines: readonly string[],
  style: Style,
): string {
  const position = placeInText(exact, lines);
  const line = position === null ? undefined : lines[position.line - 1];
  const written = position && line?.slice(position.column - 1, position.endColumn - 1);
  const message = diagnosticMessage(detail, written);
  const code = paint(style, "red", `error[${detail.code}]`);
  const out = [`${code}${paint(style, "bold", `: ${message.title}`)}`];
  const margin = " ".repeat(String(position?.line ?? 0).length);
  const bar = paint(style, "blue", "|");
  const arrow = paint(style, "blue", "-->");
  if (position === null) {
    out.push(`${margin}${arrow} ${file}`);
  } else {
    out.push(`${margin}${arrow} ${file}:${position.line}:${position.column}`);
    if (line !== undefined && line.trim() !== "") {
      const { text, carets } = cutLine(line, position, style.glyphs.ellipsis);
      out.push(`${margin} ${bar}`);
      out.push(`${paint(style, "blue", String(position.line))} ${bar} ${text}`);
      out.push(`${margin} ${bar} ${paint(style, "red", `${carets} ${message.label}`.trimEnd())}`);
    }
  }
  const note = paint(style, "blue", "=");
  related.slice(0, RELATED_MAX).forEach((place, i) => {
    const next = related[(i + 1) % related.length]!.name;
    const where = place.position === null
      ? ""
      : ` (${file}:${place.position.line}:${place.position.column})`;
    out.push(`${margin} ${note} note: ${relatedText(place.role, place.name, next)}${where}`);
  });
  if (related.length > RELATED_MAX) {
    out.push(`${margin} ${note} note: and ${related.length - RELATED_MAX} more`);
  }
  if (message.help !== null) {
    out.push(`${margin} ${note} help: ${message.help}`);
  }
  return `${out.join("\n")}\n`;
}

/** The part of a long line around the place, safe to print, and carets under the place. */
function cutLine(
  line: string,
  { column, endColumn }: SourcePosition,
  ellipsis: string,
): { text: string; carets: string } {
  const start = column - 1;
  const from = start < FRAME_WIDTH - FRAME_BEFORE ? 0 : start - FRAME_BEFORE;
  const to = Math.min(line.length, from + FRAME_WIDTH);
  const before = (from > 0 ? ellipsis : "") + sanitizeLine(line.slice(from, start));
  const text = before + sanitizeLine(line.slice(start, to)) + (to < line.length ? ellipsis : "");
  const marked = sanitizeLine(line.slice(start, Math.min(endColumn - 1, to)));
  const carets = "^".repeat(Math.max(1, widthOf(marked)));
  return { text: text.trimEnd(), carets: " ".repeat(widthOf(before)) + carets };
}
