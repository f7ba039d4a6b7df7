/** The page that a run leaves in GitHub Actions: a table of its jobs, and what failed, folded. */
import type { JobState, RunState } from "../../core/run/state.ts";
import type { RunSummary } from "../../core/run/summary.ts";
import { workOf } from "../../core/run/summary.ts";
import type { OutputTail } from "../run/ending.ts";
import { counted, durationText, grouped } from "../text/format.ts";
import { outcomeText, skipText, verdictText } from "../run/outcome.ts";
import { makeStyle } from "../text/style.ts";
import { sanitizeLine, sanitizeText } from "../text/sanitize.ts";

/** Lines of output shown of one stream of a failed job. */
const LINES_MAX = 40;
/** Rows of the table. */
const ROWS_MAX = 1_000;
/** Kept for what says that something was left out. */
const RESERVED_BYTES = 200;

/** What the page depends on beside the state. */
export interface SummaryOptions {
  /** What there is room for. */
  readonly bytes: number;
  /** The ends of what the last attempt of a job printed. */
  tailsOf(jobId: string): readonly OutputTail[];
}

const { glyphs } = makeStyle({ color: false, ascii: false });

/** The page as Markdown, at most so many bytes; what does not fit is counted. */
export function actionsSummary(
  state: RunState,
  summary: RunSummary,
  options: SummaryOptions,
): string {
  const page = new Page(options.bytes - RESERVED_BYTES);
  if (!page.add(headText(state, summary))) return "";
  const jobs = inOrder(state);
  const rows = jobs.slice(0, ROWS_MAX);
  const shown = rows.findIndex((job) => !page.add(rowText(state, job)));
  const rest = jobs.length - (shown < 0 ? rows.length : shown);
  if (rest > 0) page.close(`| … | and ${counted(rest, "more job")} | | | |\n`);
  page.close("\n");
  const hidden = summary.failed.findIndex((job) => !page.add(failureText(state, job, options)));
  if (hidden >= 0) {
    page.close(`… and ${counted(summary.failed.length - hidden, "more failed job")}\n`);
  }
  return page.text;
}

/** A text that grows up to a size. */
class Page {
  text = "";
  #left: number;
  readonly #encoder = new TextEncoder();

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Adds a part, unless there is no room for the whole of it. */
  add(part: string): boolean {
    const bytes = this.#encoder.encode(part).length;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    this.text += part;
    return true;
  }

  /** Adds a part that room was kept for. */
  close(part: string): void {
    this.text += part;
  }
}

function headText(state: RunState, summary: RunSummary): string {
  const { status, plan, runId } = state;
  const glyph = status === "completed" ? glyphs.success : glyphs.failed;
  const verdict = status === null ? "" : `: ${verdictText(status)}`;
  const counts = [
    summary.failed.length > 0 ? `${grouped(summary.failed.length)} failed` : "",
    `${grouped(summary.succeeded)} succeeded`,
    summary.cancelled.length > 0 ? `${grouped(summary.cancelled.length)} cancelled` : "",
    summary.skipped.length > 0 ? `${grouped(summary.skipped.length)} skipped` : "",
  ].filter((part) => part !== "");
  return `### ${glyph} ${markdownText(plan.workflow.name)}${verdict}\n\n${counts.join(" · ")} · ${
    durationText(summary.wallMs)
  } wall · run ${runId}\n\n| | Job | Result | Time | Attempts |\n|---|---|---|---|---|\n`;
}

/** What failed comes first: it is what the page is read for. */
const ORDER = ["failed", "cancelled", "skipped", "success"] as const;

function inOrder({ jobs }: RunState): number[] {
  const place = (job: JobState) => job.phase === "settled" ? ORDER.indexOf(job.status) : 0;
  return [...jobs.keys()].sort((a, b) => place(jobs[a]!) - place(jobs[b]!) || a - b);
}

function rowText(state: RunState, index: number): string {
  const job = state.jobs[index]!;
  const attempts = state.attempts[index] ?? [];
  const glyph = job.phase === "settled" ? glyphs[job.status] : "";
  const time = attempts.length === 0 ? "" : durationText(workOf(state, index));
  const id = state.plan.jobs[index]!.id;
  return `| ${glyph} | ${id} | ${markdownText(resultText(job))} | ${time} | ${attempts.length} |\n`;
}

function resultText(job: JobState): string {
  if (job.phase !== "settled") return "not ended";
  switch (job.status) {
    case "failed":
      return `failed: ${outcomeText(job.outcome)}`;
    case "skipped":
      return `skipped: ${skipText(job.reason)}`;
    case "success":
      return "succeeded";
    case "cancelled":
      return "cancelled";
  }
}

function failureText(state: RunState, index: number, { tailsOf }: SummaryOptions): string {
  const job = state.jobs[index]!;
  const { id } = state.plan.jobs[index]!;
  if (job.phase !== "settled" || job.status !== "failed") return "";
  const output = tailsOf(id).filter(({ text }) => text.trim() !== "").map(({ text }) =>
    htmlText(
      sanitizeText(text.replace(/\n$/, ""), { color: false }).split("\n").slice(-LINES_MAX)
        .join("\n"),
    )
  );
  const shown = output.length === 0 ? "(no output)" : output.join("\n");
  return `<details><summary>${glyphs.failed} ${id}: ${
    htmlText(outcomeText(job.outcome))
  }</summary>\n<pre>\n${shown}\n</pre></details>\n\n`;
}

function htmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Text on one line of Markdown that means nothing but itself. */
function markdownText(text: string): string {
  return htmlText(sanitizeLine(text)).replace(/[\\`*_{}[\]()#|!~@-]/g, "\\$&");
}
