/**
 * Runs that died, with journals that were damaged in every way, by seeds: each is refused or goes on, and
 * no job that must not run twice does. The real reader, fold, plan and scheduler; only the world is a sketch.
 */
import type { RunEvent } from "../../lib/core/run/event.ts";
import { LineEncoder } from "../../lib/core/record/journal_line.ts";
import { readJournal } from "../../lib/core/record/journal_read.ts";
import { encodePlan } from "../../lib/core/record/plan_file.ts";
import { planResume } from "../../lib/core/record/resume.ts";
import { composeRun, ownIdOf } from "../../lib/core/record/run_record.ts";
import { initialState, type RunState } from "../../lib/core/run/state.ts";
import { step } from "../../lib/core/run/scheduler.ts";
import { type Traces, unrecordedAttempts } from "../../lib/core/record/traces.ts";
import { assert } from "../support/assert.ts";
import { DAMAGES } from "../support/damage.ts";
import { Dice } from "../support/random.ts";
import { sketchSettings, sketchWorkflow } from "../support/workflows.ts";
import { planJobs } from "../../lib/core/plan/plan.ts";

const TIMES = Number(Deno.env.get("ORCH_DAMAGE_TIMES") ?? 500);
const KINDS = Object.keys(DAMAGES);
const [RUN, OTHER] = ["20261122-113040-aaaa", "20261122-113040-bbbb"];

/** Eight jobs, half of which must not run twice; some need others. */
const WORKFLOW = sketchWorkflow(
  Array.from({ length: 8 }, (_, i) => ({
    id: `j${i}`,
    idempotent: i % 2 === 0,
    dependencies: i >= 3 ? [`j${i - 3}`] : [],
  })),
);
const SELECTED = [...WORKFLOW.jobs.keys()];
const SETTINGS = sketchSettings({ concurrency: 3 });

/** What a life of a run has left. */
interface Left {
  readonly events: readonly RunEvent[];
  readonly traces: Traces;
  /** Ids of jobs of which an attempt has begun. */
  readonly begun: ReadonlySet<string>;
}

/** A run that dies after so many ends of attempts, or does not. */
function firstLife(runId: string, dice: Dice): Left {
  const state = initialState(planJobs(WORKFLOW, SELECTED));
  const dieAfter = dice.between(0, 9);
  const files: string[] = [];
  const ends: string[] = [];
  const running: { jobId: string; attempt: number }[] = [];
  const events: RunEvent[] = [];
  let at = 1_000;
  const take = (batch: readonly RunEvent[]) => {
    for (const event of batch) {
      events.push(event);
      if (event.type !== "job_started") continue;
      const { jobId, attempt } = event;
      running.push({ jobId, attempt });
      files.push(`${jobId}.${attempt}.out`, `${jobId}.${attempt}.err`);
    }
  };
  take(step(state, { type: "run_requested", runId, settings: SETTINGS, at }));
  for (let ended = 0; ended < dieAfter && running.length > 0; ended++) {
    const [one] = running.splice(dice.between(0, running.length - 1), 1);
    const { jobId, attempt } = one!;
    ends.push(`${jobId}.${attempt}`);
    const outcome = dice.chance(0.15)
      ? { kind: "exited", code: 1 } as const
      : { kind: "succeeded" } as const;
    at += dice.between(1, 50);
    take(step(state, { type: "attempt_reported", jobId, attempt, outcome, at }));
  }
  // Some ended just before orch died, and only their slots have said so.
  for (const { jobId, attempt } of running) {
    if (dice.chance(0.3)) ends.push(`${jobId}.${attempt}`);
  }
  const begun = new Set(
    events.flatMap((event) => event.type === "job_started" ? [event.jobId] : []),
  );
  return { events, traces: { files, ends }, begun };
}

function encode(events: readonly RunEvent[]): Uint8Array {
  return new LineEncoder().encode(events, 0).slice();
}

/** What came of a journal: why it was refused, or the ids of the jobs that the next life has started. */
type Came = { readonly refused: string } | { readonly started: readonly string[] };

