/**
 * Decoded data in, a `Workflow` or every mistake at once out: the only validator. It knows keys and
 * meaning, not files or positions; a diagnostic points at a path and is located later, if at all.
 */
import { isMapping } from "../base/json.ts";
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
import { suggestKey } from "./suggest_key.ts";
import { type JobData, jobSchema, keysAt, type WorkflowData, workflowSchema } from "./schema.ts";
import { unreachable } from "../base/bug.ts";
import { JOB_FIELDS } from "./keys/job_keys.ts";
import { readerOf } from "./keys/key.ts";
import { PLUGIN_FIELDS } from "./keys/plugin_keys.ts";
import { ABOUT_FIELDS, GLOBAL_FIELDS } from "./keys/workflow_keys.ts";
import type { Workflow } from "./workflow.ts";

/** Once there are so many mistakes of shape, the shape of further jobs is not looked at. */
const SHAPE_MISTAKES_MAX = 1_000;

/** Checks `data` as a workflow file. `checkLimits` must have found it harmless. */
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
    common: outline.data?.global_config,
    found: values,
  };
  const jobs: JobData[] = [];
  entries.forEach((entry, index) => {
    if (shape.length >= SHAPE_MISTAKES_MAX) return;
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
        const suggestion = suggestKey(unknownKey, known);
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
  const common = data.global_config ?? {};
  const nothingAround = { common: {}, environment: {}, plugins: [] };
  const global = readerOf(GLOBAL_FIELDS)(common, nothingAround);
  const readPlugin = readerOf(PLUGIN_FIELDS);
  const readJob = readerOf(JOB_FIELDS);
  const plugins = (data.plugins ?? []).map((entry) => readPlugin(entry, nothingAround));
  const around = { common, environment: global.environment, plugins };
  return {
    ...readerOf(ABOUT_FIELDS)(data, nothingAround),
    global,
    plugins,
    jobs: data.jobs.map((job) => readJob(job, around)),
  };
}
