/**
 * Why a job ran, waited, was skipped or was retried, in words: a line for each piece of its story,
 * with the time since the start of the run.
 */
import { unreachable } from "../../core/base/bug.ts";
import type { StopReason } from "../../core/run/event.ts";
import type { JobState } from "../../core/run/state.ts";
import type { ObstacleCause } from "../../core/run/obstacle.ts";
import type {
  AttemptStep,
  EndStep,
  GapStep,
  GaveUp,
  JobStory,
  Need,
  NeedsStep,
  RoomStep,
  WhyStep,
} from "../../core/explain/story_step.ts";
import { counted, durationText, listed } from "../text/format.ts";
import { outcomeText, skipText } from "../run/outcome.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { snakeCased, timeText } from "../report/json.ts";
import { type Look, makeStyle, paint, type Style } from "../text/style.ts";

/** What a story is told with. */
export interface WhyOptions {
  readonly runId: string;
  /** The time, where the run is still under way. */
  readonly now: number | null;
  readonly style: Style;
}

/** Ids named in one line. */
const NAMED_MAX = 6;
const TIME_COLUMNS = 9;
/** A shorter wait would read 0.00s. */
const TOLD_MS_MIN = 5;

/** The story of a job as text. */
export function whyText(story: JobStory, options: WhyOptions): string {
  const { style } = options;
  const { word, look } = standing(story.now);
  const title = `${paint(style, "bold", story.jobId)} of run ${options.runId}: ${
    paint(style, look, word)
  }`;
  const lines = story.steps.flatMap((step) => {
    const sentences = sentencesOf(step, options);
    const at = "from" in step ? step.from : "at" in step ? step.at : null;
    return sentences.map((sentence, i) =>
      `${
        paint(
          style,
          "dim",
          (i > 0 || at === null ? "" : sinceText(at - story.startedAt)).padStart(TIME_COLUMNS),
        )
      }  ${sentence}`
    );
  });
  const isLeft = options.now === null && story.now.phase !== "settled";
  if (isLeft) lines.push(`${"".padStart(TIME_COLUMNS)}  ${leftText(options.runId)}`);
  return [title, "", ...lines, ""].join("\n");
}

/** What is told is how the job stood when orch was last heard of. */
function leftText(runId: string): string {
  return `orch is no longer running this run; to continue: orch resume ${runId}`;
}

/** The story as data, schema `orch.why/v1`: the facts of each piece, and its words. */
export function whyDocument(story: JobStory, runId: string): object {
  const style = makeStyle({ color: false, ascii: false });
  return {
    schema: "orch.why/v1",
    run_id: runId,
    job_id: story.jobId,
    standing: standing(story.now).word,
    steps: story.steps.map((step) => ({
      ...snakeCased(withTimes(step)) as object,
      words: sentencesOf(step, { runId, now: null, style }).join("; "),
    })),
  };
}

const TIMES: readonly string[] = ["from", "until", "at"];

/** Facts with their times as text. */
function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    TIMES.includes(key) && typeof inner === "number" ? timeText(inner) : withTimes(inner),
  ]);
  return Object.fromEntries(entries);
}

function sinceText(ms: number): string {
  return `+${durationText(ms)}`;
}

function standing(now: JobState): { readonly word: string; readonly look: Look } {
  switch (now.phase) {
    case "waiting":
      return { word: "waits for its dependencies", look: "bold" };
    case "queued":
      return { word: "ready, waits for room", look: "bold" };
    case "backing_off":
      return { word: "waits for its next attempt", look: "yellow" };
    case "running":
    case "stopping":
      return { word: now.phase === "running" ? "runs" : "is being stopped", look: "cyan" };
    case "settled":
      return SETTLED[now.status];
    default:
      return unreachable(now);
  }
}

const SETTLED = {
  success: { word: "succeeded", look: "green" },
  failed: { word: "failed", look: "red" },
  cancelled: { word: "cancelled", look: "yellow" },
  skipped: { word: "skipped", look: "dim" },
} as const;

