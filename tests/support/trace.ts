/**
 * Trace tables: a run as text. Jobs are sketched one a line; a script gives each input on a line that
 * begins with `>` and, below it, the events that must follow. Times are milliseconds.
 *
 *     a tries 2 pause 10               > 0 go
 *     b after a mem 4 timeout 50       0 start a#1
 *                                      > 5 a#1 exit 1
 *                                      5 retry a#1 exit 1 until 15
 *                                      > wake
 *                                      15 start a#2
 *
 * `> wake` tells the time for which the run waits. `run_started` and `job_queued` are left out: what
 * they lead to shows. After every trace the journal is folded again and must give the same state.
 */
import { apply, fold } from "../../lib/core/run/apply.ts";
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import type { Input, Outcome, RunEvent, SkipReason, StopReason } from "../../lib/core/run/event.ts";
import { type Expectation, type Plan, planJobs } from "../../lib/core/plan/plan.ts";
import { initialState, nextWakeup, type RunState } from "../../lib/core/run/state.ts";
import { step } from "../../lib/core/run/scheduler.ts";
import type { Workflow } from "../../lib/core/workflow/workflow.ts";
import { assert, assertEquals } from "./assert.ts";
import { assertObstacles } from "./obstacles.ts";
import { type JobSketch, sketchSettings, sketchWorkflow } from "./workflows.ts";

/** One trace: jobs, what differs from the defaults of a run, and the script. */
export interface Trace {
  readonly jobs: string;
  readonly settings?: Partial<RunSettings>;
  readonly script: string;
  /** What is known of durations: milliseconds by id. */
  readonly expected?: Readonly<Record<string, number>>;
}

/** Four slots, and a grace of 100 ms. */
const SETTINGS: Partial<RunSettings> = { graceMs: 100 };

/** Plays a trace and compares what happens with what its script says. */
export function playTrace({ jobs, script, settings, expected }: Trace): RunState {
  const player = new Player(planOf(jobs, (job) => expected?.[job.id] ?? null), settings);
  const wanted = linesOf(script);
  const actual: string[] = [];
  for (const line of wanted.filter((line) => line.startsWith(">"))) {
    actual.push(line, ...player.input(line));
  }
  assertEquals(actual, wanted);
  player.assertFolds();
  return player.state;
}

/** One run that takes inputs and gives events as lines. */
export class Player {
  readonly state: RunState;
  readonly journal: RunEvent[] = [];
  readonly #settings: RunSettings;

  constructor(plan: Plan, settings: Partial<RunSettings> = {}) {
    this.state = initialState(plan);
    this.#settings = sketchSettings({ ...SETTINGS, ...settings });
  }

  /** A player that goes on where a journal ends. */
  static after(plan: Plan, journal: readonly RunEvent[]): Player {
    const player = new Player(plan);
    for (const event of journal) player.#record(event);
    return player;
  }

  #record(event: RunEvent): void {
    this.journal.push(event);
    if (!("jobId" in event) || this.state.plan.indexOf.has(event.jobId)) apply(this.state, event);
  }

  /** Takes a line such as `> 5 a#1 ok`. */
  input(line: string): string[] {
    return this.take(parseInput(line, this.state, this.#settings));
  }

  /** Takes an input that no line can say. */
  take(input: Input): string[] {
    const events = step(this.state, input);
    this.journal.push(...events);
    // It looks at all jobs.
    if (this.state.jobs.length <= 100) assertObstacles(this.state);
    return events.map(eventText).filter((text) => text !== null);
  }

  /** Folding the journal, as JSON, gives the state. */
  assertFolds(): void {
    const folded = fold(this.state.plan, JSON.parse(JSON.stringify(this.journal)));
    assertEquals(visible(folded), visible(this.state));
  }
}

function visible(state: RunState) {
  const { plan: _plan, ready, alarms: _alarms, ...rest } = state;
  return { ...rest, ready: [ready.size, ready.first()], wakeup: nextWakeup(state) };
}

/** All jobs of a sketch as a plan. */
export function planOf(jobs: string, expectation?: Expectation): Plan {
  const workflow = workflowOf(jobs);
  return planJobs(workflow, [...workflow.jobs.keys()], expectation);
}

/** A workflow from one line for each job. */
export function workflowOf(jobs: string): Workflow {
  return sketchWorkflow(linesOf(jobs).map(parseJob));
}

/** The lines of a text without those that are empty, and without indentation. */
export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

function parseJob(line: string): JobSketch {
  const [id, ...words] = line.split(/\s+/);
  const said = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) said.set(words[i]!, words[i + 1]!);
  const list = (key: string) => said.get(key)?.split(",") ?? [];
  const number = (key: string) => said.has(key) ? Number(said.get(key)) : null;
  const sketch: JobSketch = {
    id: id!,
    dependencies: list("after"),
    conditions: {
      skipIfFailed: list("soft"),
      onlyIfBranch: said.has("branch") ? list("branch") : null,
    },
    limits: {
      maxMemoryMb: number("mem"),
      maxCpuPercent: number("cpu"),
      maxConcurrentJobs: number("cap"),
    },
    retry: {
      maxAttempts: number("tries") ?? 1,
      initialDelayMs: number("pause") ?? 1000,
      maxDelayMs: number("longest") ?? 60_000,
      backoffFactor: number("factor") ?? 2,
      jitter: 0,
    },
    timeoutMs: number("timeout"),
  };
  const known = "after soft branch mem cpu cap tries pause longest factor timeout".split(" ");
  for (const key of said.keys()) assert(known.includes(key), `'${key}' means nothing in a sketch`);
  return sketch;
}

