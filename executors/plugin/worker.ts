/**
 * The worker's side of a plugin: loads the module, checks keys, runs an attempt, and sends on what it
 * prints. One class that stands on its own and imports nothing, since its *text* is what the worker
 * runs: so it is the same from source, from a bundle and in a compiled program.
 *
 * Permissions are what holds a plugin. Beside them, what would reach past its job by accident is led
 * elsewhere here: printing goes to the job's logs and not to the terminal, and exiting ends the job.
 */
import type {
  KeySchemaIssue,
  PluginContext,
  PluginExecutor,
  PluginResult,
} from "../../lib/plugin.ts";
import type { FromPlugin, KeyIssue, OutputBudget, PluginFacts, ToPlugin } from "./protocol.ts";

/** The part of a worker's global scope that is used or replaced. */
interface WorkerScope {
  postMessage: (message: FromPlugin) => void;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
  close: () => void;
  Worker: unknown;
  console: unknown;
  process: NodeProcess;
}

/** The part of node's `process` that reaches past the worker. */
interface NodeProcess {
  getBuiltinModule(name: "node:worker_threads"): { readonly Worker: object };
  getBuiltinModule(name: "node:fs"): { closeSync(descriptor: number): void };
}

interface WorkerEvent {
  readonly data: ToPlugin;
  readonly error?: unknown;
  readonly reason?: unknown;
  preventDefault(): void;
}

type Loaded = PluginExecutor<unknown>;
type Stream = "stdout" | "stderr";

/** Lives once in each worker. */
export class PluginWorker {
  readonly #load: () => Promise<unknown>;
  readonly #send: (message: FromPlugin) => void;
  readonly #abort = new AbortController();
  /** `null` until an attempt runs: what is printed before is nobody's. */
  #budget: OutputBudget | null = null;
  #onItsWay = new Int32Array(new SharedArrayBuffer(4));
  #isOver = false;

