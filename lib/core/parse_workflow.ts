/**
 * Decoded data in, a `Workflow` or every mistake at once out: the only validator. It knows keys and
 * meaning, not files or positions; a diagnostic points at a path and is located later, if at all.
 */
import { checkGraph } from "./check_graph.ts";
import {
  atKey,
  atValue,
  type Checked,
  type Diagnostic,
  diagnosticAt,
  type DocumentPath,
} from "./diagnostic.ts";
import { pluginTypes } from "./check_plugins.ts";
import { checkJobValues, checkWorkflowValues } from "./check_values.ts";
import { keyMeant } from "./key_meant.ts";
import {
  type JobData,
  jobSchema,
  keysAt,
  type PluginData,
  type WorkflowData,
  workflowSchema,
} from "./schema.ts";
import { unreachable } from "./event.ts";
import {
  type Action,
  type Environment,
  type GlobalConfig,
  type Job,
  type Plugin,
  PLUGIN_PERMISSIONS,
  type PluginPermissionKind,
  type PluginPermissions,
  type ProcessorExpression,
  type RetryPolicy,
  type Workflow,
} from "./workflow.ts";

const DEFAULT_RETRY = { initialDelayMs: 1_000, maxDelayMs: 60_000, backoffFactor: 2, jitter: 0 };
const DEFAULT_ATTEMPTS_WITH_RETRY_CONFIG = 3;

/** Once there are so many mistakes of shape, the shape of further jobs is not looked at. */
const MOST_SHAPE_MISTAKES = 1_000;

/** Checks `data` as a workflow file. `checkDecoded` must have found it harmless. */
export function parseWorkflow(data: unknown): Checked<Workflow> {
  const entries = jobsIn(data);
  // Job by job, so that one job's mistake does not hide what the values of another are, and because
  // zod passes the mistakes of a list on as arguments, of which there can be too many.
  const outline = workflowSchema.safeParse(
    entries.length > 0 ? { ...data as object, jobs: [] } : data,
  );
  const shape = outline.success ? [] : diagnosticsOf(outline.error, [], data);
  const values = outline.success ? checkWorkflowValues(outline.data, entries.length) : [];
  const check = {
    pluginTypes: pluginTypes(data),
    processes: outline.data?.global_config?.processes,
    found: values,
  };
  const jobs: JobData[] = [];
  entries.forEach((entry, index) => {
    if (shape.length >= MOST_SHAPE_MISTAKES) return;
    const job = jobSchema.safeParse(entry);
    if (job.success) {
      jobs.push(job.data);
      checkJobValues(job.data, index, check);
    } else {
      for (const found of diagnosticsOf(job.error, ["jobs", index], data)) shape.push(found);
    }
  });
  const diagnostics = [...shape, ...checkGraph(entries), ...values];
  if (!outline.success || diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: toWorkflow({ ...outline.data, jobs }) };
}

function diagnosticsOf(
  error: { readonly issues: readonly unknown[] },
  prefix: DocumentPath,
  data: unknown,
): Diagnostic[] {
  const found = error.issues.flatMap((issue) =>
    diagnosticsOfIssue(issue as SchemaIssue, prefix, data)
  );
  // A key that is there but misspelt is one mistake, not two.
  const misspelt = new Set<string>();
  for (const { detail, place } of found) {
    if (detail.code !== "E202" || detail.suggestion === null || place.at !== "key") continue;
    misspelt.add(JSON.stringify([...place.path.slice(0, -1), detail.suggestion]));
  }
  return found.filter(({ detail, place }) =>
    detail.code !== "E203" || place.at !== "value" || !misspelt.has(JSON.stringify(place.path))
  );
}

