/**
 * Memory and processor time of running jobs, by sampling all processes from time to time: one sample
 * serves all jobs. A process that lives shorter than the time between two samples is not seen.
 */
import { listProcesses, type ProcessFacts } from "./process_table.ts";
import type { Clock, LiveUsage } from "../port/world.ts";

/** Milliseconds between two samples. */
const SAMPLE_MS = 250;
/** A sample costs as much as a few jobs. If all jobs are younger than this, the next one is soon enough. */
const YOUNG_MS = 20;
/** The samples that a share of the processor is computed from: hundredths of a second need a while. */
const METERED_LOOKS = 5;

/** A job whose memory is sampled. */
export interface Watched {
  /** The process group it runs in. */
  readonly group: number;
  /** Whether this is the shell of its slot, which does not count. */
  isSlot(process: ProcessFacts): boolean;
  /** When it began to run, by the clock of the sampler. */
  readonly startedAt: number;
  /** Receives what its processes hold and have used together. */
  sampled(look: UsageLook): void;
}

/** The living processes of one job, at one moment. */
export interface UsageLook {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

/** Samples while there is a job to watch. */
export class UsageSampler {
  readonly #clock: Clock;
  readonly #watched = new Map<number, Watched>();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Watches a job from now on; one for each group. */
  watch(job: Watched): void {
    this.#watched.set(job.group, job);
    this.#cancel ??= this.#clock.callAt(this.#clock.now() + SAMPLE_MS, () => this.#look());
  }

  /** Stops watching it. */
  unwatch({ group }: Watched): void {
    this.#watched.delete(group);
  }

  /** Stops sampling. */
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
    const looks = new Map<number, UsageLook>();
    for (const process of await listProcesses() ?? []) {
      const { group, residentBytes, cpuSeconds } = process;
      if (this.#watched.get(group)?.isSlot(process) !== false) continue;
      const sum = looks.get(group) ?? { residentBytes: 0, cpuSeconds: 0 };
      looks.set(group, {
        residentBytes: sum.residentBytes + residentBytes,
        cpuSeconds: sum.cpuSeconds + cpuSeconds,
      });
    }
    for (const [group, look] of looks) this.#watched.get(group)?.sampled(look);
  }
}

/** What one job uses now, by its last samples. */
export class UsageMeter {
  #looks: (UsageLook & { readonly at: number })[] = [];

  /** Adds a sample; `at` is in milliseconds. */
  add(look: UsageLook, at: number): void {
    this.#looks = [...this.#looks.slice(1 - METERED_LOOKS), { ...look, at }];
  }

  /** `null` before the first sample. */
  now(): LiveUsage | null {
    const [first, last] = [this.#looks[0], this.#looks.at(-1)];
    if (first === undefined || last === undefined) return null;
    const seconds = (last.at - first.at) / 1000;
    const used = Math.max(0, last.cpuSeconds - first.cpuSeconds);
    return {
      memoryBytes: last.residentBytes,
      cpuPercent: seconds > 0 ? (100 * used) / seconds : null,
    };
  }
}
