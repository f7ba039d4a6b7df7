/**
 * Control groups (version 2), where this process may make them: a group for the run with a leaf for
 * each slot, entered once by the slot's shell, so that whatever a job starts, and however it detaches,
 * can be counted and killed. Killing needs no controller; limits do, and are written where there is one.
 */
import type { Controller } from "../../core/base/cgroup_problem.ts";
import { isGranted } from "../port/permissions.ts";
import { quote } from "./quote.ts";

/** What one leaf is asked to hold its slot to. `null` is no limit. */
export interface LeafLimits {
  readonly memoryMb: number | null;
  readonly cpuPercent: number | null;
}

/** What follows the path of a run's group in that of the leaf into which orch itself has stepped. */
const OWN_LEAF = ".orch";

/** What follows it in that of the group of daemons that were left. */
const LEFT = ".left";
const MOVES_MAX = 5;

const CONTROLLERS: readonly Controller[] = ["memory", "cpu", "pids"];
/** Processes in a leaf, where pids are counted: far more than a job needs, far fewer than a fork bomb. */
const PROCESSES_MAX = 4096;
const CPU_PERIOD_US = 100_000;

/** The control group of one run. */
export class RunCgroup {
  /** The controllers that leaves have. */
  readonly controllers: ReadonlySet<Controller>;
  readonly path: string;
  readonly #parent: string;
  /** The folder of the group, locked as long as orch lives. */
  #life: Deno.FsFile | null;
  #leaves = 0;

  private constructor(parent: string, path: string, life: Deno.FsFile) {
    this.#parent = parent;
    this.path = path;
    this.#life = life;
    let controllers = this.#share();
    // A group that holds processes cannot share its controllers out. Where orch is alone in it, as where
    // it was delegated to orch, orch steps aside into a leaf of its own.
    const offered = read(`${parent}/cgroup.controllers`).trim().split(" ");
    const isLacking = CONTROLLERS.some((name) => offered.includes(name) && !controllers.has(name));
    if (isLacking && isAlone(parent) && this.#stepAside()) {
      controllers = this.#share();
      if (controllers.size === 0) this.#stepBack();
    }
    this.controllers = controllers;
  }

  /** Makes a group below the one this process is in, called `name`; `null` where that may not be. */
  static open(name: string, parent: string | null = ownCgroup()): RunCgroup | null {
    if (parent === null) return null;
    const path = `${parent}/orch-${name}`;
    try {
      Deno.mkdirSync(path);
      Deno.statSync(`${path}/cgroup.kill`);
      const life = Deno.openSync(path);
      // Another orch process may think this group is dead, find it empty and remove it.
      if (life.tryLockSync(true)) return new RunCgroup(parent, path, life);
      life.close();
    } catch {
      // Nobody lets us.
    }
    removeGroup(path);
    return null;
  }

  /** Makes the leaf of a new slot; `null` where the system refuses. */
  leaf(): SlotCgroup | null {
    const path = `${this.path}/slot-${++this.#leaves}`;
    try {
      Deno.mkdirSync(path);
    } catch {
      return null;
    }
    if (this.controllers.has("pids")) tryWrite(`${path}/pids.max`, String(PROCESSES_MAX));
    return new SlotCgroup(path, this.controllers);
  }

  /**
   * Takes what is in a leaf, all of it left on purpose, out of the run: into a group that a later run
   * removes, once nobody is in it.
   */
  release(leaf: SlotCgroup): void {
    const path = this.path + LEFT;
    for (let tries = 0; tries < MOVES_MAX; tries++) {
      // What is moved may have forked meanwhile, and an orch that ends removes a group in which nobody is yet.
      const left = leaf.processes();
      if (left.length === 0) return;
      try {
        Deno.mkdirSync(path);
      } catch {
        // It is there already, or cannot be made.
      }
      for (const pid of left) tryWrite(`${path}/cgroup.procs`, String(pid));
    }
  }

  /**
   * Removes the group, once its leaves are, and takes orch back to where it was. Groups of dead orchs go with
   * it: a daemon that was left on purpose has ended since, or no reaper was left either.
   */
  close(): void {
    if (removeGroup(this.path)) this.#stepBack();
    for (const path of groupsBelow(this.#parent)) {
      if (path.startsWith(`${this.#parent}/orch-`) && !path.startsWith(this.path)) removeDead(path);
    }
    this.#life?.close();
    this.#life = null;
  }

  #share(): Set<Controller> {
    return new Set(
      CONTROLLERS.filter((controller) =>
        tryWrite(`${this.#parent}/cgroup.subtree_control`, `+${controller}`) &&
        tryWrite(`${this.path}/cgroup.subtree_control`, `+${controller}`)
      ),
    );
  }

