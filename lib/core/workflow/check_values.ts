/**
 * What the values of a file whose shape is right still have to fulfil: each by itself, as its record says,
 * and the keys of a job together with its type.
 */
import { checkPluginEntries } from "./check_plugins.ts";
import { atKey, atValue, type Diagnostic, diagnosticAt } from "./diagnostic.ts";
import { didYouMean } from "../base/did_you_mean.ts";
import type { JobData, WorkflowData } from "./schema.ts";
import { JOB_FIELDS } from "./keys/job_keys.ts";
import { type CheckedPlace, checkerOf, type Field } from "./keys/key.ts";
import { BUILT_IN_KINDS, JOB_TYPES, KEYS_OF_KINDS, kindNamed, STANDARD_TYPE } from "./kinds.ts";
import type { Kind } from "./kinds/kind.ts";
import { JOB_KEYS, WORKFLOW_KEYS } from "./keys/workflow_keys.ts";
import type { Action } from "./workflow.ts";

/** The mistakes in everything but the jobs, of which there are `jobCount`. */
export function checkWorkflowValues(data: WorkflowData, jobCount: number): Diagnostic[] {
  const found: Diagnostic[] = [];
  if (jobCount === 0) found.push(diagnosticAt(atKey("jobs"), { code: "E210" }));
  checkOutline(data, { path: [], found });
  found.push(...checkPluginEntries(data.plugins ?? []));
  return found;
}

/** What the check of a job needs beside it. */
export interface JobCheck {
  /** The job types that plugins bring. */
  readonly pluginTypes: ReadonlySet<string>;
  /** What `global_config` says. */
  readonly common: WorkflowData["global_config"];
  readonly found: Diagnostic[];
}

const checkOutline = checkerOf(WORKFLOW_KEYS);
const checkKeys = checkerOf(JOB_KEYS);
const FIELDS: readonly Field<unknown>[] = Object.values(JOB_FIELDS);
const CHECKED_TOGETHER = FIELDS.filter(({ check }) => check !== undefined);

/** The keys of jobs that are processes: what orch does itself starts none. */
export const KEYS_OF_PROCESSES: readonly string[] = keysOnlyOf(FIELDS.filter(isOfProcesses));

function isOfProcesses({ isOfProcesses }: Field<unknown>): boolean {
  return isOfProcesses === true;
}

/** The keys that are of no other field. */
function keysOnlyOf(fields: readonly Field<unknown>[]): string[] {
  const others = FIELDS.filter((field) => !fields.includes(field));
  const ofOthers = others.flatMap(({ keys }) => Object.keys(keys));
  const own = new Set(fields.flatMap(({ keys }) => Object.keys(keys)));
  return [...own].filter((key) => !ofOthers.includes(key));
}

/** Adds the mistakes in the values of job `index` to `found`. */
export function checkJobValues(
  job: JobData,
  index: number,
  { pluginTypes, common, found }: JobCheck,
): void {
  const place = { path: ["jobs", index], found };
  checkKeys(job, place);
  const jobType = job.job_type ?? STANDARD_TYPE;
  const kind = kindNamed(jobType, pluginTypes.has(jobType));
  if (kind === undefined) {
    const known = [...JOB_TYPES, ...pluginTypes];
    const suggestion = didYouMean(jobType, known);
    const detail = { code: "E208", jobType, known, suggestion } as const;
    found.push(diagnosticAt(atValue(...place.path, "job_type"), detail));
    return;
  }
  checkKeysOfKind(job, { kind, jobType, ...place });
  kind.check?.(job, place);
  for (const field of CHECKED_TOGETHER) {
    if (field.isOfProcesses && kind.runsIn !== "process") continue;
    field.check!(job, common ?? {}, place);
  }
}

/** Which of the keys that not all kinds take a job must have, and which it may not have. */
function checkKeysOfKind(
  job: JobData,
  { kind, jobType, path, found }: CheckedPlace & {
    readonly kind: Kind<Action>;
    readonly jobType: string;
  },
): void {
  const about = { code: "E209", jobId: job.id, jobType } as const;
  const says = (key: string) => (job as Readonly<Record<string, unknown>>)[key] !== undefined;
  const { needed } = kind;
  if (needed !== null && !says(needed)) {
    const detail = { ...about, key: needed, problem: "missing" } as const;
    found.push(diagnosticAt(atValue(...path, needed), detail));
  }
  for (const key of Object.keys(KEYS_OF_KINDS)) {
    if (!says(key) || Object.hasOwn(kind.keys, key)) continue;
    const detail = kind.strangeKey === "of_plugin"
      ? { ...about, key, problem: kind.strangeKey } as const
      : { ...about, key, problem: kind.strangeKey, needed, ofType: typeBeside(key) } as const;
    found.push(diagnosticAt(atKey(...path, key), detail));
  }
  if (kind.runsIn === "process") return;
  for (const key of KEYS_OF_PROCESSES) {
    if (!says(key)) continue;
    found.push(diagnosticAt(atKey(...path, key), { ...about, key, problem: "no_process" }));
  }
}

/** The first job type that takes a key beside the one that it needs. */
function typeBeside(key: string): string | null {
  const found = BUILT_IN_KINDS.find(([, { keys, needed }]) =>
    Object.hasOwn(keys, key) && needed !== key
  );
  return found?.[0] ?? null;
}
