/**
 * A run on a terminal, as whole frames: the region at the bottom that is drawn again and again. Its
 * height follows the slots, never the number of jobs. What has settled leaves it as one permanent
 * line, which `settledLine` makes.
 */
import type { RunEvent } from "../core/event.ts";
import { isLive, type RunState } from "../core/run_state.ts";
import { durationText } from "./format.ts";
import { aftermathText, outcomeText, skipText, stoppingText } from "./message.ts";
import { lastDuration } from "./plain.ts";
import { paint, type Style } from "./style.ts";
import { visibleLine } from "./visible.ts";
import { cutToWidth, padToWidth } from "./width.ts";

/** Lines of a region at most, however tall the terminal. */
export const MOST_LINES = 16;
/** Rows of the terminal that a region leaves alone. */
const SPARE_ROWS = 2;
/** Columns of a row of a job beside its name: glyph, duration and what parts them. */
const FIXED_COLUMNS = 10;
/** Fewer columns are not worth it to show what a job is doing. */
const LEAST_DETAIL = 10;
/** Columns of the longest name shown whole. */
const NAME_COLUMNS = 24;

/** What a frame depends on beside the state. */
export interface FrameOptions {
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  /** The last line of output of a running job. */
  lastLineOf(jobId: string): string;
}

/** The region for this state and moment, one string per line, none wider than the terminal. */
export function liveFrame(state: RunState, options: FrameOptions): string[] {
  const { ellipsis } = options.style.glyphs;
  const width = options.columns - 1;
  const rows = Math.max(1, Math.min(MOST_LINES, options.rows - SPARE_ROWS)) - 1;
  const busy = busyJobs(state);
  const shown = busy.length <= rows ? busy : busy.slice(0, Math.max(0, rows - 1));
  const longest = Math.max(8, ...shown.map((job) => state.plan.jobs[job]!.id.length));
  const names = Math.min(NAME_COLUMNS, longest, Math.max(8, width - FIXED_COLUMNS));
  const lines = shown.map((job) => jobRow(state, job, names, options));
  const more = busy.length - shown.length;
  if (more > 0 && rows > 0) lines.push(paint(options.style, "dim", `${ellipsis} and ${more} more`));
  lines.push(totalsLine(state, options));
  return lines.map((line) => cutToWidth(line, width, ellipsis));
}

/** Running jobs first, the longest-running on top, then those that wait for their next attempt. */
function busyJobs(state: RunState): number[] {
  const running: number[] = [];
  const backingOff: number[] = [];
  if (state.counts.running + state.counts.backing_off === 0) return running;
  state.jobs.forEach((job, i) => {
    if (isLive(job)) running.push(i);
    else if (job.phase === "backing_off") backingOff.push(i);
  });
  return [...running.sort((a, b) => since(state, a) - since(state, b)), ...backingOff];
}

function since(state: RunState, job: number): number {
  const current = state.jobs[job]!;
  return isLive(current) ? current.since : 0;
}

function jobRow(state: RunState, index: number, names: number, options: FrameOptions): string {
  const { style, now } = options;
  const { glyphs } = style;
  const job = state.jobs[index]!;
  const { id, retry } = state.plan.jobs[index]!;
  const name = padToWidth(cutToWidth(id, names, glyphs.ellipsis), names);
  if (job.phase === "backing_off") {
    const wait = durationText(Math.max(0, job.until - now));
    const text = `attempt ${job.attempt}/${retry.maxAttempts} in ${wait} (${
      outcomeText(job.outcome)
    })`;
    return `${paint(style, "yellow", glyphs.retrying)} ${name}  ${text}`;
  }
  const elapsed = isLive(job) ? durationText(now - job.since).padStart(7) : "";
  const isStopping = job.phase === "stopping";
  const glyph = isStopping
    ? paint(style, "yellow", glyphs.cancelled)
    : paint(style, "cyan", glyphs.running);
  const row = `${glyph} ${name} ${elapsed}`;
  if (options.columns - 1 - names - FIXED_COLUMNS < LEAST_DETAIL) return row;
  if (isStopping) return `${row}  ${job.force ? "killed" : "stopping"}`;
  const line = visibleLine(options.lastLineOf(id));
  return line === "" ? row : `${row}  ${paint(style, "dim", `${glyphs.bar} ${line}`)}`;
}

function totalsLine(state: RunState, { style, now }: FrameOptions): string {
  const { counts, plan } = state;
  const done = counts.success + counts.failed + counts.cancelled + counts.skipped;
  const parts = [`${done}/${plan.jobs.length} done`, `${counts.running} running`];
  if (counts.backing_off > 0) parts.push(`${counts.backing_off} retrying`);
  if (counts.failed > 0) parts.push(paint(style, "red", `${counts.failed} failed`));
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`);
  const elapsed = durationText(now - (state.startedAt ?? now));
  return `${parts.join(` ${style.glyphs.dot} `)}   ${paint(style, "dim", elapsed)}`;
}

/** The permanent line that an event leaves above the region; `null` where it leaves none. */
export function settledLine(event: RunEvent, state: RunState, style: Style): string | null {
  const { glyphs } = style;
  switch (event.type) {
    case "job_completed": {
      const again = event.attempt > 1 ? `   attempt ${event.attempt}` : "";
      const duration = lastDuration(state, event.jobId).padStart(7);
      return `${paint(style, "green", glyphs.success)} ${
        padToWidth(event.jobId, NAME_COLUMNS)
      } ${duration}${again}${aftermathText(event.process)}`;
    }
    case "job_failed": {
      const duration = lastDuration(state, event.jobId).padStart(7);
      const text = `${glyphs.failed} ${padToWidth(event.jobId, NAME_COLUMNS)} ${duration}   ${
        outcomeText(event.outcome)
      }${aftermathText(event.process)}`;
      return paint(style, "red", text);
    }
    case "job_cancelled":
      return `${paint(style, "yellow", glyphs.cancelled)} ${
        padToWidth(event.jobId, NAME_COLUMNS)
      } cancelled${aftermathText(event.process)}`;
    case "job_skipped":
      return paint(
        style,
        "dim",
        `${glyphs.skipped} ${padToWidth(event.jobId, NAME_COLUMNS)} skipped: ${
          skipText(event.reason)
        }`,
      );
    case "run_stopping":
      return paint(style, "yellow", stoppingText(event.reason, state.settings!.graceMs));
    default:
      return null;
  }
}
