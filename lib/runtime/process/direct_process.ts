/** One job that Deno itself starts as a program: its end, its output, and the way there when it is stopped. */
import { sleep } from "../port/waiting.ts";
import type { ProcessFacts } from "../../core/run/event.ts";
import { COOKIE, cookieOf } from "../kernel/cookie.ts";
import type { LogCap } from "./log_cap.ts";
import { lookInto, signalGroup } from "../kernel/process_group.ts";
import { plainWords } from "./shell_text.ts";
import { isPassing, notStarted, type NotStartedEnd, STOPPED_EARLY } from "./spawn_trouble.ts";
import type { Clock, Launch, ProcessEnd, ProcessSpec, RunningProcess } from "../port/world.ts";

/** How long output may still come once the leader has ended and something keeps its pipes open. */
const DRAIN_MS = 100;
/** How long KILL may take. */
const KILL_MS = 2_000;
const POLL_MS = 20;

/** What a process needs of the pool it belongs to. */
export interface DirectHost {
  readonly clock: Clock;
  readonly logCap: LogCap;
  /** A word that no other process has in its environment. */
  readonly cookie: string;
  /** What follows it in the environment of a process. */
  readonly outerCookies: string;
  /** Takes a process that is no longer wanted off the queue; false if it has begun. */
  forget(process: DirectProcess): boolean;
  /** Is told that the process has ended, and whether it left something behind. */
  over(process: DirectProcess, left: Leftover | null): void;
}

/** Processes that outlive their leader. */
export interface Leftover {
  readonly group: number;
  readonly attemptName: string;
  /** Whether orch may send signals to them. */
  readonly reachable: boolean;
}

/** A process that runs, or waits to be started. */
export class DirectProcess implements RunningProcess {
  readonly ended: Promise<ProcessEnd>;

  readonly #pool: DirectHost;
  readonly #spec: ProcessSpec;
  readonly #words: readonly string[];
  readonly #end: (end: ProcessEnd) => void;
  #child: Deno.ChildProcess | null = null;
  #stopping: "no" | "asked" | "forced" = "no";

  constructor(pool: DirectHost, spec: ProcessSpec, words: readonly string[]) {
    this.#pool = pool;
    this.#spec = spec;
    this.#words = words;
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.ended = promise;
    this.#end = resolve;
  }

