/**
 * One shell in a session of its own that outlives orch: when its input ends, orch is dead, whatever
 * killed it, and the reaper stops everything that is left. While orch lives the reaper delivers its
 * signals, so that the same code works where orch itself may not send them. What it says is in
 * `reaper_script.ts`. A second one stands by for when orch and the first one end together:
 * `second_reaper.ts`.
 */
import { reaperCommand, type ReaperOptions } from "./reaper_command.ts";
import type { SecondReaper } from "./second_reaper.ts";

/** One process for good: numbers are given to strangers again, but not with the same start. */
export interface Target {
  readonly pid: number;
  /** Ticks since boot. */
  readonly startTime: number;
}

/** A reaper that runs, or did. */
interface Shell {
  readonly child: Deno.ChildProcess;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Whether it ended as it should, once it has. */
  readonly ended: Promise<boolean>;
}

/** A line that the reaper answers once it has acted on it. */
interface Order {
  readonly line: string;
  answered(): void;
}

/** A group that is guarded. */
interface Guarded {
  /** Since when its leader is gone; `null` while it lives. */
  orphanedAt: number | null;
  /** The end of the mark of what may leave something behind in it; `null` where nothing may. */
  readonly leaving: string | null;
}

/** Keeps one reaper running, and hands a new one all that the last one knew or had not done yet. */
export class Reaper {
  readonly #options: ReaperOptions;
  readonly #groups = new Map<number, Guarded>();
  /** In the order in which they were given. */
  readonly #orders: Order[] = [];
  #shell: Shell | null = null;
  #second: SecondReaper | null = null;
  #closed = false;
  #cancelRetry = () => {};
  #cancelWatch: (() => void) | null = null;
  /** When the reaper was last heard, or had nothing to say. */
  #heardAt = 0;
  #patienceMs = PATIENCE_MS;

