/**
 * The shape of the workflow file, the one place that knows its keys. Shape only: what keys mean
 * together (ids, graph, job types) is in `parse_workflow.ts`. The JSON Schema is made from this.
 */
import * as z from "zod/mini";
import type { DocumentPath } from "./diagnostic.ts";

/** Bounds of the file format, in its own units. */
export const LIMITS = {
  /** A year. */
  seconds: 31_536_000,
  attempts: 1_000,
  concurrency: 10_000,
  memoryMb: 1_000_000_000,
  cpuPercent: 1_000_000,
  backoffFactor: 1_000,
  expressionLength: 200,
  jobs: 1_000_000,
} as const;

/** What a limit means where nothing can hold a job to it. */
export const ENFORCE = ["require", "best-effort"] as const;

/** Which processes a job sees and may signal: those of the machine, or its own alone. */
export const PROCESSES = ["shared", "own"] as const;

/** The methods an http job may use: those that fetch sends. */
export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const text = z.string();
const seconds = z.number().check(z.positive(), z.maximum(LIMITS.seconds));
const secondsOrNone = z.number().check(z.nonnegative(), z.maximum(LIMITS.seconds));
const memoryMb = z.number().check(z.positive(), z.maximum(LIMITS.memoryMb));
const cpuPercent = z.number().check(z.positive(), z.maximum(LIMITS.cpuPercent));
const jobCount = z.int().check(z.minimum(1), z.maximum(LIMITS.concurrency));
const environment = z.record(text, z.union([text, z.number(), z.boolean()]));

const conditions = z.strictObject({
  skip_if_failed: z.optional(z.array(text)),
  only_if_branch: z.optional(z.union([text, z.array(text)])),
});

const retryConfig = z.strictObject({
  max_attempts: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.attempts))),
  initial_delay: z.optional(secondsOrNone),
  max_delay: z.optional(secondsOrNone),
  backoff_factor: z.optional(z.number().check(z.minimum(1), z.maximum(LIMITS.backoffFactor))),
  jitter: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
});

const jobLimits = z.strictObject({
  max_memory_mb: z.optional(memoryMb),
  max_cpu_percent: z.optional(cpuPercent),
  max_execution_time: z.optional(seconds),
  max_concurrent_jobs: z.optional(jobCount),
});

const http = z.strictObject({
  method: z.optional(text),
  headers: z.optional(z.record(text, text)),
  body: z.optional(text),
  expect_status: z.optional(z.array(z.int().check(z.minimum(100), z.maximum(599)))),
});

/** All of a kind, or what is listed. */
const granted = z.optional(z.union([z.array(text), z.boolean()]));

const pluginPermissions = z.strictObject({
  net: granted,
  read: granted,
  write: granted,
  env: granted,
  run: granted,
  sys: granted,
});

const plugin = z.strictObject({
  type: text,
  path: text,
  permissions: z.optional(pluginPermissions),
});

/** One entry of `jobs`. */
export const jobSchema = z.strictObject({
  id: text,
  name: z.optional(text),
  job_type: z.optional(text),
  command: z.optional(text),
  script_path: z.optional(text),
  working_directory: z.optional(text),
  environment: z.optional(environment),
  dependencies: z.optional(z.array(text)),
  conditions: z.optional(conditions),
  retry_config: z.optional(retryConfig),
  resource_limits: z.optional(jobLimits),
  timeout: z.optional(seconds),
  enforce: z.optional(text),
  idempotent: z.optional(z.boolean()),
  leaves: z.optional(z.boolean()),
  processes: z.optional(text),
  tags: z.optional(z.array(text)),
  http: z.optional(http),
  with: z.optional(z.record(text, z.unknown())),
});

const globalLimits = z.strictObject({
  max_memory_mb: z.optional(memoryMb),
  max_cpu_percent: z.optional(cpuPercent),
});

const globalConfig = z.strictObject({
  max_retries: z.optional(z.int().check(z.minimum(0), z.maximum(LIMITS.attempts - 1))),
  timeout: z.optional(seconds),
  max_concurrent_jobs: z.optional(z.union([jobCount, text])),
  environment: z.optional(environment),
  resource_limits: z.optional(globalLimits),
  enforce: z.optional(text),
  processes: z.optional(text),
});

/** The whole file. */
export const workflowSchema = z.strictObject({
  name: text,
  version: z.optional(text),
  description: z.optional(text),
  global_config: z.optional(globalConfig),
  plugins: z.optional(z.array(plugin)),
  jobs: z.array(jobSchema),
});

/** The file's data once its shape is known. */
export type WorkflowData = z.infer<typeof workflowSchema>;

/** One entry of `jobs` once its shape is known. */
export type JobData = z.infer<typeof jobSchema>;

/** One entry of `plugins` once its shape is known. */
export type PluginData = z.infer<typeof plugin>;

/** The mappings whose keys are fixed, by their path in the file with `*` for an index. */
const MAPPINGS: Readonly<Record<string, { readonly shape: object }>> = {
  "": workflowSchema,
  "global_config": globalConfig,
  "global_config.resource_limits": globalLimits,
  "plugins.*": plugin,
  "plugins.*.permissions": pluginPermissions,
  "jobs.*": jobSchema,
  "jobs.*.conditions": conditions,
  "jobs.*.retry_config": retryConfig,
  "jobs.*.resource_limits": jobLimits,
  "jobs.*.http": http,
};

/** The keys that may stand in the mapping at `path`, for suggestions; none where any may. */
export function keysAt(path: DocumentPath): readonly string[] {
  const mapping = MAPPINGS[path.map((step) => typeof step === "number" ? "*" : step).join(".")];
  return mapping === undefined ? [] : Object.keys(mapping.shape);
}