function parseInput(line: string, state: RunState, settings: RunSettings): Input {
  const [first, ...rest] = line.slice(1).trim().split(" ");
  if (first === "wake") {
    const at = nextWakeup(state);
    assert(at !== null, "the run waits for no time");
    return { type: "time_reached", at };
  }
  const at = Number(first);
  const [what, ...words] = rest;
  switch (what) {
    case "go":
      return { type: "run_requested", runId: "traced", settings, at };
    case "time":
      return { type: "time_reached", at };
    case "stop":
      return { type: "stop_requested", reason: words[0] as StopReason, at };
    default: {
      const [jobId, attempt] = what!.split("#");
      const outcome = parseOutcome(words);
      return { type: "attempt_reported", jobId: jobId!, attempt: Number(attempt), outcome, at };
    }
  }
}

function parseOutcome([word, fact]: string[]): Outcome {
  switch (word) {
    case "ok":
      return { kind: "succeeded" };
    case "exit":
      return { kind: "exited", code: Number(fact) };
    case "signal":
      return { kind: "signaled", signal: fact! };
    case "oom":
      return { kind: "out_of_memory", peakMb: 2, limitMb: 1 };
    case "missing":
      return { kind: "not_started", why: { reason: "script_missing", path: fact! } };
    case "cancelled":
      return { kind: "cancelled" };
    default:
      throw new Error(`'${word}' is no outcome`);
  }
}

/** An event as one line; `null` for those that a trace leaves out. */
function eventText(event: RunEvent): string | null {
  const text = textOf(event);
  return text === null ? null : `${event.at} ${text}`;
}

function textOf(event: RunEvent): string | null {
  switch (event.type) {
    case "run_started":
    case "job_queued":
      return null;
    case "job_started":
      return `start ${event.jobId}#${event.attempt}` +
        (event.deadline === null ? "" : ` until ${event.deadline}`);
    case "job_stopping": {
      const { jobId, attempt, why, force, forceAt } = event;
      const then = forceAt === null ? "" : `, kill at ${forceAt}`;
      return `${force ? "kill" : "term"} ${jobId}#${attempt} for ${why}${then}`;
    }
    case "job_retrying": {
      const { jobId, attempt, outcome, until } = event;
      return `retry ${jobId}#${attempt} ${outcomeText(outcome)} until ${until}`;
    }
    case "job_completed":
      return `done ${event.jobId}#${event.attempt}`;
    case "job_failed":
      return `fail ${event.jobId}#${event.attempt} ${outcomeText(event.outcome)}`;
    case "job_cancelled":
      return `cancel ${event.jobId}#${event.attempt}`;
    case "job_skipped": {
      const { jobId, reason } = event;
      return `skip ${jobId} ${skipText(reason)}`;
    }
    case "run_stopping":
      return `stopping for ${event.reason}`;
    case "pause_ended":
      return `resumed after ${event.pausedMs}`;
    case "run_resumed":
      return `resumed, lost ${event.lost.join() || "-"}, reset ${event.reset.join() || "-"}`;
    case "run_finished":
      return `finished ${event.status}`;
  }
}

function skipText(reason: SkipReason): string {
  switch (reason.kind) {
    case "dependency":
      return `after ${reason.dependency}, first cause ${reason.cause}`;
    case "skip_if_failed":
      return `as ${reason.jobId} failed`;
    case "branch":
      return `on ${reason.branch}, wants ${reason.wanted.join()}`;
  }
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit ${outcome.code}`;
    case "signaled":
      return `signal ${outcome.signal}`;
    case "timed_out":
      return `timed out after ${outcome.afterMs}`;
    case "out_of_memory":
      return "oom";
    case "not_started":
      return `not started: ${outcome.why.reason}`;
    default:
      return outcome.kind;
  }
}
