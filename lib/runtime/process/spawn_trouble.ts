/**
 * What a pool does when the machine cannot start another process: it says so once, continues with as
 * many as run already, and tries one more at growing intervals. This file also knows which errors pass
 * and which stay.
 */
import { causeOf } from "../../core/base/cause.ts";
import type { Clock, ProcessEnd, ProcessNotice } from "../port/world.ts";

/** How long starting may fail while nothing runs, before the pool gives up. */
const TROUBLE_MS_MAX = 30_000;
const FIRST_BACKOFF_MS = 50;
const BACKOFF_MS_MAX = 2_000;

/** The pool that has trouble. */
export interface Strained {
  /** How many are started and have not ended: processes, or the shells that they run in. */
  running(): number;
  /** How many wait to be started. */
  waiting(): number;
  /** Starts jobs that wait, as far as the limit allows. */
  serve(): void;
  /** Gives up all jobs that wait. */
  giveUp(end: NotStartedEnd): void;
  notice(notice: ProcessNotice): void;
}

/** The end of a process that never began. */
export type NotStartedEnd = Extract<ProcessEnd, { kind: "not_started" }>;

/** The trouble of one pool. */
export class SpawnTrouble {
  readonly #clock: Clock;
  readonly #pool: Strained;
  #limit = Infinity;
  #since: number | null = null;
  #backoffMs = FIRST_BACKOFF_MS;
  #said = false;
  #cancelRetry: (() => void) | null = null;

  constructor(clock: Clock, pool: Strained) {
    this.#clock = clock;
    this.#pool = pool;
  }

  /** How many may run at a time for now. */
  get limit(): number {
    return this.#limit;
  }

  /** A job that waits could not be started just now. */
  met(cause: string): void {
    const now = this.#clock.now();
    const running = this.#pool.running();
    if (!this.#said) {
      this.#pool.notice({ kind: "spawn_trouble", cause, parallel: Math.max(1, running) });
    }
    this.#said = true;
    this.#since ??= now;
    if (running > 0) this.#since = now;
    else if (now - this.#since > TROUBLE_MS_MAX) {
      return this.#pool.giveUp({ kind: "not_started", cause });
    }
    this.#limit = running;
    this.#retryAfter(this.#backoffMs);
    this.#backoffMs = Math.min(2 * this.#backoffMs, BACKOFF_MS_MAX);
  }

  /** Stops trying. */
  close(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  #retryAfter(milliseconds: number): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.callAt(this.#clock.now() + milliseconds, () => {
      this.#cancelRetry = null;
      this.#limit = this.#pool.running() + 1;
      this.#pool.serve();
      if (this.#cancelRetry !== null) return;
      // It went well. The next attempt waits as long as the last one did, or the trouble is over.
      if (this.#pool.waiting() > 0) this.#retryAfter(this.#backoffMs);
      else this.#limit = Infinity;
    });
  }
}

/** Too many files, too many processes, too little memory: a moment later it may go well. */
const PASSING: Readonly<Record<string, readonly number[]>> = {
  EAGAIN: [11, 35],
  ENOMEM: [12],
  ENFILE: [23],
  EMFILE: [24],
};

/** Whether waiting may help against what kept a process from starting. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && Object.hasOwn(PASSING, String(error.code))) return true;
  // An error of the platform's without a code still has the system's number in its text.
  const number = Number(/\(os error (\d+)\)$/.exec(error.message)?.[1]);
  return Object.values(PASSING).some((numbers) => numbers.includes(number));
}

/** The end of a job that was stopped while it waited. */
export const STOPPED_EARLY: NotStartedEnd = {
  kind: "not_started",
  cause: "stopped before it could start",
};

/** What Deno says of variables that would let a program it may start run another's code. */
const LINKER_VARIABLE = /^Requires --allow-run permissions to spawn subprocess with (\w+) environ/;

/** The end of a process that `error` kept from starting. */
export function notStarted(error: unknown): NotStartedEnd {
  const cause = causeOf(error);
  const variable = LINKER_VARIABLE.exec(cause)?.[1];
  return {
    kind: "not_started",
    cause,
    ...(variable !== undefined && { linkerVariable: variable }),
  };
}
