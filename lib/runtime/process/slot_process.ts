/**
 * One job in a slot: its limits, its end, and the way there when it is stopped. The phases on that way are
 * drawn in `slot_phase.ts`.
 *
 * What it does not know: which slot a job gets, and when a job is stopped.
 */
import { Bug, unreachable } from "../../core/base/bug.ts";
import type { ProcessFacts as Listed } from "../kernel/process_table.ts";
import type { CappedFiles, LogCap } from "./log_cap.ts";
import type { Reaper } from "../reaper/reaper.ts";
import type { SlotReport } from "./shell_slot.ts";
import type { JobText } from "./shell_text.ts";
import type { ProcessSnapshot, Signs, Slot } from "./slot.ts";
import {
  follow,
  inSlot,
  isOnlyAsked,
  OVER,
  type Phase,
  type PhaseInSlot,
  QUEUED,
  type SentSignals,
  signalsOf,
} from "./slot_phase.ts";
import { notStarted, type NotStartedEnd, STOPPED_EARLY } from "./spawn_trouble.ts";
import { type UsageLook, UsageMeter, type UsageSampler, type Watched } from "../kernel/usage.ts";
import { limitOfCpu, noFindings, toEnd } from "./slot_end.ts";
import type {
  Clock,
  LiveUsage,
  PoolOptions,
  ProcessEnd,
  ProcessSpec,
  RunningProcess,
} from "../port/world.ts";

/** How long KILL may take. */
const KILL_MS = 2_000;
const POLL_MS = 20;
const KILL_AGAIN_MS = 200;
/** How long a job may take to open its files. */
const BEGIN_MS_MAX = 1_000;
const BEGIN_POLL_MS = 2;
/** Jobs with a share of the processor give way by this much where nothing can hold them to it. */
const GIVING_WAY = 10;
/** The status with which a shell ends that cannot fork. */
const CANNOT_FORK = 2;
/** An attempt shorter than this cannot have filled its log unseen. */
const LONG_MS = 400;

/** What a process needs of the pool it belongs to. */
export interface SlotHost {
  readonly clock: Clock;
  readonly options: PoolOptions;
  readonly reaper: Reaper;
  readonly sampler: UsageSampler;
  readonly logCap: LogCap;
  /** New signs for an attempt. */
  signsFor(spec: ProcessSpec): Signs;
  /** Takes a process that is no longer wanted off the queue. Throws a `Bug` if it is not in the queue. */
  forget(process: SlotProcess): void;
  /** Hears that an attempt has ended. */
  settled(attemptName: string): void;
  /** Takes back a slot whose job has ended. */
  giveBack(slot: Slot): void;
  /** Takes back a job that its slot could not start, and tries again later. */
  startAgain(process: SlotProcess, slot: Slot, cause: string): void;
  /** Resolves after a while. */
  pause(milliseconds: number): Promise<void>;
  /** All processes, and the cookies of those of this run; `null` if they cannot be listed just now. */
  snapshot(): Promise<ProcessSnapshot | null>;
}

/** A process that runs in a slot, or waits for one. The watchers of memory and of files know it too. */
export class SlotProcess implements RunningProcess, Watched, CappedFiles {
  readonly ended: Promise<ProcessEnd>;
  readonly paths: readonly string[];

  readonly #pool: SlotHost;
  readonly spec: ProcessSpec;
  readonly signs: Signs;
  readonly #end: (end: ProcessEnd) => void;
  /** When it began to run. */
  startedAt = 0;
  #phase: Phase = QUEUED;
  readonly #findings = noFindings();
  /** Made with the first sample: most jobs have ended by then. */
  #meter: UsageMeter | null = null;

  constructor(pool: SlotHost, spec: ProcessSpec) {
    this.#pool = pool;
    this.spec = spec;
    this.signs = pool.signsFor(spec);
    this.paths = [spec.stdoutPath, spec.stderrPath];
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.ended = promise;
    this.#end = resolve;
  }

  isSlot(process: Listed): boolean {
    return inSlot(this.#phase).slot.shell.isPartOf(process);
  }

  /** The process group it runs in. */
  get group(): number {
    return inSlot(this.#phase).slot.shell.group;
  }

  /** Runs in this slot from now on. */
  begin(slot: Slot): void {
    const { sampler, logCap, clock } = this.#pool;
    this.#phase = follow(this.#phase, { type: "running", slot });
    this.startedAt = clock.now();
    try {
      slot.leaf?.limit(this.spec);
      slot.shell.run(this.#jobFor(slot), (report) => this.#reported(report, slot));
      // Watching needs timers, whose first use costs ten times a job: the shell is at work meanwhile.
      sampler.watch(this);
      logCap.watch(this);
    } catch (error) {
      this.#fail(slot, error);
    }
  }

  /** Ends without having begun. */
  giveUp(end: NotStartedEnd): void {
    this.#becomeOver();
    this.#settle(end);
  }

  #becomeOver(): void {
    const phase = this.#phase;
    this.#phase = follow(phase, OVER);
    if ("signals" in phase) phase.signals.cancelNext();
  }

  get #isOver(): boolean {
    return this.#phase.type === "over";
  }

  #settle(end: ProcessEnd): void {
    this.#pool.settled(this.spec.attemptName);
    this.#end(end);
  }

