/**
 * Finds the places of diagnostics in the text of the file: a path becomes a line and a column. The
 * text is read once more, slowly, by a reader that knows positions: only files with mistakes pay, and
 * of a long file only the jobs that have them.
 */

import type {
  Diagnostic,
  DiagnosticPlace,
  DocumentPath,
  LocatedDiagnostic,
  SourcePosition,
} from "../../core/workflow/diagnostic.ts";
import { LineIndex } from "../../core/workflow/line_index.ts";
import { findInParts, type Wanted } from "./strict_parts.ts";
import { CAREFUL_LENGTH_MAX, readCarefully } from "./strict_yaml.ts";
import { findJobLines, type JobLines } from "./job_lines.ts";
import type { Span } from "./json_text.ts";
import { Finder } from "./yaml_finder.ts";
import { loadYaml } from "./yaml_package.ts";

/** Shorter texts are read as a whole: that takes a moment only. */
const PARTS_LENGTH_MIN = 64 * 1024;

/** How much of what is wrong is shown: what is beyond need not have its place. */
export interface Shown {
  /** Diagnostics, in the order of the file. Those behind them keep their order, roughly placed. */
  readonly diagnostics: number;
  /** Related places of each. The others have none. */
  readonly related: number;
}

const ALL: Shown = { diagnostics: Infinity, related: Infinity };

/** Locates each diagnostic and its related places. `text` is YAML or JSON, as `decodeText` gives it. */
export async function locateDiagnostics(
  text: string,
  diagnostics: readonly Diagnostic[],
  shown: Shown = ALL,
): Promise<LocatedDiagnostic[]> {
  const rough = diagnostics.length > shown.diagnostics
    ? roughOffsets(text, diagnostics, shown.diagnostics)
    : null;
  const places = diagnostics.flatMap(({ place, related }, i) =>
    rough?.has(i) ? [] : [place, ...related.slice(0, shown.related).map((one) => one.place)]
  );
  const lines = new LineIndex(text);
  const found = await findPlaces(text, places);
  const locate = (place: DiagnosticPlace): SourcePosition | null => {
    if (place.at === "position") return place.position;
    if (place.at === "nowhere") return null;
    if (place.at === "document") return { line: 1, column: 1, endColumn: 2 };
    const span = found.get(place) ?? null;
    return span && lines.position(span.start, span.end);
  };
  return diagnostics.map(({ detail, place, related }, i) => {
    const offset = rough?.get(i);
    return {
      detail,
      position: offset === undefined ? locate(place) : lines.position(offset),
      related: related.map(({ role, name, place }) => ({ role, name, position: locate(place) })),
    };
  });
}

/** Where the values are that these paths lead to; `null` for what the text does not show. */
export async function locatePlaces(
  text: string,
  paths: readonly DocumentPath[],
): Promise<(SourcePosition | null)[]> {
  const lines = new LineIndex(text);
  const spans = await findSpans(text, paths.map((path) => ({ at: "value", path })));
  return spans.map((span) => span && lines.position(span.start, span.end));
}

/**
 * How the values are written that these paths lead to; `null` for what the text does not show, and in a
 * long text for those in jobs whose lines do not matter.
 */
export async function writtenAt(
  text: string,
  paths: readonly DocumentPath[],
  mayMatter: (lines: string) => boolean,
): Promise<(string | null)[]> {
  const lines = jobLinesOf(text);
  // An alias leads to what stands elsewhere.
  const jobs = new Set(lines?.jobsWhere((lines) => lines.includes("*") || mayMatter(lines)));
  const isAsked = (path: DocumentPath) => {
    const job = lines?.jobOf(path) ?? null;
    return job === null || jobs.has(job);
  };
  const wanted = paths.filter(isAsked).map((path): Wanted => ({ at: "value", path }));
  const spans = (wanted.length === 0 ? [] : await findSpans(text, wanted)).values();
  return paths.map((path) => {
    const span = isAsked(path) ? spans.next().value ?? null : null;
    return span && text.slice(span.start, span.end).trim();
  });
}

/**
 * By their numbers, the diagnostics of which only the order matters, each with the offset of its job: those
 * behind the first `most` of the file that are not the first of their code. The codes are counted in the
 * order in which they appear.
 */
function roughOffsets(
  text: string,
  diagnostics: readonly Diagnostic[],
  most: number,
): Map<number, number> | null {
  // What an alias or a merge key leads to stands elsewhere.
  const lines = text.includes("*") ? null : jobLinesOf(text);
  if (lines === null) return null;
  const byJob = Map.groupBy(diagnostics.keys(), (i) => jobOf(diagnostics[i]!.place, lines));
  byJob.delete(null);
  const rough = new Map<number, number>();
  const codes = new Set<string>();
  let exact = 0;
  for (const [job, members] of [...byJob].sort(([a], [b]) => a! - b!)) {
    const codesHere = members.map((i) => diagnostics[i]!.detail.code);
    if (exact < most || codesHere.some((code) => !codes.has(code))) exact += members.length;
    else for (const i of members) rough.set(i, lines.dashOf(job!));
    for (const code of codesHere) codes.add(code);
  }
  return rough;
}

function jobOf(place: DiagnosticPlace, lines: JobLines): number | null {
  return "path" in place ? lines.jobOf(place.path) : null;
}

/** The spans of those places that are paths. */
async function findPlaces(
  text: string,
  places: readonly DiagnosticPlace[],
): Promise<Map<DiagnosticPlace, Span | null>> {
  const wanted = places.filter((place) => "path" in place);
  const spans = wanted.length === 0 ? [] : await findSpans(text, wanted);
  return new Map(wanted.map((place, i) => [place, spans[i]!]));
}

/**
 * The spans of these keys and values; `null` for what the text does not show, and for all where it cannot
 * be read or would take too long.
 */
export async function findSpans(
  text: string,
  wanted: readonly Wanted[],
  partsFrom: number = PARTS_LENGTH_MIN,
): Promise<(Span | null)[]> {
  const lines = jobLinesOf(text, partsFrom);
  const spans = lines && await findInParts(lines, wanted);
  if (spans !== null) return spans;
  const finder = await makeFinder(text);
  return wanted.map(({ path, at }) => finder?.find(path, at) ?? null);
}

/** `null` also where the text is so short that it is best read as a whole. */
function jobLinesOf(text: string, partsFrom: number = PARTS_LENGTH_MIN): JobLines | null {
  return text.length < partsFrom ? null : findJobLines(text);
}

async function makeFinder(text: string): Promise<Finder | null> {
  if (text.length > CAREFUL_LENGTH_MAX) return null;
  try {
    return new Finder(await loadYaml(), await readCarefully(text, "yaml"));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