  /** Throws the platform's error where `sh` cannot be started. */
  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#open();
  }

  /**
   * From now on this group is stopped if orch dies. Its leader is a living child of this process. What runs
   * in it with a mark that ends with `leaving` may leave something behind once it has ended: see `release`.
   */
  add(group: number, leaving: string | null = null): void {
    const guarded = { orphanedAt: null, leaving };
    this.#groups.set(group, guarded);
    for (const line of linesFor(group, guarded)) this.#tell(line);
  }

  /**
   * The leader of a group has ended. Once nobody is left in the group, its number may be given to
   * strangers, who are left alone.
   */
  orphan(group: number): void {
    const guarded = this.#groups.get(group);
    if (guarded === undefined) return;
    guarded.orphanedAt = performance.now();
    this.#tell(`- ${group} 0`);
  }

  /** What is in this group now was left on purpose. */
  release(group: number): void {
    if (this.#groups.delete(group)) this.#tell(`f ${group}`);
  }

  /**
   * Sends a signal to every process of a group that it guards, and CONT after TERM: who was stopped could
   * not hear it. Resolves when it was sent, by this reaper or the next.
   */
  signal(signal: "TERM" | "KILL" | "CONT" | "STOP", group: number): Promise<void> {
    return this.#order(`s ${signal} ${group}`);
  }

  /** Sends a signal to one process, and CONT after TERM. Resolves when it was sent. */
  signalProcess(signal: "TERM" | "KILL", { pid, startTime }: Target): Promise<void> {
    return this.#order(`p ${signal} ${pid} ${startTime}`);
  }

  /** Has a second one stand by from now on. */
  async standBy(): Promise<void> {
    const { SecondReaper } = await import("./second_reaper.ts");
    if (this.#closed || this.#second !== null) return;
    this.#second = new SecondReaper(this.#options, {
      lines: () => [...this.#lines(), `w ${this.#shell?.child.pid ?? ""}`],
    });
  }

  /** Stops what is left in the groups it guards (half a second after TERM comes KILL), and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    this.#cancelWatch?.();
    const second = this.#second?.close();
    for (let tries = 1; this.#shell !== null; tries++) {
      const shell = this.#shell;
      this.#say("q");
      await shell.writer.close().catch(() => {});
      if (await this.#endedInTime(shell) || tries === TRIES_MAX) break;
      // Killed before it was done: what is left must not live on for that.
      try {
        this.#open();
      } catch {
        break;
      }
    }
    await second;
    for (const { answered } of this.#orders.splice(0)) answered();
  }

  /** Whether it ended as it should. One of which nothing is heard any more is ended. */
  async #endedInTime({ child, ended }: Shell): Promise<boolean> {
    const { clock } = this.#options;
    this.#heardAt = clock.now();
    let cancel = () => {};
    const look = () => {
      const due = this.#heardAt + this.#patienceMs;
      if (clock.now() >= due) this.#kill(child);
      else cancel = clock.callAt(due, look);
    };
    look();
    const success = await ended;
    cancel();
    return success;
  }

  /** Starts one, and hands it all that is known. */
  #open(): void {
    const child = reaperCommand(this.#options, "first").spawn();
    const pipes = { child, writer: child.stdin.getWriter() };
    const shell: Shell = { ...pipes, ended: this.#listen(pipes) };
    this.#shell = shell;
    this.#heardAt = this.#options.clock.now();
    shell.ended.then(() => this.#replace(shell));
    for (const line of this.#lines()) this.#say(line);
    for (const { line } of this.#orders) this.#say(line);
    this.#second?.tell(`w ${child.pid}`);
  }

  #lines(): string[] {
    return [...this.#groups].flatMap(([group, guarded]) => linesFor(group, guarded));
  }

  /** Hears the answers of a reaper until it has ended. */
  async #listen({ child, writer }: Omit<Shell, "ended">): Promise<boolean> {
    const { clock } = this.#options;
    const reader = child.stdout.getReader({ mode: "byob" });
    let cancel = () => {};
    const status = child.status.then((status) => {
      // Its pipe stays open until it is closed on purpose.
      writer.abort().catch(() => {});
      // What it has started may hold this one open; not for long, but others wait for the next one.
      const giveUp = () => void reader.cancel().catch(() => {});
      cancel = clock.callAt(clock.now() + LAST_ANSWERS_MS, giveUp);
      return status;
    });
    for (let buffer = new Uint8Array(ANSWER_BYTES);;) {
      const { value, done } = await reader.read(buffer).catch(() => BROKEN);
      if (done) break;
      this.#heardAt = clock.now();
      this.#patienceMs = PATIENCE_MS;
      // An answer is one byte.
      for (const { answered } of this.#orders.splice(0, value.length)) answered();
      buffer = new Uint8Array(value.buffer);
    }
    const { success } = await status;
    cancel();
    return success;
  }

  /** Where the machine cannot start another one now, it may be able to a little later. */
  #replace(dead: Shell): void {
    if (this.#closed || this.#shell !== dead) return;
    const { clock } = this.#options;
    try {
      this.#open();
    } catch {
      this.#cancelRetry = clock.callAt(clock.now() + RETRY_MS, () => this.#replace(dead));
    }
  }

  #order(line: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      if (this.#orders.length === 0) this.#heardAt = this.#options.clock.now();
      this.#orders.push({ line, answered: resolve });
      this.#say(line);
      this.#watch();
    });
  }

  /** Ends and replaces one that does not answer, because it was stopped (SIGSTOP). */
  #watch(): void {
    if (this.#cancelWatch !== null) return;
    const { clock } = this.#options;
    this.#cancelWatch = clock.callAt(this.#heardAt + this.#patienceMs, () => {
      this.#cancelWatch = null;
      if (this.#orders.length === 0) return;
      const isLate = clock.now() >= this.#heardAt + this.#patienceMs;
      if (isLate && this.#shell !== null) this.#kill(this.#shell.child);
      this.#watch();
    });
  }

  #kill(child: Deno.ChildProcess): void {
    // It may only be slow, and the next one no quicker.
    this.#patienceMs *= 2;
    this.#heardAt = this.#options.clock.now();
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
  }

  #tell(line: string): void {
    this.#say(line);
    this.#second?.tell(line);
  }

  #say(line: string): void {
    // One that has just died is replaced, and the next is told again.
    this.#shell?.writer.write(ENCODER.encode(`${line}\n`)).catch(() => {});
  }
}

function linesFor(group: number, { orphanedAt, leaving }: Guarded): string[] {
  const leads = orphanedAt === null
    ? `+ ${group}`
    : `- ${group} ${Math.ceil((performance.now() - orphanedAt) / TICK_MS)}`;
  return leaving === null ? [leads] : [leads, `l ${group} ${leaving}`];
}

const ENCODER = new TextEncoder();
const RETRY_MS = 200;
/** How long a reaper may be silent that has something to say. */
const PATIENCE_MS = 1_000;
/** The unit of the start times of processes. */
const TICK_MS = 10;
const TRIES_MAX = 3;
const ANSWER_BYTES = 64;
/** How long the answers of a reaper that has ended may take. */
const LAST_ANSWERS_MS = 50;
const BROKEN = { value: undefined, done: true } as const;