  stop(force: boolean): void {
    const phase = this.#phase;
    switch (phase.type) {
      case "queued":
        this.#pool.forget(this);
        return this.giveUp(STOPPED_EARLY);
      case "running":
      case "asked":
      case "emptying":
        if (force) this.#kill(phase);
        else this.#ask(phase);
        return;
      case "killing":
      case "over":
        return;
      default:
        return unreachable(phase);
    }
  }

  #jobFor(slot: Slot): JobText {
    const { launch, workingDirectory, environment, stdoutPath, stderrPath, attemptName } =
      this.spec;
    return {
      ...{ launch, workingDirectory, environment, stdoutPath, stderrPath, attemptName },
      cookie: this.signs.cookie + (this.#pool.options.outerCookies ?? ""),
      mark: this.signs.mark,
      niceness: limitOfCpu(this.spec, slot) === "nice" ? GIVING_WAY : 0,
      textPath: null,
    };
  }

  /** Trouble of orch itself, such as a full disk, ends this job and not the run. A mistake of ours ends the run. */
  #fail(slot: Slot, error: unknown): void {
    if (error instanceof Bug) throw error;
    this.#pool.sampler.unwatch(this);
    this.#pool.logCap.unwatch(this, false);
    this.#pool.giveBack(slot);
    this.giveUp(notStarted(error));
  }

  #reported(report: SlotReport, slot: Slot): void {
    const phase = this.#phase;
    // A slot that was given up because nothing could end it may end after all.
    if (phase.type === "emptying" || phase.type === "over") return;
    if (inSlot(phase).slot !== slot) throw new Bug("a slot reports a job that another one runs");
    const isUndisturbed = phase.type === "running";
    const { sampler, logCap, clock } = this.#pool;
    sampler.unwatch(this);
    logCap.unwatch(this, clock.now() - this.startedAt > LONG_MS);
    if (report.kind === "answered") {
      this.#findings.isLogLost = report.logLost || logCap.lacksRoom(this, report.status !== 0);
      // What a job leaves behind when it ends by itself is swept at the end of the run.
      if (isUndisturbed) return this.#finish(report, { slot, unkillable: [] });
    } else if (isUndisturbed && !hasBegun(report, this.spec.stdoutPath)) {
      this.#phase = follow(phase, QUEUED);
      return this.#pool.startAgain(this, slot, "the shell could not fork");
    }
    this.#empty(inSlot(phase), report);
  }

  #empty(before: PhaseInSlot, report: SlotReport): void {
    const { slot } = before;
    const [signals, isKilling] = [signalsOf(before), before.type === "killing"];
    this.#phase = follow(before, { type: "emptying", slot, signals, isKilling });
    this.#emptyDomain({ slot, signals }, report).then(
      (unkillable) => this.#finish(report, { slot, unkillable }),
      (error) => this.#fail(slot, error),
    );
  }

  #finish(
    report: SlotReport,
    where: { readonly slot: Slot; readonly unkillable: readonly number[] },
  ): void {
    this.#becomeOver();
    this.#pool.giveBack(where.slot);
    this.#settle(toEnd(report, { spec: this.spec, findings: this.#findings, ...where }));
  }

  truncated(): void {
    this.#findings.isTruncated = true;
  }

  /** What it uses now; `null` before the first sample. */
  get usage(): LiveUsage | null {
    return this.#meter?.now() ?? null;
  }

  sampled(look: UsageLook): void {
    this.#meter ??= new UsageMeter();
    this.#meter.add(look, this.#pool.clock.now());
    this.#judge(look.residentBytes, inSlot(this.#phase).slot);
  }

  /** Whether it has more memory than it may. */
  async #judge(bytes: number, slot: Slot): Promise<void> {
    const { memoryMb } = this.spec;
    const limit = memoryMb === null ? Infinity : memoryMb * 2 ** 20;
    if (bytes <= limit) {
      this.#findings.peakBytes = Math.max(this.#findings.peakBytes, bytes);
      return;
    }
    // What an earlier job of the slot left behind must not count against this one.
    const own = await this.#members(slot);
    const ownBytes = own?.reduce((sum, { residentBytes }) => sum + residentBytes, 0) ?? 0;
    this.#findings.peakBytes = Math.max(this.#findings.peakBytes, ownBytes);
    const phase = this.#phase;
    if (ownBytes <= limit || phase.type === "queued" || phase.type === "over") return;
    // It may have moved to another slot while its processes were listed.
    if (phase.slot !== slot) return;
    this.#findings.isOverMemory = true;
    this.#kill(phase);
  }

  /**
   * The processes of this attempt that a signal is meant for: those in the group of its slot and those with
   * its cookie, but none that an earlier job left.
   */
  async #members(
    { shell, leaf }: Slot,
    signal: "TERM" | "KILL" = "KILL",
  ): Promise<Listed[] | null> {
    const snapshot = await this.#pool.snapshot();
    if (snapshot === null) return null;
    const inLeaf = new Set(leaf?.processes());
    const own = this.signs.cookie;
    return snapshot.processes.filter((process) => {
      const { pid, group, session } = process;
      if (shell.isPartOf(process) || (signal === "TERM" && snapshot.nested.has(pid))) return false;
      const cookie = snapshot.cookies.get(pid);
      if (cookie !== undefined) return cookie === own;
      return inLeaf.has(pid) || (group === shell.group && session === shell.group);
    });
  }

  /** Asks it to end, once it is there: before that, the signal would only reach its slot, which continues. */
  async #ask(phase: PhaseInSlot): Promise<void> {
    const [{ slot }, signals] = [phase, signalsOf(phase)];
    if (phase.type === "running") this.#phase = follow(phase, { type: "asked", slot, signals });
    const { clock } = this.#pool;
    const late = this.startedAt + BEGIN_MS_MAX;
    while (!isThere(this.spec.stdoutPath) && clock.now() < late && !this.#isOver) {
      await this.#pool.pause(BEGIN_POLL_MS);
    }
    if (isOnlyAsked(this.#phase)) await this.#signal("TERM", { slot, signals });
  }

  /** Kills it until it is over, unless that is being done already. */
  #kill(phase: PhaseInSlot): void {
    if (phase.type === "killing" || (phase.type === "emptying" && phase.isKilling)) return;
    const target = { slot: phase.slot, signals: signalsOf(phase) };
    this.#phase = follow(
      phase,
      phase.type === "emptying" ? { ...phase, isKilling: true } : { type: "killing", ...target },
    );
    this.#killUntilOver(target);
  }

  /** Signals the attempt: the whole group at once, unless an earlier job left something in it. */
  async #signal(signal: "TERM" | "KILL", { slot, signals }: Target): Promise<void> {
    const { shell, leaf } = slot;
    const { reaper } = this.#pool;
    const snapshot = await this.#pool.snapshot();
    const own = this.signs.cookie;
    const strangers =
      snapshot?.processes.some(({ pid, group }) =>
        group === shell.group && (snapshot.cookies.get(pid) ?? own) !== own
      ) ?? false;
    if (this.#isOver) return;
    if (strangers) {
      for (const process of await this.#members(slot, signal) ?? []) {
        reaper.signalProcess(signal, process);
      }
      return;
    }
    if (signal === "KILL") leaf?.kill();
    signals.lastSent = reaper.signal(signal, shell.group);
  }

  /** Kills, and kills again: a process may have forked while the others were killed one by one. */
  async #killUntilOver(target: Target, times = 0): Promise<void> {
    if (this.#isOver) return;
    if (times * KILL_AGAIN_MS > KILL_MS) {
      // Neither the job nor its slot can be ended.
      return this.#reported({ kind: "died", signal: "SIGKILL", code: 137 }, target.slot);
    }
    await this.#signal("KILL", target);
    if (this.#isOver) return;
    const { clock } = this.#pool;
    target.signals.cancelNext = clock.callAt(
      clock.now() + KILL_AGAIN_MS,
      () => this.#killUntilOver(target, times + 1),
    );
  }

  /**
   * After a stop, waits until nothing of the attempt is left, neither in its group nor elsewhere with its
   * cookie. Asks these processes to end, and kills them once it has to. Returns those that not even KILL
   * could end.
   */
  async #emptyDomain({ slot, signals }: Target, report: SlotReport): Promise<number[]> {
    const { clock, reaper } = this.#pool;
    // A signal that is still on its way would hit the next job of the slot.
    const { lastSent } = signals;
    if (lastSent !== null) await Promise.race([lastSent, this.#pool.pause(KILL_MS)]);
    const asked = new Set<number>();
    let killedSince: number | null = null;
    for (;;) {
      const members = await this.#members(slot);
      if (members?.length === 0) return [];
      const left = members ?? [];
      if (report.kind === "died" || !isOnlyAsked(this.#phase)) {
        killedSince ??= clock.now();
        if (clock.now() - killedSince > KILL_MS) return left.map(({ pid }) => pid);
        for (const process of left) reaper.signalProcess("KILL", process);
      } else {
        for (const process of await this.#members(slot, "TERM") ?? []) {
          if (!asked.has(process.pid)) reaper.signalProcess("TERM", process);
          asked.add(process.pid);
        }
      }
      await this.#pool.pause(POLL_MS);
    }
  }
}

/** The slot that signals are for, and the signals that were sent to it. */
interface Target {
  readonly slot: Slot;
  readonly signals: SentSignals;
}

/**
 * Whether a job whose slot has died had begun: its first act is to open its files. A shell that cannot
 * fork ends with a status of its own before that, and one that died while idle never read the job.
 */
function hasBegun(report: Extract<SlotReport, { kind: "died" }>, stdoutPath: string): boolean {
  return (report.signal !== null || report.code !== CANNOT_FORK) && isThere(stdoutPath);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
