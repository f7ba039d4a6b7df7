/** `orch logs --follow`: output as it comes, of the attempts that run and of those that follow. */
import { isOfPlan } from "../../core/run/apply.ts";
import { sleep } from "../../runtime/port/waiting.ts";
import { apply } from "../../core/run/apply.ts";
import { attemptsOf, lastAttempts, type LoggedAttempt } from "../../core/record/logged_attempts.ts";
import type { RunRecord } from "../../core/record/run_record.ts";
import type { RunState } from "../../core/run/state.ts";
import { JournalTail } from "../../runtime/store/journal_tail.ts";
import { RUN_FILES } from "../../runtime/state/run_directory.ts";
import { activityOf, readRun } from "../../runtime/store/read_run.ts";
import { type LogFeed, openFeed, say, type WantedLogs } from "./log_feed.ts";

/** How often is looked for more. */
const LOOK_EVERY_MS = 100;
/** Looks that find nothing before is said what is waited for: most jobs begin sooner. */
const QUIET_LOOKS = 20;

/** Follows the output that is wanted until nothing more of it can come. */
export async function followLogs(record: RunRecord, wanted: WantedLogs): Promise<void> {
  await new Follower(record, wanted).run();
}

class Follower {
  readonly #wanted: WantedLogs;
  #state: RunState;
  #tail: JournalTail;
  /** Attempts that were opened, or that were over before the one that is shown first. */
  readonly #seen = new Set<string>();
  readonly #open = new Map<string, LogFeed>();

  constructor({ state, journal }: RunRecord, wanted: WantedLogs) {
    this.#wanted = wanted;
    this.#state = state;
    this.#tail = new JournalTail(RUN_FILES.journal(wanted.place.path), journal);
  }

  async run(): Promise<void> {
    const { attempt, jobId, world } = this.#wanted;
    if (attempt === null) {
      for (const one of this.#attempts()) this.#seen.add(keyOf(one));
      for (const one of lastAttempts(this.#state, jobId)) this.#seen.delete(keyOf(one));
    }
    this.#showAll();
    try {
      for (let looks = 0; !this.#isOver() && !world.stdout.isBroken; looks++) {
        if (looks === QUIET_LOOKS) this.#sayWhatIsAwaited();
        await sleep(world.clock, LOOK_EVERY_MS);
        // Asked first: a run may end between two questions.
        const isWorkedOn = activityOf(this.#wanted.place.path).kind === "running";
        const news = await this.#readOn();
        if (news) this.#showAll();
        else for (const feed of this.#open.values()) feed.pump();
        if (!news && !isWorkedOn) return this.#sayUnfinished();
      }
      this.#sayNothingCame();
    } finally {
      for (const feed of this.#open.values()) feed[Symbol.dispose]();
    }
  }

  /** Where there is no output yet: nobody could tell why nothing is printed. */
  #sayWhatIsAwaited(): void {
    const { jobId, attempt, world } = this.#wanted;
    if (this.#attempts().length === 0) say({ kind: "awaited", jobId, attempt }, world);
  }

  #sayNothingCame(): void {
    const { jobId, world } = this.#wanted;
    const job = jobId === null ? undefined : this.#state.plan.indexOf.get(jobId);
    if (jobId === null || job === undefined || this.#attempts().length > 0) return;
    say({ kind: "no_attempt", jobId, job: this.#state.jobs[job]! }, world);
  }

  /** Whether nothing more can come of what is wanted. */
  #isOver(): boolean {
    const { jobId, attempt } = this.#wanted;
    if (this.#state.status !== null) return true;
    if (jobId === null) return false;
    // The job may be gone from the workflow that the run goes on with.
    const job = this.#state.plan.indexOf.get(jobId);
    if (job === undefined) return true;
    if (this.#state.jobs[job]!.phase === "settled") return true;
    return attempt !== null &&
      attemptsOf(this.#state, job).some((one) => one.attempt === attempt && one.ended !== null);
  }

  /** Takes in what has happened meanwhile; whether anything has. */
  async #readOn(): Promise<boolean> {
    const events = await this.#tail.read();
    if (events.some(({ type }) => type === "run_resumed")) return await this.#readAgain();
    const { plan } = this.#state;
    for (const event of events) if (isOfPlan(plan, event)) apply(this.#state, event);
    return events.length > 0;
  }

  /** Another orch goes on with the run, perhaps by another plan. */
  async #readAgain(): Promise<boolean> {
    const { path } = this.#wanted.place;
    const read = await readRun(path);
    if (!read.ok) return false;
    this.#state = read.record.state;
    this.#tail = new JournalTail(RUN_FILES.journal(path), read.record.journal);
    return true;
  }

  #showAll(): void {
    for (const one of this.#attempts()) {
      const key = keyOf(one);
      if (!this.#seen.has(key)) this.#open.set(key, openFeed(one, this.#wanted));
      this.#seen.add(key);
      const feed = this.#open.get(key);
      if (feed === undefined) continue;
      if (one.ended === null) {
        feed.pump();
      } else {
        feed.finish(one.ended);
        this.#open.delete(key);
      }
    }
  }

  /** The attempts that are wanted, in the order of their starts. */
  #attempts(): LoggedAttempt[] {
    const { jobId, attempt } = this.#wanted;
    const state = this.#state;
    return state.plan.jobs.flatMap(({ id }, job) =>
      jobId === null || id === jobId ? attemptsOf(state, job) : []
    )
      .filter((one) => attempt === null || one.attempt === attempt)
      .sort((a, b) => a.startedAt - b.startedAt);
  }

  #sayUnfinished(): void {
    const { place: { runId }, world } = this.#wanted;
    for (const feed of this.#open.values()) feed.finish(null);
    this.#open.clear();
    say({ kind: "orch_died", runId }, world);
  }
}

function keyOf({ jobId, attempt }: LoggedAttempt): string {
  return `${jobId} ${attempt}`;
}