  constructor(load: () => Promise<unknown>) {
    const scope = globalThis as unknown as WorkerScope;
    this.#load = load;
    this.#send = scope.postMessage.bind(scope);
    this.#replaceDoors(scope);
    this.#lockDoors(scope);
    scope.addEventListener("message", ({ data }) => this.#hear(data));
    scope.addEventListener("error", (event) => {
      event.preventDefault();
      this.#crash(event.error);
    });
    scope.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      this.#crash(event.reason);
    });
  }

  async #hear(message: ToPlugin): Promise<void> {
    if (message.type === "abort") return this.#abort.abort();
    try {
      if (message.type === "check") {
        const executor = await this.#executor();
        if (executor !== null) await this.#check(executor, message.keys);
        return;
      }
      this.#budget = message.outputBudget;
      this.#onItsWay = new Int32Array(message.outputBudget.onItsWay);
      const executor = await this.#executor();
      if (executor !== null) await this.#run(executor, message.keys, message.facts);
    } catch (error) {
      this.#crash(error);
    }
  }

  /** What the module exports; `null` where that is no executor, which has then been said. */
  async #executor(): Promise<Loaded | null> {
    const module = await this.#load();
    const executor = (module as { readonly default?: Loaded }).default;
    if (typeof executor === "object" && typeof executor?.run === "function") return executor;
    this.#end({ type: "refused", problem: "no_executor", cause: "" });
    return null;
  }

  async #check({ schema }: Loaded, all: readonly unknown[]): Promise<void> {
    const issues: KeyIssue[] = [];
    for (const [index, keys] of all.entries()) {
      const result = await schema?.["~standard"].validate(keys);
      for (const issue of result?.issues ?? []) {
        issues.push({ index, path: this.#pathOf(issue), message: String(issue.message) });
      }
    }
    this.#end({ type: "checked", issues });
  }

  #pathOf({ path = [] }: KeySchemaIssue): (string | number)[] {
    return path.map((step) => {
      const key = typeof step === "object" ? step.key : step;
      return typeof key === "number" ? key : String(key);
    });
  }

  async #run({ schema, run }: Loaded, keys: unknown, facts: PluginFacts): Promise<void> {
    if (this.#abort.signal.aborted) return this.#end({ type: "ended", exitCode: 1, outputs: {} });
    const checked = await schema?.["~standard"].validate(keys);
    if (checked?.issues !== undefined) {
      const words = checked.issues.map((issue) =>
        `${this.#pathOf(issue).join(".")}: ${issue.message}`
      );
      return this.#crash(new Error(words.join("; ")));
    }
    const context: PluginContext = {
      ...facts,
      signal: this.#abort.signal,
      stdout: (text) => this.#print("stdout", text),
      stderr: (text) => this.#print("stderr", text),
    };
    const result: PluginResult = await run(checked === undefined ? keys : checked.value, context) ??
      {};
    this.#end({
      type: "ended",
      exitCode: this.#value(result.exitCode ?? 0),
      outputs: this.#values(result.outputs ?? {}),
    });
  }

  /** Each output as it can be sent: copying a Promise or a function would throw. */
  #values(outputs: unknown): unknown {
    const isMapping = typeof outputs === "object" && outputs !== null && !Array.isArray(outputs) &&
      typeof (outputs as { readonly then?: unknown }).then !== "function";
    if (!isMapping) return this.#whatIs(outputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, this.#value(value)]),
    );
  }

  #value(value: unknown): unknown {
    return ["string", "number", "boolean"].includes(typeof value)
      ? value
      : { found: this.#whatIs(value) };
  }

  #whatIs(value: unknown): string {
    if (value === null) return "null";
    if (Array.isArray(value)) return "a list";
    if (typeof value !== "object") {
      return typeof value === "undefined" ? "nothing" : `a ${typeof value}`;
    }
    return typeof (value as { readonly then?: unknown }).then === "function"
      ? "a Promise (is an 'await' missing?)"
      : "an object";
  }

  /** Something was thrown that nobody caught. */
  #crash(error: unknown): void {
    const text = error instanceof Error ? String(error.stack ?? error) : this.#inspect(error);
    if (this.#budget === null) {
      const cause = error instanceof Error ? `${error.name}: ${error.message}` : text;
      return this.#end({ type: "refused", problem: "broken", cause });
    }
    // What a job that was told to end makes of that is of no interest.
    if (!this.#abort.signal.aborted) this.#print("stderr", `${this.#ownLines(text)}\n`);
    if (error instanceof Error && error.name === "NotCapable") {
      this.#print(
        "stderr",
        "orch: a plugin has the permissions that its entry in 'plugins' lists\n",
      );
    }
    this.#end({ type: "ended", exitCode: 1, outputs: {} });
  }

  /** Without the places in Deno and in here, which are none of the plugin's. */
  #ownLines(text: string): string {
    return text.split("\n").filter((line) => !/^ +at (?:.*[( ])?(?:ext|blob):/.test(line)).join(
      "\n",
    );
  }

  #end(message: FromPlugin): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#send(message);
  }

  /** Sends text on; waits, with all of this worker, while too much is on its way. */
  #print(stream: Stream, printed: unknown): void {
    const budget = this.#budget;
    if (budget === null || this.#isOver) return;
    const text = String(printed);
    for (let at = 0; at < text.length; at += budget.longestText) {
      const part = text.slice(at, at + budget.longestText);
      for (let sent = this.#sent(); sent > budget.limit; sent = this.#sent()) {
        Atomics.wait(this.#onItsWay, 0, sent);
      }
      Atomics.add(this.#onItsWay, 0, part.length + budget.perMessage);
      this.#send({ type: "output", stream, text: part });
    }
  }

  #sent(): number {
    return Atomics.load(this.#onItsWay, 0);
  }

  #inspect(value: unknown): string {
    return Deno.inspect(value, { colors: false, depth: 6 });
  }

  /** What leads out of the worker leads into the logs, or nowhere. */
  #replaceDoors(scope: WorkerScope): void {
    const redirect = (stream: object, print: (text: string) => void) => {
      const decoder = new TextDecoder();
      const writeSync = (bytes: Uint8Array) => {
        print(decoder.decode(bytes, { stream: true }));
        return bytes.length;
      };
      const write = (bytes: Uint8Array) => Promise.resolve(writeSync(bytes));
      const get = () => new WritableStream<Uint8Array>({ write: (bytes) => void writeSync(bytes) });
      Object.assign(stream, { write, writeSync, isTerminal: () => false, close() {} });
      Object.defineProperty(stream, "writable", { get });
    };
    const exit = (code?: number): never => {
      if (this.#budget === null) this.#crash(new Error("it exits while it is loaded"));
      this.#end({ type: "ended", exitCode: this.#value(code ?? 0), outputs: {} });
      // Nothing after it may happen; orch ends the worker.
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    };
    Object.defineProperty(Deno, "exit", { value: exit });
    // The objects are changed, not replaced: node:process writes to the same ones.
    redirect(Deno.stdout, (text) => this.#print("stdout", text));
    redirect(Deno.stderr, (text) => this.#print("stderr", text));
    const empty = { read: () => Promise.resolve(null), readSync: () => null };
    Object.assign(Deno.stdin, empty, { isTerminal: () => false });
    // Node's module of that name exports the object.
    scope.console = Object.assign(console, this.#console());
    scope.close = () => exit();
    scope.postMessage = () => {};
  }

  /** What would reach the process that all workers share, or ask the user, is not to be had. */
  #lockDoors(scope: WorkerScope): void {
    const lock = (target: object, values: Readonly<Record<string, unknown>>) => {
      for (const [name, value] of Object.entries(values)) {
        Object.defineProperty(target, name, { value, writable: false, configurable: false });
      }
    };
    const refuse = (what: string) => (): never => {
      throw new Deno.errors.PermissionDenied(`A plugin may not ${what}`);
    };
    const { kill, pid, permissions } = Deno;
    const killOther = (to: number, signal?: Deno.Signal) => {
      // As a number of processes it is read: other roundings would be ways past this.
      const whole = Number(to) | 0;
      return whole === pid || whole <= 0 ? refuse("send signals to orch")() : kill(whole, signal);
    };
    lock(Deno, { kill: killOther, addSignalListener() {}, removeSignalListener() {} });
    // All that node's other ways to send a signal end in.
    lock(scope.process, {
      kill: killOther,
      _kill: refuse("send signals by node"),
      _rawDebug: (...words: unknown[]) => this.#print("stderr", `${words.join(" ")}\n`),
    });
    lock(Object.getPrototypeOf(permissions), {
      request: (descriptor: Deno.PermissionDescriptor) => permissions.query(descriptor),
      requestSync: (descriptor: Deno.PermissionDescriptor) => permissions.querySync(descriptor),
    });
    // One more worker would have the doors that this one lacks. A class asks its parent to make it.
    scope.Worker = undefined;
    const { Worker: ofNode } = scope.process.getBuiltinModule("node:worker_threads");
    const refuseWorker = refuse("start workers");
    Object.setPrototypeOf(
      ofNode,
      class {
        constructor() {
          refuseWorker();
        }
      },
    );
    Object.preventExtensions(ofNode);
    this.#closeStreams(scope.process);
  }

  /** By their numbers, what is typed at orch's terminal could be read, and its screen written to. */
  #closeStreams(process: NodeProcess): void {
    const { closeSync } = process.getBuiltinModule("node:fs");
    for (const descriptor of [0, 1, 2]) {
      try {
        closeSync(descriptor);
      } catch {
        // It was closed when orch began.
      }
    }
    const inner = Deno as unknown as Record<PropertyKey, unknown>;
    const key = inner["internal"] as symbol;
    const { core } = inner[key] as { readonly core: { tryClose(id: number): void } };
    for (const id of [0, 1, 2]) core.tryClose(id);
    delete inner[key];
  }

  /** A console whose lines go to the logs: every method prints, those of errors to standard error. */
  #console(): object {
    const printer = (stream: Stream) => (...values: readonly unknown[]) => {
      const words = values.map((value) => typeof value === "string" ? value : this.#inspect(value));
      this.#print(stream, `${words.join(" ")}\n`);
    };
    const [out, err] = [printer("stdout"), printer("stderr")];
    const silent = [
      "clear",
      "groupEnd",
      "time",
      "timeStamp",
      "profile",
      "profileEnd",
      "countReset",
    ];
    const methods = Object.keys(console).map((name) => {
      if (silent.includes(name)) return [name, () => {}];
      return [name, ["error", "warn", "trace"].includes(name) ? err : out];
    });
    const assert = (isSo: unknown, ...values: readonly unknown[]) => {
      if (!isSo) err("Assertion failed", ...values);
    };
    return { ...Object.fromEntries(methods), assert };
  }
}
