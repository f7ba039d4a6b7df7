/**
 * A world made by hand: time stands still until it is told to pass, files are in memory, streams are
 * caught, and processes do what a test says.
 */
import type { CgroupProblem } from "../../lib/core/base/cgroup_problem.ts";
import type { NamespaceLack } from "../../lib/core/base/namespace_lack.ts";
import type {
  Enforcement,
  Files,
  FileTail,
  FileWriter,
  LiveUsage,
  OutputStream,
  PoolOptions,
  ProcessEnd,
  Processes,
  ProcessPool,
  ProcessSpec,
  RunningProcess,
  Signals,
  StopSignal,
  World,
} from "../../lib/runtime/port/world.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** When every fake world begins: 2026-11-22, 10:30:00 UTC. */
export const START = Date.UTC(2026, 10, 22, 10, 30, 0);

/** All ports, each with the means to look behind it. */
export class FakeWorld implements World {
  readonly clock = new VirtualClock(START);
  readonly files = new MemoryFiles();
  readonly processes = new FakeProcesses();
  readonly signals = new FakeSignals();
  readonly machine = { processors: 4, memoryMb: () => 16_000 };
  readonly stdout = new CapturedStream();
  readonly stderr = new CapturedStream();
  readonly variables = new Map<string, string>();
  /** What `random` hands out, byte by byte, then zeros. */
  readonly randomBytes: number[] = [];
  stdin: Uint8Array = new Uint8Array();
  folder = "/work";

  readStdin(limitBytes: number): Promise<Uint8Array> {
    return Promise.resolve(this.stdin.slice(0, limitBytes + 1));
  }

  readonly request = () => Promise.reject(new TypeError("this world has no network"));

  // Like those of the real world, these are taken out of it.
  readonly env = (name: string) => this.variables.get(name);

  /** What Deno lets orch do here. */
  may: World["may"] = () => true;

  readonly cwd = () => this.folder;

  random(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.randomBytes.shift() ?? 0);
  }

  readonly #crashing = new Set<(error: unknown) => void>();

  onCrash(callback: (error: unknown) => void): () => void {
    this.#crashing.add(callback);
    return () => this.#crashing.delete(callback);
  }

  /** Something of ours fails that nobody catches; false where nobody listens. */
  crash(error: unknown): boolean {
    for (const callback of [...this.#crashing]) callback(error);
    return this.#crashing.size > 0;
  }
}

/** Lets `ms` pass on a clock, with all calls that are due by then, also those asked for on the way. */
export function pass(clock: VirtualClock, ms: number): void {
  const until = clock.now() + ms;
  let calls = 0;
  do {
    let reached = false;
    clock.callAt(until, () => reached = true);
    for (calls = 0; !reached; calls++) clock.advance();
  } while (calls > 1);
}

/** Files and folders by their absolute paths. */
export class MemoryFiles implements Files {
  readonly contents = new Map<string, string>();
  readonly folders = new Set<string>(["/", "/work"]);

  stat(path: string): ReturnType<Files["stat"]> {
    if (this.folders.has(path)) return { isFile: false, isDirectory: true, size: 0 };
    const content = this.contents.get(path);
    return content === undefined
      ? null
      : { isFile: true, isDirectory: false, size: new TextEncoder().encode(content).length };
  }

  identity(path: string): string {
    return path;
  }

  read(path: string): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (content === undefined) return Promise.reject(new Deno.errors.NotFound(path));
    return Promise.resolve(new TextEncoder().encode(content));
  }

  readTail(path: string, limitBytes: number): FileTail {
    const bytes = new TextEncoder().encode(this.contents.get(path) ?? "");
    const start = Math.max(0, bytes.length - limitBytes);
    return { text: new TextDecoder().decode(bytes.subarray(start)), omittedBytes: start };
  }

  readAt(
    path: string,
    { offset, length }: { readonly offset: number; readonly length: number },
  ): Uint8Array {
    const bytes = new TextEncoder().encode(this.contents.get(path) ?? "");
    return bytes.slice(offset, offset + length);
  }

  append(path: string, text: string): void {
    this.contents.set(path, (this.contents.get(path) ?? "") + text);
  }

  write(path: string, text: string): void {
    this.contents.set(path, text);
  }

  replace(path: string, text: string): void {
    this.contents.set(path, text);
  }

  makeDirectory(path: string): boolean {
    if (this.folders.has(path)) return false;
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) this.folders.add(at);
    return true;
  }

  create(path: string): FileWriter {
    const decoder = new TextDecoder();
    this.contents.set(path, "");
    return {
      write: (bytes) => {
        const more = decoder.decode(bytes, { stream: true });
        this.contents.set(path, this.contents.get(path) + more);
        return Promise.resolve();
      },
      close() {},
    };
  }

  remove(path: string): void {
    this.contents.delete(path);
  }
}

