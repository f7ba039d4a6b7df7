/**
 * Memory and processor time of running jobs, by looking at all processes from time to time: one look
 * serves all jobs. What lives shorter than the time between two looks is not seen.
 */
import { listProcesses, type ProcessFacts } from "./process_table.ts";
import type { Clock, LiveUsage } from "../port/world.ts";

/** Milliseconds between two looks. */
const SAMPLE_MS = 250;
/** A look costs as much as some jobs: where all jobs are younger, the next one is soon enough. */
const YOUNG_MS = 20;
/** Looks that a share of the processor is taken from: what is counted in hundredths needs a while. */
const METERED_LOOKS = 5;

/** A job whose memory is looked at. */
export interface Watched {
  /** The process group it runs in. */
  readonly group: number;
  /** Whether this is the shell of its slot, which does not count. */
  isSlot(process: ProcessFacts): boolean;
  /** When it began to run, by the clock of the sampler. */
  readonly startedAt: number;
  /** Gets what its processes hold and have used together. */
  sampled(look: UsageLook): void;
}

/** The living processes of one job, at one moment. */
export interface UsageLook {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
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

/** The last looks at one job, as what it uses now. */
export class UsageMeter {
  #looks: (UsageLook & { readonly at: number })[] = [];

  /** Takes in a look; `at` is in milliseconds. */
  add(look: UsageLook, at: number): void {
    this.#looks = [...this.#looks.slice(1 - METERED_LOOKS), { ...look, at }];
  }

  /** `null` before the first look. */
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
