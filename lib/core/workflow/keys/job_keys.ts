/**
 * The keys of a job, each in one place: its shape in the file and its default, what editors are told, how the
 * plan keeps it, and what of it bears on what the job does. The keys of a kind of job are in `kinds/`.
 */
import * as z from "zod/mini";
import { ID_LENGTH, ID_PATTERN, RESERVED_ID } from "../check_graph.ts";
import { atKey, diagnosticAt } from "../diagnostic.ts";
import {
  type Conditions,
  ENFORCE,
  type Job,
  PROCESSES,
  type ResourceLimits,
  type RetryPolicy,
} from "../workflow.ts";
import { asSaid, group, measure, oneOf } from "./fields.ts";
import { inOrder, sorted } from "./fingerprint.ts";
import { field, type FieldsOf, key, nothing, requiredKey, whole, withStandards } from "./key.ts";
import { KEYS_OF_KINDS, kindNamed, kindOf, STANDARD_TYPE, storedAction } from "../kinds.ts";
import * as shapes from "./shapes.ts";
import { filledText, inAnyCase, VARIABLES_KEY, variablesFrom } from "./values.ts";

const { kept, seconds, secondsOrNone, text, texts } = shapes;

const ID = requiredKey(text, {
  schema: () => ({
    pattern: ID_PATTERN.source,
    maxLength: ID_LENGTH,
    not: { pattern: inAnyCase(RESERVED_ID.source) },
  }),
});
const TIMEOUT = key(seconds);

/** Attempts of a job that has a retry_config without max_attempts; without a retry_config there is one. */
const ATTEMPTS_OF_RETRY = 3;

const RETRY_FIELDS = {
  maxAttempts: {
    ...measure("max_attempts", z.int().check(z.minimum(1), z.maximum(shapes.LIMITS.attempts)), {
      stored: kept.count,
      standard: ATTEMPTS_OF_RETRY,
    }),
    standard: 1,
  },
  initialDelayMs: measure("initial_delay", secondsOrNone, {
    stored: kept.amount,
    standard: 1,
    factor: 1000,
  }),
  maxDelayMs: measure("max_delay", secondsOrNone, {
    stored: kept.amount,
    standard: 60,
    factor: 1000,
  }),
  backoffFactor: measure(
    "backoff_factor",
    z.number().check(z.minimum(1), z.maximum(shapes.LIMITS.backoffFactor)),
    { stored: kept.amount, standard: 2 },
  ),
  jitter: measure("jitter", z.number().check(z.minimum(0), z.maximum(1)), {
    stored: kept.amount,
    standard: 0,
  }),
} satisfies FieldsOf<RetryPolicy>;
const retry = group("retry_config", RETRY_FIELDS, {});

const LIMIT_FIELDS = {
  maxMemoryMb: measure("max_memory_mb", shapes.memoryMb, {
    stored: kept.amountOrNull,
    standard: null,
  }),
  maxCpuPercent: measure("max_cpu_percent", shapes.cpuPercent, {
    stored: kept.amountOrNull,
    standard: null,
  }),
  maxConcurrentJobs: measure("max_concurrent_jobs", shapes.jobCount, {
    stored: kept.countOrNull,
    standard: null,
  }),
} satisfies FieldsOf<ResourceLimits>;
const limits = group("resource_limits", LIMIT_FIELDS, { max_execution_time: key(seconds) });

const CONDITION_FIELDS = {
  skipIfFailed: field({
    keys: { skip_if_failed: key(texts) },
    read: ({ skip_if_failed }) => [...new Set(skip_if_failed)],
    stored: kept.texts,
    standard: [],
    matters: inOrder,
  }),
  onlyIfBranch: field({
    keys: {
      only_if_branch: key(z.union([text, texts]), {
        schema: () => ({ examples: ["main", "release/*"] }),
      }),
    },
    read: ({ only_if_branch: said }) => said === undefined ? null : [said].flat(),
    stored: kept.textsOrNull,
    standard: null,
    matters: (branches) => branches && inOrder(branches),
  }),
} satisfies FieldsOf<Conditions>;

