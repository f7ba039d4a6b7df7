/** The last words of a run: what failed and its last lines, what did not run and why, the numbers. */
import type { JobState, RunState } from "../../core/run/state.ts";
import { kindOf } from "../../core/workflow/kinds.ts";
import type { Job } from "../../core/workflow/workflow.ts";
import { type RunSummary, workOf } from "../../core/run/summary.ts";
import { counted, durationText, grouped, listed } from "../text/format.ts";
import { outcomeHint, outcomeText, skipText } from "./outcome.ts";
import { paint, type Style } from "../text/style.ts";
import { type NameableRun, runCommand } from "../text/shell_word.ts";
import { sanitizeLine, sanitizeText } from "../text/sanitize.ts";
import { cutToWidth, widthOf } from "../text/width.ts";

/** Failed jobs shown with their output; the others are named. */
export const FAILURES_SHOWN_MAX = 5;
/** Lines of output shown for each. */
const LINES_MAX = 40;
/** Ids named in one line of the end. */
const NAMED_MAX = 8;
const RULE_WIDTH = 74;
/** Columns of a command shown above its output. */
const COMMAND_WIDTH = 200;

/** The end of a job's output. */
export interface OutputTail {
  readonly text: string;
  /** Bytes that come before `text`. */
  readonly omittedBytes: number;
  /** Where all of it is. */
  readonly path: string;
}

/** What the end depends on beside the state. */
export interface EndOptions {
  readonly style: Style;
  /** The folder of all logs, where it is to be named. */
  readonly logs?: string;
  /** The run, where commands that go on with it are to be named. */
  readonly run?: NameableRun;
  /** The standard output and error of the last attempt of a job; `null` where they are not shown. */
  tailsOf(jobId: string): readonly OutputTail[] | null;
}

/** The end of a run, as lines. */
export function endText(state: RunState, summary: RunSummary, options: EndOptions): string[] {
  const lines: string[] = [];
  for (const job of summary.failed.slice(0, FAILURES_SHOWN_MAX)) {
    lines.push("", ...failureText(state, job, options));
  }
  const failed = idsOf(state, summary.failed);
  const others = failed.slice(FAILURES_SHOWN_MAX);
  if (others.length > 0) lines.push("", moreFailedText(others, options));
  if (failed.length > 0) lines.push(rule(options.style, ""));
  lines.push(...notRunText(state, summary, options.style));
  lines.push(verdictLine(summary, failed, options.style));
  for (const line of closingLines(summary, options)) lines.push(paint(options.style, "dim", line));
  lines.push(...nextSteps(state, summary, options));
  return lines;
}

/** Those whose output is not shown here. */
function moreFailedText(ids: readonly string[], { run }: EndOptions): string {
  const where = run === undefined ? "" : `; their output: ${runCommand("logs", run, ` ${ids[0]}`)}`;
  return `${grouped(ids.length)} more failed: ${named(ids)}${where}`;
}

function failureText(state: RunState, index: number, { style, tailsOf }: EndOptions): string[] {
  const job = state.plan.jobs[index]!;
  const settled = state.jobs[index]!;
  if (settled.phase !== "settled" || settled.status !== "failed") return [];
  const attempts = state.attempts[index] ?? [];
  const facts = [outcomeText(settled.outcome)];
  if (attempts.length > 1) facts.push(`${attempts.length} attempts`);
  facts.push(durationText(workOf(state, index)));
  const title = [`${job.id} FAILED`, ...facts].join(` ${style.glyphs.dot} `);
  const lines = [rule(style, title), paint(style, "dim", `$ ${commandLine(job, style)}`)];
  const tails = tailsOf(job.id)?.filter(({ text }) => text.trim() !== "") ?? null;
  for (const tail of tails ?? []) {
    lines.push(...tailText(tail, Math.floor(LINES_MAX / tails!.length), style));
  }
  if (tails?.length === 0) lines.push(paint(style, "dim", "(no output)"));
  const hint = outcomeHint(settled.outcome);
  if (hint !== null) lines.push(`hint: ${hint}`);
  return lines;
}

function rule(style: Style, title: string): string {
  const { rule } = style.glyphs;
  if (title === "") return paint(style, "dim", rule.repeat(RULE_WIDTH));
  const rest = rule.repeat(Math.max(2, RULE_WIDTH - widthOf(title) - 6));
  return `${paint(style, "dim", rule.repeat(4))} ${paint(style, "red", title)} ${
    paint(style, "dim", rest)
  }`;
}

/** The first line of what a job runs, with an ellipsis where there is more. */
function commandLine({ action }: Job, { glyphs: { ellipsis } }: Style): string {
  const [line = "", ...more] = kindOf(action).summary(action).trim().split("\n", 2);
  const shown = cutToWidth(sanitizeLine(line.trimEnd()), COMMAND_WIDTH, ellipsis);
  return more.length > 0 && !shown.endsWith(ellipsis) ? `${shown} ${ellipsis}` : shown;
}

