/** A run in time: a bar for each job, its waiting in a lighter shade. */
import type { Span, Timeline, TimelineRow } from "../../core/run/timeline.ts";
import { durationText, grouped } from "../text/format.ts";
import { type Look, paint, settledSign, type Style } from "../text/style.ts";
import { cutToWidth, padToWidth, widthOf } from "../text/width.ts";

/** How a timeline looks. */
export interface TimelineOptions {
  readonly columns: number;
  readonly style: Style;
  /** What a length of one means: a millisecond, or a job where nothing is known of durations. */
  readonly unit: "ms" | "jobs";
  /** Whether the sign of each job stands before it; not for what is only planned. */
  readonly signs: boolean;
}

/** Jobs with a bar; of more, those that ran longest. */
export const BARS_MAX = 40;
const NAME_MIN = 8;
/** The share of the columns that names may take. */
const NAME_SHARE = 0.3;
const BAR_MIN = 10;
/** Narrower terminals get no durations beside the bars. */
const COLUMNS_FOR_DURATIONS = 50;
const DURATION_MIN = 8;
/** Columns between the labels of the axis, at least. */
const TICK_COLUMNS = 10;

const UNICODE: Readonly<Record<Span["kind"], string>> = {
  running: "█",
  ready: "░",
  backoff: "·",
};
const ASCII: Readonly<Record<Span["kind"], string>> = { running: "#", ready: ".", backoff: "-" };

const MEANINGS = {
  running: "runs",
  ready: "waits for room",
  backoff: "will retry",
} as const satisfies Record<Span["kind"], string>;

/** The axis, a line for each job in the order in which they started, and what the shades mean. */
export function timelineText(timeline: Timeline, options: TimelineOptions): string[] {
  const { style, unit } = options;
  const shown = rowsToShow(timeline.rows);
  if (shown.length === 0) return [];
  const layout = layoutOf(shown, options);
  const lengthMs = Math.max(timeline.lengthMs, Number.MIN_VALUE);
  const lines = [
    " ".repeat(layout.before) + paint(style, "dim", axisText(lengthMs, layout.bar, unit)),
    ...shown.map((row) => rowText(row, lengthMs, layout, options)),
  ];
  const more = timeline.rows.length - shown.length;
  if (more > 0) {
    lines.push(
      paint(
        style,
        "dim",
        `${style.glyphs.ellipsis} and ${grouped(more)} more, none of them longer`,
      ),
    );
  }
  lines.push(cutToWidth(legendText(shown, style), options.columns, style.glyphs.ellipsis));
  return lines;
}

function rowsToShow(rows: readonly TimelineRow[]): TimelineRow[] {
  const longest = rows.length <= BARS_MAX
    ? rows
    : rows.toSorted((a, b) => workOf(b) - workOf(a)).slice(0, BARS_MAX);
  return longest.toSorted((a, b) => beginningOf(a) - beginningOf(b));
}

function beginningOf({ spans }: TimelineRow): number {
  return spans.find(({ kind }) => kind === "running")?.from ?? spans[0]?.from ?? 0;
}

function workOf({ spans }: TimelineRow): number {
  return spans.reduce(
    (sum, { kind, from, until }) => kind === "running" ? sum + until - from : sum,
    0,
  );
}

interface Layout {
  readonly name: number;
  /** Columns before the bar. */
  readonly before: number;
  readonly bar: number;
  /** Columns for the duration behind the bar; 0 where there is none. */
  readonly duration: number;
}

function layoutOf(
  rows: readonly TimelineRow[],
  { columns, unit, signs }: TimelineOptions,
): Layout {
  const longest = Math.max(...rows.map(({ jobId }) => widthOf(jobId)));
  const name = Math.min(longest, Math.max(NAME_MIN, Math.floor(columns * NAME_SHARE)));
  const widest = Math.max(...rows.map((row) => durationText(workOf(row)).length));
  const duration = unit === "ms" && columns >= COLUMNS_FOR_DURATIONS
    ? Math.max(DURATION_MIN, widest + 2)
    : 0;
  const before = name + (signs ? 4 : 2);
  const bar = Math.max(BAR_MIN, columns - 1 - before - duration);
  return { name, before, bar, duration };
}

