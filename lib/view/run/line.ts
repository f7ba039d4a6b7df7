/** A run for pipes, files and CI: one line per event, with its time. */
import { unreachable } from "../../core/base/bug.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { activeMs, isLive, type RunState } from "../../core/run/state.ts";
import { clockText, countdownText, counted, durationText, listed } from "../text/format.ts";
import { aftermathText, outcomeText, skipText, stoppingText, verdictText } from "./outcome.ts";
import { type Look, paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** How plain lines look. */
export interface PlainOptions {
  readonly style: Style;
  /** Minutes that local time is ahead of UTC. */
  readonly utcOffsetMinutes: number;
  /** Whether events that only say what is about to happen are shown too. */
  readonly verbose: boolean;
}

/** The line for an event that `state` has already taken in; `null` where it has none. */
export function plainLine(event: RunEvent, state: RunState, options: PlainOptions): string | null {
  const words = wordsOf(event, state, options);
  if (words === null) return null;
  const time = paint(options.style, "dim", clockText(event.at, options.utcOffsetMinutes));
  return `${time}  ${words}`;
}

/** What the line for an event says behind the time. */
export function wordsOf(
  event: RunEvent,
  state: RunState,
  { style, verbose }: Pick<PlainOptions, "style" | "verbose">,
): string | null {
  const { glyphs } = style;
  const line = (look: Look, glyph: string, word: string, rest: string) =>
    `${paint(style, look, `${glyph} ${word.padEnd(9)}`)} ${rest}`.trimEnd();
  switch (event.type) {
    case "run_started":
      return line("bold", glyphs.running, "run", runText(event, state));
    case "job_queued":
      return verbose ? line("dim", glyphs.waiting, "ready", event.jobId) : null;
    case "job_started":
      return line("cyan", glyphs.running, "start", event.jobId + attemptText(event.attempt));
    case "job_stopping": {
      const why = event.why === "timeout" ? "time limit" : "run is stopping";
      return line(
        "yellow",
        glyphs.cancelled,
        event.force ? "kill" : "stop",
        `${event.jobId} (${why})`,
      );
    }
    case "job_retrying": {
      const wait = durationText(event.until - event.at);
      const rest = `${event.jobId}: ${outcomeText(event.outcome)}${
        aftermathText(event.process)
      }; attempt ${event.attempt + 1} in ${wait}`;
      return line("yellow", glyphs.retrying, "retry", rest);
    }
    case "job_completed":
      return line(
        "green",
        glyphs.success,
        "ok",
        `${event.jobId} ${lastDuration(state, event.jobId)}${attemptText(event.attempt)}${
          aftermathText(event.process)
        }`,
      );
    case "job_failed": {
      const rest = `${event.jobId} after ${lastDuration(state, event.jobId)}: ${
        outcomeText(event.outcome)
      }`;
      return line(
        "red",
        glyphs.failed,
        "FAILED",
        rest + attemptText(event.attempt) + aftermathText(event.process),
      );
    }
    case "job_cancelled":
      return line(
        "yellow",
        glyphs.cancelled,
        "cancelled",
        event.jobId + aftermathText(event.process),
      );
    case "job_skipped":
      return line("dim", glyphs.skipped, "skipped", `${event.jobId}: ${skipText(event.reason)}`);
    case "run_stopping":
      return line(
        "yellow",
        glyphs.cancelled,
        "stopping",
        stoppingText(event.reason, state.settings!.graceMs),
      );
    case "pause_ended":
      return line(
        "bold",
        glyphs.running,
        "continued",
        `after a pause of ${durationText(event.pausedMs)}`,
      );
    case "run_resumed":
      return line(
        "bold",
        glyphs.running,
        "resumed",
        resumedText(event, state),
      );
    case "run_finished":
      return line("bold", glyphs.running, "end", verdictText(event.status));
    default:
      return unreachable(event);
  }
}

/** Jobs that a heartbeat names. */
const NAMED_MAX = 3;

/** The line that says what goes on while nothing else is said; `null` where nothing does. */
export function heartbeatLine(
  state: RunState,
  { now, style, utcOffsetMinutes }: PlainOptions & { readonly now: number },
): string | null {
  const { counts, plan, jobs } = state;
  const running: { readonly id: string; readonly since: number }[] = [];
  const backingOff: { readonly id: string; readonly until: number }[] = [];
  jobs.forEach((job, i) => {
    const { id } = plan.jobs[i]!;
    if (isLive(job)) running.push({ id, since: job.since });
    else if (job.phase === "backing_off") backingOff.push({ id, until: job.until });
  });
  if (running.length + backingOff.length === 0) return null;
  const texts = [
    ...running.sort((a, b) => a.since - b.since)
      .map(({ id, since }) => `${id} for ${durationText(activeMs(state, since, now))}`),
    ...backingOff.sort((a, b) => a.until - b.until)
      .map(({ id, until }) => `${id} again in ${countdownText(until - now)}`),
  ];
  const named = listed(texts, NAMED_MAX);
  const done = counts.success + counts.failed + counts.cancelled + counts.skipped;
  const time = paint(style, "dim", clockText(now, utcOffsetMinutes));
  const words = paint(style, "dim", `${style.glyphs.running} ${"running".padEnd(9)}`);
  return `${time}  ${words} ${named}; ${done} of ${counted(plan.jobs.length, "job")} done`;
}

/** What is run, and how. */
export function runText(
  event: Extract<RunEvent, { type: "run_started" }>,
  state: RunState,
): string {
  const all = state.plan.workflow.jobs.length;
  const jobs = event.jobs === all ? counted(all, "job") : `${event.jobs} of ${counted(all, "job")}`;
  return `${
    sanitizeLine(event.workflow)
  }: ${jobs}, ${event.settings.concurrency} at a time (run ${event.runId})`;
}

/** That a run goes on under another orch. */
export function resumedText(
  event: Extract<RunEvent, { type: "run_resumed" }>,
  state: RunState,
): string {
  const away = durationText(Math.max(0, event.at - event.downSince));
  return `${sanitizeLine(state.plan.workflow.name)}: after ${away} (run ${state.runId})`;
}

function attemptText(attempt: number): string {
  return attempt > 1 ? ` (attempt ${attempt})` : "";
}

/** How long the attempt took that ended last, without the time in which it stood still. */
export function lastDuration(state: RunState, jobId: string): string {
  const last = state.attempts[state.plan.indexOf.get(jobId)!]?.at(-1);
  return durationText(last === undefined ? 0 : activeMs(state, last.startedAt, last.endedAt));
}
