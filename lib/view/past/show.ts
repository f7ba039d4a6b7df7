/** `orch show`: one run, as its journal tells it: when, how it stands, and what became of each job. */
import type { Outcome } from "../../core/run/event.ts";
import type { RunStanding } from "../../core/record/run_record.ts";
import { activeMs, isLive, type JobState, type RunState } from "../../core/run/state.ts";
import { wallOf, workOf } from "../../core/run/summary.ts";
import { durationText } from "../text/format.ts";
import { countsText, dateText, STATUS_LOOKS } from "./history.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import { publicStatus } from "../report/json.ts";
import { type Look, paint, settledSign, type Style } from "../text/style.ts";
import { tableText } from "../text/table.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** A run that is shown. */
export interface ShownRun {
  readonly runId: string;
  readonly state: RunState;
  readonly standing: RunStanding;
  /** The process that works on it, where one does and has said so. */
  readonly pid: number | null;
  /** The workflow file; `null` where it came from standard input. */
  readonly file: string | null;
  /** The folder of its logs. */
  readonly logs: string;
  /** How often the run was resumed. */
  readonly resumed: number;
  /** When its journal was last added to. */
  readonly lastHeardOf: number | null;
}

/** How it looks. */
export interface ShowOptions {
  readonly style: Style;
  readonly utcOffsetMinutes: number;
  readonly now: number;
}

/** The sign of a job as it stands. */
export function signOfJob(job: JobState, { glyphs }: Style): { glyph: string; look: Look } {
  if (isLive(job)) return { glyph: glyphs.running, look: "cyan" };
  if (job.phase === "backing_off") return { glyph: glyphs.retrying, look: "yellow" };
  if (job.phase !== "settled") return { glyph: glyphs.waiting, look: "dim" };
  return settledSign(job.status, glyphs);
}

/** A run as text. */
export function showText(run: ShownRun, options: ShowOptions): string {
  const facts = factsOf(run, options).map(([name, value]) =>
    `${paint(options.style, "dim", name.padEnd(9))} ${value}\n`
  );
  return `${facts.join("")}\n${jobsText(run, options)}`;
}

function factsOf(run: ShownRun, options: ShowOptions): [name: string, value: string][] {
  const { state, standing } = run;
  const { style } = options;
  const facts: [string, string][] = [
    ["run", run.runId],
    ["workflow", sanitizeLine(`${state.plan.workflow.name} (${run.file ?? "standard input"})`)],
    ["status", paint(style, STATUS_LOOKS[standing] ?? "bold", standing) + standingNote(run)],
  ];
  if (state.startedAt !== null) facts.push(["time", timeOf(run, options)]);
  facts.push(["jobs", countsText({ ...state.counts, open: openJobs(state) })]);
  if (run.resumed > 0) {
    facts.push(["resumed", run.resumed === 1 ? "once" : `${run.resumed} times`]);
  }
  facts.push(["logs", sanitizeLine(run.logs)]);
  const next = nextStep(run);
  if (next !== null) facts.push(["next", next]);
  return facts;
}

/** What the word alone does not say. */
function standingNote({ standing, pid }: ShownRun): string {
  if (standing === "unfinished") return ": orch ended before the run did";
  return standing === "running" && pid !== null ? ` (process ${pid})` : "";
}

/** The command that goes on with a run; `null` where none does. */
function nextStep({ standing, runId }: ShownRun): string | null {
  if (standing === "unfinished" || standing === "cancelled") return `orch resume ${runId}`;
  return standing === "failed" ? `orch rerun ${runId} --failed` : null;
}

function openJobs({ counts }: RunState): number {
  return counts.waiting + counts.queued + counts.running + counts.backing_off;
}

function timeOf(run: ShownRun, { utcOffsetMinutes, now }: ShowOptions): string {
  const { startedAt, idleMs } = run.state;
  const from = dateText(startedAt!, utcOffsetMinutes);
  const wall = wallOf(run.state);
  if (wall !== null) return `${from}, took ${durationText(wall)}`;
  if (run.standing === "running") {
    return `${from}, for ${durationText(now - startedAt! - idleMs)} now`;
  }
  if (run.lastHeardOf === null) return from;
  return `${from}, last event ${durationText(run.lastHeardOf - startedAt!)} later`;
}

function jobsText(run: ShownRun, { style, now }: ShowOptions): string {
  const { state, standing } = run;
  const until = standing === "running" ? now : run.lastHeardOf ?? now;
  return tableText({
    head: ["JOB", "STATUS", "ATTEMPTS", "DURATION", "OUTCOME"],
    rows: state.plan.jobs.map(({ id }, i) => {
      const job = state.jobs[i]!;
      const attempts = (state.attempts[i]?.length ?? 0) + (isLive(job) ? 1 : 0);
      return [
        id,
        isLive(job) && standing !== "running" ? "unfinished" : publicStatus(job),
        attempts === 0 ? "" : String(attempts),
        attempts === 0 ? "" : durationText(workedFor(state, i, until)),
        outcomesText(state, i),
      ];
    }),
    painted: { column: 1, looks: STATUS_LOOKS },
  }, style);
}

function workedFor(state: RunState, index: number, until: number): number {
  const job = state.jobs[index]!;
  return workOf(state, index) + (isLive(job) ? activeMs(state, job.since, until) : 0);
}

/** Why it stands as it does, and how earlier attempts ended. */
function outcomesText(state: RunState, index: number): string {
  const job = state.jobs[index]!;
  const ended = (state.attempts[index] ?? []).map(({ outcome }) => outcome);
  const isOver = job.phase === "settled" && job.status !== "skipped";
  const earlier = isOver ? ended.slice(0, -1) : ended;
  const parts = [reasonText(job, ended.at(-1))];
  if (earlier.length > 0) parts.push(`before: ${earlier.map(outcomeText).join(", ")}`);
  return parts.filter((part) => part !== "").join("; ");
}

function reasonText(job: JobState, last: Outcome | undefined): string {
  switch (job.phase) {
    case "settled":
      if (job.status === "skipped") return skipText(job.reason);
      if (job.status === "failed") return outcomeText(job.outcome);
      return job.status === "cancelled" && last === undefined ? "never started" : "";
    case "queued":
      return "ready to start";
    case "backing_off":
      return `attempt ${job.attempt} will follow`;
    case "stopping":
      return "being stopped";
    default:
      return "";
  }
}
