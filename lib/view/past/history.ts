/** What earlier runs look like: lists of runs, and one job over time. */
import { counted, durationText, grouped } from "../text/format.ts";
import type { Look, Style } from "../text/style.ts";
import { tableText } from "../text/table.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { cutToWidth } from "../text/width.ts";

/** How many jobs of a run stand how. */
export interface RunCounts {
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  /** Those that have not settled. */
  readonly open: number;
}

/** A run in a list. Times in milliseconds since the epoch. */
export interface ListedRun extends RunCounts {
  readonly runId: string;
  /** `null` where the run cannot be read. */
  readonly workflow: string | null;
  /** The workflow file, absolute; `-` for standard input; `null` where the run cannot be read. */
  readonly file: string | null;
  readonly status: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** How long it took, without the time in which nobody worked on it; `null` until it has ended. */
  readonly wallMs: number | null;
  /** How long nobody has worked on it. */
  readonly idleMs: number;
  /** The folder of the run, absolute. */
  readonly path: string;
  /** Whether it is from elsewhere: not started here by the user. */
  readonly isForeign?: true;
}

/** One run of a job in a list. */
export interface ListedJobRun {
  readonly runId: string;
  readonly status: string;
  readonly attempts: number;
  /** `null` where it never started. */
  readonly startedAt: number | null;
  readonly durationMs: number;
  readonly peakMemoryMb: number | null;
}

/** How a list looks. */
export interface ListOptions {
  readonly style: Style;
  readonly utcOffsetMinutes: number;
  /** The time, for what has not ended. */
  readonly now: number;
}

/** How the words for what became of a run or a job look. */
export const STATUS_LOOKS: Readonly<Record<string, Look>> = {
  completed: "green",
  success: "green",
  failed: "red",
  damaged: "red",
  cancelled: "yellow",
  unfinished: "yellow",
  running: "cyan",
};

const NAME_COLUMNS_MAX = 30;

/** Runs, newest first, one line each. */
export function runsText(runs: readonly ListedRun[], options: ListOptions): string {
  const { style, utcOffsetMinutes } = options;
  return tableText({
    head: ["RUN", "WORKFLOW", "STARTED", "STATUS", "DURATION", "JOBS"],
    rows: runs.map((run) => [
      run.runId,
      cutToWidth(sanitizeLine(run.workflow ?? ""), NAME_COLUMNS_MAX, style.glyphs.ellipsis),
      run.startedAt === null ? "" : dateText(run.startedAt, utcOffsetMinutes),
      run.status,
      lengthText(run, options.now),
      [
        ...(run.workflow === null ? [] : [countsText(run)]),
        ...(run.isForeign ? ["from elsewhere"] : []),
      ].join(", "),
    ]),
    painted: { column: 3, looks: STATUS_LOOKS },
  }, style);
}

function lengthText({ status, startedAt, wallMs, idleMs }: ListedRun, now: number): string {
  if (wallMs !== null) return durationText(wallMs);
  return startedAt === null || status !== "running" ? "" : durationText(now - startedAt - idleMs);
}

/** A job's runs, newest first, and what they amount to. */
export function jobHistoryText(runs: readonly ListedJobRun[], options: ListOptions): string {
  const { style, utcOffsetMinutes } = options;
  const table = tableText({
    head: ["RUN", "STARTED", "STATUS", "DURATION", "ATTEMPTS", "PEAK"],
    rows: runs.map((run) => [
      run.runId,
      run.startedAt === null ? "" : dateText(run.startedAt, utcOffsetMinutes),
      run.status,
      run.attempts === 0 ? "" : durationText(run.durationMs),
      String(run.attempts),
      run.peakMemoryMb === null ? "" : `${Math.round(run.peakMemoryMb)} MB`,
    ]),
    painted: { column: 2, looks: STATUS_LOOKS },
  }, style);
  const { p50Ms, p90Ms, failedShare } = jobStatistics(runs);
  const known = p50Ms === null || p90Ms === null
    ? "no success"
    : `successes took ${durationText(p50Ms)} (p50), ${durationText(p90Ms)} (p90)`;
  const failed = failedShare === null ? "" : `, ${Math.round(failedShare * 100)} % failed`;
  return `${table}${counted(runs.length, "run")}: ${known}${failed}\n`;
}

/** What the runs of a job amount to; `null` where nothing is known. */
export interface JobStatistics {
  /** Durations of the successes, by nearest rank. */
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  /** How large a share failed of those that succeeded or failed. */
  readonly failedShare: number | null;
}

/** Sums up the runs of a job. */
export function jobStatistics(runs: readonly ListedJobRun[]): JobStatistics {
  const durations = runs.filter(({ status }) => status === "success")
    .map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const rank = (share: number) =>
    durations[Math.max(0, Math.ceil(share * durations.length) - 1)] ?? null;
  const failed = runs.filter(({ status }) => status === "failed").length;
  const ran = durations.length + failed;
  return { p50Ms: rank(0.5), p90Ms: rank(0.9), failedShare: ran === 0 ? null : failed / ran };
}

/** How many jobs stand how: `9 ok, 1 failed`. */
export function countsText({ success, failed, cancelled, skipped, open }: RunCounts): string {
  const parts = [`${grouped(success)} ok`];
  if (failed > 0) parts.push(`${grouped(failed)} failed`);
  if (cancelled > 0) parts.push(`${grouped(cancelled)} cancelled`);
  if (skipped > 0) parts.push(`${grouped(skipped)} skipped`);
  if (open > 0) parts.push(`${grouped(open)} open`);
  return parts.join(", ");
}

/** Local date and time to the second. */
export function dateText(at: number, utcOffsetMinutes: number): string {
  return new Date(at + utcOffsetMinutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
}