const processes = oneOf("processes", PROCESSES, {
  standard: "shared",
  matters: whole,
  isOfProcesses: true,
});
const leaves = asSaid("leaves", {
  shape: z.boolean(),
  standard: false,
  matters: whole,
  isOfProcesses: true,
});
const leavesWhatStays = field({
  ...leaves,
  keys: { id: ID, ...leaves.keys, ...processes.keys },
  common: processes.common,
  read: (data, around) => leaves.read(data, around),
  // What a job in a namespace of its own leaves ends with it.
  schema: () => ({
    not: {
      required: ["leaves", "processes"],
      properties: { leaves: { const: true }, processes: { const: "own" } },
    },
  }),
  check(job, common, { path, found }) {
    if (job.leaves !== true || (job.processes ?? common.processes) !== "own") return;
    const saidBy = job.processes === undefined ? "workflow" : "job";
    found.push(diagnosticAt(atKey(...path, "leaves"), { code: "E314", jobId: job.id, saidBy }));
  },
});

/** The fields of a job in the order in which a plan file has them. */
export const JOB_FIELDS = {
  id: field({
    keys: { id: ID },
    read: ({ id }) => id,
    // It becomes a path, and a plan may have come with somebody else's folder.
    stored: () => text.check(z.regex(ID_PATTERN)),
    matters: nothing,
  }),
  name: field({
    keys: { id: ID, name: filledText() },
    read: ({ id, name }) => name ?? id,
    stored: kept.text,
    matters: nothing,
  }),
  action: field({
    keys: {
      job_type: key(text, { schema: () => ({ default: STANDARD_TYPE }) }),
      ...KEYS_OF_KINDS,
    },
    read(data, { plugins }) {
      const type = data.job_type ?? STANDARD_TYPE;
      const plugin = plugins.find((plugin) => plugin.type === type);
      return kindNamed(type, plugin !== undefined)!.toAction(data, plugin);
    },
    stored: storedAction,
    matters: (action) => kindOf(action).fingerprint(action),
  }),
  workingDirectory: field({
    keys: { working_directory: filledText({ default: "." }) },
    read: ({ working_directory }) => working_directory ?? ".",
    stored: kept.text,
    standard: ".",
    matters: whole,
  }),
  environment: field({
    keys: { environment: VARIABLES_KEY },
    read: ({ environment }, around) => ({
      workflow: around.environment,
      job: variablesFrom(environment),
    }),
    stored: () =>
      z.object(
        withStandards(
          { workflow: kept.variables(), job: kept.variables() },
          { workflow: {}, job: {} },
        ),
      ),
    standard: { workflow: {}, job: {} },
    matters: ({ workflow, job }) => [sorted(workflow), sorted(job)],
  }),
  dependencies: field({
    keys: { dependencies: key(texts) },
    read: ({ dependencies }) => [...new Set(dependencies)],
    stored: kept.texts,
    standard: [],
    matters: inOrder,
  }),
  conditions: group("conditions", CONDITION_FIELDS, {}),
  retry: field({
    keys: retry.keys,
    common: {
      max_retries: key(z.int().check(z.minimum(0), z.maximum(shapes.LIMITS.attempts - 1)), {
        schema: () => ({ default: 0 }),
      }),
    },
    read(data, around) {
      if (data.retry_config !== undefined) return retry.read(data, { ...around, common: {} });
      return { ...retry.standard!, maxAttempts: (around.common.max_retries ?? 0) + 1 };
    },
    stored: retry.stored,
    standard: retry.standard!,
    matters: retry.matters,
  }),
  limits,
  enforce: oneOf("enforce", ENFORCE, { standard: "best-effort", matters: whole }),
  idempotent: asSaid("idempotent", { shape: z.boolean(), standard: true, matters: nothing }),
  leaves: leavesWhatStays,
  processes,
  timeoutMs: field({
    keys: { timeout: TIMEOUT, resource_limits: limits.keys.resource_limits },
    common: { timeout: TIMEOUT },
    read({ timeout, resource_limits }, { common }) {
      const said = [timeout ?? common.timeout, resource_limits?.max_execution_time]
        .filter((limit) => limit !== undefined);
      return said.length === 0 ? null : Math.min(...said) * 1000;
    },
    stored: kept.amountOrNull,
    standard: null,
    matters: whole,
  }),
  tags: asSaid("tags", { shape: texts, standard: [], schema: () => ({}), matters: nothing }),
} satisfies FieldsOf<Job>;
