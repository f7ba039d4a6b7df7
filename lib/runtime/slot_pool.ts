/**
 * The processes of one run: warm shells, as many as jobs run at a time, and what guards them. A job
 * takes an idle slot or a new one; a slot that died or still holds a stranger is replaced.
 */
import { RunCgroup, type SlotCgroup } from "./containment.ts";
import { LogCap } from "./log_cap.ts";
import { Reaper } from "./reaper.ts";
import { ShellSlot } from "./shell_slot.ts";
import { cookiesOf, listProcesses } from "./process_table.ts";
import { type Look, type Slot, type SlotHost, SlotProcess } from "./slot_process.ts";
import { isPassing, notStarted, type NotStartedEnd, SpawnTrouble } from "./spawn_trouble.ts";
import { UsageSampler } from "./usage.ts";
import type {
  Clock,
  LiveUsage,
  PoolOptions,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
} from "./world.ts";

/** How old a look at all processes may be. */
const LOOK_MS = 15;
/** How long shells may take to end once they are told. */
const SHELL_END_MS = 500;
/** How long a pause waits for a reaper that cannot be started. */
const MOST_FREEZE_MS = 1_000;
/** The longest of the waits between two attempts to remove a control group. */
const LONGEST_REMOVAL_MS = 32;

/** What stands in the cookie of a slot in the place of an attempt, whose name ends in a number. */
const SLOT = "slot";

/** The pool of one run. Close it on every way out. */
export class SlotPool implements ProcessPool, SlotHost {
  readonly clock: Clock;
  readonly options: PoolOptions;
  readonly sampler: UsageSampler;
  readonly logCap: LogCap;

