/**
 * The rows of the live region, one for each job that does something or is about to: what there is to
 * say of a job as columns, of which the less important give way where the terminal is narrow.
 */
import {
  activeMs,
  isLive,
  type RunningState,
  type RunState,
  type StoppingState,
} from "../../core/run/state.ts";
import { countdownText, memoryText, tickingText } from "../text/format.ts";
import { outcomeText } from "../run/outcome.ts";
import { waitText } from "./waits.ts";
import { paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { cutToWidth, padToWidth, widthOf } from "../text/width.ts";

/** What a running job uses, as it was last seen. */
export interface JobUsage {
  readonly memoryBytes: number;
  /** Share of one processor. */
  readonly cpuPercent: number | null;
}

/** What rows depend on beside the state. */
export interface RowOptions {
  readonly now: number;
  readonly width: number;
  readonly style: Style;
  /** Characters of the longest id of the run: columns do not move while jobs come and go. */
  readonly longestId: number;
  /** Whether past durations are known for any job of the run. */
  readonly hasExpectations: boolean;
  /** Whether it can be told here what jobs use. */
  readonly hasUsage: boolean;
  /** The last line of output of an attempt. */
  lastLineOf(jobId: string, attempt: number): string;
  usageOf(jobId: string, attempt: number): JobUsage | null;
}

/** Columns of the longest name shown whole, and of the shortest place for names. */
const NAME_MAX = 24;
const NAME_MIN = 8;
/** The share of a narrow terminal that names may take. */
const NAME_SHARE = 0.4;
const BAR_COLUMNS = 12;
/** A share of a processor and a size of memory: `1600%` and `1.2G`, with what parts them. */
const CPU_COLUMNS = 5;
const MEMORY_COLUMNS = 4;
const USAGE_COLUMNS = 2 + CPU_COLUMNS + 1 + MEMORY_COLUMNS;
/** Of the last line of output: what is worth showing, and what is worth more than what a job uses. */
const LINE_MIN = 12;
const GOOD_LINE = 20;
/** Parts the last line of output from the columns: ` │ `. */
const LINE_COLUMNS = 3;

/** Which columns there are, and how wide they are. */
interface Layout {
  readonly name: number;
  readonly elapsed: number;
  /** 0 where the column is left out, here and below. */
  readonly rest: number;
  readonly bar: number;
  readonly usage: number;
  /** Where the last line of output begins. */
  readonly line: number;
}

/** The rows of these jobs, none wider than `width`. */
export function jobRows(state: RunState, jobs: readonly number[], options: RowOptions): string[] {
  const layout = layoutOf(state, jobs, options);
  return jobs.map((job) => {
    const row = rowOf(state, job, { ...options, layout }).trimEnd();
    return cutToWidth(row, options.width, options.style.glyphs.ellipsis);
  });
}

interface LaidOut extends RowOptions {
  readonly layout: Layout;
}

function layoutOf(state: RunState, jobs: readonly number[], options: RowOptions): Layout {
  const { width, style } = options;
  const room = Math.max(NAME_MIN, Math.floor(width * NAME_SHARE));
  const name = Math.max(NAME_MIN, Math.min(NAME_MAX, options.longestId, room));
  const times = jobs.map((job) => timesOf(state, job, options));
  const elapsed = Math.max(5, ...times.map(({ elapsed }) => elapsed.length));
  let left = width - 2 - name - 1 - elapsed;
  const take = (columns: number, isWanted: boolean, spare = 0) => {
    if (!isWanted || left < columns + spare) return 0;
    left -= columns;
    return columns;
  };
  const guess = style.glyphs.about.length + elapsed;
  const rest = take(1 + guess, options.hasExpectations);
  const line = take(LINE_COLUMNS + LINE_MIN, true);
  const spare = line === 0 ? 0 : GOOD_LINE - LINE_MIN;
  const bar = take(1 + BAR_COLUMNS, options.hasExpectations);
  const usage = take(USAGE_COLUMNS, options.hasUsage, spare);
  const before = 2 + name + bar + 1 + elapsed + rest + usage;
  return { name, elapsed, rest, bar, usage, line: line === 0 ? 0 : before };
}

/** What is known of the time of a job that runs. */
function timesOf(
  state: RunState,
  job: number,
  { now, style }: RowOptions,
): { readonly elapsed: string; readonly rest: string; readonly share: number | null } {
  const current = state.jobs[job]!;
  if (!isLive(current)) return { elapsed: "", rest: "", share: null };
  const elapsedMs = activeMs(state, current.since, now);
  const elapsed = tickingText(elapsedMs);
  const expected = state.plan.expected[job] ?? null;
  if (expected === null) return { elapsed, rest: "", share: null };
  const late = elapsedMs - expected;
  const rest = late < 1000
    ? `${style.glyphs.about}${tickingText(999 - late)}`
    : `+${tickingText(late)}`;
  return { elapsed, rest, share: expected <= 0 ? 1 : Math.min(1, elapsedMs / expected) };
}

function rowOf(state: RunState, job: number, options: LaidOut): string {
  const { style } = options;
  const { glyphs } = style;
  const current = state.jobs[job]!;
  switch (current.phase) {
    case "running":
      return runningRow(state, job, { ...options, current });
    case "stopping":
      return stoppingRow(state, job, { ...options, current });
    case "backing_off": {
      const { id, retry } = state.plan.jobs[job]!;
      const wait = countdownText(current.until - options.now);
      const text = `attempt ${current.attempt}/${retry.maxAttempts} starts in ${wait} (${
        outcomeText(current.outcome)
      })`;
      const line = options.lastLineOf(id, current.attempt - 1);
      return withLine(
        `${paint(style, "yellow", glyphs.retrying)} ${nameOf(state, job, options)} ${text}`,
        line,
        options,
      );
    }
    default:
      return paint(
        style,
        "dim",
        `${glyphs.waiting} ${nameOf(state, job, options)} ${waitText(state, job)}`,
      );
  }
}

function nameOf(state: RunState, job: number, { layout, style }: LaidOut): string {
  const { id } = state.plan.jobs[job]!;
  return padToWidth(cutToWidth(id, layout.name, style.glyphs.ellipsis), layout.name);
}

function runningRow(
  state: RunState,
  job: number,
  options: LaidOut & { readonly current: RunningState },
): string {
  const { style, layout, current } = options;
  const { id } = state.plan.jobs[job]!;
  const times = timesOf(state, job, options);
  const bar = layout.bar === 0 ? "" : ` ${barText(times.share, style)}`;
  const rest = layout.rest === 0
    ? ""
    : ` ${paint(style, "dim", times.rest.padStart(layout.rest - 1))}`;
  const usage = layout.usage === 0 ? "" : usageText(options.usageOf(id, current.attempt));
  const row = `${paint(style, "cyan", style.glyphs.running)} ${nameOf(state, job, options)}${bar} ${
    times.elapsed.padStart(layout.elapsed)
  }${rest}${usage}`;
  return withLine(row, options.lastLineOf(id, current.attempt), options);
}

function stoppingRow(
  state: RunState,
  job: number,
  options: LaidOut & { readonly current: StoppingState },
): string {
  const { style, layout, current } = options;
  const { glyphs } = style;
  const bar = " ".repeat(layout.bar);
  const { elapsed } = timesOf(state, job, options);
  const what = current.forceAt === null
    ? "killed"
    : `stopping, killed in ${countdownText(current.forceAt - options.now)}`;
  return `${paint(style, "yellow", glyphs.cancelled)} ${nameOf(state, job, options)}${bar} ${
    elapsed.padStart(layout.elapsed)
  } ${what}`;
}

function barText(share: number | null, style: Style): string {
  if (share === null) return " ".repeat(BAR_COLUMNS);
  const { done, undone } = style.glyphs;
  const full = Math.floor(share * BAR_COLUMNS);
  return paint(style, "cyan", done.repeat(full)) +
    paint(style, "dim", undone.repeat(BAR_COLUMNS - full));
}

function usageText(usage: JobUsage | null): string {
  if (usage === null) return " ".repeat(USAGE_COLUMNS);
  const { cpuPercent, memoryBytes } = usage;
  const cpu = cpuPercent === null ? "" : `${Math.round(cpuPercent)}%`;
  return `  ${cpu.padStart(CPU_COLUMNS)} ${memoryText(memoryBytes).padStart(MEMORY_COLUMNS)}`;
}

/** A row with the last line of output behind it, where there is room and something to show. */
function withLine(row: string, line: string, { layout, style, width }: LaidOut): string {
  if (layout.line === 0 || line === "") return row;
  const before = `${padToWidth(row, layout.line)} `;
  const text = `${style.glyphs.bar} ${sanitizeLine(line)}`;
  const room = Math.max(0, width - widthOf(before));
  return before + paint(style, "dim", cutToWidth(text, room, style.glyphs.ellipsis));
}
