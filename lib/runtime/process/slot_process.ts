/** One job in a slot: its limits, its end, and the way there when it is stopped. */
import type { ProcessFacts, Usage } from "../../core/run/event.ts";
import type { ProcessFacts as Listed } from "../kernel/process_table.ts";
import type { CappedFiles, LogCap } from "./log_cap.ts";
import type { Reaper } from "../reaper/reaper.ts";
import type { SlotReport } from "./shell_slot.ts";
import type { JobText } from "./shell_text.ts";
import type { Look, Signs, Slot } from "./slot.ts";
import { notStarted, type NotStartedEnd, STOPPED_EARLY } from "./spawn_trouble.ts";
import { type UsageLook, UsageMeter, type UsageSampler, type Watched } from "../kernel/usage.ts";
import { signalName } from "../kernel/signal_names.ts";
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
  /** Takes a process that is no longer wanted off the queue; false where it has begun. */
  forget(process: SlotProcess): boolean;
  /** Is told that an attempt has ended. */
  settled(attemptName: string): void;
  /** Takes back a slot whose job has ended. */
  giveBack(slot: Slot): void;
  /** Takes back a job that its slot could not start, and tries again later. */
  startAgain(process: SlotProcess, slot: Slot, cause: string): void;
  /** Resolves after a while. */
  pause(milliseconds: number): Promise<void>;
  /** All processes, and the cookies of this run's; `null` where nobody could look just now. */
  look(): Promise<Look | null>;
}

/** A process that runs in a slot, or waits for one; what watches its memory and its files knows it too. */
export class SlotProcess implements RunningProcess, Watched, CappedFiles {
  readonly ended: Promise<ProcessEnd>;
  readonly paths: readonly string[];

