/** One attempt of a plugin job: opens a worker, keeps what it prints, and judges how it ended. */
import type { Outcome, Outputs } from "../../lib/core/run/event.ts";
import type { PluginAction } from "../../lib/core/workflow/workflow.ts";
import type { AttemptContext, AttemptEnd, RunningAttempt } from "../../lib/runtime/port/attempt.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import type { Clock } from "../../lib/runtime/port/world.ts";
import { PluginHost } from "./host.ts";
import { AttemptLog, type LogStream } from "./log.ts";
import { modulesOf, type PluginModules } from "./modules.ts";
import type { FromPlugin, NoValue, OutputBudget } from "./protocol.ts";

/** Output on its way, in characters and as many for each message as it takes beside them. */
const ON_ITS_WAY_MAX = 2 ** 20;
const PER_MESSAGE = 256;
const TEXT_LENGTH_MAX = 32 * 1024;
/** Of a value that is wrong. */
const FOUND_LENGTH_MAX = 100;
/** Between writes to the logs: a plugin that prints without end must not keep orch from all else. */
const FLUSH_MS = 10;

/** Why an attempt does not start, by what has become of the module since it was checked. */
const MODULE_PROBLEMS = {
  import: (specifier: string) => `its module imports '${specifier}', which it may not read`,
  unreadable: (cause: string) => `its module cannot be read: ${cause}`,
  link: (target: string) => `its module is a link to '${target}', outside of its folder`,
} as const;

/** Values that one attempt hands on, and their length as JSON. */
export const OUTPUTS_MAX = 64;
export const OUTPUTS_LENGTH_MAX = 32 * 1024;

/** Starts the attempt. Throws the platform's error where its logs cannot be. */
export async function startPlugin(
  action: PluginAction,
  context: AttemptContext,
): Promise<RunningAttempt> {
  // Read anew for each: a job may have written them.
  const modules = await modulesOf(action.plugin, context);
  return new PluginAttempt(action, { ...context, modules });
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

  constructor(
    { plugin, keys }: PluginAction,
    context: AttemptContext & { readonly modules: PluginModules },
  ) {
    const { promise, resolve } = Promise.withResolvers<AttemptEnd>();
    this.ended = promise;
    this.#finish = resolve;
    // Made before the code of the plugin is: without logs it has not started.
    this.#log = new AttemptLog(context.files, context.limits.maxLogBytes);
    this.#clock = context.world.clock;
    const { job, attempt, baseDirectory, workingDirectory, environment, modules } = context;
    if (!modules.ok) {
      this.#end(spawnFailed(MODULE_PROBLEMS[modules.problem](modules.cause)));
      return;
    }
    try {
      this.#host = new PluginHost({
        modulePath: resolvePath(baseDirectory, plugin.path),
        permissions: plugin.permissions,
        modules: modules.paths,
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
      limit: ON_ITS_WAY_MAX,
      perMessage: PER_MESSAGE,
      longestText: TEXT_LENGTH_MAX,
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
      return this.#fail(
        `the exit code must be a whole number from 0 to 255${foundText(exitCode)}`,
      );
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
  if (typeof outputs !== "object" || outputs === null) {
    return `outputs must be a mapping${foundText(outputs)}`;
  }
  const entries = Object.entries(outputs);
  if (entries.length > OUTPUTS_MAX) {
    return `outputs must be at most ${OUTPUTS_MAX} values: found ${entries.length}`;
  }
  const bad = entries.find(([name, value]) => name === "__proto__" || !isOutput(value));
  if (bad !== undefined) {
    return `output '${bad[0]}' must be text, a number or true or false${foundText(bad[1])}`;
  }
  const { length } = JSON.stringify(outputs);
  if (length <= OUTPUTS_LENGTH_MAX) return null;
  return `outputs must have at most ${OUTPUTS_LENGTH_MAX} characters as JSON: found ${length}`;
}

function isOutput(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/** Whether it stands for something that is no value, and could often not be sent. */
function isNoValue(value: unknown): value is NoValue {
  return typeof value === "object" && value !== null && "found" in value &&
    typeof value.found === "string" && Object.keys(value).length === 1;
}

/** What was found instead, shortly. */
function foundText(value: unknown): string {
  if (isNoValue(value)) return `: found ${value.found}`;
  const isPlain = ["string", "number", "boolean"].includes(typeof value);
  return isPlain ? `: found ${String(value).slice(0, FOUND_LENGTH_MAX)}` : "";
}

function spawnFailed(error: unknown): Outcome {
  const cause = error instanceof Error ? error.message : String(error);
  return { kind: "not_started", why: { reason: "spawn_failed", cause } };
}
