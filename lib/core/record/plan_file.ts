/**
 * What a run was planned from, as the text of `plan.json`: the workflow with every default filled in,
 * which of its jobs were selected, and the settings. A run is resumed from this and not from the
 * workflow file, which may have changed since; what has changed is told by a hash of each job, made when
 * it is asked for. A checksum at the end of the text tells what was not written so.
 */
import * as z from "zod/mini";
import { crc32 } from "../base/crc32.ts";
import { reachableFrom } from "../base/graph.ts";
import type { RunSettings } from "../plan/settings.ts";
import { STANDARD_SETTINGS } from "../plan/settings.ts";
import { type Expectation, type Plan, planJobs } from "../plan/plan.ts";
import { hash64 } from "../workflow/keys/fingerprint.ts";
import { JOB_FIELDS } from "../workflow/keys/job_keys.ts";
import {
  type Field,
  nothing,
  standardOf,
  storedOf,
  storedShapes,
  withStandards,
} from "../workflow/keys/key.ts";
import { PLUGIN_FIELDS } from "../workflow/keys/plugin_keys.ts";
import { kept } from "../workflow/keys/shapes.ts";
import { ABOUT_FIELDS, GLOBAL_FIELDS } from "../workflow/keys/workflow_keys.ts";
import type { Job, Workflow } from "../workflow/workflow.ts";
import { areSound } from "./plan_soundness.ts";

/** The version of the format that is written. */
export const PLAN_VERSION = 1;

/** What a plan file holds. */
export interface PlanRecord {
  /** The run that it is the plan of; plans of earlier versions do not say. */
  readonly runId?: string;
  /**
   * The workflow file; `null` where it came from standard input. This and the base directory are
   * absolute, but in the text of a plan they may start from the state directory of the run.
   */
  readonly file: string | null;
  /** A hash of that file as it was read, by which it is known again. */
  readonly fileHash?: string;
  /** What relative paths of the workflow start from. */
  readonly baseDirectory: string;
  readonly workflow: Workflow;
  /** The selected jobs by their place in the workflow. */
  readonly selected: readonly number[];
  readonly settings: RunSettings;
}

/** A plan file, read. */
export type DecodedPlan =
  | { readonly ok: true; readonly record: PlanRecord }
  /** Written by an orch that knows more. */
  | { readonly ok: false; readonly problem: "newer"; readonly version: number }
  /** Not what was written. */
  | { readonly ok: false; readonly problem: "damaged" };

/** How two plans differ, as ids of jobs in the order of their files. */
export interface PlanDifference {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The others that come after a changed or added job in the new plan. */
  readonly downstream: readonly string[];
}

/** The text of a plan file. */
export function encodePlan(record: PlanRecord): string {
  const { runId, file, fileHash, baseDirectory, workflow, selected, settings } = record;
  const about = { version: PLAN_VERSION, run: runId, file, fileHash, baseDirectory };
  const content = { ...about, settings, selected, workflow };
  const covered = JSON.stringify(content).slice(0, -1);
  return `${covered},"crc":"${checksum(covered)}"}\n`;
}

const ENCODER = new TextEncoder();
const SUFFIX = /,"crc":"([0-9a-f]{8})"\}\n$/;
const SUFFIX_LENGTH = `,"crc":"00000000"}\n`.length;
/** A plan is one text, and no text is longer. */
export const PLAN_BYTES_MAX = 512 * 2 ** 20;
/** As many bytes of the end of a plan file as `endsAsPlan` looks at. */
export const PLAN_END_BYTES = SUFFIX_LENGTH;

/** Whether a text ends as that of a plan does. */
export function endsAsPlan(text: string): boolean {
  return SUFFIX.test(text.slice(-SUFFIX_LENGTH));
}

function checksum(text: string): string {
  return crc32(ENCODER.encode(text)).toString(16).padStart(8, "0");
}

function isAsWritten(text: string): boolean {
  const said = SUFFIX.exec(text.slice(-SUFFIX_LENGTH))?.[1];
  return said !== undefined && said === checksum(text.slice(0, -SUFFIX_LENGTH));
}

