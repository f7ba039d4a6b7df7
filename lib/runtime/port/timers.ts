/**
 * Calls at a time. The platform's `setTimeout` takes 10 to 20 ms to load at its first use, more than
 * all else between the start of a run and its first job; `AbortSignal.timeout` waits as well and is
 * there from the start. It cannot be taken back, so what is waited for is kept here, and few signals
 * are armed: one only where nothing armed fires as early as the next call.
 */
// @ts-types="../../types/std_binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";

/** The longest time that a timer of the platform can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

interface Call {
  readonly at: number;
  readonly order: number;
  /** `null` once it is taken back. */
  callback: (() => void) | null;
}

interface Alarm {
  readonly at: number;
  /** Lets the program end before the alarm rings. */
  forget(): void;
}

/** All that one clock has been asked to call. */
export class Timers {
  readonly #now: () => number;
  readonly #calls = new BinaryHeap<Call>((a, b) => a.at - b.at || a.order - b.order);
  #order = 0;
  /** Calls not taken back. */
  #wanted = 0;
  /** From the latest to the earliest: each was armed since it fires before those that were there. */
  #armed: Alarm[] = [];

  /** `now` is in milliseconds and never goes backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls back once at or after `at`, those of one moment in order; the function returned takes that back. */
  callAt(at: number, callback: () => void): () => void {
    const call: Call = { at, order: this.#order++, callback };
    this.#calls.push(call);
    this.#wanted++;
    this.#arm();
    return () => {
      if (call.callback === null) return;
      call.callback = null;
      this.#release();
    };
  }

  /** One call less. Where none is left, nothing may keep the program from ending. */
  #release(): void {
    if (--this.#wanted > 0) return;
    for (const alarm of this.#armed) alarm.forget();
    this.#armed = [];
    while (this.#calls.pop() !== undefined);
  }

  #arm(): void {
    const next = this.#next();
    if (next === undefined) return;
    const wait = Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil(next.at - this.#now())));
    const at = this.#now() + wait;
    const earliest = this.#armed.at(-1);
    if (earliest !== undefined && earliest.at <= Math.max(next.at, at)) return;
    const signal = AbortSignal.timeout(wait);
    const ring = () => this.#ring(alarm);
    const alarm = { at, forget: () => signal.removeEventListener("abort", ring) };
    signal.addEventListener("abort", ring);
    this.#armed.push(alarm);
  }

  #next(): Call | undefined {
    for (;;) {
      const next = this.#calls.peek();
      if (next === undefined || next.callback !== null) return next;
      this.#calls.pop();
    }
  }

  #ring(alarm: Alarm): void {
    const place = this.#armed.indexOf(alarm);
    if (place >= 0) this.#armed.splice(place, 1);
    const now = this.#now();
    try {
      for (let next = this.#next(); next !== undefined && next.at <= now; next = this.#next()) {
        this.#calls.pop();
        const { callback } = next;
        next.callback = null;
        callback!();
        this.#release();
      }
    } finally {
      this.#arm();
    }
  }
}