function sentencesOf(step: WhyStep, options: WhyOptions): string[] {
  switch (step.kind) {
    case "needs":
      return needsSentences(step, options);
    case "branch":
      return [
        sanitizeLine(`the branch is ${step.branch}; this job is for ${step.wanted.join(", ")}`),
      ];
    case "room":
      return roomSentences(step, options);
    case "attempt":
      return [attemptSentence(step, options)];
    case "backoff": {
      const wait = durationText(step.until - step.from);
      return [`waits ${wait} before attempt ${step.attempt} of ${step.most}`];
    }
    case "gave_up":
    case "skipped":
    case "cancelled":
      return [endSentence(step)];
    case "paused":
    case "down":
      return [gapSentence(step)];
    default:
      return unreachable(step);
  }
}

function needsSentences(step: NeedsStep, { now, style }: WhyOptions): string[] {
  const { needs } = step;
  if (needs.length === 0) return ["has no dependencies"];
  const leftOut = needs.filter(({ status }) => status === "left_out").map(({ jobId }) => jobId);
  const here = needs.filter(({ status }) => status !== "left_out");
  const sentences: string[] = [];
  if (here.length > 0) sentences.push(waitSentence(step, here, now));
  if (step.chain.length > 1) {
    sentences.push(`each of these waited for the previous one: ${chainText(step.chain, style)}`);
  }
  if (leftOut.length > 0) {
    sentences.push(`not part of this run, so treated as done: ${named(leftOut)}`);
  }
  return sentences;
}

function waitSentence(step: NeedsStep, needs: readonly Need[], now: number | null): string {
  const all = named(needs.map(needText));
  if (step.until === null) {
    const open = needs.filter(({ status }) => status === "open");
    const rest = open.length === needs.length ? "" : `; its dependencies: ${all}`;
    return `waits ${sofar(step.from, now)}for ${named(open.map(needText))}${rest}`;
  }
  const waited = step.until - step.from;
  const last = step.chain.at(-1);
  if (waited === 0 || last === undefined) return `needs ${all}`;
  const which = needs.length > 1 ? `, and ${last} was the last` : "";
  return `waited ${durationText(waited)} for its dependencies: ${all}${which}`;
}

function needText({ jobId, soft, status }: Need): string {
  const notes = [
    ...soft ? ["skip_if_failed"] : [],
    ...status === "success" || status === "open" ? [] : [status],
  ];
  return notes.length === 0 ? jobId : `${jobId} (${notes.join(", ")})`;
}

function roomSentences({ from, until, report }: RoomStep, { now }: WhyOptions): string[] {
  const { waits, earlier, later } = report;
  if (until !== null && until - from < TOLD_MS_MIN) return [];
  const waited = until === null
    ? `is ready, and waits ${sofar(from, now)}for room`
    : `was ready, and waited ${durationText(until - from)} for room`;
  const sentences = [
    waited,
    ...waits.filter(({ ms }) => ms >= TOLD_MS_MIN).map(({ cause, ms, holders }) =>
      `${durationText(ms)}: ${roomText(cause, named(holders.map(({ jobId }) => jobId)))}`
    ),
  ];
  if (earlier > 0) {
    sentences.push(`meanwhile ${counted(earlier, "job")} with higher priority started`);
  }
  if (later > 0) {
    sentences.push(
      `meanwhile ${counted(later, "job")} with lower priority started, because they fit`,
    );
  }
  return sentences;
}

