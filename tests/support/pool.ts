/** A pool of real processes in a temporary folder, and commands run in it. */
import { sketchLimits } from "./workflows.ts";
import { SlotPool } from "../../lib/runtime/process/slot_pool.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import type {
  Clock,
  Launch,
  PoolOptions,
  ProcessEnd,
  ProcessNotice,
  ProcessPool,
  RunningProcess,
} from "../../lib/runtime/port/world.ts";

/** What a test may want otherwise. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly memoryMb?: number;
  readonly cpuPercent?: number;
  readonly workingDirectory?: string;
  readonly leaves?: boolean;
  readonly processes?: "shared" | "own";
  /** Where its output goes, if not into the folder of the pool. */
  readonly outputFolder?: string;
}

/** A command on its way. */
export interface RunningCommand extends RunningProcess {
  stdout(): string;
  stderr(): string;
}

/** A kind of pool. */
export type PoolClass = new (clock: Clock, options: PoolOptions) => ProcessPool;

/** A pool that is closed, and its folder removed, when the test leaves its scope. */
export class TestPool implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "orch-pool-" });
  readonly cookie = `test-${crypto.randomUUID()}`;
  readonly notices: ProcessNotice[] = [];
  readonly pool: ProcessPool;
  #count = 0;

  constructor(options: Partial<PoolOptions> = {}, Pool: PoolClass = SlotPool) {
    this.pool = new Pool(realWorld().clock, {
      cookie: this.cookie,
      limits: sketchLimits({ graceMs: 300 }),
      endsStem: null,
      notice: (notice) => this.notices.push(notice),
      ...options,
    });
  }

  /** Starts shell text, or a program. */
  start(what: string | Launch, options: CommandOptions = {}): RunningCommand {
    const name = `j${++this.#count}.1`;
    const folder = options.outputFolder ?? this.folder;
    const [stdoutPath, stderrPath] = [`${folder}/${name}.out`, `${folder}/${name}.err`];
    const process = this.pool.start({
      launch: typeof what === "string" ? { kind: "shell", text: what } : what,
      workingDirectory: options.workingDirectory ?? this.folder,
      environment: { TEST: "1", ...options.environment },
      stdoutPath,
      stderrPath,
      attemptName: name,
      memoryMb: options.memoryMb ?? null,
      cpuPercent: options.cpuPercent ?? null,
      leaves: options.leaves ?? false,
      processes: options.processes ?? "shared",
    });
    return {
      ended: process.ended,
      stop: (force) => process.stop(force),
      stdout: () => readIfThere(stdoutPath),
      stderr: () => readIfThere(stderrPath),
    };
  }

  /** Runs shell text to its end. */
  async run(what: string | Launch, options: CommandOptions = {}): Promise<RunResult> {
    const command = this.start(what, options);
    const end = await command.ended;
    this.#check();
    return { end, how: howOf(end), stdout: command.stdout(), stderr: command.stderr() };
  }

  /** Processes of jobs of this pool that live now. */
  alive(): number[] {
    return processesWith(`ORCH_COOKIE=${this.cookie}`).filter((pid) => {
      // The shell of a slot leads its session; what a job forks of it has its environment, but does not.
      const [session, environment] = [sessionOf(pid), readIfThere(`/proc/${pid}/environ`)];
      const isSlot = session === pid && environment.includes(`${this.cookie}.slot`);
      // It may have ended since it was found.
      return !isSlot && environment !== "" && !Number.isNaN(session);
    });
  }

  /** The states of the processes of jobs of this pool: a letter for each, T for one that is stopped. */
  states(): string {
    return this.alive().map((pid) => readIfThere(`/proc/${pid}/stat`).replace(/^.*\) /s, "")[0])
      .join("");
  }

  /** A pool of slots keeps its books: throws a `Bug` if it does not. */
  #check(): void {
    if (this.pool instanceof SlotPool) this.pool.check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#check();
    await this.pool.close();
    this.#check();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** A command that has ended. */
export interface RunResult {
  readonly end: ProcessEnd;
  /** `exit 3`, `SIGTERM`, …: what a table says of an end. */
  readonly how: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** An end in a word or two. */
export function howOf(end: ProcessEnd): string {
  switch (end.kind) {
    case "exited":
      return `exit ${end.code}`;
    case "signaled":
      return end.signal;
    default:
      return end.kind;
  }
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function sessionOf(pid: number): number {
  return Number(readIfThere(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ")[3]);
}

/** Resolves as soon as `condition` holds; fails after five seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error(`not within five seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Living processes whose environment holds this text, found at once. */
export function processesWith(text: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) =>
    /^\d+$/.test(name) && readIfThere(`/proc/${name}/environ`).includes(text) &&
    !/^[ZX]/.test(readIfThere(`/proc/${name}/stat`).replace(/^.*\) /s, ""))
  ).map(Number);
}