  #stepAside(): boolean {
    const own = this.path + OWN_LEAF;
    try {
      Deno.mkdirSync(own);
    } catch {
      return false;
    }
    if (tryWrite(`${own}/cgroup.procs`, String(Deno.pid))) return true;
    removeGroup(own);
    return false;
  }

  #stepBack(): void {
    const own = this.path + OWN_LEAF;
    if (read(`${own}/cgroup.procs`) === "") return;
    for (const controller of CONTROLLERS) {
      tryWrite(`${this.#parent}/cgroup.subtree_control`, `-${controller}`);
    }
    if (tryWrite(`${this.#parent}/cgroup.procs`, String(Deno.pid))) removeGroup(own);
  }
}

/** The group of a run whose orch is dead, and its reaper with it. */
export class LeftCgroup {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Those below the group this process is in that were called `…-<nameEnd>`. */
  static find(nameEnd: string, parent: string | null = ownCgroup()): LeftCgroup[] {
    const groups = parent === null ? [] : groupsBelow(parent);
    return groups.filter((path) =>
      path.startsWith(`${parent}/orch-`) && path.endsWith(`-${nameEnd}`)
    )
      .map((path) => new LeftCgroup(path));
  }

  /** The processes in it and below, the shells of slots among them. */
  processes(): number[] {
    return processesBelow(this.#path);
  }

  /** Removes it, once it is empty, and the leaf into which its orch had stepped. */
  remove(): void {
    removeGroup(this.#path);
    removeGroup(this.#path + OWN_LEAF);
  }
}

function processesBelow(path: string): number[] {
  const lines = read(`${path}/cgroup.procs`).split("\n").slice(0, -1);
  return [...lines.map(Number), ...groupsBelow(path).flatMap(processesBelow)];
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

  /** The processes in it, the slot's shell among them. */
  processes(): number[] {
    // The text after the last line break may be half a number, which would name another process.
    return this.#list().split("\n").slice(0, -1).map(Number);
  }

  /** Whether other processes are in it, too. Asked after every job. */
  holdsOthersThan(pid: number): boolean {
    const list = this.#list();
    return list !== "" && list !== `${pid}\n`;
  }

  /** The list of members, from a file that stays open. */
  #list(): string {
    try {
      this.#members ??= Deno.openSync(`${this.#path}/cgroup.procs`);
      this.#members.seekSync(0, Deno.SeekMode.Start);
      const filled = this.#members.readSync(MEMBERS) ?? 0;
      return DECODER.decode(MEMBERS.subarray(0, filled));
    } catch {
      return "";
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

  /** Removes it once it is empty; false if a process is still in it. */
  close(): boolean {
    this.release();
    return removeGroup(this.#path);
  }
}

const DECODER = new TextDecoder();
/** Enough for the first few hundred members: more are found when those are gone. */
const MEMBERS = new Uint8Array(4096);

/** The folder of the control group this process is in, where version 2 is mounted. */
export function ownCgroup(): string | null {
  return groupAt(read("/proc/self/mountinfo"), read("/proc/self/cgroup"));
}

/** The folder of a group, by what the kernel says of mounts and groups: a container may see a part of them. */
export function groupAt(mountinfo: string, cgroup: string): string | null {
  const [, root, mount] = /^\d+ \d+ \S+ (\S+) (\S+) .* - cgroup2 /m.exec(mountinfo) ?? [];
  const own = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  if (root === undefined || mount === undefined || own === undefined) return null;
  const below = `${own}/`.startsWith(`${root}/`) ? own.slice(root.length) : own;
  return below === "/" ? mount : mount + below;
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

/** Whether this process is the only one of a group. */
function isAlone(path: string): boolean {
  return read(`${path}/cgroup.procs`).trim() === String(Deno.pid);
}

/**
 * Removes a group, with what a job has made below it; false where a process is still in it, or has only
 * just ended.
 */
function removeGroup(path: string): boolean {
  try {
    // The files of a control group are not removed one by one: the folder goes as if it were empty.
    Deno.removeSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
  }
  const below = groupsBelow(path);
  return below.length > 0 && below.every(removeGroup) && removeGroup(path);
}

/** Removes the group of a run, or the leaf into which its orch had stepped, unless that orch lives. */
function removeDead(path: string): void {
  let life: Deno.FsFile | null = null;
  try {
    life = Deno.openSync(path.endsWith(OWN_LEAF) ? path.slice(0, -OWN_LEAF.length) : path);
    if (life.tryLockSync(true)) removeGroup(path);
  } catch (error) {
    // A leaf whose group is gone belonged to an orch process that is dead, or is moving out.
    if (error instanceof Deno.errors.NotFound) removeGroup(path);
  } finally {
    life?.close();
  }
}

function groupsBelow(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => `${path}/${name}`);
  } catch {
    return [];
  }
}