/** The list of jobs as far as there is one, so that ids and edges are checked even beside shape mistakes. */
function jobsIn(data: unknown): readonly unknown[] {
  const jobs = isMapping(data) ? data["jobs"] : undefined;
  return Array.isArray(jobs) ? jobs : [];
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The part of zod's issues that the schema can produce. */
type SchemaIssue =
  & { readonly path: DocumentPath }
  & (
    | { readonly code: "invalid_type"; readonly expected: string }
    | { readonly code: "unrecognized_keys"; readonly keys: readonly string[] }
    | { readonly code: "too_small"; readonly minimum: number; readonly inclusive: boolean }
    | { readonly code: "too_big"; readonly maximum: number }
    | { readonly code: "invalid_union"; readonly errors: readonly (readonly SchemaIssue[])[] }
  );

function diagnosticsOfIssue(
  issue: SchemaIssue,
  prefix: DocumentPath,
  data: unknown,
): Diagnostic[] {
  const path = [...prefix, ...issue.path];
  const place = atValue(...path);
  const key = keyName(path);
  const value = valueAt(data, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknownKey) => {
        const known = keysAt(path);
        const suggestion = keyMeant(unknownKey, known);
        const detail = {
          code: "E202",
          key: unknownKey,
          owner: ownerOf(path),
          suggestion,
          known,
        } as const;
        return diagnosticAt(atKey(...path, unknownKey), detail);
      });
    case "too_small": {
      const bound = issue.inclusive ? "at_least" : "more_than";
      return [
        diagnosticAt(place, {
          code: "E301",
          key,
          value: shown(value),
          bound,
          limit: issue.minimum,
        }),
      ];
    }
    case "too_big":
      return [
        diagnosticAt(place, {
          code: "E301",
          key,
          value: shown(value),
          bound: "at_most",
          limit: issue.maximum,
        }),
      ];
    case "invalid_type":
      if (value === undefined) {
        return [diagnosticAt(place, { code: "E203", key, owner: ownerOf(path.slice(0, -1)) })];
      }
      return [wrongType(path, issue.expected, value)];
    case "invalid_union": {
      const within = issue.errors.find((errors) => errors.every((error) => error.path.length > 0));
      if (within !== undefined) {
        return within.flatMap((error) => diagnosticsOfIssue(error, path, data));
      }
      const inner = issue.errors.flat().filter((error) => error.code === "invalid_type");
      return [wrongType(path, inner.map((error) => error.expected).join(" or "), value)];
    }
    default:
      return unreachable(issue);
  }
}

function wrongType(path: DocumentPath, expected: string, value: unknown): Diagnostic {
  const found = typeName(value);
  const quoteIt = expected.startsWith("string") && (found === "number" || found === "boolean");
  const text = typeof value === "object" ? null : shown(value);
  const detail = { code: "E201", expected, found, value: text, quoteIt } as const;
  const key = keyName(path);
  return diagnosticAt(atValue(...path), key === "" ? detail : { ...detail, key });
}

/** What `path` ends with, for messages: `timeout`, or `tags[0]` for an entry of a list. */
function keyName(path: DocumentPath): string {
  const last = path.at(-1);
  if (typeof last === "number") return `${keyName(path.slice(0, -1))}[${last}]`;
  return last ?? "";
}

/** The name of the mapping at `path`, for messages. */
function ownerOf(path: DocumentPath): string {
  const last = path.at(-1);
  if (last === undefined) return "workflow";
  if (typeof last !== "number") return last;
  return path[0] === "plugins" ? "plugin" : "job";
}

