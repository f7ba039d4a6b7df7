/**
 * Processes without a shell: where `sh` may not be run, and on Windows. Each job is one program with
 * plain arguments, started by Deno; its output is copied into its files here. There is no reaper: if
 * orch itself is killed, its jobs live on.
 */
import type { ProcessFacts } from "../core/event.ts";
import { LogCap } from "./log_cap.ts";
import { plainWords } from "./shell_text.ts";
import type {
  Clock,
  Launch,
  PoolOptions,
  ProcessEnd,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
} from "./world.ts";

/** How long output may still come once the leader has ended and something keeps its pipes open. */
const DRAIN_MS = 100;

/** The pool of one run. */
export class DirectPool implements ProcessPool {
  readonly #clock: Clock;
  readonly #logCap: LogCap;
  readonly #live = new Set<Deno.ChildProcess>();

  constructor(clock: Clock, options: PoolOptions) {
    this.#clock = clock;
    this.#logCap = new LogCap(clock, options.maxLogBytes);
  }

  start(spec: ProcessSpec): RunningProcess {
    const words = wordsOf(spec.launch);
    if (words === null) return notStarted("the command needs a shell");
    const [program, ...args] = words;
    try {
      const child = new Deno.Command(program!, {
        args,
        cwd: spec.workingDirectory,
        env: spec.environment,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        detached: Deno.build.os !== "windows",
      }).spawn();
      this.#live.add(child);
      return { ended: this.#finish(child, spec), stop: (force) => this.#stop(child, force) };
    } catch (error) {
      return notStarted(error instanceof Error ? error.message : String(error));
    }
  }

  /** Nobody looks at processes here. */
  usageOf(): null {
    return null;
  }

  freeze(): Promise<void> {
    for (const child of this.#live) signal(child, "SIGSTOP");
    return Promise.resolve();
  }

  thaw(): void {
    for (const child of this.#live) signal(child, "SIGCONT");
  }

  close(): Promise<void> {
    this.#logCap.close();
    return Promise.resolve();
  }

  /** The number of a process that has ended may be a stranger's. */
  #stop(child: Deno.ChildProcess, force: boolean): void {
    if (!this.#live.has(child)) return;
    signal(child, force ? "SIGKILL" : "SIGTERM");
    if (!force) signal(child, "SIGCONT");
  }

  async #finish(child: Deno.ChildProcess, spec: ProcessSpec): Promise<ProcessEnd> {
    const { stdoutPath, stderrPath, memoryMb, cpuPercent } = spec;
    let truncated: boolean = false;
    const files = { paths: [stdoutPath, stderrPath], truncated: () => void (truncated = true) };
    this.#logCap.watch(files);
    const drained = new AbortController();
    const copies = Promise.all([
      copy(child.stdout, stdoutPath, drained.signal),
      copy(child.stderr, stderrPath, drained.signal),
    ]);
    const status = await child.status;
    this.#live.delete(child);
    const cancel = this.#clock.callAt(this.#clock.now() + DRAIN_MS, () => drained.abort());
    await copies;
    cancel();
    this.#logCap.unwatch(files, true);
    const process: ProcessFacts = {
      containment: "direct",
      ...(memoryMb !== null && { memoryLimit: "none" }),
      ...(cpuPercent !== null && { cpuLimit: "none" }),
      ...(truncated ? { truncated: true } : {}),
    };
    const measures = { usage: { peakMemoryMb: null, cpuSeconds: null }, process };
    return status.signal === null
      ? { kind: "exited", code: status.code, ...measures }
      : { kind: "signaled", signal: status.signal, ...measures };
  }
}

/** A program with its arguments; `null` where only a shell could make sense of the text. */
function wordsOf(launch: Launch): readonly string[] | null {
  return launch.kind === "program" ? [launch.program, ...launch.args] : plainWords(launch.text);
}

function notStarted(cause: string): RunningProcess {
  return { ended: Promise.resolve({ kind: "not_started", cause }), stop() {} };
}

/**
 * Adds what comes through `stream` to the file at `path` as it comes (`pipeTo` would hold small pieces
 * back until the end), until it ends or `signal` cuts it off. A log that cannot be written is no reason
 * to break the pipe of the job: the rest is read all the same.
 */
async function copy(
  stream: ReadableStream<Uint8Array>,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const reader = stream.getReader();
  signal.addEventListener("abort", () => reader.cancel());
  let log: Deno.FsFile | null = null;
  try {
    log = await Deno.open(path, { append: true, create: true, mode: 0o600 });
  } catch {
    // Nowhere to write to.
  }
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (log !== null && !await writeAll(log, piece.value)) {
      log.close();
      log = null;
    }
  }
  log?.close();
}

/** False where it cannot be written. */
async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
    return true;
  } catch {
    return false;
  }
}

/** The whole group where orch may, else the leader. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    if (Deno.build.os !== "windows") return Deno.kill(-child.pid, name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
  }
  try {
    child.kill(name);
  } catch {
    // It has ended in the meantime.
  }
}
