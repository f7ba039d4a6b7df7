/**
 * The processes of one run: warm shells, as many as jobs run at a time, and the reaper that guards them. A job
 * takes an idle slot or a new one; a slot that died or still holds a stranger is replaced.
 */
import { Bug } from "../../core/base/bug.ts";
import { RunCgroup, type SlotCgroup } from "../kernel/cgroup.ts";
import { LogCap } from "./log_cap.ts";
import { Reaper } from "../reaper/reaper.ts";
import { ShellSlot } from "./shell_slot.ts";
import { cookieOf, lifeMark, readCookie, serialOf } from "../kernel/cookie.ts";
import { findNamespace, isNamespace, type NamespaceWords } from "../kernel/namespace.ts";
import { cookiesOf, listProcesses, marksOf } from "../kernel/process_table.ts";
import type { ProcessSnapshot, Signs, Slot } from "./slot.ts";
import { type SlotHost, SlotProcess } from "./slot_process.ts";
import {
  isPassing,
  notStarted,
  type NotStartedEnd,
  SpawnTrouble,
  STOPPED_EARLY,
} from "./spawn_trouble.ts";
import { UsageSampler } from "../kernel/usage.ts";
import type {
  Clock,
  LiveUsage,
  PoolOptions,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
} from "../port/world.ts";

/** How old a snapshot of all processes may be. */
const SNAPSHOT_MS = 15;
/** How long shells may take to end after their input was closed. */
const SHELL_END_MS = 500;
/** How long a pause waits for a reaper that cannot be started. */
const FREEZE_MS_MAX = 1_000;
/** The longest of the waits between two attempts to remove a control group. */
const REMOVAL_MS_MAX = 32;

/** When a second reaper is worth its start: most short runs are over by then. */
const STAND_BY_MS = 50;

/** What stands in the cookie of a slot in the place of an attempt, whose name ends in a number. */
const SLOT = "slot";

/** The cookie of a process whose mark is that of an attempt which has ended. */
const ENDED = "";

/** The pool of one run. Close it on every way out. */
export class SlotPool implements ProcessPool, SlotHost {
  readonly clock: Clock;
  readonly options: PoolOptions;
  readonly sampler: UsageSampler;
  readonly logCap: LogCap;

