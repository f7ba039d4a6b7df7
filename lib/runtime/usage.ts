/**
 * Memory of running jobs, by looking at all processes from time to time: one look serves all jobs.
 * What lives shorter than the time between two looks is not seen.
 */
import { listProcesses } from "./process_table.ts";
import type { Clock } from "./world.ts";

/** Milliseconds between two looks. */
const SAMPLE_MS = 250;
/** A look costs as much as some jobs: where all jobs are younger, the next one is soon enough. */
const YOUNG_MS = 20;

/** A job whose memory is looked at. */
export interface Watched {
  /** The process group it runs in. Its leader is the slot's shell, which does not count. */
  readonly group: number;
  /** When it began to run, by the clock of the sampler. */
  readonly startedAt: number;
  /** Gets the memory that its processes hold together. */
  sampled(residentBytes: number): void;
}

/** Looks while there is somebody to look at. */
export class UsageSampler {
  readonly #clock: Clock;
  readonly #watched = new Map<number, Watched>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Looks at a job from now on; one for each group. */
  watch(job: Watched): void {
    this.#watched.set(job.group, job);
    this.#cancel ??= this.#clock.callAt(this.#clock.now() + SAMPLE_MS, () => this.#look());
  }

  /** Looks at it no more. */
  unwatch({ group }: Watched): void {
    this.#watched.delete(group);
  }

  /** Ends the looking. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#watched.clear();
  }

  async #look(): Promise<void> {
    const young = this.#clock.now() - YOUNG_MS;
    if (this.#watched.values().some(({ startedAt }) => startedAt <= young)) await this.#sample();
    this.#cancel = this.#watched.size === 0
      ? null
      : this.#clock.callAt(this.#clock.now() + SAMPLE_MS, () => this.#look());
  }

  async #sample(): Promise<void> {
    const bytes = new Map<number, number>();
    for (const { pid, group, residentBytes } of await listProcesses() ?? []) {
      if (pid !== group && this.#watched.has(group)) {
        bytes.set(group, (bytes.get(group) ?? 0) + residentBytes);
      }
    }
    for (const [group, residentBytes] of bytes) this.#watched.get(group)?.sampled(residentBytes);
  }
}
