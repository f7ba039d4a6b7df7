/**
 * The simulator of crashes: the real scheduler, loop and journal on a virtual clock, in a world that
 * remembers what jobs really did. Each life of orch may die at its n-th write, of which a random part
 * is kept; the next life reads what the disk holds, looks at what the world holds, and goes on.
 */
import type { Durability } from "../../lib/core/base/choices.ts";
import { fold } from "../../lib/core/run/apply.ts";
import type { Outcome, RunEvent } from "../../lib/core/run/event.ts";
import { readJournal } from "../../lib/core/record/journal_read.ts";
import { type Plan, planJobs } from "../../lib/core/plan/plan.ts";
import {
  type AttemptFate,
  type FirstInput,
  type LiveAttempt,
  planResume,
  type ResumeOptions,
} from "../../lib/core/record/resume.ts";
import type { RunState } from "../../lib/core/run/state.ts";
import { Journal, type JournalFile } from "../../lib/runtime/store/journal.ts";
import { RunLoop } from "../../lib/runtime/run/loop.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { assertObstacles } from "../support/obstacles.ts";
import { Dice } from "../support/random.ts";
import { VirtualClock } from "../support/virtual_clock.ts";
import type { AttemptScript, RandomRun } from "./random_run.ts";

/** When and how orch dies. */
export interface CrashOptions {
  /** Seed of what chance decides about a crash. */
  readonly seed: number;
  readonly durability: Durability;
  /** The write at which each life dies, counted from 1; a life beyond these does not die. */
  readonly deaths: readonly number[];
}

/** What came of a run after all its lives. */
export interface CrashedRun {
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  readonly world: JobWorld;
  /** Writes of each life. */
  readonly writes: readonly number[];
}

/** More calls than any run of the generator needs. */
const CALLS_MAX = 100_000;
/** Waits of a promise between a sync and the effects that waited for it, and some more. */
const HOPS_MAX = 12;

/** Runs to the end, dying on the way, and checks what must hold at every death and at the end. */
export async function simulateCrashes(run: RandomRun, options: CrashOptions): Promise<CrashedRun> {
  const dice = new Dice(options.seed);
  const plan = planJobs(run.workflow, [...run.workflow.jobs.keys()]);
  const disk = new Disk();
  const world = new JobWorld(run, dice);
  const writes: number[] = [];
  for (let life = 0;; life++) {
    assert(life <= options.deaths.length + run.stops.length + 1, "the run needs no more lives");
    const { durability, deaths } = options;
    const death = { atWrite: deaths[life] ?? Infinity, durability };
    const { state, died, writes: made } = await live(
      { run, plan, disk, world, dice, life },
      death,
    );
    writes.push(made);
    if (died) {
      disk.crash(dice);
      const { events } = readJournal(disk.content());
      world.crash(durability, events);
      continue;
    }
    const { events, end } = readJournal(disk.content());
    assertEquals(end, { kind: "clean" });
    assertEquals(
      visible(fold(plan, events)),
      visible(state),
      "folding the journal gives the state",
    );
    const mayGoOn = made > 0 && (state.stopReason !== null || state.forced);
    if (!mayGoOn) return { events, state, world, writes };
  }
}

interface Life {
  readonly run: RandomRun;
  readonly plan: Plan;
  readonly disk: Disk;
  readonly world: JobWorld;
  readonly dice: Dice;
  /** 0 for the first. */
  readonly life: number;
}

interface Death {
  /** Counted from 1; `Infinity` for a life that does not die. */
  readonly atWrite: number;
  readonly durability: Durability;
}

/** One orch from its start to its end or death. */
async function live(
  { run, plan, disk, world, dice, life }: Life,
  death: Death,
): Promise<{ readonly state: RunState; readonly died: boolean; readonly writes: number }> {
  const content = readJournal(disk.content());
  assert(content.end.kind === "clean" || content.end.kind === "torn", content.end.kind);
  disk.cut(content.validBytes);
  const state = fold(plan, content.events);
  const downSince = content.events.at(-1)?.at ?? 0;
  const clock = new VirtualClock(Math.max(1_000_000, downSince + dice.between(0, 100)));
  const start = clock.now();
  const file = new MemoryFile(disk, { clock, dice, death });
  const { durability } = death;
  const journal = new Journal(file, { durability, clock, nextSeq: content.nextSeq });
  const attempts = new Map<string, ScriptedAttempt>();
  const perform = (event: RunEvent) => {
    if (file.dead) return;
    if (event.type === "job_started") {
      attempts.set(event.jobId, new ScriptedAttempt(event, { state, clock, world, loop, file }));
    } else if (event.type === "job_stopping") {
      attempts.get(event.jobId)!.stop(event.force);
    }
  };
  const loop = new RunLoop(state, {
    clock,
    record(events) {
      assertObstacles(state);
      return journal.append(events);
    },
    perform,
    show() {},
  });
  loop.finished.catch(() => {});
  const input = world.firstInput(state, downSince);
  if (input === null) return { state, died: false, writes: 0 };
  loop.post(input);
  if (life === 0) {
    for (const { at, reason } of run.stops) {
      clock.callAt(start + at, () => loop.post({ type: "stop_requested", reason }));
    }
  }
  for (let calls = 0; !file.dead && clock.advance(); calls++) {
    assert(calls < CALLS_MAX, "the run ends");
    if (durability === "power") { for (let hop = 0; hop < HOPS_MAX; hop++) await null; }
  }
  if (file.dead) return { state, died: true, writes: file.writes };
  await loop.finished;
  assert(state.status !== null, "the run ends with run_finished");
  return { state, died: false, writes: file.writes };
}

