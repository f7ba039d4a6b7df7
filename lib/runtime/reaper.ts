/**
 * One shell in a session of its own that outlives orch: when its input ends, orch is dead, whatever
 * killed it, and the reaper stops everything that is left. While orch lives the reaper delivers its
 * signals, so that the same code works where orch itself may not send them. What it says is in
 * `reaper_script.ts`.
 */
import { REAPER_SCRIPT } from "./reaper_script.ts";

/** What a reaper needs to know. */
export interface ReaperOptions {
  /** What stands in the environment of every job of the run, and in no other. */
  readonly cookie: string;
  /** Time between TERM and KILL once orch is dead. */
  readonly graceMs: number;
  /** The control group of the run, whose leaves are killed and removed with it. */
  readonly cgroup: string | null;
}

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

/** Keeps one reaper running, and tells a new one what the last knew or had not yet done. */
export class Reaper {
  readonly #options: ReaperOptions;
  /** What it guards, and since when the leader of a group is gone; `null` while it lives. */
  readonly #groups = new Map<number, number | null>();
  /** In the order in which they were given. */
  readonly #orders: Order[] = [];
  #shell: Shell | null = null;
  #closed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** Throws the platform's error where `sh` cannot be started. */
  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#open();
  }

  /** From now on this group is stopped if orch dies. Its leader is a living child of this process. */
  add(group: number): void {
    this.#groups.set(group, null);
    this.#say(`+ ${group}`);
  }

  /**
   * The leader of a group has ended. Once nobody is left in the group, its number may be given to
   * strangers, who are left alone.
   */
  orphan(group: number): void {
    if (!this.#groups.has(group)) return;
    this.#groups.set(group, performance.now());
    this.#say(`- ${group} 0`);
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

  /** Stops what is left in the groups it guards (half a second after TERM comes KILL), and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry !== undefined) clearTimeout(this.#retry);
    for (let tries = 1; this.#shell !== null; tries++) {
      const { writer, ended } = this.#shell;
      this.#say("q");
      await writer.close().catch(() => {});
      if (await ended || tries === MOST_TRIES) break;
      // Killed before it was done: what is left must not live on for that.
      try {
        this.#open();
      } catch {
        break;
      }
    }
    for (const { answered } of this.#orders.splice(0)) answered();
  }

  /** Starts one, and tells it what is known. */
  #open(): void {
    const { cookie, graceMs, cgroup } = this.#options;
    const grace = String(Math.ceil(graceMs / POLL_MS));
    const child = new Deno.Command("sh", {
      args: ["-c", REAPER_SCRIPT, "orch-reaper", cookie, grace, cgroup ?? ""],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    const pipes = { child, writer: child.stdin.getWriter() };
    const shell: Shell = { ...pipes, ended: this.#listen(pipes) };
    this.#shell = shell;
    shell.ended.then(() => this.#replace(shell));
    const now = performance.now();
    for (const [group, orphanedAt] of this.#groups) {
      if (orphanedAt === null) this.#say(`+ ${group}`);
      else this.#say(`- ${group} ${Math.ceil((now - orphanedAt) / TICK_MS)}`);
    }
    for (const { line } of this.#orders) this.#say(line);
  }

  /** Hears the answers of a reaper until it has ended. */
  async #listen({ child, writer }: Omit<Shell, "ended">): Promise<boolean> {
    const reader = child.stdout.getReader({ mode: "byob" });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const status = child.status.then((status) => {
      // Its pipe stays open until somebody says otherwise.
      writer.abort().catch(() => {});
      // What it has started may hold this one open; not for long, but others wait for the next one.
      if (!this.#closed) timer = setTimeout(() => reader.cancel().catch(() => {}), LAST_ANSWERS_MS);
      return status;
    });
    for (let buffer = new Uint8Array(ANSWER_BYTES);;) {
      const { value, done } = await reader.read(buffer).catch(() => BROKEN);
      if (done) break;
      // An answer is one byte.
      for (const { answered } of this.#orders.splice(0, value.length)) answered();
      buffer = new Uint8Array(value.buffer);
    }
    const { success } = await status;
    // Even this would load the platform's timers.
    if (timer !== undefined) clearTimeout(timer);
    return success;
  }

  /** Where the machine cannot start another one now, it may be able to a little later. */
  #replace(dead: Shell): void {
    if (this.#closed || this.#shell !== dead) return;
    try {
      this.#open();
    } catch {
      this.#retry = setTimeout(() => this.#replace(dead), RETRY_MS);
    }
  }

  #order(line: string): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#orders.push({ line, answered: resolve });
      this.#say(line);
    });
  }

  #say(line: string): void {
    // One that has just died is replaced, and the next is told again.
    this.#shell?.writer.write(ENCODER.encode(`${line}\n`)).catch(() => {});
  }
}

const ENCODER = new TextEncoder();
const POLL_MS = 100;
const RETRY_MS = 200;
/** The unit of the start times of processes. */
const TICK_MS = 10;
const MOST_TRIES = 3;
const ANSWER_BYTES = 64;
/** How long the answers of a reaper that has ended may take. */
const LAST_ANSWERS_MS = 50;
const BROKEN = { value: undefined, done: true } as const;