  /** Starts it. Throws the platform's error. */
  begin(): void {
    const { stdoutPath, stderrPath } = this.#spec;
    const logs: Log[] = [];
    try {
      for (const path of [stdoutPath, stderrPath]) logs.push(openLog(path));
      this.#child = this.#spawn();
    } catch (error) {
      for (const log of logs) log?.close();
      throw error;
    }
    this.#finish(this.#child, logs).catch((error) => {
      // Our own trouble: this job's end, not the run's.
      this.#pool.over(this, null);
      this.giveUp(notStarted(error));
    });
  }

  #spawn(): Deno.ChildProcess {
    const [program, ...args] = this.#words;
    const { attemptName, leaves } = this.#spec;
    return new Deno.Command(program!, {
      args,
      cwd: this.#spec.workingDirectory,
      env: {
        ...this.#spec.environment,
        [COOKIE]: cookieOf(this.#pool.cookie, attemptName, leaves) + this.#pool.outerCookies,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: Deno.build.os !== "windows",
    }).spawn();
  }

  /** Ends without having begun. */
  giveUp(end: NotStartedEnd): void {
    this.#end(end);
  }

  stop(force: boolean): void {
    if (this.#pool.forget(this)) return this.giveUp(STOPPED_EARLY);
    if (this.#child === null) return;
    this.#stopping = force ? "forced" : "asked";
    this.signal(force ? "SIGKILL" : "SIGTERM");
    // A job that was stopped (SIGSTOP) could not hear TERM.
    if (!force) this.signal("SIGCONT");
  }

  /** Sends a signal to the whole group where orch may, else to the leader. */
  async signal(signal: "SIGTERM" | "SIGKILL" | "SIGCONT" | "SIGSTOP"): Promise<void> {
    const child = this.#child;
    if (child === null || await signalGroup(child.pid, signal) !== "refused") return;
    try {
      child.kill(signal);
    } catch {
      // It has ended in the meantime.
    }
  }

  async #finish(child: Deno.ChildProcess, [stdoutLog, stderrLog]: readonly Log[]): Promise<void> {
    const { stdoutPath, stderrPath, attemptName } = this.#spec;
    const { clock, logCap } = this.#pool;
    let truncated = false;
    const files = { paths: [stdoutPath, stderrPath], truncated: () => void (truncated = true) };
    logCap.watch(files);
    const cut = new AbortController();
    const copies = Promise.all([
      copy(child.stdout, stdoutLog!, cut.signal),
      copy(child.stderr, stderrLog!, cut.signal),
    ]);
    const status = await child.status;
    const unkillable = await this.#emptyGroup(child.pid);
    const cancel = clock.callAt(clock.now() + DRAIN_MS, () => cut.abort());
    const written = await copies;
    cancel();
    logCap.unwatch(files, true);
    // The number of an empty group may be given to a stranger, so it is not kept.
    const answer = await lookInto(child.pid);
    const isLeft = !this.#spec.leaves &&
      (answer === "sent" || (answer === "refused" && cut.signal.aborted));
    const left = { group: child.pid, attemptName, reachable: answer === "sent" };
    this.#child = null;
    this.#pool.over(this, isLeft ? left : null);

    const facts = this.#facts({ truncated, logLost: written.includes(false), unkillable });
    const measures = { usage: { peakMemoryMb: null, cpuSeconds: null }, process: facts };
    this.#end(
      status.signal === null
        ? { kind: "exited", code: status.code, ...measures }
        : { kind: "signaled", signal: status.signal, ...measures },
    );
  }

  #facts(
    { truncated, logLost, unkillable }: {
      readonly truncated: boolean;
      readonly logLost: boolean;
      readonly unkillable: readonly number[];
    },
  ): ProcessFacts {
    const { memoryMb, cpuPercent } = this.#spec;
    return {
      containment: "direct",
      ...(memoryMb !== null && { memoryLimit: "none" }),
      ...(cpuPercent !== null && { cpuLimit: "none" }),
      ...(truncated && { truncated: true }),
      ...(logLost && { logLost: true }),
      ...(unkillable.length > 0 && { unkillable }),
    };
  }

  /**
   * After a stop, waits until nobody is left in the group: they have been asked to end, and are killed
   * when that is forced. Returns the group where not even that could end it. After an end of its own
   * there is nothing to do: what a job leaves behind on purpose is swept at the end of the run.
   */
  async #emptyGroup(group: number): Promise<number[]> {
    const { clock } = this.#pool;
    let killedSince: number | null = null;
    while (this.#stopping !== "no" && await lookInto(group) === "sent") {
      if (this.#stopping === "forced") {
        killedSince ??= clock.now();
        if (clock.now() - killedSince > KILL_MS) return [group];
        await signalGroup(group, "SIGKILL");
      }
      await sleep(clock, POLL_MS);
    }
    return [];
  }
}

/** A program with its arguments; `null` where only a shell could make sense of the text. */
export function wordsOf(launch: Launch): readonly string[] | null {
  return launch.kind === "program" ? [launch.program, ...launch.args] : plainWords(launch.text);
}

/** A file of output; `null` if it cannot be written. */
type Log = Deno.FsFile | null;

/** Throws an error that may pass after a while: then the job is not started. */
function openLog(path: string): Log {
  try {
    return Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  } catch (error) {
    if (isPassing(error)) throw error;
    return null;
  }
}

/**
 * Adds what comes through `stream` to the log as it comes (`pipeTo` would hold small pieces back until
 * the end), until it ends or `signal` cuts it off. A log that cannot be written is no reason to break
 * the pipe of the job: the rest is read all the same, and false returned.
 */
async function copy(
  stream: ReadableStream<Uint8Array>,
  log: Log,
  signal: AbortSignal,
): Promise<boolean> {
  const reader = stream.getReader();
  signal.addEventListener("abort", () => reader.cancel());
  let file = log;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (file !== null && !await writeAll(file, piece.value)) {
      file.close();
      file = null;
    }
  }
  file?.close();
  return file !== null;
}

/** False if it cannot be written. */
async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    return true;
  } catch {
    return false;
  }
}
