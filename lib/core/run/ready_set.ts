/**
 * The jobs that are ready to start, so that the first in the start order *that fits what is
 * free* is found without looking at the others: a segment tree over the ranks of the plan. Each node
 * holds the least demanding of the ready jobs below it: those that no other one below it undercuts in
 * every resource. A job below fits exactly if one of these does, so a search goes straight down.
 * Adding, removing and finding cost O(log V). Where more than `LEAST` demands do not undercut each
 * other, the rest is held as if one job asked for the least of each, and a search may turn back.
 */
import { type Demand, fits, type Free } from "../plan/resources.ts";

/** Demands that a node holds. */
const LEAST = 4;

/** A set of ranks, 0 to capacity - 1. */
export class ReadySet {
  #count = 0;
  readonly #leaves: number;
  /** The demands of node `n` are at `n * LEAST` and after; `#held[n]` of them. */
  readonly #held: Uint8Array;
  readonly #memoryMb: Float64Array;
  readonly #cpuPercent: Float64Array;
  readonly #maxConcurrent: Float64Array;

  constructor(capacity: number) {
    this.#leaves = 1;
    while (this.#leaves < capacity) this.#leaves *= 2;
    const nodes = 2 * this.#leaves;
    this.#held = new Uint8Array(nodes);
    this.#memoryMb = new Float64Array(nodes * LEAST);
    this.#cpuPercent = new Float64Array(nodes * LEAST);
    this.#maxConcurrent = new Float64Array(nodes * LEAST);
  }

  /** How many jobs are ready. */
  get size(): number {
    return this.#count;
  }

  /** Adds the job of this rank, with what it asks for. It must not be there yet. */
  add(rank: number, demand: Demand): void {
    this.#count++;
    const leaf = this.#leaves + rank;
    this.#hold(leaf, demand);
    this.#updateAbove(leaf);
  }

  /** Takes the job of this rank out. It must be there. */
  remove(rank: number): void {
    this.#count--;
    const leaf = this.#leaves + rank;
    this.#held[leaf] = 0;
    this.#updateAbove(leaf);
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
      if (this.#anyFits(node, free)) {
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

  #anyFits(node: number, free: Free): boolean {
    for (let k = 0; k < this.#held[node]!; k++) if (fits(this.#demand(node, k), free)) return true;
    return false;
  }

  #updateAbove(leaf: number): void {
    for (let node = leaf >> 1; node >= 1; node >>= 1) {
      this.#held[node] = 0;
      for (const child of [2 * node, 2 * node + 1]) {
        for (let k = 0; k < this.#held[child]!; k++) this.#hold(node, this.#demand(child, k));
      }
    }
  }

  #demand(node: number, k: number): Demand {
    const at = node * LEAST + k;
    return {
      memoryMb: this.#memoryMb[at]!,
      cpuPercent: this.#cpuPercent[at]!,
      maxConcurrent: this.#maxConcurrent[at]!,
    };
  }

  #put(node: number, k: number, demand: Demand): void {
    const at = node * LEAST + k;
    this.#memoryMb[at] = demand.memoryMb;
    this.#cpuPercent[at] = demand.cpuPercent;
    this.#maxConcurrent[at] = demand.maxConcurrent;
  }

  /** Adds a demand to those of a node, unless one of them undercuts it, and drops those that it undercuts. */
  #hold(node: number, demand: Demand): void {
    let kept = 0;
    for (let k = 0; k < this.#held[node]!; k++) {
      const other = this.#demand(node, k);
      if (undercuts(other, demand)) return;
      if (!undercuts(demand, other)) this.#put(node, kept++, other);
    }
    if (kept < LEAST) this.#put(node, kept++, demand);
    else this.#put(node, LEAST - 1, leastOf(this.#demand(node, LEAST - 1), demand));
    this.#held[node] = kept;
  }
}

/** Whether `a` asks for no more than `b` of anything. */
function undercuts(a: Demand, b: Demand): boolean {
  return a.memoryMb <= b.memoryMb && a.cpuPercent <= b.cpuPercent &&
    a.maxConcurrent >= b.maxConcurrent;
}

function leastOf(a: Demand, b: Demand): Demand {
  return {
    memoryMb: Math.min(a.memoryMb, b.memoryMb),
    cpuPercent: Math.min(a.cpuPercent, b.cpuPercent),
    maxConcurrent: Math.max(a.maxConcurrent, b.maxConcurrent),
  };
}
