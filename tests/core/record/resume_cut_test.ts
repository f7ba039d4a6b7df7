/** A journal may end at any byte: the run goes on from there, and comes to the same end. */
import type { Input, Outcome, RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { readJournal } from "../../../lib/core/record/journal_read.ts";
import { planResume } from "../../../lib/core/record/resume.ts";
import { isLive, nextWakeup, type RunState } from "../../../lib/core/run/state.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";
import { planOf, Player } from "../../support/trace.ts";

const JOBS = `
  root
  flaky after root tries 3 pause 10
  beside after root
  fails after beside tries 2 pause 5
  never after fails
  unless soft fails
  elsewhere branch main
  joined after flaky,beside
  last after joined tries 2 pause 10`;

/** How each attempt that counts ends; those that are not here succeed. */
const ENDS: Readonly<Record<string, Outcome>> = {
  "flaky.1": { kind: "exited", code: 1 },
  "flaky.2": { kind: "signaled", signal: "SIGSEGV" },
  "fails.1": { kind: "exited", code: 2 },
  "fails.2": { kind: "exited", code: 3 },
  "last.1": { kind: "exited", code: 4 },
};

/** Lets every attempt end and every wait pass, until the run is over. */
function finish(player: Player, from: number): void {
  const { state } = player;
  for (let at = from + 1; state.status === null; at++) {
    const live = state.jobs.findIndex(isLive);
    if (live < 0) {
      const wakeup = nextWakeup(state);
      assert(wakeup !== null, "a run that is not over waits for something");
      at = Math.max(at, wakeup);
      player.take({ type: "time_reached", at });
    } else {
      const { id: jobId } = state.plan.jobs[live]!;
      const counted = (state.attempts[live] ?? []).filter(({ outcome }) => outcome.kind !== "lost");
      const outcome = ENDS[`${jobId}.${counted.length + 1}`] ?? { kind: "succeeded" } as const;
      const job = state.jobs[live]!;
      assert(isLive(job));
      player.take({ type: "attempt_reported", jobId, attempt: job.attempt, outcome, at });
    }
  }
}

/** What became of every job, and of those of its attempts that count. */
function resultOf({ status, plan, jobs, attempts }: RunState): string[] {
  return [
    status!,
    ...jobs.map((job, i) => {
      const counted = (attempts[i] ?? []).map(({ outcome }) => JSON.stringify(outcome))
        .filter((outcome) => outcome !== '{"kind":"lost"}');
      return `${plan.jobs[i]!.id} ${job.phase === "settled" ? job.status : job.phase} ${counted}`;
    }),
  ];
}

const PLAN = planOf(JOBS);
const CALM = new Player(PLAN);
CALM.input("> 0 go");
finish(CALM, 0);
const BYTES = bytesOf(CALM.journal);

/** What followed from the first so many events of one journal. */
type Played = Map<number, readonly RunEvent[]>;

/** Goes on with a journal that was cut, and returns the events of all lives. */
function goOn(bytes: Uint8Array, played: Played): readonly RunEvent[] {
  const { events, end } = readJournal(bytes);
  assert(end.kind === "clean" || end.kind === "torn", end.kind);
  const known = played.get(events.length);
  if (known !== undefined) return known;
  const journal = playOn(events);
  played.set(events.length, journal);
  assertEquals(readJournal(bytesOf(journal)).end, { kind: "clean" });
  return journal;
}

function bytesOf(journal: readonly RunEvent[]): Uint8Array {
  return new LineEncoder().encode(journal, 0).slice();
}

function playOn(events: readonly RunEvent[]): readonly RunEvent[] {
  const player = Player.after(PLAN, events);
  const at = 100_000;
  const resumption = planResume(player.state, {
    runId: "traced",
    settings: sketchSettings({ graceMs: 100 }),
    plan: 0,
    downSince: events.at(-1)?.at ?? 0,
    rerun: { kind: "none" },
    changed: [],
    fateOf: () => ({ kind: "gone" }),
    mayRunTwice: () => true,
    lostOnce: "ask",
  });
  assert(resumption.kind !== "ask");
  if (resumption.kind === "go_on") {
    player.take({ ...resumption.input, at } as Input);
    finish(player, at);
  }
  assertEquals(resultOf(player.state), resultOf(CALM.state));
  checkNothingTwice(player.journal, events.length);
  player.assertFolds();
  return player.journal;
}

/** What was done before event number `count` does not begin after it. */
function checkNothingTwice(events: readonly RunEvent[], count: number): void {
  const done = new Set(
    events.slice(0, count).flatMap((event) => event.type === "job_completed" ? event.jobId : []),
  );
  for (const event of events.slice(count)) {
    if (event.type === "job_started") assert(!done.has(event.jobId), `${event.jobId} was done`);
  }
}

Deno.test("the run has what a cut may fall into: retries, failures, skips", () => {
  assertEquals(resultOf(CALM.state).map((line) => line.split(" ").slice(0, 2).join(" ")), [
    ...["failed", "root success", "flaky success", "beside success", "fails failed"],
    ...["never skipped", "unless skipped", "elsewhere skipped", "joined success", "last success"],
  ]);
});

Deno.test(`a journal that is cut at any of its ${BYTES.length} bytes is gone on with`, () => {
  const played: Played = new Map();
  for (let length = 0; length <= BYTES.length; length++) goOn(BYTES.subarray(0, length), played);
  assertEquals(played.size, CALM.journal.length + 1);
});

Deno.test("so is one with zeros behind the cut, as a power cut may leave them", () => {
  const played: Played = new Map();
  for (let length = 0; length <= BYTES.length; length += 5) {
    const zeros = new Uint8Array(1 + length % 600);
    goOn(Uint8Array.from([...BYTES.subarray(0, length), ...zeros]), played);
  }
});

Deno.test("and one that is cut again after it went on", () => {
  for (let first = 0; first < BYTES.length; first += 211) {
    const bytes = bytesOf(goOn(BYTES.subarray(0, first), new Map()));
    const played: Played = new Map();
    for (let second = 0; second <= bytes.length; second += 37) {
      goOn(bytes.subarray(0, second), played);
    }
  }
});