  readonly #pool: SlotHost;
  readonly spec: ProcessSpec;
  readonly signs: Signs;
  readonly #end: (end: ProcessEnd) => void;
  /** When it began to run. */
  startedAt = 0;
  #slot: Slot | null = null;
  /** Whether its slot is to tell how it ended. */
  #awaited = false;
  #stopping: "no" | "asked" | "forced" = "no";
  /** Made with the first look: most jobs have ended by then. */
  #meter: UsageMeter | null = null;
  #peakBytes = 0;
  #overMemory = false;
  #truncated = false;
  #logLost = false;
  #over = false;
  #cancelKill = () => {};
  /** Resolves when the last signal to its group was sent; `null` where there was none. */
  #told: Promise<void> | null = null;

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
    return this.#slot!.shell.isPartOf(process);
  }

  /** The process group it runs in. */
  get group(): number {
    return this.#slot!.shell.group;
  }

  /** Runs in this slot from now on. */
  begin(slot: Slot): void {
    const { sampler, logCap, clock } = this.#pool;
    this.#slot = slot;
    this.#awaited = true;
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
    this.#over = true;
    this.#cancelKill();
    this.#settle(end);
  }

  #settle(end: ProcessEnd): void {
    this.#pool.settled(this.spec.attemptName);
    this.#end(end);
  }

  stop(force: boolean): void {
    if (this.#over || this.#stopping === "forced") return;
    if (this.#pool.forget(this)) return this.giveUp(STOPPED_EARLY);
    this.#stopping = force ? "forced" : "asked";
    if (this.#slot === null) return;
    if (force) this.#killUntilOver(this.#slot);
    else this.#ask(this.#slot);
  }

  #jobFor(slot: Slot): JobText {
    const { launch, workingDirectory, environment, stdoutPath, stderrPath, attemptName } =
      this.spec;
    return {
      ...{ launch, workingDirectory, environment, stdoutPath, stderrPath, attemptName },
      cookie: this.signs.cookie + (this.#pool.options.outerCookies ?? ""),
      mark: this.signs.mark,
      niceness: this.#limitOfCpu(slot) === "nice" ? GIVING_WAY : 0,
      textPath: null,
    };
  }

  /** Our own trouble, such as a disk that is full, is this job's end, not the run's. */
  #fail(slot: Slot, error: unknown): void {
    this.#awaited = false;
    this.#pool.sampler.unwatch(this);
    this.#pool.logCap.unwatch(this, false);
    this.#pool.giveBack(slot);
    this.giveUp(notStarted(error));
  }

  #reported(report: SlotReport, slot: Slot): void {
    if (!this.#awaited) return;
    this.#awaited = false;
    const { sampler, logCap, clock } = this.#pool;
    sampler.unwatch(this);
    logCap.unwatch(this, clock.now() - this.startedAt > LONG_MS);
    if (report.kind === "answered") {
      this.#logLost = report.logLost || logCap.lacksRoom(this, report.status !== 0);
      // What a job leaves behind when it ends by itself is swept at the end of the run.
      if (this.#stopping === "no" && !this.#overMemory) {
        return this.#finish(report, { slot, unkillable: [] });
      }
    } else if (this.#stopping === "no" && !hasBegun(report, this.spec.stdoutPath)) {
      this.#slot = null;
      return this.#pool.startAgain(this, slot, "the shell could not fork");
    }
    this.#emptyDomain(slot, report).then(
      (unkillable) => this.#finish(report, { slot, unkillable }),
      (error) => this.#fail(slot, error),
    );
  }

  #finish(
    report: SlotReport,
    where: { readonly slot: Slot; readonly unkillable: readonly number[] },
  ): void {
    this.#over = true;
    this.#cancelKill();
    this.#pool.giveBack(where.slot);
    this.#settle(this.#toEnd(report, where));
  }

  truncated(): void {
    this.#truncated = true;
  }

  /** What it uses now; `null` before the first look at it. */
  get usage(): LiveUsage | null {
    return this.#meter?.now() ?? null;
  }

  sampled(look: UsageLook): void {
    this.#meter ??= new UsageMeter();
    this.#meter.add(look, this.#pool.clock.now());
    this.#judge(look.residentBytes, this.#slot!);
  }

  /** Whether it has more memory than it may. */
  async #judge(bytes: number, slot: Slot): Promise<void> {
    const { memoryMb } = this.spec;
    const limit = memoryMb === null ? Infinity : memoryMb * 2 ** 20;
    if (bytes <= limit) {
      this.#peakBytes = Math.max(this.#peakBytes, bytes);
      return;
    }
    // What an earlier job of the slot left behind must not count against this one.
    const own = await this.#members(slot);
    const ownBytes = own?.reduce((sum, { residentBytes }) => sum + residentBytes, 0) ?? 0;
    this.#peakBytes = Math.max(this.#peakBytes, ownBytes);
    if (ownBytes <= limit || this.#over || this.#overMemory) return;
    this.#overMemory = true;
    this.#killUntilOver(slot);
  }

  /**
   * Processes of this attempt that a signal is meant for: of its slot's group or with its cookie, but none
   * that an earlier job left.
   */
  async #members(
    { shell, leaf }: Slot,
    signal: "TERM" | "KILL" = "KILL",
  ): Promise<Listed[] | null> {
    const look = await this.#pool.look();
    if (look === null) return null;
    const inLeaf = new Set(leaf?.processes());
    const own = this.signs.cookie;
    return look.processes.filter((process) => {
      const { pid, group, session } = process;
      if (shell.isPartOf(process) || (signal === "TERM" && look.nested.has(pid))) return false;
      const cookie = look.cookies.get(pid);
      if (cookie !== undefined) return cookie === own;
      return inLeaf.has(pid) || (group === shell.group && session === shell.group);
    });
  }

  /** Asks it to end, once it is there: before, the signal would only reach its slot, which goes on. */
  async #ask(slot: Slot): Promise<void> {
    const { clock } = this.#pool;
    const late = this.startedAt + BEGIN_MS_MAX;
    while (!isThere(this.spec.stdoutPath) && clock.now() < late && !this.#over) {
      await this.#pool.pause(BEGIN_POLL_MS);
    }
    if (this.#stopping === "asked") await this.#signal(slot, "TERM");
  }

  /** Signals the attempt: the whole group at once, unless an earlier job left something in it. */
  async #signal(slot: Slot, signal: "TERM" | "KILL"): Promise<void> {
    const { shell, leaf } = slot;
    const { reaper } = this.#pool;
    const look = await this.#pool.look();
    const own = this.signs.cookie;
    const strangers =
      look?.processes.some(({ pid, group }) =>
        group === shell.group && (look.cookies.get(pid) ?? own) !== own
      ) ?? false;
    if (this.#over) return;
    if (strangers) {
      for (const process of await this.#members(slot, signal) ?? []) {
        reaper.signalProcess(signal, process);
      }
      return;
    }
    if (signal === "KILL") leaf?.kill();
    this.#told = reaper.signal(signal, shell.group);
  }

  /** Kills, and kills again: what is killed one by one may have forked meanwhile. */
  async #killUntilOver(slot: Slot, times = 0): Promise<void> {
    if (this.#over) return;
    if (times * KILL_AGAIN_MS > KILL_MS) {
      // Neither the job nor its slot can be ended.
      return this.#reported({ kind: "died", signal: "SIGKILL", code: 137 }, slot);
    }
    await this.#signal(slot, "KILL");
    if (this.#over) return;
    const { clock } = this.#pool;
    this.#cancelKill = clock.callAt(
      clock.now() + KILL_AGAIN_MS,
      () => this.#killUntilOver(slot, times + 1),
    );
  }

  /**
   * After a stop, waits until nothing of the attempt is left: the rest of its group, and what left
   * the group but carries its cookie. Asks until it is told to force, then forces; returns what not
   * even that could end.
   */
  async #emptyDomain(slot: Slot, report: SlotReport): Promise<number[]> {
    const killed = report.kind === "died";
    const { clock, reaper } = this.#pool;
    // A signal that is still on its way would hit the next job of the slot.
    if (this.#told !== null) await Promise.race([this.#told, this.#pool.pause(KILL_MS)]);
    const asked = new Set<number>();
    let killedSince: number | null = null;
    for (;;) {
      const members = await this.#members(slot);
      if (members?.length === 0) return [];
      const left = members ?? [];
      if (this.#stopping === "forced" || this.#overMemory || killed) {
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

  #toEnd(
    report: SlotReport,
    { slot, unkillable }: { readonly slot: Slot; readonly unkillable: readonly number[] },
  ): ProcessEnd {
    const measures = { usage: this.#usage(report), process: this.#facts(slot, unkillable) };
    const { memoryMb } = this.spec;
    const overMemory = this.#overMemory ||
      (memoryMb !== null && slot.leaf?.wasOutOfMemory() === true);
    if (overMemory && memoryMb !== null) {
      const peakMb = Math.max(memoryMb, toMegabytes(this.#peakBytes));
      return { kind: "out_of_memory", peakMb, limitMb: memoryMb, ...measures };
    }
    if (report.kind === "died") {
      return { kind: "signaled", signal: report.signal ?? "SIGKILL", ...measures };
    }
    return report.signaled
      ? { kind: "signaled", signal: signalName(report.status - 128), ...measures }
      : { kind: "exited", code: report.status, ...measures };
  }

  #usage(report: SlotReport): Usage {
    return {
      peakMemoryMb: this.#peakBytes === 0 ? null : toMegabytes(this.#peakBytes),
      cpuSeconds: report.kind === "answered" ? Number(report.cpuSeconds.toFixed(3)) : null,
    };
  }

  #facts(slot: Slot, unkillable: readonly number[]): ProcessFacts {
    const { memoryMb, cpuPercent } = this.spec;
    return {
      containment: slot.leaf === null ? "process_group" : "cgroup",
      ...(memoryMb !== null && { memoryLimit: slot.leaf?.holds("memory") ? "cgroup" : "sampled" }),
      ...(cpuPercent !== null && { cpuLimit: this.#limitOfCpu(slot) ?? "nice" }),
      ...(this.#truncated && { truncated: true }),
      ...(this.#logLost && { logLost: true }),
      ...(unkillable.length > 0 && { unkillable }),
    };
  }

  #limitOfCpu(slot: Slot): "cgroup" | "nice" | null {
    if (this.spec.cpuPercent === null) return null;
    return slot.leaf?.holds("cpu") ? "cgroup" : "nice";
  }
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

function toMegabytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
