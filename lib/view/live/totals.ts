/** The last line of the live region: how far the run is, in as many words as there is room for. */
import { expectedRestMs } from "../../core/run/remaining_time.ts";
import type { RunState } from "../../core/run/state.ts";
import { tickingText } from "../text/format.ts";
import { type Look, paint, type Style } from "../text/style.ts";
import { cutToWidth, widthOf } from "../text/width.ts";

/** What the totals depend on beside the state. */
export interface TotalsOptions {
  readonly now: number;
  readonly width: number;
  readonly style: Style;
  /** See `remaining_time.ts`; `null` where nothing is known of any job. */
  readonly usualMs: number | null;
  /** What all jobs use of the machine's processors together, if that is known. */
  readonly cpuPercent: number | null;
}

/** The totals, at most `width` columns. */
export function totalsLine(state: RunState, options: TotalsOptions): string {
  const { style, width } = options;
  const versions = [
    () => `${inWords(state, style, "with zeros")}${times(state, options, "all")}`,
    () => `${inWords(state, style, "with zeros")}${times(state, options, "rest")}`,
    () => `${inWords(state, style, "with zeros")}${times(state, options, "elapsed")}`,
    () => `${inWords(state, style, "without zeros")}${times(state, options, "elapsed")}`,
    () => `${inSigns(state, style)}${times(state, options, "rest")}`,
    () => `${inSigns(state, style)}${times(state, options, "elapsed")}`,
  ];
  for (const version of versions) {
    const line = version();
    if (widthOf(line) <= width) return line;
  }
  return cutToWidth(inSigns(state, style), width, style.glyphs.ellipsis);
}

function doneOf({ counts }: RunState): number {
  return counts.success + counts.failed + counts.cancelled + counts.skipped;
}

function inWords(state: RunState, style: Style, zeros: "with zeros" | "without zeros"): string {
  const { counts, plan } = state;
  const parts = [`${doneOf(state)}/${plan.jobs.length} done`, `${counts.running} running`];
  if (counts.backing_off > 0) parts.push(`${counts.backing_off} retrying`);
  if (counts.failed > 0) parts.push(paint(style, "red", `${counts.failed} failed`));
  else if (zeros === "with zeros") parts.push("0 failed");
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`);
  if (counts.cancelled > 0) parts.push(`${counts.cancelled} cancelled`);
  return parts.join(` ${style.glyphs.dot} `);
}

function inSigns(state: RunState, style: Style): string {
  const { counts, plan } = state;
  const { glyphs } = style;
  const parts = [`${doneOf(state)}/${plan.jobs.length}`];
  const add = (look: Look, glyph: string, count: number) => {
    if (count > 0) parts.push(paint(style, look, `${glyph} ${count}`));
  };
  add("cyan", glyphs.running, counts.running);
  add("yellow", glyphs.retrying, counts.backing_off);
  add("red", glyphs.failed, counts.failed);
  add("dim", glyphs.skipped, counts.skipped);
  add("yellow", glyphs.cancelled, counts.cancelled);
  return parts.join("  ");
}

function times(
  state: RunState,
  { now, style, usualMs, cpuPercent }: TotalsOptions,
  most: "elapsed" | "rest" | "all",
): string {
  const elapsed = now - (state.startedAt ?? now) - state.idleMs;
  let text = `   ${paint(style, "dim", tickingText(elapsed))}`;
  if (most === "elapsed") return text;
  const rest = usualMs === null ? null : expectedRestMs(state, { now, usualMs });
  if (rest !== null) text += `  ${style.glyphs.about}${tickingText(rest)} left`;
  if (most === "all" && cpuPercent !== null) text += `  CPU ${Math.round(cpuPercent)}%`;
  return text;
}
