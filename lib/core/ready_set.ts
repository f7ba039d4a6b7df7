/**
 * The jobs that are ready to start, so that the first in the order of starting *that fits what is
 * free* is found without looking at the others: a segment tree over the ranks of the plan, each node
 * holding the least that any ready job below it asks for. Adding, removing and finding cost O(log V)
 * while one resource is scarce; only jobs that contend for several at once can cost more.
 */
import { type Demand, fits, type Free } from "./resources.ts";

const NOTHING: Demand = { memoryMb: Infinity, cpuPercent: Infinity, maxConcurrent: 0 };

/** A set of ranks, 0 to capacity - 1. */
export class ReadySet {
  #count = 0;
  readonly #leaves: number;
  readonly #memoryMb: Float64Array;
  readonly #cpuPercent: Float64Array;
  readonly #maxConcurrent: Float64Array;

  constructor(capacity: number) {
    this.#leaves = 1;
    while (this.#leaves < capacity) this.#leaves *= 2;
    this.#memoryMb = new Float64Array(2 * this.#leaves).fill(Infinity);
    this.#cpuPercent = new Float64Array(2 * this.#leaves).fill(Infinity);
    this.#maxConcurrent = new Float64Array(2 * this.#leaves);
  }

  /** How many jobs are ready. */
  get size(): number {
    return this.#count;
  }

  /** Adds the job of this rank, with what it asks for. It must not be there yet. */
  add(rank: number, demand: Demand): void {
    this.#count++;
    this.#set(rank, demand);
  }

  /** Takes the job of this rank out. It must be there. */
  remove(rank: number): void {
    this.#count--;
    this.#set(rank, NOTHING);
  }

  /** The first rank, whatever it asks for; -1 where nothing is ready. */
  first(): number {
    return this.firstFitting({
      running: 0,
      memoryMb: Number.MAX_VALUE,
      cpuPercent: Number.MAX_VALUE,
    });
  }

  /** The first rank whose demand fits; -1 where none does. */
  firstFitting(free: Free): number {
    let node = 1;
    for (;;) {
      if (this.#fits(node, free)) {
        if (node >= this.#leaves) return node - this.#leaves;
        node *= 2;
        continue;
      }
      while (node % 2 === 1) {
        if (node === 1) return -1;
        node >>= 1;
      }
      node++;
    }
  }

  #fits(node: number, free: Free): boolean {
    return fits(
      {
        memoryMb: this.#memoryMb[node]!,
        cpuPercent: this.#cpuPercent[node]!,
        maxConcurrent: this.#maxConcurrent[node]!,
      },
      free,
    );
  }

  #set(rank: number, demand: Demand): void {
    let node = this.#leaves + rank;
    this.#memoryMb[node] = demand.memoryMb;
    this.#cpuPercent[node] = demand.cpuPercent;
    this.#maxConcurrent[node] = demand.maxConcurrent;
    for (node >>= 1; node >= 1; node >>= 1) {
      const left = 2 * node;
      const right = left + 1;
      this.#memoryMb[node] = Math.min(this.#memoryMb[left]!, this.#memoryMb[right]!);
      this.#cpuPercent[node] = Math.min(this.#cpuPercent[left]!, this.#cpuPercent[right]!);
      this.#maxConcurrent[node] = Math.max(this.#maxConcurrent[left]!, this.#maxConcurrent[right]!);
    }
  }
}