function valueAt(data: unknown, path: DocumentPath): unknown {
  let value: unknown = data;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** A value as a message shows it, cut to forty characters. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function toWorkflow(data: WorkflowData): Workflow {
  const config = data.global_config;
  const global: GlobalConfig = {
    maxConcurrentJobs: toConcurrency(config?.max_concurrent_jobs),
    environment: toEnvironment(config?.environment),
    maxMemoryMb: config?.resource_limits?.max_memory_mb ?? null,
    maxCpuPercent: config?.resource_limits?.max_cpu_percent ?? null,
  };
  const plugins = (data.plugins ?? []).map(toPlugin);
  const defaults = {
    plugins,
    environment: global.environment,
    enforce: config?.enforce,
    processes: config?.processes,
    attempts: config?.max_retries === undefined ? null : config.max_retries + 1,
    timeout: config?.timeout ?? null,
  };
  return {
    name: data.name,
    version: data.version ?? "1.0.0",
    description: data.description ?? "",
    global,
    plugins,
    jobs: data.jobs.map((job) => toJob(job, defaults)),
  };
}

/** What the file says once for all jobs. */
interface JobDefaults {
  readonly plugins: readonly Plugin[];
  readonly environment: Environment;
  readonly enforce: string | undefined;
  readonly processes: string | undefined;
  readonly attempts: number | null;
  readonly timeout: number | null;
}

function toConcurrency(said: number | string | undefined): number | ProcessorExpression | null {
  if (said === undefined) return null;
  return typeof said === "number" ? said : { expression: said };
}

function toEnvironment(said: Record<string, string | number | boolean> | undefined): Environment {
  const entries = Object.entries(said ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function toJob(data: JobData, defaults: JobDefaults): Job {
  const limits = data.resource_limits;
  const seconds = [data.timeout ?? defaults.timeout, limits?.max_execution_time]
    .filter((limit) => limit !== undefined && limit !== null);
  const branch = data.conditions?.only_if_branch;
  return {
    id: data.id,
    name: data.name ?? data.id,
    action: toAction(data, defaults.plugins),
    workingDirectory: data.working_directory ?? ".",
    environment: { workflow: defaults.environment, job: toEnvironment(data.environment) },
    dependencies: [...new Set(data.dependencies)],
    conditions: {
      skipIfFailed: [...new Set(data.conditions?.skip_if_failed)],
      onlyIfBranch: branch === undefined ? null : [branch].flat(),
    },
    retry: toRetryPolicy(data.retry_config, defaults.attempts),
    limits: {
      maxMemoryMb: limits?.max_memory_mb ?? null,
      maxCpuPercent: limits?.max_cpu_percent ?? null,
      maxConcurrentJobs: limits?.max_concurrent_jobs ?? null,
    },
    enforce: (data.enforce ?? defaults.enforce) === "require" ? "require" : "best-effort",
    idempotent: data.idempotent ?? true,
    leaves: data.leaves ?? false,
    processes: (data.processes ?? defaults.processes) === "own" ? "own" : "shared",
    timeoutMs: seconds.length === 0 ? null : Math.min(...seconds) * 1000,
    tags: data.tags ?? [],
  };
}

function toRetryPolicy(
  config: JobData["retry_config"],
  defaultAttempts: number | null,
): RetryPolicy {
  if (config === undefined) return { ...DEFAULT_RETRY, maxAttempts: defaultAttempts ?? 1 };
  const milliseconds = (seconds: number | undefined, otherwise: number) =>
    seconds === undefined ? otherwise : seconds * 1000;
  return {
    maxAttempts: config.max_attempts ?? DEFAULT_ATTEMPTS_WITH_RETRY_CONFIG,
    initialDelayMs: milliseconds(config.initial_delay, DEFAULT_RETRY.initialDelayMs),
    maxDelayMs: milliseconds(config.max_delay, DEFAULT_RETRY.maxDelayMs),
    backoffFactor: config.backoff_factor ?? DEFAULT_RETRY.backoffFactor,
    jitter: config.jitter ?? DEFAULT_RETRY.jitter,
  };
}

/** The keys were checked against the job type before: see `check_values.ts`. */
function toAction(data: JobData, plugins: readonly Plugin[]): Action {
  const plugin = plugins.find(({ type }) => type === data.job_type);
  if (plugin !== undefined) return { type: "plugin", plugin, keys: data.with ?? {} };
  const type = (data.job_type ?? "command") as Exclude<Action["type"], "plugin">;
  switch (type) {
    case "command":
      return { type, command: data.command ?? "" };
    case "python":
      return { type, source: data.command ?? "" };
    case "script":
      return { type, scriptPath: data.script_path ?? "" };
    case "http":
      return {
        type,
        url: data.command ?? "",
        method: data.http?.method?.toUpperCase() ?? "GET",
        headers: data.http?.headers ?? {},
        body: data.http?.body ?? null,
        expectStatus: data.http?.expect_status ?? [],
      };
    default:
      return unreachable(type);
  }
}

function toPlugin({ type, path, permissions }: PluginData): Plugin {
  const granted = (kind: PluginPermissionKind) => {
    const said = permissions?.[kind];
    return said === true ? true : said || [];
  };
  const entries = PLUGIN_PERMISSIONS.map((kind) => [kind, granted(kind)]);
  return { type, path, permissions: Object.fromEntries(entries) as PluginPermissions };
}
