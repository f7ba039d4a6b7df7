/** A clock that stands still until it is told to go on: for the simulator and for tests of waiting. */
// @ts-types="../../lib/types/std_binary_heap.d.ts"
import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { Clock } from "../../lib/runtime/port/world.ts";

interface Call {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Calls are made in order of time, those of one moment in the order in which they were asked for. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #calls = new BinaryHeap<Call>((a, b) => a.at - b.at || a.order - b.order);

  constructor(start = 1_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  callAt(at: number, callback: () => void): () => void {
    const call = { at: Math.max(at, this.#now), order: this.#order++, callback, cancelled: false };
    this.#calls.push(call);
    return () => void (call.cancelled = true);
  }

  defer(callback: () => void): void {
    this.callAt(this.#now, callback);
  }

  utcOffsetMinutes(): number {
    return 0;
  }

  /** Lets time pass inside a call, as work does. */
  spend(ms: number): void {
    this.#now += ms;
  }

  /** Makes the next call; false where there is none. */
  advance(): boolean {
    for (;;) {
      const call = this.#calls.pop();
      if (call === undefined) return false;
      if (call.cancelled) continue;
      this.#now = Math.max(this.#now, call.at);
      call.callback();
      return true;
    }
  }
}
