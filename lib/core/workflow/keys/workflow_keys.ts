/** The keys of a workflow file around its jobs, each with all that is known of it, and the tree of all keys. */
import * as z from "zod/mini";
import { atValue, diagnosticAt } from "../diagnostic.ts";
import { evaluateExpression } from "../expression.ts";
import type { GlobalConfig, ProcessorExpression, Workflow } from "../workflow.ts";
import { asSaid } from "./fields.ts";
import { JOB_FIELDS } from "./job_keys.ts";
import {
  commonOf,
  field,
  type FieldsOf,
  type FileKeys,
  key,
  keysOf,
  mapping,
  mappings,
  nothing,
  requiredKey,
  shapeOf,
} from "./key.ts";
import { PLUGIN_KEYS } from "./plugin_keys.ts";
import * as shapes from "./shapes.ts";
import { checkFilled, VARIABLES_KEY, variablesFrom } from "./values.ts";

const { cpuPercent, jobCount, kept, LIMITS, memoryMb, text } = shapes;

const resource_limits = mapping({
  max_memory_mb: key(memoryMb),
  max_cpu_percent: key(cpuPercent),
});

/** What holds for the run as a whole. */
export const GLOBAL_FIELDS = {
  maxConcurrentJobs: field({
    keys: {
      max_concurrent_jobs: key(z.union([jobCount, text]), {
        schema: () => ({
          default: 4,
          examples: ["$(nproc)", "$(($(nproc) * 2))"],
          maxLength: LIMITS.expressionLength,
          pattern: "^[\\s\\d+*/()$nproc-]+$",
        }),
        check(expression, path, found) {
          if (typeof expression !== "string") return;
          const problem = expressionProblem(expression);
          if (problem === null) return;
          found.push(diagnosticAt(atValue(...path), { code: "E304", expression, problem }));
        },
      }),
    },
    read: ({ max_concurrent_jobs: said }): number | ProcessorExpression | null =>
      typeof said === "string" ? { expression: said } : said ?? null,
    stored: () => z.union([kept.count(), z.object({ expression: text }), z.null()]),
    standard: null,
    matters: nothing,
  }),
  environment: field({
    keys: { environment: VARIABLES_KEY },
    read: ({ environment }) => variablesFrom(environment),
    stored: kept.variables,
    standard: {},
    matters: nothing,
  }),
  maxMemoryMb: field({
    keys: { resource_limits },
    read: ({ resource_limits: said }) => said?.max_memory_mb ?? null,
    stored: kept.amountOrNull,
    standard: null,
    matters: nothing,
  }),
  maxCpuPercent: field({
    keys: { resource_limits },
    read: ({ resource_limits: said }) => said?.max_cpu_percent ?? null,
    stored: kept.amountOrNull,
    standard: null,
    matters: nothing,
  }),
} satisfies FieldsOf<GlobalConfig>;

/** An expression is tried with one processor, where divisions by zero show first, and with many. */
function expressionProblem(expression: string): "syntax" | "zero" | "range" | null {
  if (expression.length > LIMITS.expressionLength) return "syntax";
  for (const processors of [1, 64]) {
    const result = evaluateExpression(expression, processors);
    if ("problem" in result) return result.problem;
  }
  return null;
}

/** What a workflow is called, and what for. */
export const ABOUT_FIELDS = {
  name: field({
    keys: {
      name: requiredKey(text, {
        schema: () => ({ pattern: "\\S", examples: ["CI/CD Pipeline"] }),
        check: checkFilled,
      }),
    },
    read: ({ name }) => name,
    stored: kept.text,
    matters: nothing,
  }),
  version: asSaid("version", { shape: text, standard: "1.0.0", matters: nothing }),
  description: asSaid("description", { shape: text, standard: "", matters: nothing }),
} satisfies FieldsOf<Pick<Workflow, "name" | "version" | "description">>;

/** The keys of `global_config`. */
export const GLOBAL_KEYS = { ...commonOf(JOB_FIELDS), ...keysOf(GLOBAL_FIELDS) };

/** The keys of a job. */
export const JOB_KEYS = keysOf(JOB_FIELDS);

/** The shape of a job. */
export const JOB_SHAPE = shapeOf(JOB_KEYS);

/** The keys of a whole file. */
export const WORKFLOW_KEYS = {
  ...keysOf(ABOUT_FIELDS),
  global_config: mapping(GLOBAL_KEYS),
  plugins: mappings(PLUGIN_KEYS),
  jobs: { ...mappings(JOB_KEYS, JOB_SHAPE), isRequired: true, schema: () => ({ minItems: 1 }) },
} as const satisfies FileKeys;