function rowText(
  row: TimelineRow,
  lengthMs: number,
  layout: Layout,
  { style, signs }: TimelineOptions,
): string {
  const name = padToWidth(cutToWidth(row.jobId, layout.name, style.glyphs.ellipsis), layout.name);
  const duration = layout.duration === 0
    ? ""
    : paint(style, "dim", durationText(workOf(row)).padStart(layout.duration));
  const { glyph, look } = signOf(row, style);
  const sign = signs ? `${paint(style, look, glyph)} ` : "";
  const bar = barText(row, lengthMs, { width: layout.bar, look, style });
  return `${sign}${name}  ${bar}${duration}`.trimEnd();
}

function signOf(
  { status, spans }: TimelineRow,
  { glyphs }: Style,
): { readonly glyph: string; readonly look: Look } {
  if (status !== null) return settledSign(status, glyphs);
  return spans.at(-1)?.kind === "running"
    ? { glyph: glyphs.running, look: "cyan" }
    : { glyph: glyphs.waiting, look: "dim" };
}

/** Later kinds cover earlier ones, and every attempt can be seen, however short it was. */
const LAYERS: readonly Span["kind"][] = ["ready", "backoff", "running"];

function barText(
  { spans }: TimelineRow,
  lengthMs: number,
  { width, look, style }: { readonly width: number; readonly look: Look; readonly style: Style },
): string {
  const cells = new Array<Span["kind"] | null>(width).fill(null);
  for (const layer of LAYERS) {
    for (const { kind, from, until } of spans) {
      if (kind !== layer) continue;
      const least = kind === "running" ? 1 : 0;
      const begin = Math.min(width - least, Math.round(from / lengthMs * width));
      const end = Math.max(begin + least, Math.round(until / lengthMs * width));
      cells.fill(kind, begin, end);
    }
  }
  const shades = shadesOf(style);
  let text = "";
  for (let i = 0; i < width;) {
    const kind = cells[i]!;
    let end = i + 1;
    while (end < width && cells[end] === kind) end++;
    const run = (kind === null ? " " : shades[kind]).repeat(end - i);
    text += kind === null ? run : paint(style, kind === "running" ? look : "dim", run);
    i = end;
  }
  return text;
}

function shadesOf(style: Style): Readonly<Record<Span["kind"], string>> {
  return style.glyphs.rule === "-" ? ASCII : UNICODE;
}

function legendText(rows: readonly TimelineRow[], style: Style): string {
  const spans = rows.flatMap((row) => row.spans);
  const kinds = new Set(
    spans.filter(({ kind, from, until }) => kind === "running" || until > from).map(({ kind }) =>
      kind
    ),
  );
  const shades = shadesOf(style);
  const parts = (["running", "ready", "backoff"] as const).filter((kind) => kinds.has(kind))
    .map((kind) => `${shades[kind]} ${MEANINGS[kind]}`);
  return paint(style, "dim", parts.join("  "));
}

const NICE_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000]
  .concat([60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000])
  .concat([14_400_000, 28_800_000, 86_400_000]);

/** The times under which the bars stand, at round numbers. */
function axisText(lengthMs: number, width: number, unit: TimelineOptions["unit"]): string {
  const most = Math.max(1, Math.floor(width / TICK_COLUMNS));
  const step = stepFor(lengthMs / most);
  let text = "";
  for (let at = 0; at < lengthMs; at += step) {
    const column = Math.round(at / lengthMs * width);
    const label = unit === "jobs" || at === 0 ? String(at) : tickText(at);
    if (column + label.length > width) break;
    if (text !== "" && column < text.length + 2) continue;
    text = text.padEnd(column) + label;
  }
  return text;
}

/** A round time with no more digits than it has: `0.2s`, `15s`, `1:30`. */
function tickText(ms: number): string {
  return durationText(ms).replace(/\.(\d*?)0+s$/, ".$1s").replace(".s", "s");
}

/** The first round number that is at least `least`; days, where it is larger than all of them. */
function stepFor(least: number): number {
  const day = NICE_MS.at(-1)!;
  return NICE_MS.find((step) => step >= least) ?? Math.ceil(least / day) * day;
}
