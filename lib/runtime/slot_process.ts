/** One job in a slot: its limits, its end, and the way there when it is stopped. */
import type { ProcessFacts, Usage } from "../core/event.ts";
import { listProcesses, processesWith } from "./process_table.ts";
import type { SlotCgroup } from "./containment.ts";
import type { LogCap } from "./log_cap.ts";
import type { Reaper } from "./reaper.ts";
import type { ShellSlot, SlotReport } from "./shell_slot.ts";
import { speaksOfItsShell } from "./shell_text.ts";
import type { UsageSampler } from "./usage.ts";
import { signalName } from "./signal_names.ts";
import type {
  Clock,
  Launch,
  PoolOptions,
  ProcessEnd,
  ProcessSpec,
  RunningProcess,
} from "./world.ts";

/** How long KILL may take. */
const KILL_MS = 2_000;
const POLL_MS = 20;
/** Jobs with a share of the processor give way by this much where nothing can hold them to it. */
const GIVING_WAY = 10;
/** The status with which a shell ends that cannot fork. */
const CANNOT_FORK = 2;
/** An attempt shorter than this cannot have filled its log unseen. */
const LONG_MS = 400;

/** A warm shell and the control group it is in, if any. */
export interface Slot {
  readonly shell: ShellSlot;
  readonly leaf: SlotCgroup | null;
}

/** What a process needs of the pool it belongs to. */
export interface SlotHost {
  readonly clock: Clock;
  readonly options: PoolOptions;
  readonly reaper: Reaper;
  readonly sampler: UsageSampler;
  readonly logCap: LogCap;
  /** Takes a process that is no longer wanted off the queue; false where it has begun. */
  forget(process: SlotProcess): boolean;
  /** Takes back a slot whose job has ended. */
  giveBack(slot: Slot): void;
  /** Takes back a job that its slot could not start, and tries again later. */
  startAgain(process: SlotProcess, slot: Slot, cause: string): void;
  /** Resolves after a while. */
  pause(milliseconds: number): Promise<void>;
}

/** A process that runs in a slot, or waits for one. */
export class SlotProcess implements RunningProcess {
  readonly ended: Promise<ProcessEnd>;

  readonly #pool: SlotHost;
  readonly #spec: ProcessSpec;
  readonly #end: (end: ProcessEnd) => void;
  #slot: Slot | null = null;
  #stopping: "no" | "asked" | "forced" = "no";
  #peakBytes = 0;
  #overMemory = false;
  #truncated = false;
  #over = false;

