/**
 * A run as JUnit XML, for what shows test results: a job is a test case. Earlier attempts are what
 * Surefire and Jenkins call reruns: `flakyFailure` where the job succeeded in the end, and where it did
 * not, `failure` for the first and `rerunFailure` for each further one.
 */
import { unreachable } from "../../core/base/bug.ts";
import type { Outcome } from "../../core/run/event.ts";
import type { AttemptRecord, JobState, RunState } from "../../core/run/state.ts";
import { workOf } from "../../core/run/summary.ts";
import type { Job } from "../../core/workflow/workflow.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import { sanitizeLine, sanitizeText } from "../text/sanitize.ts";

/** What the report takes from outside the state. */
export interface JUnitOptions {
  /** The workflow file, as the user named it. */
  readonly file: string;
  /** The ends of what an attempt printed. */
  outputOf(jobId: string, attempt: number): AttemptOutput;
}

/** What an attempt printed. */
export interface AttemptOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The whole document. */
export function junitText(state: RunState, options: JUnitOptions): string {
  const { workflow, jobs } = state.plan;
  const cases = jobs.map((job, i) => caseLines(job, i, { state, options }));
  const name = { name: workflow.name };
  const counts = countsOf(state);
  const suite = { ...name, ...counts, timestamp: timestamp(state.startedAt) };
  const properties = {
    run_id: state.runId ?? "",
    status: state.status ?? "",
    workflow_version: workflow.version,
    workflow_file: options.file,
  };
  const { skipped: _, ...allCounts } = counts;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open("testsuites", { ...name, ...allCounts }),
    `  ${open("testsuite", suite)}`,
    "    <properties>",
    ...Object.entries(properties).map(([name, value]) =>
      `      ${empty("property", { name, value })}`
    ),
    "    </properties>",
    ...cases.flat(),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function countsOf({ plan, jobs, startedAt, finishedAt, idleMs }: RunState) {
  const kinds = jobs.map(kindOfEnd);
  const count = (kind: string) => String(kinds.filter((one) => one === kind).length);
  return {
    tests: String(plan.jobs.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds((finishedAt ?? 0) - (startedAt ?? 0) - idleMs),
  };
}

/** What a job is to JUnit; an error is what kept it from having a result of its own. */
function kindOfEnd(job: JobState): "success" | "failure" | "error" | "skipped" {
  if (job.phase !== "settled") return "error";
  switch (job.status) {
    case "success":
      return "success";
    case "skipped":
      return "skipped";
    case "cancelled":
      return "error";
    case "failed":
      return isError(job.outcome) ? "error" : "failure";
    default:
      return unreachable(job);
  }
}

function isError({ kind }: Outcome): boolean {
  return kind === "not_started" || kind === "lost" || kind === "cancelled";
}

interface Report {
  readonly state: RunState;
  readonly options: JUnitOptions;
}

function caseLines(job: Job, index: number, report: Report): string[] {
  const { state } = report;
  const content = contentOf(job, index, report);
  const facts = {
    name: job.id,
    classname: state.plan.workflow.name,
    time: seconds(workOf(state, index)),
  };
  if (content.length === 0) return [`    ${empty("testcase", facts)}`];
  return [
    `    ${open("testcase", facts)}`,
    ...content.map((line) => `      ${line}`),
    "    </testcase>",
  ];
}

function contentOf(job: Job, index: number, { state, options }: Report): string[] {
  const settled = state.jobs[index]!;
  const attempts = state.attempts[index] ?? [];
  if (settled.phase !== "settled") return [empty("error", { message: "not ended", type: "open" })];
  if (settled.status === "skipped") {
    return [empty("skipped", { message: skipText(settled.reason) })];
  }
  const last = attempts.at(-1);
  if (settled.status === "cancelled" && last?.outcome.kind !== "cancelled") {
    return [empty("error", { message: "cancelled", type: "cancelled" })];
  }
  const output = (attempt: AttemptRecord) => options.outputOf(job.id, attempt.attempt);
  const failures = attempts.filter((attempt) => attempt === last || isOwnFailure(attempt));
  if (settled.status === "success") {
    return [
      ...failures.slice(0, -1).flatMap((attempt) => rerunLines(attempt, "flaky", output)),
      ...(last === undefined ? [] : outputLines(output(last), "")),
    ];
  }
  const [first, ...reruns] = failures;
  if (first === undefined) return [];
  return [
    firstFailure(first),
    ...reruns.flatMap((attempt) => rerunLines(attempt, "rerun", output)),
    ...outputLines(output(first), ""),
  ];
}

/** What ended with orch, or was begun anew, says nothing of the job. */
function isOwnFailure({ outcome: { kind } }: AttemptRecord): boolean {
  return kind !== "succeeded" && kind !== "cancelled" && kind !== "lost";
}

function firstFailure({ outcome }: AttemptRecord): string {
  return empty(isError(outcome) ? "error" : "failure", causeOf(outcome));
}

function rerunLines(
  attempt: AttemptRecord,
  how: "flaky" | "rerun",
  output: (attempt: AttemptRecord) => AttemptOutput,
): string[] {
  const { outcome } = attempt;
  const name = `${how}${isError(outcome) ? "Error" : "Failure"}`;
  return [
    open(name, causeOf(outcome)),
    `  <stackTrace>${xmlText(outcomeText(outcome))}</stackTrace>`,
    ...outputLines(output(attempt), "  "),
    `</${name}>`,
  ];
}

function causeOf(outcome: Outcome): Attributes {
  return { message: outcomeText(outcome), type: outcome.kind };
}

function outputLines({ stdout, stderr }: AttemptOutput, indent: string): string[] {
  return [["system-out", stdout] as const, ["system-err", stderr] as const]
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${indent}<${name}>${xmlText(text)}</${name}>`);
}

type Attributes = Readonly<Record<string, string>>;

function open(name: string, attributes: Attributes): string {
  const words = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${xmlText(sanitizeLine(value))}"`
  );
  return `<${name}${words.join("")}>`;
}

function empty(name: string, attributes: Attributes): string {
  return open(name, attributes).replace(/>$/, "/>");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * Text as XML 1.0 may hold it. Control characters, which it must not even as references, show as marks;
 * half characters and what Unicode has set aside show as `�`.
 */
function xmlText(text: string): string {
  return sanitizeText(text, { color: false }).toWellFormed().replace(/[\ufffe\uffff]/g, "�")
    .replace(/[&<>"]/g, (found) => ESCAPES[found]!);
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

/** In UTC, as the schema wants it: without a zone or parts of seconds. */
function timestamp(at: number | null): string {
  return new Date(at ?? 0).toISOString().slice(0, 19);
}