  #reaper: Reaper | null = null;
  readonly #cgroup: RunCgroup | null;
  /** The slots that may be served, and the job that each runs; `null` for one that is idle. */
  readonly #slots = new Map<Slot, SlotProcess | null>();
  readonly #idle: Slot[] = [];
  /** Groups of slots that are gone, in which jobs may have left something. */
  readonly #retired = new Map<number, SlotCgroup | null>();
  readonly #queue: SlotProcess[] = [];
  /** Attempts by their names, until they have ended. */
  readonly #live = new Map<string, SlotProcess>();
  readonly #trouble: SpawnTrouble;
  /** What all marks of this life begin with, and which attempt each is. */
  readonly #mark: string;
  readonly #marked = new Map<string, string>();
  #attempts = 0;
  #opened = 0;
  #isClosed = false;
  #cancelStandBy = () => {};
  /** The last snapshot, which jobs that are stopped together share. */
  #last: { at: number; snapshot: Promise<ProcessSnapshot | null> } = {
    at: -Infinity,
    snapshot: Promise.resolve(null),
  };

  /** Throws the platform's error where `sh` cannot be started. */
  constructor(clock: Clock, options: PoolOptions) {
    this.clock = clock;
    this.options = options;
    this.#cgroup = RunCgroup.open(options.cookie);
    this.#mark = lifeMark(options.cookie, options.outerCookies ?? "");
    this.sampler = new UsageSampler(clock);
    this.logCap = new LogCap(clock, options.limits.maxLogBytes);
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
    return this.#reaper ??= this.#newReaper();
  }

  #newReaper(): Reaper {
    const { cookie, limits: { graceMs } } = this.options;
    const cgroup = this.#cgroup?.path ?? null;
    const reaper = new Reaper({ clock: this.clock, cookie, mark: this.#mark, graceMs, cgroup });
    // The first job does not wait for timers.
    this.clock.defer(() => {
      const at = this.clock.now() + STAND_BY_MS;
      this.#cancelStandBy = this.clock.callAt(at, () => void reaper.standBy());
    });
    return reaper;
  }

  signsFor({ attemptName, leaves }: ProcessSpec): Signs {
    const cookie = cookieOf(this.options.cookie, attemptName, leaves);
    const mark = this.#mark + serialOf(++this.#attempts, leaves);
    this.#marked.set(mark, cookie);
    return { cookie, mark };
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
    const process = this.#live.get(attemptName);
    if (process !== undefined) this.#marked.delete(process.signs.mark);
    this.#live.delete(attemptName);
  }

  async freeze(): Promise<void> {
    const groups = [...this.#slots.keys()].map(({ shell }) => shell.group);
    const sent = Promise.all(groups.map((group) => this.reaper.signal("STOP", group)));
    await this.#within(FREEZE_MS_MAX, sent);
  }

  thaw(): void {
    for (const { shell } of this.#slots.keys()) this.reaper.signal("CONT", shell.group);
  }

  forget(process: SlotProcess): void {
    const place = this.#queue.indexOf(process);
    if (place < 0) throw new Bug(`${process.spec.attemptName} is queued, but not in the queue`);
    this.#queue.splice(place, 1);
  }

  giveBack(slot: Slot): void {
    if (!this.#isClosed && !this.#slots.get(slot)) {
      throw new Bug("a slot without a job is given back");
    }
    const { shell, leaf } = slot;
    // What a job left behind is not to count for the next. In a namespace nothing is left.
    const holdsOthers = !shell.isNamespace && leaf?.holdsOthersThan(shell.group) === true;
    if (!shell.isIdle || slot.leaves || holdsOthers || this.#isClosed) this.#retire(slot);
    else {
      this.#slots.set(slot, null);
      this.#idle.push(slot);
    }
    this.#serve();
  }

  startAgain(process: SlotProcess, slot: Slot, cause: string): void {
    this.#retire(slot);
    if (this.#isClosed) return process.giveUp({ kind: "not_started", cause });
    this.#queue.unshift(process);
    this.#trouble.met(cause);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#giveUpAll(STOPPED_EARLY);
    this.#trouble.close();
    this.#cancelStandBy();
    this.sampler.close();
    this.logCap.close();
    const shells = [...this.#slots.keys()].map(({ shell }) => shell);
    for (const slot of [...this.#slots.keys()]) this.#retire(slot);
    const ended = Promise.all(shells.map((shell) => shell.ended));
    // The reaper ends a shell that does not end by itself, because it was stopped (SIGSTOP).
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
      if (left.length === 0 || wait > REMOVAL_MS_MAX) break;
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

  snapshot(): Promise<ProcessSnapshot | null> {
    const now = this.clock.now();
    if (now - this.#last.at > SNAPSHOT_MS) this.#last = { at: now, snapshot: this.#snapshotNow() };
    return this.#last.snapshot;
  }

  async #snapshotNow(): Promise<ProcessSnapshot | null> {
    const life = this.options.cookie;
    const [processes, all, marks] = await Promise.all([
      listProcesses(),
      cookiesOf(life),
      marksOf(`${this.#mark}[0-9]{6}`),
    ]);
    if (processes === null || all === null) return null;
    const cookies = new Map<number, string>();
    const nested = new Set<number>();
    for (const [pid, own] of all) {
      const cookie = own.find((cookie) => readCookie(cookie).life === life);
      if (cookie === undefined) continue;
      // A job that has not become a program yet has the environment of its slot, which names no attempt.
      if (readCookie(cookie).attemptName !== SLOT) cookies.set(pid, cookie);
      if (cookie !== own[0]) nested.add(pid);
    }
    const ofSlots = this.#mark + serialOf(0, false);
    for (const [pid, mark] of marks ?? []) {
      if (mark !== ofSlots) cookies.set(pid, this.#marked.get(mark) ?? ENDED);
    }
    return { processes, cookies, nested };
  }

  /** Gives slots to the jobs that wait, the first one first. A closed pool starts nothing. */
  #serve(): void {
    while (this.#queue.length > 0 && !this.#isClosed) {
      const next = this.#queue[0]!;
      const slot = this.#takeIdle(next) ?? this.#open(next);
      if (slot === null) return;
      this.#queue.shift();
      this.#slots.set(slot, next);
      next.begin(slot);
    }
  }

  /** An idle slot whose shell still lives: what a job left behind may have killed it since. */
  #takeIdle({ spec }: SlotProcess): Slot | null {
    if (spec.leaves) return null;
    const isNamespace = spec.processes === "own";
    for (;;) {
      const place = this.#idle.findLastIndex(({ shell }) => shell.isNamespace === isNamespace);
      const [slot] = place < 0 ? [] : this.#idle.splice(place, 1);
      if (slot === undefined) return null;
      if (this.#slots.get(slot) !== null) {
        throw new Bug("a slot that is busy or gone is taken for idle");
      }
      if (slot.shell.isIdle) return slot;
      this.#retire(slot);
    }
  }

  #open({ spec, signs }: SlotProcess): Slot | null {
    if (this.#slots.size >= this.#trouble.limit) return null;
    let leaf: SlotCgroup | null = null;
    try {
      const { reaper } = this;
      leaf = this.#cgroup?.leaf() ?? null;
      const token = `${this.options.cookie}.${++this.#opened}`;
      const { endsStem, cookie, outerCookies = "" } = this.options;
      const endsPath = endsStem === null ? null : `${endsStem}${this.#opened}`;
      const shell = new ShellSlot(token, {
        firstWords: leaf?.firstWords,
        endsPath,
        // What is no program of its own has that of its slot.
        cookie: (spec.leaves ? signs.cookie : `${cookie}.${SLOT}`) + outerCookies,
        mark: spec.leaves ? signs.mark : this.#mark + serialOf(0, false),
        isNested: outerCookies !== "",
        namespace: spec.processes === "own" ? namespaceHere() : null,
      });
      const slot = { shell, leaf, leaves: spec.leaves };
      this.#slots.set(slot, null);
      reaper.add(slot.shell.group, spec.leaves ? signs.mark.slice(this.#mark.length) : null);
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
    // Only a job that has ended may leave processes behind.
    if (slot.leaves && slot.shell.isIdle) {
      this.#reaper?.release(slot.shell.group);
      if (slot.leaf !== null) this.#cgroup?.release(slot.leaf);
    }
    slot.leaf?.release();
    this.#retired.set(slot.shell.group, slot.leaf);
  }

  /**
   * Throws a `Bug` unless each idle slot is one of the pool's, is idle once and has no job, and each other
   * slot has a live job. It looks at all slots and jobs, so it is for tests.
   */
  check(): void {
    const idle = new Set(this.#idle);
    if (idle.size < this.#idle.length) throw new Bug("a slot is idle twice");
    for (const slot of idle) {
      if (!this.#slots.has(slot)) throw new Bug("a slot that is gone is idle");
    }
    for (const [slot, job] of this.#slots) {
      if (idle.has(slot) !== (job === null)) throw new Bug("an idle slot has a job");
      if (job !== null && this.#queue.includes(job)) throw new Bug("a job runs and waits");
    }
    const running = [...this.#slots.values()].filter((job) => job !== null);
    if (new Set(running).size < running.length) throw new Bug("a job has two slots");
    if (running.some(({ spec }) => !this.#live.has(spec.attemptName))) {
      throw new Bug("a job that is over has a slot");
    }
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) =>
      void this.clock.callAt(this.clock.now() + milliseconds, resolve)
    );
  }
}

/** The words that make a namespace. A run that needs one is refused before if there can be none. */
function namespaceHere(): NamespaceWords {
  const found = findNamespace();
  if (isNamespace(found)) return found;
  throw new Error("process namespaces are not to be had");
}
