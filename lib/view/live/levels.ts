/** The levels of a run as one line: how far each is, the finished and the far ones left out. */
import { isLive, type RunState } from "../../core/run/state.ts";
import { type Look, paint, type Style } from "../text/style.ts";

/** How far the jobs of one level are. */
interface Level {
  total: number;
  settled: number;
  success: number;
  failed: number;
  live: number;
}

const BETWEEN = "   ";

/**
 * The strip of levels, at most `width` columns: the first unfinished level, then as many after it and
 * before it as there is room for. Empty where there is one level only, which says nothing.
 */
export function levelsLine(
  state: RunState,
  { levels, width, style }: {
    /** The level of each job. */
    readonly levels: Int32Array;
    readonly width: number;
    readonly style: Style;
  },
): string {
  const counted = countLevels(state, levels);
  if (counted.length < 2) return "";
  const { ellipsis } = style.glyphs;
  const unfinished = counted.findIndex(({ settled, total }) => settled < total);
  const start = unfinished < 0 ? counted.length - 1 : unfinished;
  const plain = (number: number) => levelText(number, counted[number]!, style);
  let used = plain(start).length + 2 * (ellipsis.length + BETWEEN.length);
  let [first, last] = [start, start];
  const fits = (number: number) => {
    if (number < 0 || number >= counted.length) return false;
    const more = plain(number).length + BETWEEN.length;
    if (used + more > width) return false;
    used += more;
    return true;
  };
  while (fits(last + 1)) last++;
  while (fits(first - 1)) first--;
  const shown = counted.slice(first, last + 1).map((level, i) =>
    paint(style, lookOf(level), levelText(first + i, level, style))
  );
  if (first > 0) shown.unshift(ellipsis);
  if (last < counted.length - 1) shown.push(ellipsis);
  return shown.join(BETWEEN);
}

function countLevels({ jobs }: RunState, levels: Int32Array): Level[] {
  const counted: Level[] = [];
  for (let i = 0; i < levels.length; i++) {
    const job = jobs[i]!;
    const level = counted[levels[i]!] ??= { total: 0, settled: 0, success: 0, failed: 0, live: 0 };
    level.total++;
    if (isLive(job) || job.phase === "backing_off") level.live++;
    if (job.phase !== "settled") continue;
    level.settled++;
    if (job.status === "success") level.success++;
    else if (job.status === "failed") level.failed++;
  }
  return counted;
}

function levelText(number: number, level: Level, { glyphs }: Style): string {
  return `L${number} ${glyphs[stateOf(level)]} ${level.settled}/${level.total}`;
}

function stateOf(
  { total, settled, success, failed, live }: Level,
): "failed" | "success" | "skipped" | "running" | "waiting" {
  if (failed > 0) return "failed";
  if (settled === total) return success > 0 ? "success" : "skipped";
  return live > 0 ? "running" : "waiting";
}

function lookOf(level: Level): Look {
  const looks = {
    failed: "red",
    success: "green",
    skipped: "dim",
    running: "cyan",
    waiting: "dim",
  } as const;
  return looks[stateOf(level)];
}