function tailText({ text, omittedBytes, path }: OutputTail, most: number, style: Style): string[] {
  const all = sanitizeText(text.replace(/\n$/, ""), { color: style.color }).split("\n");
  const shown = all.slice(-most);
  if (all.length === shown.length && omittedBytes === 0) return shown;
  // How many there are is known only where all of them were read.
  const earlier = omittedBytes > 0
    ? "earlier lines"
    : counted(all.length - shown.length, "earlier line");
  return [
    paint(style, "dim", `${style.glyphs.ellipsis} ${earlier}: ${sanitizeLine(path)}`),
    ...shown,
  ];
}

function notRunText(state: RunState, summary: RunSummary, style: Style): string[] {
  const byCause = new Map<string, string[]>();
  for (const index of summary.skipped) {
    const cause = causeText(state.jobs[index]!);
    const ids = byCause.get(cause) ?? [];
    ids.push(state.plan.jobs[index]!.id);
    byCause.set(cause, ids);
  }
  const lines = [...byCause].map(([cause, ids]) =>
    `${style.glyphs.skipped} not run: ${named(ids)} (${cause})`
  );
  if (summary.cancelled.length > 0) {
    lines.push(
      `${style.glyphs.cancelled} cancelled: ${named(idsOf(state, summary.cancelled))}`,
    );
  }
  return lines;
}

function idsOf(state: RunState, indices: readonly number[]): string[] {
  return indices.map((index) => state.plan.jobs[index]!.id);
}

/** The first cause, so that a whole chain behind one failure is one line. */
function causeText(job: JobState): string {
  if (job.phase !== "settled" || job.status !== "skipped") return "";
  const { reason } = job;
  return reason.kind === "dependency" ? `need ${reason.cause}` : skipText(reason);
}

function named(ids: readonly string[]): string {
  return listed(ids, NAMED_MAX);
}

function verdictLine(summary: RunSummary, failedIds: readonly string[], style: Style): string {
  const { glyphs } = style;
  const parts: string[] = [];
  const { failed, succeeded, cancelled, skipped } = summary;
  if (failed.length > 0) {
    const text = `${glyphs.failed} ${grouped(failed.length)} failed (${named(failedIds)})`;
    parts.push(paint(style, "red", text));
  }
  parts.push(paint(style, "green", `${glyphs.success} ${grouped(succeeded)} succeeded`));
  if (cancelled.length > 0) {
    parts.push(
      paint(style, "yellow", `${glyphs.cancelled} ${grouped(cancelled.length)} cancelled`),
    );
  }
  if (skipped.length > 0) parts.push(`${glyphs.skipped} ${grouped(skipped.length)} skipped`);
  return parts.join("   ");
}

function closingLines(summary: RunSummary, { style, logs }: EndOptions): string[] {
  const { longestChain } = summary;
  const lines = [numbersLine(summary, style)];
  if (longestChain.length > 1) lines.push(`longest chain ${chainText(longestChain, style)}`);
  if (logs !== undefined) lines.push(`logs in ${sanitizeLine(logs)}`);
  return lines;
}

/** The commands that go on from here, and those that say more, ready to be pasted. */
function nextSteps(
  state: RunState,
  { failed, skipped }: RunSummary,
  { style, run }: EndOptions,
): string[] {
  if (run === undefined || state.status === "completed") return [];
  const idOf = (job: number) => state.plan.jobs[job]!.id;
  const steps: [string, string][] = [
    state.status === "cancelled"
      ? ["resume", runCommand("resume", run)]
      : ["rerun failed", runCommand("rerun", run, " --failed")],
  ];
  const [first] = failed;
  if (first !== undefined) steps.push(["full log", runCommand("logs", run, ` ${idOf(first)}`)]);
  const [unrun] = skipped;
  if (unrun !== undefined) steps.push(["why skipped", runCommand("why", run, ` ${idOf(unrun)}`)]);
  return steps.map(([what, command]) =>
    `  ${paint(style, "dim", what.padEnd(12))}  ${sanitizeLine(command)}`
  );
}

function numbersLine({ wallMs, workMs }: RunSummary, style: Style): string {
  const parts = [`${durationText(wallMs)} wall`];
  if (wallMs > 0) {
    parts.push(
      `${durationText(workMs)} of work (${
        (workMs / wallMs).toFixed(1)
      }${style.glyphs.times} parallel)`,
    );
  }
  return parts.join(` ${style.glyphs.dot} `);
}

/** A chain of ids, with its middle left out where it is long. */
function chainText(ids: readonly string[], style: Style): string {
  const { arrow, ellipsis } = style.glyphs;
  const shown = ids.length <= 4 ? ids : [ids[0]!, ellipsis, ...ids.slice(-2)];
  const of = ids.length <= 4 ? "" : ` (${counted(ids.length, "job")})`;
  return shown.join(` ${arrow} `) + of;
}