/** Reads the text of a plan file. Never throws, whatever the text is. */
export function decodePlan(text: string): DecodedPlan {
  const version = versionOf(text);
  if (version === null) return { ok: false, problem: "damaged" };
  if (version.number > PLAN_VERSION) {
    return { ok: false, problem: "newer", version: version.number };
  }
  schema ??= planSchema();
  const read = schema.safeParse(version.content);
  if (!read.success || !isAsWritten(text)) return { ok: false, problem: "damaged" };
  const { run: runId, file, fileHash, baseDirectory, workflow, selected, settings } = read.data;
  const isWhole = selected.every((index, i) =>
    index < workflow.jobs.length && (i === 0 || index > selected[i - 1]!)
  );
  if (!isWhole || !areSound(workflow.jobs)) return { ok: false, problem: "damaged" };
  const record = {
    ...(runId !== undefined && { runId }),
    file,
    ...(fileHash !== undefined && { fileHash }),
    ...{ baseDirectory, workflow, selected, settings },
  };
  return { ok: true, record };
}

/** The plan that a record describes. */
export function planOfRecord(
  { workflow, selected }: PlanRecord,
  expectation?: Expectation,
): Plan {
  return planJobs(workflow, selected, expectation);
}

/**
 * The record with the workflow as it is now, read from a file with this hash. The same jobs are selected;
 * new ones are where all were before.
 */
export function withWorkflow(
  record: PlanRecord,
  workflow: Workflow,
  fileHash: string,
): PlanRecord {
  const all = record.selected.length === record.workflow.jobs.length;
  const ids = new Set(selectedJobs(record).map(({ id }) => id));
  const selected = workflow.jobs.flatMap(({ id }, index) => all || ids.has(id) ? [index] : []);
  return { ...record, workflow, selected, fileHash };
}

/** How the selected jobs of `next` differ from those of `old`. */
export function comparePlans(old: PlanRecord, next: PlanRecord): PlanDifference {
  const before = new Map(selectedJobs(old).map((job) => [job.id, jobHash(job)]));
  const plan = planOfRecord(next);
  const changed: string[] = [];
  const added: string[] = [];
  for (const job of plan.jobs) {
    const hash = before.get(job.id);
    if (hash === undefined) added.push(job.id);
    else if (hash !== jobHash(job)) changed.push(job.id);
  }
  const roots = new Set([...changed, ...added]);
  return {
    changed,
    added,
    removed: [...before.keys()].filter((id) => !plan.indexOf.has(id)),
    downstream: withDownstream(plan, [...roots]).filter((id) => !roots.has(id)),
  };
}

/** These jobs and all that come after them, in file order. All must be in the plan. */
export function withDownstream(plan: Plan, ids: readonly string[]): string[] {
  const found = reachableFrom(plan.dependents, ids.map((id) => plan.indexOf.get(id)!));
  return found.sort((a, b) => a - b).map((job) => plan.jobs[job]!.id);
}

/**
 * A word for all of a job that bears on what it does and when, as the records of its keys say. The order of
 * mappings and of what it waits for does not matter.
 */
export function jobHash(job: Job): string {
  return hash64(JSON.stringify(MATTERING.map(([name, field]) => field.matters(job[name]))));
}

const MATTERING = (Object.entries(JOB_FIELDS) as [keyof Job, Field<unknown>][])
  .filter(([, { matters }]) => matters !== nothing);

function selectedJobs({ workflow, selected }: PlanRecord): Job[] {
  return selected.map((index) => workflow.jobs[index]!);
}

function versionOf(text: string): { readonly number: number; readonly content: unknown } | null {
  try {
    const content = JSON.parse(text);
    const number = content?.version;
    return Number.isInteger(number) && number >= 1 ? { number, content } : null;
  } catch {
    return null;
  }
}

/** What a plan file holds beside its version and checksum; made by the first that reads one. */
function planSchema() {
  const { amount, amountOrNull, count, text, textOrNull, yesOrNo } = kept;
  const settings: { readonly [N in keyof RunSettings]: z.ZodMiniType<RunSettings[N]> } = {
    concurrency: count(),
    memoryMb: amountOrNull(),
    cpuPercent: amountOrNull(),
    failFast: yesOrNo(),
    graceMs: amount(),
    seed: amount(),
    branch: textOrNull(),
  };
  return z.object({
    run: z.optional(text()),
    file: z._default(textOrNull(), null),
    fileHash: z.optional(text()),
    baseDirectory: text(),
    settings: z.object(withStandards(settings, STANDARD_SETTINGS)),
    selected: z.array(count()),
    workflow: z.object({
      ...storedShapes(ABOUT_FIELDS),
      global: z._default(storedOf(GLOBAL_FIELDS), standardOf(GLOBAL_FIELDS)),
      plugins: z._default(z.array(storedOf(PLUGIN_FIELDS)), []),
      jobs: z.array(storedOf(JOB_FIELDS)),
    }),
  });
}

let schema: ReturnType<typeof planSchema> | undefined;
