/**
 * Processes without a shell: where `sh` may not be run, and on Windows. Each job is one program with
 * plain arguments, started by Deno; its output is copied into its files here. There is no reaper: if
 * orch itself is killed, its jobs live on. What jobs leave behind in their process groups ends with
 * the run, as far as orch may send signals.
 */
import { sleep } from "../port/waiting.ts";
import { type DirectHost, DirectProcess, type Leftover, wordsOf } from "./direct_process.ts";
import { LogCap } from "./log_cap.ts";
import { lookInto, signalGroup } from "../kernel/process_group.ts";
import { isPassing, notStarted, type NotStartedEnd, SpawnTrouble } from "./spawn_trouble.ts";
import type {
  Clock,
  PoolOptions,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
} from "../port/world.ts";

/** Time between TERM and KILL for what ended jobs left behind, and for KILL to work. */
const LEFT_MS = 500;
const POLL_MS = 20;

/** The pool of one run. */
export class DirectPool implements ProcessPool, DirectHost {
  readonly clock: Clock;
  readonly logCap: LogCap;
  readonly cookie: string;
  readonly outerCookies: string;

  readonly #options: PoolOptions;
  readonly #trouble: SpawnTrouble;
  readonly #live = new Set<DirectProcess>();
  readonly #queue: DirectProcess[] = [];
  readonly #left: Leftover[] = [];

  constructor(clock: Clock, options: PoolOptions) {
    this.clock = clock;
    this.cookie = options.cookie;
    this.outerCookies = options.outerCookies ?? "";
    this.#options = options;
    this.logCap = new LogCap(clock, options.limits.maxLogBytes);
    this.#trouble = new SpawnTrouble(clock, {
      running: () => this.#live.size,
      waiting: () => this.#queue.length,
      serve: () => this.#serve(),
      giveUp: (end) => this.#giveUpAll(end),
      notice: options.notice,
    });
  }

  start(spec: ProcessSpec): RunningProcess {
    const words = wordsOf(spec.launch);
    if (words === null) {
      return { ended: Promise.resolve(notStarted("the command needs a shell")), stop() {} };
    }
    const process = new DirectProcess(this, spec, words);
    this.#queue.push(process);
    this.#serve();
    return process;
  }

  /** Processes are not sampled here. */
  usageOf(): null {
    return null;
  }

  async freeze(): Promise<void> {
    await Promise.all([...this.#live].map((process) => process.signal("SIGSTOP")));
  }

  thaw(): void {
    for (const process of this.#live) process.signal("SIGCONT");
  }

  forget(process: DirectProcess): boolean {
    const place = this.#queue.indexOf(process);
    if (place >= 0) this.#queue.splice(place, 1);
    return place >= 0;
  }

  over(process: DirectProcess, left: Leftover | null): void {
    this.#live.delete(process);
    if (left !== null) this.#left.push(left);
    this.#serve();
  }

  async close(): Promise<void> {
    this.#trouble.close();
    this.logCap.close();
    const reachable = this.#left.filter((left) => left.reachable).map(({ group }) => group);
    const stubborn = await this.#stop(await inhabited(reachable), "SIGTERM");
    await this.#stop(stubborn, "SIGKILL");
    const lost = this.#left.filter((left) => !left.reachable);
    if (lost.length === 0) return;
    this.#options.notice({
      kind: "left_behind",
      attempts: lost.map(({ attemptName }) => attemptName),
      curable: Deno.build.os !== "windows",
    });
  }

  #serve(): void {
    while (this.#queue.length > 0 && this.#live.size < this.#trouble.limit) {
      const process = this.#queue.shift()!;
      try {
        process.begin();
        this.#live.add(process);
      } catch (error) {
        const end = notStarted(error);
        if (!isPassing(error)) {
          process.giveUp(end);
          continue;
        }
        this.#queue.unshift(process);
        return this.#trouble.met(end.cause);
      }
    }
  }

  #giveUpAll(end: NotStartedEnd): void {
    for (const process of this.#queue.splice(0)) process.giveUp(end);
  }

  /** Signals groups and waits until they are empty; returns those that are not. */
  async #stop(groups: readonly number[], signal: "SIGTERM" | "SIGKILL"): Promise<number[]> {
    let left = [...groups];
    for (const group of left) {
      await signalGroup(group, signal);
      if (signal === "SIGTERM") await signalGroup(group, "SIGCONT");
    }
    for (const end = this.clock.now() + LEFT_MS; left.length > 0 && this.clock.now() < end;) {
      left = await inhabited(left);
      if (left.length > 0) await sleep(this.clock, POLL_MS);
    }
    return left;
  }
}

/** The groups that have a process. The number of an empty group may be given to a stranger. */
async function inhabited(groups: readonly number[]): Promise<number[]> {
  const answers = await Promise.all(groups.map(lookInto));
  return groups.filter((_, i) => answers[i] === "sent");
}