  #reaper: Reaper | null = null;
  readonly #cgroup: RunCgroup | null;
  readonly #slots = new Set<Slot>();
  readonly #idle: Slot[] = [];
  /** Groups of slots that are gone, in which jobs may have left something. */
  readonly #retired = new Map<number, SlotCgroup | null>();
  readonly #queue: SlotProcess[] = [];
  /** Attempts by their names, until they have ended. */
  readonly #live = new Map<string, SlotProcess>();
  readonly #trouble: SpawnTrouble;
  #opened = 0;
  /** The last look at all processes, which jobs that are stopped together share. */
  #looked: { at: number; look: Promise<Look | null> } = {
    at: -Infinity,
    look: Promise.resolve(null),
  };

  /** Throws the platform's error where `sh` cannot be started. */
  constructor(clock: Clock, options: PoolOptions) {
    this.clock = clock;
    this.options = options;
    this.#cgroup = RunCgroup.open(options.cookie);
    this.sampler = new UsageSampler(clock);
    this.logCap = new LogCap(clock, options.maxLogBytes);
    this.#trouble = new SpawnTrouble(clock, {
      running: () => this.#slots.size,
      waiting: () => this.#queue.length,
      serve: () => this.#serve(),
      giveUp: (end) => this.#giveUpAll(end),
      notice: options.notice,
    });
  }

  /** Started beside the first slot, whose shell needs as long to be ready, and before its first job. */
  get reaper(): Reaper {
    return this.#reaper ??= new Reaper({ ...this.options, cgroup: this.#cgroup?.path ?? null });
  }

  start(spec: ProcessSpec): RunningProcess {
    const process = new SlotProcess(this, spec);
    this.#live.set(spec.attemptName, process);
    this.#queue.push(process);
    this.#serve();
    return process;
  }

  usageOf(attemptName: string): LiveUsage | null {
    return this.#live.get(attemptName)?.usage ?? null;
  }

  settled(attemptName: string): void {
    this.#live.delete(attemptName);
  }

  async freeze(): Promise<void> {
    const groups = [...this.#slots].map(({ shell }) => shell.group);
    const sent = Promise.all(groups.map((group) => this.reaper.signal("STOP", group)));
    await this.#within(MOST_FREEZE_MS, sent);
  }

  thaw(): void {
    for (const { shell } of this.#slots) this.reaper.signal("CONT", shell.group);
  }

  forget(process: SlotProcess): boolean {
    const place = this.#queue.indexOf(process);
    if (place >= 0) this.#queue.splice(place, 1);
    return place >= 0;
  }

  giveBack(slot: Slot): void {
    const { shell, leaf } = slot;
    // What a job left behind is not to count for the next.
    if (!shell.isIdle || leaf?.holdsOthersThan(shell.group)) this.#retire(slot);
    else this.#idle.push(slot);
    this.#serve();
  }

  startAgain(process: SlotProcess, slot: Slot, cause: string): void {
    this.#retire(slot);
    this.#queue.unshift(process);
    this.#trouble.met(cause);
  }

  async close(): Promise<void> {
    this.#trouble.close();
    this.sampler.close();
    this.logCap.close();
    const shells = [...this.#slots].map(({ shell }) => shell);
    for (const slot of [...this.#slots]) this.#retire(slot);
    const ended = Promise.all(shells.map((shell) => shell.ended));
    // A shell that does not end by itself (somebody stopped it) ends by the reaper.
    await this.#within(SHELL_END_MS, ended);
    await this.#reaper?.close();
    await this.#within(SHELL_END_MS, ended);
    await this.#removeGroups();
  }

  /** A group whose last process was just killed can be removed a moment later. */
  async #removeGroups(): Promise<void> {
    let left = [...this.#retired.values()].filter((leaf) => leaf !== null);
    for (let wait = 1;; wait *= 2) {
      left = left.filter((leaf) => !leaf.close());
      // What is in the others now was left on purpose.
      if (left.length === 0 || wait > LONGEST_REMOVAL_MS) break;
      await this.pause(wait);
    }
    this.#cgroup?.close();
  }

  /** Waits for something, but not longer than this. */
  async #within(milliseconds: number, awaited: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.clock.callAt(this.clock.now() + milliseconds, resolve);
    await Promise.race([awaited, promise]);
    cancel();
  }

  look(): Promise<Look | null> {
    const now = this.clock.now();
    if (now - this.#looked.at > LOOK_MS) this.#looked = { at: now, look: this.#lookNow() };
    return this.#looked.look;
  }

  async #lookNow(): Promise<Look | null> {
    const run = `${this.options.cookie}.`;
    const [processes, all] = await Promise.all([listProcesses(), cookiesOf(run)]);
    if (processes === null || all === null) return null;
    const cookies = new Map<number, string>();
    const nested = new Set<number>();
    for (const [pid, own] of all) {
      const cookie = own.find((cookie) => cookie.startsWith(run))!;
      // A job that has not become a program still has the environment of its slot: nobody's in particular.
      if (cookie !== run + SLOT) cookies.set(pid, cookie);
      if (cookie !== own[0]) nested.add(pid);
    }
    return { processes, cookies, nested };
  }

  #serve(): void {
    while (this.#queue.length > 0) {
      const slot = this.#takeIdle() ?? this.#open();
      if (slot === null) return;
      this.#queue.shift()!.begin(slot);
    }
  }

  /** An idle slot whose shell still lives: what a job left behind may have killed it since. */
  #takeIdle(): Slot | null {
    for (;;) {
      const slot = this.#idle.pop();
      if (slot === undefined) return null;
      if (slot.shell.isIdle) return slot;
      this.#retire(slot);
    }
  }

  #open(): Slot | null {
    if (this.#slots.size >= this.#trouble.limit) return null;
    let leaf: SlotCgroup | null = null;
    try {
      const { reaper } = this;
      leaf = this.#cgroup?.leaf() ?? null;
      const token = `${this.options.cookie}.${++this.#opened}`;
      const { endsStem, cookie, outerCookies } = this.options;
      const endsPath = endsStem === null ? null : `${endsStem}${this.#opened}`;
      const shell = new ShellSlot(token, {
        firstWords: leaf?.firstWords,
        endsPath,
        cookie: `${cookie}.${SLOT}${outerCookies ?? ""}`,
      });
      const slot = { shell, leaf };
      this.#slots.add(slot);
      reaper.add(slot.shell.group);
      slot.shell.ended.then(() => reaper.orphan(slot.shell.group));
      return slot;
    } catch (error) {
      leaf?.close();
      const end = notStarted(error);
      if (isPassing(error)) this.#trouble.met(end.cause);
      else this.#giveUpAll(end);
      return null;
    }
  }

  #giveUpAll(end: NotStartedEnd): void {
    for (const process of this.#queue.splice(0)) process.giveUp(end);
  }

  #retire(slot: Slot): void {
    slot.shell.close();
    this.#slots.delete(slot);
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    slot.leaf?.release();
    this.#retired.set(slot.shell.group, slot.leaf);
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) =>
      void this.clock.callAt(this.clock.now() + milliseconds, resolve)
    );
  }
}
