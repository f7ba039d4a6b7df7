/**
 * What keeps a ready job from starting: a watch over the state of a run while its events are folded.
 * Whenever time passes and the job is ready, the state between the events says why it does not run.
 */
import type { RunEvent } from "../run/event.ts";
import { holdersOf, type ObstacleCause, obstacleOf } from "../run/obstacle.ts";
import { isLive, type RunState } from "../run/state.ts";

/** Time spent ready, for one reason. */
export interface RoomWait {
  readonly cause: ObstacleCause;
  readonly ms: number;
  /** What was in the way, longest first. */
  readonly holders: readonly { readonly jobId: string; readonly ms: number }[];
}

/** What a watch has seen since it began. */
export interface RoomReport {
  /** Longest first. */
  readonly waits: readonly RoomWait[];
  /** How many started meanwhile that come earlier in the start order. */
  readonly earlier: number;
  /** How many that come later: they fitted where this one did not. */
  readonly later: number;
}

interface Tally {
  ms: number;
  readonly holders: Map<number, number>;
}

/** Watches one job of a run that is being folded. */
export class WaitTracker {
  readonly #state: RunState;
  readonly #job: number;
  readonly #live = new Set<number>();
  #tallies = new Map<ObstacleCause, Tally>();
  #earlier = 0;
  #later = 0;
  #last = 0;

  constructor(state: RunState, job: number) {
    this.#state = state;
    this.#job = job;
  }

  /** Time passes until `at` in the present state. */
  pass(at: number): void {
    const ms = at - this.#last;
    if (ms <= 0) return;
    this.#last = at;
    if (this.#state.jobs[this.#job]!.phase !== "queued") return;
    const cause = obstacleOf(this.#state, this.#job);
    if (cause === null) return;
    const tally = this.#tallies.get(cause) ?? { ms: 0, holders: new Map() };
    tally.ms += ms;
    for (const job of holdersOf(this.#state, cause, this.#live)) {
      tally.holders.set(job, (tally.holders.get(job) ?? 0) + ms);
    }
    this.#tallies.set(cause, tally);
  }

  /** Time until `at` in which nothing happened, because no orch was at work. */
  skip(at: number): void {
    this.#last = Math.max(this.#last, at);
  }

  /** Takes in an event that has just been folded. */
  note(event: RunEvent): void {
    if (event.type === "run_resumed") {
      this.#live.clear();
      this.#state.jobs.forEach((job, i) => void (isLive(job) && this.#live.add(i)));
    }
    if (!("jobId" in event)) return;
    const { plan, jobs } = this.#state;
    const job = plan.indexOf.get(event.jobId)!;
    if (isLive(jobs[job]!)) this.#live.add(job);
    else this.#live.delete(job);
    if (event.type !== "job_started" || jobs[this.#job]!.phase !== "queued") return;
    if (plan.rank[job]! < plan.rank[this.#job]!) this.#earlier++;
    else this.#later++;
  }

  /** What was seen since the last report; the watch begins anew. */
  report(): RoomReport {
    const { plan } = this.#state;
    const waits = [...this.#tallies].map(([cause, { ms, holders }]): RoomWait => ({
      cause,
      ms,
      holders: [...holders].map(([job, ms]) => ({ jobId: plan.jobs[job]!.id, ms }))
        .sort((a, b) => b.ms - a.ms),
    })).sort((a, b) => b.ms - a.ms);
    const report = { waits, earlier: this.#earlier, later: this.#later };
    this.#tallies = new Map();
    this.#earlier = this.#later = 0;
    return report;
  }
}