/** A stream that keeps what is written. */
export class CapturedStream implements OutputStream {
  text = "";
  isTerminal = false;
  readonly isBroken = false;
  /** Bytes that a test says nobody has taken yet. */
  waiting = 0;

  write(content: string | Uint8Array): void {
    this.text += typeof content === "string" ? content : new TextDecoder().decode(content);
  }

  unblock(): void {}

  flush(): Promise<void> {
    return Promise.resolve();
  }

  size(): { readonly columns: number; readonly rows: number } {
    return { columns: 80, rows: 24 };
  }
}

/** A process that ends when a test says so. */
export interface FakeProcess extends RunningProcess {
  readonly spec: ProcessSpec;
  /** What it was asked: true for KILL. */
  readonly stops: boolean[];
  end(how: ProcessEnd): void;
}

/** Processes that only seem to run, and answers to queries. There is one pool: this itself. */
export class FakeProcesses implements Processes, ProcessPool {
  readonly started: FakeProcess[] = [];
  /** Programs asked, with their arguments and folders, as one text each. */
  readonly queries: string[] = [];
  /** What every query is answered. */
  answer: string | null = null;
  opened: PoolOptions | null = null;
  frozen = false;

  open(options: PoolOptions): Promise<ProcessPool> {
    this.opened = options;
    return Promise.resolve(this);
  }

  start(spec: ProcessSpec): RunningProcess {
    const { promise: ended, resolve: end } = Promise.withResolvers<ProcessEnd>();
    const stops: boolean[] = [];
    const process: FakeProcess = { spec, stops, ended, end, stop: (force) => stops.push(force) };
    this.started.push(process);
    return process;
  }

  /** What attempts use, by their names. */
  readonly usage = new Map<string, LiveUsage>();

  usageOf(attemptName: string): LiveUsage | null {
    return this.usage.get(attemptName) ?? null;
  }

  freeze(): Promise<void> {
    this.frozen = true;
    return Promise.resolve();
  }

  thaw(): void {
    this.frozen = false;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  hasShell(): boolean {
    return true;
  }

  enforcement(): Enforcement {
    return { containment: "process_group", memory: "sampled", cpu: "nice" };
  }

  controlLacks(): Promise<readonly CgroupProblem[]> {
    return Promise.resolve([]);
  }

  namespaceLack(): NamespaceLack | null {
    return null;
  }

  mayRun(): boolean {
    return true;
  }

  query(program: string, args: readonly string[], cwd: string): Promise<string | null> {
    this.queries.push([program, ...args, "in", cwd].join(" "));
    return Promise.resolve(this.answer);
  }
}

/** Signals that a test sends. */
export class FakeSignals implements Signals {
  readonly #listeners = new Map<string, Set<() => void>>();
  suspended = 0;

  suspend(): void {
    this.suspended++;
  }

  listen(signal: StopSignal | "SIGWINCH" | "SIGTSTP", callback: () => void): () => void {
    const listeners = this.#listeners.get(signal) ?? new Set();
    this.#listeners.set(signal, listeners.add(callback));
    return () => listeners.delete(callback);
  }

  send(signal: StopSignal | "SIGWINCH" | "SIGTSTP"): void {
    for (const callback of [...this.#listeners.get(signal) ?? []]) callback();
  }

  /** How many listen to any signal. */
  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