function resume(bytes: Uint8Array, traces: Traces): Came {
  const journal = readJournal(bytes);
  if (journal.end.kind === "corrupt" || journal.end.kind === "newer") {
    return { refused: journal.end.kind };
  }
  const text = encodePlan({
    ...{ runId: RUN!, file: null, baseDirectory: "/w", workflow: WORKFLOW, selected: SELECTED },
    settings: SETTINGS,
  });
  const read = composeRun(journal, { number: 0, path: "plan.json", text });
  if (!read.ok) return { refused: read.problem.kind };
  if (ownIdOf(read.record) !== RUN) return { refused: "another run" };
  const { state } = read.record;
  const ids = new Set(WORKFLOW.jobs.map(({ id }) => id));
  if (unrecordedAttempts(journal.events, ids, traces).length > 0) return { refused: "lost lines" };
  const downSince = journal.events.at(-1)?.at ?? 0;
  const resumption = planResume(state, {
    ...{ runId: RUN!, settings: SETTINGS, plan: 0, downSince, rerun: { kind: "none" } },
    ...{ changed: [], lostOnce: "ask", mayRunTwice: (job) => job.idempotent },
    fateOf({ jobId, attempt }) {
      const name = `${jobId}.${attempt}`;
      if (traces.ends.includes(name)) {
        return { kind: "ended", end: { outcome: { kind: "succeeded" }, endedAt: downSince } };
      }
      return { kind: traces.files.includes(`${name}.out`) ? "gone" : "never_began" };
    },
  });
  if (resumption.kind === "ask") return { refused: "asked" };
  if (resumption.kind === "nothing_to_do") return { started: [] };
  return { started: secondLife(state, { ...resumption.input, at: downSince + 1_000 }) };
}

/** Goes on to the end, where every attempt succeeds; which jobs were started. */
function secondLife(state: RunState, input: Parameters<typeof step>[1]): string[] {
  const started: string[] = [];
  const running: { jobId: string; attempt: number }[] = [];
  let { at } = input;
  for (let next: typeof input | null = input; next !== null;) {
    for (const event of step(state, next)) {
      if (event.type !== "job_started") continue;
      started.push(event.jobId);
      running.push(event);
    }
    const one = running.shift();
    at += 1;
    next = one === undefined ? null : {
      type: "attempt_reported",
      ...{ jobId: one.jobId, attempt: one.attempt, outcome: { kind: "succeeded" }, at },
    };
  }
  assert(state.status !== null, "the run ends");
  return started;
}

Deno.test(`${TIMES} damaged journals are refused or go on, and nothing runs twice that must not`, () => {
  const counts = new Map(KINDS.map((kind) => [kind, { refused: 0, wentOn: 0 }]));
  for (let seed = 0; seed < TIMES; seed++) {
    const dice = new Dice(seed);
    const kind = KINDS[seed % KINDS.length]!;
    const { events, traces, begun } = firstLife(RUN!, dice);
    const other = encode(firstLife(OTHER!, dice).events);
    const whole = encode(events);
    const came = resume(DAMAGES[kind]!({ bytes: whole, other, dice }), traces);
    const count = counts.get(kind)!;
    if ("refused" in came) {
      count.refused++;
      continue;
    }
    count.wentOn++;
    const twice = came.started.filter((id) => begun.has(id) && Number(id.slice(1)) % 2 === 1);
    assert(twice.length === 0, `seed ${seed}, ${kind}: ${twice.join(", ")} would run twice`);
    assert(new Set(came.started).size === came.started.length, `seed ${seed}, ${kind}`);
  }
  // Damage that leaves no whole line as it was never goes on where anything has run.
  for (const kind of ["line ends of Windows", "two runs in one", "the journal of another run"]) {
    assert(counts.get(kind)!.refused > counts.get(kind)!.wentOn, kind);
  }
});

Deno.test("what is not damaged goes on, or is asked about, for each of these runs", () => {
  for (let seed = 0; seed < 200; seed++) {
    const { events, traces } = firstLife(RUN!, new Dice(seed));
    const came = resume(encode(events), traces);
    assert(
      !("refused" in came) || came.refused === "asked",
      `seed ${seed}: ${JSON.stringify(came)}`,
    );
  }
});
