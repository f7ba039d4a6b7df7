/**
 * The processes of one run: warm shells, as many as jobs run at a time, and what guards them. A job
 * takes an idle slot or a new one; a slot that died or still holds a stranger is replaced.
 */
import { RunCgroup, type SlotCgroup } from "./containment.ts";
import { LogCap } from "./log_cap.ts";
import { Reaper } from "./reaper.ts";
import { ShellSlot } from "./shell_slot.ts";
import { type Slot, type SlotHost, SlotProcess } from "./slot_process.ts";
import { UsageSampler } from "./usage.ts";
import type { Clock, PoolOptions, ProcessPool, ProcessSpec, RunningProcess } from "./world.ts";

/** How long starting may fail before it is given up. */
const LONGEST_TROUBLE_MS = 30_000;
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
  /** Slots that may exist while the machine cannot start more. */
  #limit = Infinity;
  #trouble: { readonly since: number; backoffMs: number } | null = null;
  #cancelRetry: (() => void) | null = null;
  #opened = 0;

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
    this.#queue.push(process);
    this.#serve();
    return process;
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
    this.#trouble = null;
    this.#limit = Infinity;
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
    for (const slot of [...this.#slots]) this.#retire(slot);
    await Promise.all(shells.map((shell) => shell.ended));
    await this.reaper.close();
    for (const leaf of this.#retired.values()) leaf?.close();
    this.#cgroup?.close();
  }

  #serve(): void {
    while (this.#queue.length > 0) {
      const slot = this.#idle.pop() ?? this.#open();
      if (slot === null) return;
      this.#queue.shift()!.begin(slot);
    }
  }

  #open(): Slot | null {
    if (this.#slots.size >= this.#limit) return null;
    try {
      const leaf = this.#cgroup?.leaf() ?? null;
      const token = `${this.options.cookie}.${++this.#opened}`;
      const slot = { shell: new ShellSlot(token, leaf?.firstWords), leaf };
      this.#slots.add(slot);
      this.reaper.add(slot.shell.group);
      return slot;
    } catch (error) {
      this.#backOff(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** EMFILE, EAGAIN, ENOMEM and their kin: fewer at a time, and again a little later. */
  #backOff(cause: string): void {
    const now = this.clock.now();
    if (this.#trouble === null) {
      this.#trouble = { since: now, backoffMs: FIRST_BACKOFF_MS };
      this.options.notice({ kind: "spawn_trouble", cause, parallel: this.#slots.size });
    }
    if (this.#slots.size === 0 && now - this.#trouble.since > LONGEST_TROUBLE_MS) {
      for (const process of this.#queue.splice(0)) process.giveUp(cause);
      return;
    }
    this.#limit = this.#slots.size;
    this.#cancelRetry?.();
    this.#cancelRetry = this.clock.callAt(now + this.#trouble.backoffMs, () => {
      this.#limit = Infinity;
      this.#serve();
    });
    this.#trouble.backoffMs = Math.min(2 * this.#trouble.backoffMs, LONGEST_BACKOFF_MS);
  }

  #retire(slot: Slot): void {
    slot.shell.close();
    this.#slots.delete(slot);
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#retired.set(slot.shell.group, slot.leaf);
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) =>
      void this.clock.callAt(this.clock.now() + milliseconds, resolve)
    );
  }
}
