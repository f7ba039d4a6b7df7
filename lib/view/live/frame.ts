/**
 * A run on a terminal, as whole frames: the region at the bottom that is drawn again and again. Its
 * height follows the slots, never the number of jobs. What has settled leaves it as one permanent
 * line: see `permanent_lines.ts`.
 */
import { levelsOf } from "../../core/plan/analysis.ts";
import { usualMs } from "../../core/run/remaining_time.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { isLive, type RunState } from "../../core/run/state.ts";
import { levelsLine } from "./levels.ts";
import { jobRows, type JobUsage } from "./rows.ts";
import { totalsLine } from "./totals.ts";
import { waitingJobs } from "./waits.ts";
import { paint, type Style } from "../text/style.ts";
import { cutToWidth } from "../text/width.ts";

/** Lines of a region at most, however tall the terminal. */
export const LINES_MAX = 16;
/** Narrower terminals get the totals and nothing else. */
export const COLUMNS_MIN = 40;
/** Rows of the terminal that a region leaves alone. */
const SPARE_ROWS = 2;
/** Rows for jobs that wait, where the slots leave room for them. */
const WAITING_ROWS = 2;
/** Lines from which on there is room for the levels, and for the rule as well. */
const LINES_WITH_LEVELS = 6;
const LINES_WITH_RULE = 7;

/** What frames need to know of a plan, which does not change while it runs. */
export interface FramePlan {
  /** The level of each job. */
  readonly levels: Int32Array;
  /** Characters of the longest id. */
  readonly longestId: number;
  /** What is expected of a job of which nothing is known; `null` where that is all of them. */
  readonly usualMs: number | null;
}

/** Prepares the frames of a plan. */
export function framePlan(plan: Plan): FramePlan {
  const longestId = plan.jobs.reduce((longest, { id }) => Math.max(longest, id.length), 0);
  return { levels: levelsOf(plan), longestId, usualMs: usualMs(plan) };
}

/** What a frame depends on beside the state. */
export interface FrameOptions {
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  readonly plan: FramePlan;
  /** Processors of the machine. */
  readonly processors: number;
  /** Whether it can be told here what jobs use. */
  readonly hasUsage: boolean;
  /** The last line of output of an attempt, where it has one. */
  lastLineOf(jobId: string, attempt: number): string;
  usageOf(jobId: string, attempt: number): JobUsage | null;
}

/** The region for this state and moment, one string per line, none wider than the terminal. */
export function liveFrame(state: RunState, options: FrameOptions): string[] {
  const { style, columns, plan } = options;
  // Nothing has been decided yet, and there is nothing to wait for.
  if (state.startedAt === null) return [];
  const width = columns - 1;
  const busy = busyJobs(state);
  const cpuPercent = cpuOf(state, busy, options);
  const totals = totalsLine(state, { ...options, width, usualMs: plan.usualMs, cpuPercent });
  if (columns < COLUMNS_MIN) return [totals];

  const most = Math.max(1, Math.min(LINES_MAX, options.rows - SPARE_ROWS));
  const lines: string[] = [];
  if (most >= LINES_WITH_RULE) lines.push(ruleLine(state, width, style));
  if (most >= LINES_WITH_LEVELS) {
    const strip = levelsLine(state, { levels: plan.levels, width, style });
    if (strip !== "") lines.push(cutToWidth(strip, width, style.glyphs.ellipsis));
  }
  lines.push(...jobLines(state, busy, { ...options, width, room: most - lines.length - 1 }));
  lines.push(totals);
  return lines;
}

/** A line across the terminal that tells the run by its id. */
function ruleLine({ runId }: RunState, width: number, style: Style): string {
  const { rule } = style.glyphs;
  const name = runId === null ? "" : ` run ${runId} ${rule.repeat(2)}`;
  const line = rule.repeat(Math.max(0, width - name.length)) + name;
  return paint(style, "dim", cutToWidth(line, width, style.glyphs.ellipsis));
}

/** Running jobs first, the longest-running on top, then those that wait for their next attempt. */
function busyJobs(state: RunState): number[] {
  const running: { readonly job: number; readonly since: number }[] = [];
  const backingOff: number[] = [];
  if (state.counts.running + state.counts.backing_off === 0) return backingOff;
  state.jobs.forEach((current, job) => {
    if (isLive(current)) running.push({ job, since: current.since });
    else if (current.phase === "backing_off") backingOff.push(job);
  });
  return [...running.sort((a, b) => a.since - b.since).map(({ job }) => job), ...backingOff];
}

function jobLines(
  state: RunState,
  busy: readonly number[],
  options: FrameOptions & { readonly width: number; readonly room: number },
): string[] {
  const { style, width, plan } = options;
  const slots = state.settings?.concurrency ?? 1;
  const room = Math.max(0, Math.min(options.room, slots + WAITING_ROWS));
  const shown = busy.length <= room ? busy : busy.slice(0, Math.max(0, room - 1));
  const waiting = waitingJobs(state, Math.min(WAITING_ROWS, room - shown.length));
  const all = busy.length <= room ? [...shown, ...waiting] : shown;
  const { longestId, usualMs } = plan;
  const lines = jobRows(state, all, { ...options, longestId, hasExpectations: usualMs !== null });
  if (busy.length > room && room > 0) {
    const more = moreText(state, busy.slice(shown.length), style);
    lines.push(paint(style, "dim", cutToWidth(more, width, style.glyphs.ellipsis)));
  }
  return lines;
}

/** How many of the busy jobs have no row, by what they do. */
function moreText({ jobs }: RunState, unshown: readonly number[], { glyphs }: Style): string {
  const running = unshown.filter((job) => isLive(jobs[job]!)).length;
  const retrying = unshown.length - running;
  const parts = [];
  if (running > 0) parts.push(`${running} more running`);
  if (retrying > 0) parts.push(`${retrying} more retrying`);
  return `${glyphs.ellipsis} and ${parts.join(", ")}`;
}

/** The share of all processors that running jobs use together; `null` where none is known. */
function cpuOf(
  { jobs, plan }: RunState,
  busy: readonly number[],
  { processors, usageOf }: FrameOptions,
): number | null {
  let sum: number | null = null;
  for (const job of busy) {
    const current = jobs[job]!;
    const used = isLive(current) ? usageOf(plan.jobs[job]!.id, current.attempt)?.cpuPercent : null;
    if (used !== null && used !== undefined) sum = (sum ?? 0) + used;
  }
  return sum === null ? null : sum / processors;
}
