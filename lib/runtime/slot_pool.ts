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
import { UsageSampler } from "./usage.ts";
import type {
  Clock,
  LiveUsage,
  PoolOptions,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
} from "./world.ts";

/** How long starting may fail before it is given up. */
const LONGEST_TROUBLE_MS = 30_000;
/** How old a look at all processes may be. */
const LOOK_MS = 15;
/** How long shells may take to end once they are told. */
const SHELL_END_MS = 500;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2_000;

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
  /** Slots that may exist while the machine cannot start more. */
  #limit = Infinity;
  #trouble: { since: number; backoffMs: number } | null = null;
  #cancelRetry: (() => void) | null = null;
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
  }

  /** Started beside the first slot, whose shell needs as long to be ready, and before its first job. */
  get reaper(): Reaper {
    return this.#reaper ??= new Reaper({ ...this.options, cgroup: this.#cgroup?.path ?? null });
  }

  start(spec: ProcessSpec): RunningProcess {
    const process = new SlotProcess(this, spec);
    this.#live.set(spec.attemptName, process);
    process.ended.then(() => this.#live.delete(spec.attemptName));
    this.#queue.push(process);
    this.#serve();
    return process;
  }

  usageOf(attemptName: string): LiveUsage | null {
    return this.#live.get(attemptName)?.meter.now() ?? null;
  }

  async freeze(): Promise<void> {
    await Promise.all([...this.#slots].map(({ shell }) => this.reaper.signal("STOP", shell.group)));
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
    const strangers = slot.leaf?.processes().some((pid) => pid !== slot.shell.group) ?? false;
    if (slot.shell.isDead || strangers) this.#retire(slot);
    else this.#idle.push(slot);
    this.#serve();
  }

  startAgain(process: SlotProcess, slot: Slot, cause: string): void {
    this.#retire(slot);
    this.#queue.unshift(process);
    this.#backOff(cause);
  }

  async close(): Promise<void> {
    this.#cancelRetry?.();
    this.sampler.close();
    this.logCap.close();
    const shells = [...this.#slots].map(({ shell }) => shell);
    if (this.#retired.size > 0) await this.#forgetEmptyGroups();
    for (const slot of [...this.#slots]) this.#retire(slot);
    const ended = Promise.all(shells.map((shell) => shell.ended));
    // A shell that does not end by itself (somebody stopped it) ends by the reaper.
    await this.#within(SHELL_END_MS, ended);
    await this.#reaper?.close();
    await this.#within(SHELL_END_MS, ended);
    for (const leaf of this.#retired.values()) leaf?.close();
    this.#cgroup?.close();
  }

  /** Waits for something, but not longer than this. */
  async #within(milliseconds: number, awaited: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.clock.callAt(this.clock.now() + milliseconds, resolve);
    await Promise.race([awaited, promise]);
    cancel();
  }

  /** Groups in which nobody is left: their numbers may belong to strangers by now. */
  async #forgetEmptyGroups(): Promise<void> {
    const look = await this.look();
    if (look === null) return;
    const alive = new Set(
      look.processes.filter(({ group, session }) => group === session).map(({ group }) => group),
    );
    for (const group of this.#retired.keys()) if (!alive.has(group)) this.reaper.remove(group);
  }

  look(): Promise<Look | null> {
    const now = this.clock.now();
    if (now - this.#looked.at > LOOK_MS) this.#looked = { at: now, look: this.#lookNow() };
    return this.#looked.look;
  }

  async #lookNow(): Promise<Look | null> {
    const [processes, cookies] = await Promise.all([
      listProcesses(),
      cookiesOf(`${this.options.cookie}.`),
    ]);
    return processes === null || cookies === null ? null : { processes, cookies };
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
      if (!slot.shell.isDead) return slot;
      this.#retire(slot);
    }
  }

  #open(): Slot | null {
    if (this.#slots.size >= this.#limit) return null;
    let leaf: SlotCgroup | null = null;
    try {
      const { reaper } = this;
      leaf = this.#cgroup?.leaf() ?? null;
      const token = `${this.options.cookie}.${++this.#opened}`;
      const { endsStem } = this.options;
      const endsPath = endsStem === null ? null : `${endsStem}${this.#opened}`;
      const shell = new ShellSlot(token, { firstWords: leaf?.firstWords, endsPath });
      const slot = { shell, leaf };
      this.#slots.add(slot);
      reaper.add(slot.shell.group);
      return slot;
    } catch (error) {
      leaf?.close();
      const cause = error instanceof Error ? error.message : String(error);
      if (isForGood(error)) { for (const process of this.#queue.splice(0)) process.giveUp(cause); }
      else this.#backOff(cause);
      return null;
    }
  }

  /** EMFILE, EAGAIN, ENOMEM and their kin: fewer at a time, and one more every little while. */
  #backOff(cause: string): void {
    const now = this.clock.now();
    if (this.#trouble === null) {
      const parallel = Math.max(1, this.#slots.size);
      this.options.notice({ kind: "spawn_trouble", cause, parallel });
    }
    this.#trouble ??= { since: now, backoffMs: FIRST_BACKOFF_MS };
    if (this.#slots.size > 0) this.#trouble.since = now;
    else if (now - this.#trouble.since > LONGEST_TROUBLE_MS) {
      for (const process of this.#queue.splice(0)) process.giveUp(cause);
      return;
    }
    this.#limit = this.#slots.size;
    this.#cancelRetry?.();
    this.#cancelRetry = this.clock.callAt(now + this.#trouble.backoffMs, () => {
      this.#limit = this.#slots.size + 1;
      this.#serve();
    });
    this.#trouble.backoffMs = Math.min(2 * this.#trouble.backoffMs, LONGEST_BACKOFF_MS);
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

/** Whether waiting will not help: no such program, or no permission to start it. */
function isForGood(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
}
