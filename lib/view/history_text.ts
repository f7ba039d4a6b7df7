/** What earlier runs look like: lists of runs, and one job over time. */
import { counted, durationText } from "./format.ts";
import { type Look, paint, type Style } from "./style.ts";
import { visibleLine } from "./visible.ts";
import { cutToWidth, padToWidth } from "./width.ts";

/** A run in a list. Times in milliseconds since the epoch. */
export interface ListedRun {
  readonly runId: string;
  readonly workflow: string;
  readonly status: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

/** One run of a job in a list. */
export interface ListedJobRun {
  readonly runId: string;
  readonly status: string;
  readonly attempts: number;
  readonly durationMs: number;
  readonly peakMemoryMb: number | null;
}

/** How a list looks. */
export interface ListOptions {
  readonly style: Style;
  readonly utcOffsetMinutes: number;
}

const LOOKS: Readonly<Record<string, Look>> = {
  completed: "green",
  success: "green",
  failed: "red",
  cancelled: "yellow",
  unfinished: "yellow",
};

/** Runs, newest first, one line each. */
export function runsText(runs: readonly ListedRun[], options: ListOptions): string {
  if (runs.length === 0) return "No runs yet: orch run FILE makes the first\n";
  const head = ["RUN", "WORKFLOW", "STARTED", "STATUS", "DURATION", "JOBS"];
  const rows = runs.map((run) => [
    run.runId,
    cutToWidth(visibleLine(run.workflow), 30),
    dateText(run.startedAt, options.utcOffsetMinutes),
    run.status,
    run.finishedAt === null ? "" : durationText(run.finishedAt - run.startedAt),
    countsText(run),
  ]);
  return tableText(head, rows, { style: options.style, statusColumn: 3 });
}

/** A job's runs, newest first, and what they amount to. */
export function jobHistoryText(
  jobId: string,
  runs: readonly ListedJobRun[],
  options: ListOptions,
): string {
  if (runs.length === 0) return `No run of job '${visibleLine(jobId)}' is known\n`;
  const rows = runs.map((run) => [
    run.runId,
    run.status,
    durationText(run.durationMs),
    String(run.attempts),
    run.peakMemoryMb === null ? "" : `${run.peakMemoryMb} MB`,
  ]);
  const { p50Ms, p90Ms, failedShare } = jobStatistics(runs);
  const known = p50Ms === null
    ? "no success yet"
    : `p50 ${durationText(p50Ms)}, p90 ${durationText(p90Ms!)}`;
  return tableText(["RUN", "STATUS", "DURATION", "ATTEMPTS", "PEAK"], rows, {
    style: options.style,
    statusColumn: 1,
  }) +
    `${counted(runs.length, "run")}: ${known}, failed ${Math.round(failedShare * 100)} %\n`;
}

/** Durations of the successes by nearest rank, and how large a share failed of those that ran. */
export function jobStatistics(
  runs: readonly ListedJobRun[],
): { readonly p50Ms: number | null; readonly p90Ms: number | null; readonly failedShare: number } {
  const durations = runs.filter(({ status }) => status === "success").map(({ durationMs }) =>
    durationMs
  )
    .sort((a, b) => a - b);
  const rank = (share: number) =>
    durations[Math.max(0, Math.ceil(share * durations.length) - 1)] ?? null;
  const ran = runs.filter(({ status }) => status === "success" || status === "failed").length;
  const failed = ran - durations.length;
  return { p50Ms: rank(0.5), p90Ms: rank(0.9), failedShare: ran === 0 ? 0 : failed / ran };
}

function countsText({ success, failed, cancelled, skipped }: ListedRun): string {
  const parts = [`${success} ok`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

/** Local date and time to the second. */
export function dateText(at: number, utcOffsetMinutes: number): string {
  return new Date(at + utcOffsetMinutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

function tableText(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { style, statusColumn }: { readonly style: Style; readonly statusColumn: number },
): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]!.length))
  );
  const cell = (row: readonly string[], i: number) => padToWidth(row[i]!, widths[i]!);
  const line = (row: readonly string[]) =>
    row.map((text, i) => {
      const look = i === statusColumn ? LOOKS[text] : undefined;
      return look === undefined ? cell(row, i) : paint(style, look, cell(row, i));
    }).join("  ").trimEnd();
  return [paint(style, "dim", line(head)), ...rows.map(line)].map((text) => `${text}\n`).join("");
}