  constructor(pool: SlotHost, spec: ProcessSpec) {
    this.#pool = pool;
    this.#spec = spec;
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Runs in this slot from now on. */
  begin(slot: Slot): void {
    this.#slot = slot;
    this.#run(slot);
  }

  /** Ends without having begun. */
  giveUp(cause: string): void {
    this.#over = true;
    this.#end({ kind: "not_started", cause });
  }

  stop(force: boolean): void {
    if (this.#over || this.#stopping === "forced") return;
    if (this.#pool.forget(this)) return this.giveUp("stopped before it could start");
    this.#stopping = force ? "forced" : "asked";
    if (this.#slot === null) return;
    if (force) this.#kill(this.#slot);
    else this.#ask(this.#slot);
  }

  async #run(slot: Slot): Promise<void> {
    const { memoryMb, cpuPercent, stdoutPath, stderrPath } = this.#spec;
    const { sampler, logCap, clock } = this.#pool;
    const { group } = slot.shell;
    const startedAt = clock.now();
    const files = {
      paths: [stdoutPath, stderrPath],
      truncated: () => void (this.#truncated = true),
    };
    slot.leaf?.limit({ memoryMb, cpuPercent });
    const reported = slot.shell.run({
      ...this.#spec,
      launch: withinArguments(this.#spec),
      environment: { ...this.#spec.environment, ORCH_COOKIE: this.#cookie() },
      niceness: this.#limitOfCpu(slot) === "nice" ? GIVING_WAY : 0,
    });
    // Watching needs timers, whose first use costs ten times a job: the shell is at work meanwhile.
    sampler.watch({ group, sampled: (bytes) => this.#sampled(bytes, slot) });
    logCap.watch(files);
    const report = await reported;
    sampler.unwatch(group);
    logCap.unwatch(files, clock.now() - startedAt > LONG_MS);
    if (
      report.kind === "died" && report.signal === null && report.code === CANNOT_FORK &&
      this.#stopping === "no"
    ) {
      this.#slot = null;
      return this.#pool.startAgain(this, slot, "the shell could not fork");
    }
    const unkillable = await this.#emptyDomain(slot, report);
    this.#over = true;
    this.#pool.giveBack(slot);
    this.#end(this.#toEnd(report, { slot, unkillable }));
  }

  #cookie(): string {
    return `${this.#pool.options.cookie}.${this.#spec.attemptName}`;
  }

  #sampled(bytes: number, slot: Slot): void {
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    const { memoryMb } = this.#spec;
    if (memoryMb === null || bytes <= memoryMb * 2 ** 20 || this.#over) return;
    this.#overMemory = true;
    this.#kill(slot);
  }

  #ask({ shell }: Slot): void {
    // A job that was stopped (SIGSTOP) could not hear TERM.
    this.#pool.reaper.signal("TERM", shell.group);
    this.#pool.reaper.signal("CONT", shell.group);
  }

  #kill({ shell, leaf }: Slot): void {
    leaf?.kill();
    this.#pool.reaper.signal("KILL", shell.group);
  }

  /**
   * After a stop, waits until nothing of the attempt is left: the rest of its group, and what left
   * the group but carries its cookie. Asks until it is told to force, then forces; returns what not
   * even that could end. After an end of its own there is nothing to do: what a job leaves behind on
   * purpose is swept at the end of the run.
   */
  async #emptyDomain(slot: Slot, report: SlotReport): Promise<number[]> {
    const killed = report.kind === "died";
    if (this.#stopping === "no" && !this.#overMemory && !killed) return [];
    const asked = new Set<number>();
    let killedSince: number | null = null;
    for (;;) {
      const left = await this.#remaining(slot);
      if (left.length === 0) return [];
      const { clock, reaper } = this.#pool;
      if (this.#stopping === "forced" || this.#overMemory || killed) {
        killedSince ??= clock.now();
        if (clock.now() - killedSince > KILL_MS) return left;
        this.#kill(slot);
        for (const pid of left) reaper.signalProcess("KILL", pid);
      } else {
        for (const pid of left.filter((pid) => !asked.has(pid))) reaper.signalProcess("TERM", pid);
        left.forEach((pid) => asked.add(pid));
      }
      await this.#pool.pause(POLL_MS);
    }
  }

  async #remaining({ shell, leaf }: Slot): Promise<number[]> {
    const left = new Set(leaf?.processes());
    for (const { pid, group, session } of await listProcesses()) {
      if (group === shell.group && session === shell.group) left.add(pid);
    }
    for (const pid of await processesWith(`ORCH_COOKIE=${this.#cookie()}`)) left.add(pid);
    // The shell itself goes on to the next job, unless it was killed with this one.
    left.delete(shell.group);
    return [...left];
  }

  #toEnd(
    report: SlotReport,
    { slot, unkillable }: { readonly slot: Slot; readonly unkillable: readonly number[] },
  ): ProcessEnd {
    const measures = { usage: this.#usage(report), process: this.#facts(slot, unkillable) };
    const { memoryMb } = this.#spec;
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
    const { memoryMb, cpuPercent } = this.#spec;
    return {
      containment: slot.leaf === null ? "process_group" : "cgroup",
      ...(memoryMb !== null && { memoryLimit: slot.leaf?.holds("memory") ? "cgroup" : "sampled" }),
      ...(cpuPercent !== null && { cpuLimit: this.#limitOfCpu(slot) ?? "nice" }),
      ...(this.#truncated && { truncated: true }),
      ...(unkillable.length > 0 && { unkillable }),
    };
  }

  #limitOfCpu(slot: Slot): "cgroup" | "nice" | null {
    if (this.#spec.cpuPercent === null) return null;
    return slot.leaf?.holds("cpu") ? "cgroup" : "nice";
  }
}

/** Linux refuses a single argument of 128 KiB, and a letter takes up to three bytes. */
const LONGEST_ARGUMENT = 40_000;

/**
 * The launch, with a text that needs a shell of its own and is too long for an argument in a file
 * beside the output of the attempt.
 */
function withinArguments({ launch, stdoutPath }: ProcessSpec): Launch {
  if (launch.kind === "program" || launch.text.length <= LONGEST_ARGUMENT) return launch;
  if (!speaksOfItsShell(launch.text)) return launch;
  const path = `${stdoutPath.replace(/\.out$/, "")}.sh`;
  Deno.writeTextFileSync(path, launch.text, { mode: 0o600 });
  return { kind: "program", program: "sh", args: [path] };
}

function toMegabytes(bytes: number): number {
  return Number((bytes / 2 ** 20).toFixed(1));
}