/** What is in the way, and to whom that is due. */
export function roomText(cause: ObstacleCause, holders: string): string {
  switch (cause) {
    case "slots":
      return `all slots were in use, by ${holders}`;
    case "cap":
      return `${holders} allowed no more jobs in parallel (max_concurrent_jobs)`;
    case "own_cap":
      return `it allows fewer parallel jobs than were running (max_concurrent_jobs): ${holders}`;
    case "memory":
      return `too little memory was left beside ${holders} (max_memory_mb)`;
    case "cpu":
      return `too little processor time was left beside ${holders} (max_cpu_percent)`;
    case "reservation":
      return `${holders} had been passed over too often, so nothing could start before it`;
    default:
      return unreachable(cause);
  }
}

function attemptSentence(step: AttemptStep, { now }: WhyOptions): string {
  const { attempt, from, until, outcome, stopped } = step;
  const stop = stopped === null
    ? ""
    : `; asked to end after ${durationText(stopped.at - from)}, ${
      stopped.why === "timeout"
        ? "because its time limit was over"
        : "because the run was being stopped"
    }${stopped.killed ? ", then killed" : ""}`;
  if (until === null || outcome === null) {
    return `attempt ${attempt} runs${
      now === null ? "" : ` for ${durationText(now - from)} so far`
    }${stop}`;
  }
  return `attempt ${attempt} ran ${durationText(until - from)}: ${outcomeText(outcome)}${stop}`;
}

function endSentence(step: EndStep): string {
  switch (step.kind) {
    case "gave_up":
      return gaveUpText(step.why);
    case "skipped":
      return skippedSentence(step);
    case "cancelled": {
      const { reason, failed } = step;
      return failed === null
        ? `cancelled${reason === null ? "" : `: ${STOPS[reason]}`}`
        : `cancelled: ${failed} failed, and --fail-fast stopped the run`;
    }
    default:
      return unreachable(step);
  }
}

/** Why there is no further attempt. */
export function gaveUpText(why: GaveUp): string {
  switch (why.kind) {
    case "once":
      return "not retried: the job has no retry_config, and the file has no max_retries";
    case "used_up":
      return `not retried: all ${why.most} attempts were used`;
    case "not_retried":
      return "not retried: another attempt would not help, or could do harm";
    case "stopping":
      return "not retried: the run was being stopped";
    default:
      return unreachable(why);
  }
}

const STOPS: Readonly<Record<StopReason, string>> = {
  fail_fast: "a job failed, and --fail-fast stopped the run",
  interrupt: "the run was interrupted",
  terminate: "orch was terminated (SIGTERM)",
  hangup: "the terminal was closed, or what started orch has ended",
  kill: "the run was killed",
};

function skippedSentence(
  { reason, chain, cause }: Extract<EndStep, { kind: "skipped" }>,
): string {
  const why = `skipped: ${skipText(reason)}`;
  if (cause.phase !== "settled" || chain.length === 0) return why;
  const [first] = chain;
  if (cause.status === "failed") return `${why}; ${first} failed: ${outcomeText(cause.outcome)}`;
  if (cause.status === "cancelled") return `${why}; ${first} was cancelled`;
  return cause.status === "skipped"
    ? `${why}; ${first} was skipped: ${skipText(cause.reason)}`
    : why;
}

function gapSentence(step: GapStep): string {
  const time = durationText(step.until - step.from);
  if (step.kind === "paused") return `the run was paused for ${time}`;
  const effects = {
    lost: ", and the current attempt was lost: it runs again",
    reset: ", and then this job was reset: it runs again",
    assumed: ", and then the job was treated as succeeded",
    none: "",
  };
  return `orch was not running for ${time}${effects[step.effect]}`;
}

function sofar(from: number, now: number | null): string {
  return now === null ? "" : `${durationText(now - from)} so far `;
}

/** Ids, of which not too many are named. */
export function named(ids: readonly string[]): string {
  return listed(ids, NAMED_MAX);
}

function chainText(ids: readonly string[], { glyphs: { arrow, ellipsis } }: Style): string {
  const shown = ids.length <= NAMED_MAX ? ids : [...ids.slice(0, 2), ellipsis, ...ids.slice(-3)];
  return shown.join(` ${arrow} `);
}
