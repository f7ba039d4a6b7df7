/**
 * What a plugin module is made with: a job type of your own, for the `plugins` of a workflow.
 *
 * ```ts
 * import { defineExecutor } from "@orch/orch/plugin";
 * import { z } from "zod";
 *
 * export default defineExecutor({
 *   schema: z.strictObject({ who: z.string() }),
 *   run({ who }, { jobId }) {
 *     console.log(`${jobId} greets ${who}`);
 *     return { outputs: { greeted: who } };
 *   },
 * });
 * ```
 *
 * The module runs in a worker of its own that holds the permissions its entry in the workflow lists,
 * and no others. It is first loaded without any, so that its schema can be asked before the run: what
 * needs a permission belongs into `run`.
 *
 * @module
 */

/**
 * A schema for the keys of a job, of any library that keeps to Standard Schema
 * (https://standardschema.dev): zod, valibot, arktype.
 */
export interface KeySchema<Keys> {
  /** The part that Standard Schema describes. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** Keys as `run` gets them, or what is wrong with those of the file. */
    readonly validate: (
      value: unknown,
    ) => KeySchemaResult<Keys> | Promise<KeySchemaResult<Keys>>;
    /** Only for the compiler. */
    readonly types?: { readonly input: unknown; readonly output: Keys } | undefined;
  };
}

/** What a schema says of the keys of a job. */
export type KeySchemaResult<Keys> =
  | { readonly value: Keys; readonly issues?: undefined }
  | { readonly issues: readonly KeySchemaIssue[] };

/** One thing that is wrong with the keys of a job. */
export interface KeySchemaIssue {
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** The way to it from the mapping under `with`. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What an attempt is told beside its keys. */
export interface PluginContext {
  /** Which run this is. */
  readonly runId: string;
  /** Which job this is. */
  readonly jobId: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Absolute. Reading it needs a permission. */
  readonly workingDirectory: string;
  /** The variables that the workflow and the job set, and ORCH_RUN_ID and its kin. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted when the job is to end: at a time limit, or when the run stops. */
  readonly signal: AbortSignal;
  /** Adds text to the job's standard output, as `console.log` does. */
  stdout(text: string): void;
  /** Adds text to the job's standard error, as `console.error` does. */
  stderr(text: string): void;
}

/** A value that a job hands on. */
export type OutputValue = string | number | boolean;

/** How an attempt ended. */
export interface PluginResult {
  /** 0 to 255; 0, which is success, where it is not said. */
  readonly exitCode?: number;
  /** What the attempt found out, for the results of the run: at most 64 values. */
  readonly outputs?: Readonly<Record<string, OutputValue>>;
}

/** A job type. */
export interface PluginExecutor<Keys> {
  /** Checks the keys under `with`, before the run and again before each attempt. Without it any may stand there. */
  readonly schema?: KeySchema<Keys>;
  /**
   * Does the work of one attempt. It has succeeded when this returns, unless with another exit code
   * than 0, and failed when it throws. Timers and requests that are left then are gone.
   */
  run(
    keys: Keys,
    context: PluginContext,
  ): PluginResult | void | Promise<PluginResult | void>;
}

/** Types an executor: what a plugin module exports as its default. */
export function defineExecutor<Keys = Readonly<Record<string, unknown>>>(
  executor: PluginExecutor<Keys>,
): PluginExecutor<Keys> {
  return executor;
}
