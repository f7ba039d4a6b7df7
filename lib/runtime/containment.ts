/**
 * Control groups (version 2), where this process may make them: a group for the run with a leaf for
 * each slot, entered once by the slot's shell, so that whatever a job starts, and however it detaches,
 * can be counted and killed. Killing needs no controller; limits do, and are written where there is one.
 */
import { isGranted } from "./permissions.ts";
import { quote } from "./shell_text.ts";

/** What one leaf is asked to hold its slot to. `null` is no limit. */
export interface LeafLimits {
  readonly memoryMb: number | null;
  readonly cpuPercent: number | null;
}

/** Controllers that orch has a use for. */
export type Controller = "memory" | "cpu" | "pids";

const CONTROLLERS: readonly Controller[] = ["memory", "cpu", "pids"];
/** Processes in a leaf, where pids are counted: far more than a job needs, far fewer than a fork bomb. */
const MOST_PROCESSES = 4096;
const CPU_PERIOD_US = 100_000;

/** The control group of one run. */
export class RunCgroup {
  /** The controllers that leaves have. */
  readonly controllers: ReadonlySet<Controller>;
  readonly path: string;
  #leaves = 0;

  private constructor(path: string, controllers: ReadonlySet<Controller>) {
    this.path = path;
    this.controllers = controllers;
  }

  /** Makes a group below the one this process is in, called `name`; `null` where that may not be. */
  static open(name: string, parent: string | null = ownCgroup()): RunCgroup | null {
    if (parent === null) return null;
    const path = `${parent}/orch-${name}`;
    try {
      Deno.mkdirSync(path);
      Deno.statSync(`${path}/cgroup.kill`);
    } catch {
      removeGroup(path);
      return null;
    }
    // A group that holds processes itself cannot share its controllers out: then there are none.
    const controllers = new Set(
      CONTROLLERS.filter((controller) =>
        tryWrite(`${parent}/cgroup.subtree_control`, `+${controller}`) &&
        tryWrite(`${path}/cgroup.subtree_control`, `+${controller}`)
      ),
    );
    return new RunCgroup(path, controllers);
  }

  /** Makes the leaf of a new slot; `null` where the system refuses. */
  leaf(): SlotCgroup | null {
    const path = `${this.path}/slot-${++this.#leaves}`;
    try {
      Deno.mkdirSync(path);
    } catch {
      return null;
    }
    if (this.controllers.has("pids")) tryWrite(`${path}/pids.max`, String(MOST_PROCESSES));
    return new SlotCgroup(path, this.controllers);
  }

  /** Removes the group, once its leaves are. */
  close(): void {
    removeGroup(this.path);
  }
}

/** The leaf of one slot. */
export class SlotCgroup {
  readonly #path: string;
  readonly #controllers: ReadonlySet<Controller>;
  #limits: LeafLimits = { memoryMb: null, cpuPercent: null };
  #oomKills = 0;
  #members: Deno.FsFile | null = null;

  constructor(path: string, controllers: ReadonlySet<Controller>) {
    this.#path = path;
    this.#controllers = controllers;
  }

  /** The words with which the slot's shell enters it. */
  get firstWords(): string {
    return `echo $$ >${quote(`${this.#path}/cgroup.procs`)}\n`;
  }

  /** Whether it can limit this. */
  holds(controller: Controller): boolean {
    return this.#controllers.has(controller);
  }

  /** Holds the next job to these limits, as far as there are controllers; costs nothing where they stay. */
  limit(limits: LeafLimits): void {
    const { memoryMb, cpuPercent } = limits;
    if (this.#controllers.has("memory") && memoryMb !== this.#limits.memoryMb) {
      tryWrite(
        `${this.#path}/memory.max`,
        memoryMb === null ? "max" : String(Math.floor(memoryMb * 2 ** 20)),
      );
      tryWrite(`${this.#path}/memory.swap.max`, memoryMb === null ? "max" : "0");
    }
    if (this.#controllers.has("cpu") && cpuPercent !== this.#limits.cpuPercent) {
      const quota = cpuPercent === null
        ? "max"
        : String(Math.max(1000, Math.floor(CPU_PERIOD_US * cpuPercent / 100)));
      tryWrite(`${this.#path}/cpu.max`, `${quota} ${CPU_PERIOD_US}`);
    }
    this.#limits = limits;
  }

  /** Whether the kernel killed for memory since this was last asked: the only proof of it. */
  wasOutOfMemory(): boolean {
    if (!this.#controllers.has("memory")) return false;
    const [, kills = "0"] = /^oom_kill (\d+)$/m.exec(read(`${this.#path}/memory.events`)) ?? [];
    const more = Number(kills) > this.#oomKills;
    this.#oomKills = Number(kills);
    return more;
  }

  /** The processes in it, the slot's shell among them. Asked after every job, so the file stays open. */
  processes(): number[] {
    try {
      this.#members ??= Deno.openSync(`${this.#path}/cgroup.procs`);
      this.#members.seekSync(0, Deno.SeekMode.Start);
      const filled = this.#members.readSync(MEMBERS) ?? 0;
      // What follows the last line break may be half a number, which is somebody else's.
      const lines = DECODER.decode(MEMBERS.subarray(0, filled)).split("\n").slice(0, -1);
      return lines.map(Number);
    } catch {
      return [];
    }
  }

  /** Kills all of them, the slot's shell among them. */
  kill(): void {
    tryWrite(`${this.#path}/cgroup.kill`, "1");
  }

  /** Gives back the file that `processes` keeps open. */
  release(): void {
    this.#members?.close();
    this.#members = null;
  }

  /** Removes it, once it is empty. */
  close(): void {
    this.release();
    removeGroup(this.#path);
  }
}

const DECODER = new TextDecoder();
/** Enough for the first few hundred members: more are found when those are gone. */
const MEMBERS = new Uint8Array(4096);

/** The folder of the control group this process is in, where version 2 is mounted. */
export function ownCgroup(): string | null {
  const mount = /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(read("/proc/self/mountinfo"))?.[1];
  const own = /^0::(\/.*)$/m.exec(read("/proc/self/cgroup"))?.[1];
  if (mount === undefined || own === undefined) return null;
  return own === "/" ? mount : mount + own;
}

function read(path: string): string {
  try {
    return isGranted({ kind: "read", path }) ? Deno.readTextFileSync(path) : "";
  } catch {
    return "";
  }
}

function tryWrite(path: string, text: string): boolean {
  try {
    Deno.writeTextFileSync(path, text, { create: false });
    return true;
  } catch {
    return false;
  }
}

function removeGroup(path: string): void {
  try {
    // The files of a control group are not removed one by one: the folder goes as if it were empty.
    Deno.removeSync(path);
  } catch {
    // Never made, or a stranger is still in it; an empty group harms nobody.
  }
}
