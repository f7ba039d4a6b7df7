/** One attempt of a plugin job: opens a worker, keeps what it prints, and judges how it ended. */
import type { Outcome, Outputs } from "../lib/core/event.ts";
import type { PluginAction } from "../lib/core/workflow.ts";
import type { AttemptContext, AttemptEnd, RunningAttempt } from "../lib/runtime/attempt.ts";
import { resolvePath } from "../lib/runtime/paths.ts";
import type { Clock } from "../lib/runtime/world.ts";
import { PluginHost } from "./plugin_host.ts";
import { AttemptLog, type LogStream } from "./plugin_log.ts";
import type { FromPlugin, OutputBudget } from "./plugin_protocol.ts";

/** Output on its way, in characters and as many for each message as it takes beside them. */
const MOST_ON_ITS_WAY = 2 ** 20;
const PER_MESSAGE = 256;
const LONGEST_TEXT = 32 * 1024;
/** Between writes to the logs: a plugin that prints without end must not keep orch from all else. */
const FLUSH_MS = 10;

/** Values that one attempt hands on, and their length as JSON. */
export const MOST_OUTPUTS = 64;
export const LONGEST_OUTPUTS = 32 * 1024;

/** Starts the attempt. Throws the platform's error where its logs cannot be. */
export function startPlugin(action: PluginAction, context: AttemptContext): RunningAttempt {
  return new PluginAttempt(action, context);
}

class PluginAttempt implements RunningAttempt {
  readonly ended: Promise<AttemptEnd>;
  readonly #finish: (end: AttemptEnd) => void;
  readonly #log: AttemptLog;
  readonly #onItsWay = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #clock: Clock;
  /** What was printed and is not in the logs yet. */
  #printed: Printed[] = [];
  #cancelFlush: (() => void) | null = null;
  #host: PluginHost | null = null;
  #isOver = false;

  constructor({ plugin, keys }: PluginAction, context: AttemptContext) {
    const { promise, resolve } = Promise.withResolvers<AttemptEnd>();
    this.ended = promise;
    this.#finish = resolve;
    // Made before the code of the plugin is: without logs it has not begun.
    this.#log = new AttemptLog(context.files, context.limits.maxLogBytes);
    this.#clock = context.world.clock;
    const { job, attempt, baseDirectory, workingDirectory, environment } = context;
    try {
      this.#host = new PluginHost({
        modulePath: resolvePath(baseDirectory, plugin.path),
        permissions: plugin.permissions,
        baseDirectory,
        hear: (message) => this.#hear(message),
        died: (cause) => this.#fail(`the worker of the plugin has ended: ${cause}`),
      });
      const runId = environment["ORCH_RUN_ID"] ?? "";
      const facts = { runId, jobId: job.id, attempt, workingDirectory, environment };
      this.#host.send({ type: "run", keys, facts, outputBudget: this.#budget() });
    } catch (error) {
      this.#end(spawnFailed(error));
    }
  }

  stop(force: boolean): void {
    if (force) this.#end({ kind: "cancelled" });
    else if (!this.#isOver) this.#host?.send({ type: "abort" });
  }

  #budget(): OutputBudget {
    return {
      onItsWay: this.#onItsWay.buffer as SharedArrayBuffer,
      limit: MOST_ON_ITS_WAY,
      perMessage: PER_MESSAGE,
      longestText: LONGEST_TEXT,
    };
  }

  #hear(message: FromPlugin): void {
    switch (message.type) {
      case "output":
        return this.#print(message.stream === "stderr" ? "stderr" : "stdout", String(message.text));
      case "ended":
        return this.#judge(message.exitCode, message.outputs);
      case "refused":
        return this.#end(spawnFailed(
          message.problem === "no_executor"
            ? "its module exports no executor"
            : `its module cannot be loaded: ${String(message.cause).split("\n")[0]}`,
        ));
      default:
        return;
    }
  }

  #print(stream: LogStream, text: string): void {
    this.#printed.push({ stream, text });
    this.#cancelFlush ??= this.#clock.callAt(this.#clock.now() + FLUSH_MS, () => this.#flush());
  }

  /** Writes what was printed, and lets the plugin print more. */
  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const printed = this.#printed;
    this.#printed = [];
    try {
      for (const { stream, text } of joined(printed)) this.#log.write(stream, text);
    } catch (error) {
      return this.#end(spawnFailed(error));
    }
    const cost = printed.reduce((sum, { text }) => sum + text.length + PER_MESSAGE, 0);
    Atomics.sub(this.#onItsWay, 0, cost);
    Atomics.notify(this.#onItsWay, 0);
  }

  #judge(exitCode: unknown, outputs: unknown): void {
    if (!isExitCode(exitCode)) {
      return this.#fail(`the exit code must be a whole number from 0 to 255: found ${exitCode}`);
    }
    const problem = outputsProblem(outputs);
    if (problem !== null) return this.#fail(problem);
    const outcome: Outcome = exitCode === 0
      ? { kind: "succeeded" }
      : { kind: "exited", code: exitCode };
    const kept = outputs as Outputs;
    this.#end(outcome, Object.keys(kept).length === 0 ? {} : { outputs: kept });
  }

  /** Ends as failed, and says why where the job's own errors are. */
  #fail(why: string): void {
    if (this.#isOver) return;
    this.#print("stderr", `orch: ${why}\n`);
    this.#end({ kind: "exited", code: 1 });
  }

  #end(outcome: Outcome, facts: Omit<AttemptEnd, "outcome"> = {}): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#host?.close();
    this.#flush();
    const { truncated } = this.#log;
    this.#log.close();
    const process = { containment: "direct", truncated: true } as const;
    this.#finish({ outcome, ...facts, ...(truncated && { process }) });
  }
}

type Printed = { readonly stream: LogStream; readonly text: string };

/** Neighbours on the same stream as one, in order. */
function joined(printed: readonly Printed[]): Printed[] {
  const all: { readonly stream: LogStream; text: string }[] = [];
  for (const { stream, text } of printed) {
    const last = all.at(-1);
    if (last?.stream === stream) last.text += text;
    else all.push({ stream, text });
  }
  return all;
}

function isExitCode(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;
}

/** Why these cannot be kept, or `null`. */
function outputsProblem(outputs: unknown): string | null {
  if (typeof outputs !== "object" || outputs === null || Array.isArray(outputs)) {
    return "outputs must be a mapping";
  }
  const entries = Object.entries(outputs);
  if (entries.length > MOST_OUTPUTS) {
    return `outputs must be at most ${MOST_OUTPUTS} values: found ${entries.length}`;
  }
  const bad = entries.find(([, value]) => !isOutput(value));
  if (bad !== undefined) return `output '${bad[0]}' must be text, a number or true or false`;
  const { length } = JSON.stringify(outputs);
  if (length <= LONGEST_OUTPUTS) return null;
  return `outputs must have at most ${LONGEST_OUTPUTS} characters as JSON: found ${length}`;
}

function isOutput(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function spawnFailed(error: unknown): Outcome {
  const cause = error instanceof Error ? error.message : String(error);
  return { kind: "not_started", why: { reason: "spawn_failed", cause } };
}