/** The bytes of a journal, and how many of them a crash cannot take. */
class Disk {
  #bytes = new Uint8Array(4096);
  length = 0;
  safe = 0;

  content(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  add(bytes: Uint8Array): void {
    while (this.length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Keeps some of what was not safe; sometimes zeros in the place of the rest. */
  crash(dice: Dice): void {
    const { length } = this;
    this.length = dice.between(this.safe, length);
    if (this.length < length && dice.chance(0.2)) {
      this.add(new Uint8Array(dice.between(1, length - this.length)));
    }
    this.safe = this.length;
  }

  cut(length: number): void {
    this.length = this.safe = length;
  }
}

/** The file of one life: it dies in the middle of a write. */
class MemoryFile implements JournalFile {
  writes = 0;
  dead = false;
  readonly #disk: Disk;
  readonly #clock: VirtualClock;
  readonly #dice: Dice;
  readonly #death: Death;

  constructor(
    disk: Disk,
    { clock, dice, death }: { clock: VirtualClock; dice: Dice; death: Death },
  ) {
    this.#disk = disk;
    this.#clock = clock;
    this.#dice = dice;
    this.#death = death;
  }

  write(bytes: Uint8Array): number {
    // If orch alone dies, what it wrote before is with the kernel.
    if (this.#death.durability === "process") this.#disk.safe = this.#disk.length;
    this.writes++;
    this.#disk.add(bytes);
    if (this.writes < this.#death.atWrite) return bytes.length;
    this.dead = true;
    throw new Error("orch died");
  }

  sync(): Promise<void> {
    const upTo = this.#disk.length;
    return new Promise((resolve) =>
      this.#clock.callAt(this.#clock.now() + this.#dice.between(0, 3), () => {
        if (this.dead) return;
        this.#disk.safe = Math.max(this.#disk.safe, upTo);
        resolve();
      })
    );
  }

  close(): void {}
}

/** What one attempt really did. */
interface WorldAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly script: AttemptScript;
  /** Whether orch asked it to end, or had written that it would. */
  wasStopped: boolean;
  /** How it ended by itself or for a stop, and left a file that says so. */
  end: Outcome | null;
  /** What a death of orch made of it. */
  fate: "stopped" | "gone" | null;
}

/** The world outside: it does what the script says and outlives orch. */
export class JobWorld {
  readonly attempts = new Map<string, WorldAttempt>();
  /** Jobs that the user was asked about. */
  readonly announced = new Set<string>();
  readonly #run: RandomRun;
  readonly #dice: Dice;
  readonly #timeouts: ReadonlyMap<string, number | null>;

  constructor(run: RandomRun, dice: Dice) {
    this.#run = run;
    this.#dice = dice;
    this.#timeouts = new Map(run.workflow.jobs.map(({ id, timeoutMs }) => [id, timeoutMs]));
  }

  /** The attempt begins; `ordinal` is its number without those that were lost. */
  begin(jobId: string, attempt: number, ordinal: number): WorldAttempt {
    const key = `${jobId}#${attempt}`;
    assert(!this.attempts.has(key), `${key} begins once`);
    for (const before of this.attempts.values()) {
      if (before.jobId !== jobId) continue;
      const succeeded = before.end?.kind === "succeeded" && !before.wasStopped;
      assert(!succeeded || before.fate === "gone", `${key} begins after its job was done`);
      assert(before.end !== null || before.fate !== null, `${key} begins beside another`);
      if (before.fate !== null && !before.wasStopped && !mayRunTwice(jobId)) {
        assert(this.announced.has(jobId), `${key} runs twice only after a question`);
      }
    }
    const script = this.#run.attemptScript(jobId, ordinal);
    const begun = { jobId, attempt, script, wasStopped: false, end: null, fate: null };
    this.attempts.set(key, begun);
    return begun;
  }

  /**
   * orch is dead, and left `events`: what still lives ends by itself in time, or not; a loss of power
   * takes files that say so. Nothing was begun that is not written down.
   */
  crash(durability: Durability, events: readonly RunEvent[]): void {
    const keysOf = (...types: RunEvent["type"][]) =>
      new Set(
        events.flatMap((event) =>
          "attempt" in event && types.includes(event.type)
            ? [`${event.jobId}#${event.attempt}`]
            : []
        ),
      );
    const started = keysOf("job_started");
    const stopping = keysOf("job_stopping");
    const known = keysOf("job_completed", "job_failed", "job_retrying", "job_cancelled");
    for (const [key, attempt] of this.attempts) {
      assert(started.has(key), `${key} is written down`);
      attempt.wasStopped ||= stopping.has(key);
      if (attempt.fate !== null || known.has(key)) continue;
      const { durationMs, outcome } = attempt.script;
      const inTime = durationMs <= (this.#timeouts.get(attempt.jobId) ?? Infinity);
      if (attempt.end === null && inTime && !attempt.wasStopped && this.#dice.chance(0.4)) {
        attempt.end = outcome;
      }
      if (attempt.end === null) attempt.fate = this.#dice.pick(["stopped", "gone"]);
      else if (durability === "power" && this.#dice.chance(0.2)) attempt.fate = "gone";
    }
  }

  /** What a new orch begins with; `null` where the run is over. Asks about what must not run twice. */
  firstInput(state: RunState, downSince: number): FirstInput | null {
    const options = (lostOnce: ResumeOptions["lostOnce"]): ResumeOptions => ({
      runId: "simulated",
      settings: this.#run.settings,
      plan: 0,
      downSince,
      rerun: { kind: "none" },
      changed: [],
      fateOf: (live) => this.#fateOf(live, downSince),
      mayRunTwice: ({ id }) => mayRunTwice(id),
      lostOnce,
    });
    let resumption = planResume(state, options("ask"));
    if (resumption.kind === "ask") {
      for (const id of resumption.jobIds) {
        assert(!mayRunTwice(id), `${id} need not be asked about`);
        this.announced.add(id);
      }
      resumption = planResume(state, options("rerun"));
    }
    assert(resumption.kind !== "ask", "an answered question is not asked again");
    return resumption.kind === "go_on" ? resumption.input : null;
  }

  #fateOf({ jobId, attempt, since }: LiveAttempt, downSince: number): AttemptFate {
    const begun = this.attempts.get(`${jobId}#${attempt}`);
    if (begun === undefined) return { kind: "never_began" };
    if (begun.fate !== null) return { kind: begun.fate };
    assert(begun.end !== null, "a dead orch leaves no attempt live");
    return {
      kind: "ended",
      end: { outcome: begun.end, endedAt: Math.max(since, downSince) },
    };
  }
}

/** Every fourth job must not run twice unannounced. */
function mayRunTwice(jobId: string): boolean {
  return Number(jobId.slice(1)) % 4 !== 0;
}

/** One attempt that ends when its script says, and reports once, if there is an orch to report to. */
class ScriptedAttempt {
  readonly #begun: WorldAttempt;
  readonly #end: (afterMs: number, outcome: Outcome) => void;

  constructor(
    { jobId, attempt }: Extract<RunEvent, { type: "job_started" }>,
    { state, clock, world, loop, file }: {
      state: RunState;
      clock: VirtualClock;
      world: JobWorld;
      loop: RunLoop;
      file: MemoryFile;
    },
  ) {
    const records = state.attempts[state.plan.indexOf.get(jobId)!] ?? [];
    const counted = records.filter(({ outcome }) => outcome.kind !== "lost");
    const begun = this.#begun = world.begin(jobId, attempt, counted.length + 1);
    this.#end = (afterMs, outcome) =>
      clock.callAt(clock.now() + afterMs, () => {
        if (file.dead || begun.end !== null) return;
        begun.end = outcome;
        loop.post({ type: "attempt_reported", jobId, attempt, outcome });
      });
    this.#end(begun.script.durationMs, begun.script.outcome);
  }

  stop(force: boolean): void {
    const { termMs, killMs } = this.#begun.script;
    this.#begun.wasStopped = true;
    if (force) this.#end(killMs, { kind: "signaled", signal: "SIGKILL" });
    else if (termMs !== null) this.#end(termMs, { kind: "signaled", signal: "SIGTERM" });
  }
}

function visible({ plan: _plan, ready, alarms: _alarms, ...rest }: RunState) {
  return { ...rest, ready: ready.size };
}
