/**
 * What a run was planned from, as the text of `plan.json`: the workflow with every default filled in,
 * which of its jobs were selected, and the settings. A run is resumed from this and not from the
 * workflow file, which may have changed since; what has changed is told by a hash of each job, made when
 * it is asked for. A checksum at the end of the text tells what was not written so.
 */
import * as z from "zod/mini";
import { ID_PATTERN } from "./check_graph.ts";
import { crc32 } from "./crc32.ts";
import type { RunSettings } from "./event.ts";
import { type Expectation, type Plan, planJobs } from "./plan.ts";
import type { Action, Job, Workflow } from "./workflow.ts";

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
  const read = planSchema.safeParse(version.content);
  if (!read.success || !isAsWritten(text)) return { ok: false, problem: "damaged" };
  const { run: runId, file, fileHash, baseDirectory, workflow, selected, settings } = read.data;
  const isWhole = selected.every((index, i) =>
    index < workflow.jobs.length && (i === 0 || index > selected[i - 1]!)
  );
  if (!isWhole) return { ok: false, problem: "damaged" };
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
  const { start, to } = plan.dependents;
  const found = new Uint8Array(plan.jobs.length);
  const worklist = ids.map((id) => plan.indexOf.get(id)!);
  for (const job of worklist) found[job] = 1;
  for (let read = 0; read < worklist.length; read++) {
    const job = worklist[read]!;
    for (let k = start[job]!; k < start[job + 1]!; k++) {
      if (found[to[k]!] === 1) continue;
      found[to[k]!] = 1;
      worklist.push(to[k]!);
    }
  }
  return plan.jobs.filter((_, i) => found[i] === 1).map(({ id }) => id);
}

/**
 * A word for all of a job that bears on what it does and when: everything but its id, name, tags
 * and whether it may run twice. The order of mappings and of what it waits for does not matter.
 */
export function jobHash(job: Job): string {
  return hash64(JSON.stringify(MATTERS.map((read) => read(job))));
}

/** What a hash is made of, for each key of a job, flat: there may be 100,000 to hash. */
const WHAT_MATTERS: {
  readonly [K in Exclude<keyof Job, "id" | "name" | "tags" | "idempotent">]: (job: Job) => unknown;
} = {
  action: ({ action }) => {
    switch (action.type) {
      case "command":
        return [action.type, action.command];
      case "http":
        return [
          ...Object.entries({ ...action, headers: null }).sort(byName),
          sorted(action.headers),
        ];
      case "plugin":
        return [action.type, inOneOrder(action.plugin), inOneOrder(action.keys)];
      default:
        return [action.type, sourceOf(action)];
    }
  },
  workingDirectory: ({ workingDirectory }) => workingDirectory,
  environment: ({ environment: { workflow, job } }) => [sorted(workflow), sorted(job)],
  dependencies: ({ dependencies }) => inOrder(dependencies),
  conditions: ({ conditions }) => [
    inOrder(conditions.skipIfFailed),
    conditions.onlyIfBranch && inOrder(conditions.onlyIfBranch),
  ],
  retry: ({ retry }) => [
    retry.maxAttempts,
    retry.initialDelayMs,
    retry.maxDelayMs,
    retry.backoffFactor,
    retry.jitter,
  ],
  limits: ({ limits }) => [limits.maxMemoryMb, limits.maxCpuPercent, limits.maxConcurrentJobs],
  enforce: ({ enforce }) => enforce,
  leaves: ({ leaves }) => leaves,
  processes: ({ processes }) => processes,
  timeoutMs: ({ timeoutMs }) => timeoutMs,
};
const MATTERS = Object.values(WHAT_MATTERS);

function sourceOf(action: Extract<Action, { type: "script" | "python" }>): string {
  return action.type === "script" ? action.scriptPath : action.source;
}

/** A JSON value whose mappings have their keys in the order of the alphabet. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(byName).map(([key, inner]) => [key, inOneOrder(inner)]);
}

function inOrder(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : texts.toSorted();
}

function sorted(mapping: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  const entries = Object.entries(mapping);
  return entries.length < 2 ? entries : entries.sort(byName);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Sixteen hexadecimal digits: two lanes of multiply and mix (cyrb53), each finished as in MurmurHash3. */
function hash64(text: string): string {
  let low = 0x41c6ce57;
  let high = 0xdeadbeef;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x5f356495);
    high = Math.imul(high ^ unit, 0x9e3779b1);
  }
  return digits(finish(low) ^ finish(high ^ 0x5bd1e995)) + digits(finish(high));
}

function finish(lane: number): number {
  const mixed = Math.imul(lane ^ lane >>> 16, 0x85ebca6b);
  const again = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return again ^ again >>> 16;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

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

const text = z.string();
const texts = z.array(text);
const orNull = <T extends z.core.$ZodType>(schema: T) => z.union([schema, z.null()]);
const count = z.int().check(z.nonnegative());
const amount = z.number();
const variables = z.record(text, text);

const granted = z.union([z.literal(true), texts]);

const plugin = z.object({
  type: text,
  path: text,
  permissions: z.object({
    net: granted,
    read: granted,
    write: granted,
    env: granted,
    run: granted,
    sys: granted,
  }),
});

const action = z.discriminatedUnion("type", [
  z.object({ type: z.literal("command"), command: text }),
  z.object({ type: z.literal("script"), scriptPath: text }),
  z.object({ type: z.literal("python"), source: text }),
  z.object({
    type: z.literal("http"),
    url: text,
    method: text,
    headers: variables,
    body: orNull(text),
    expectStatus: z.array(count),
  }),
  z.object({ type: z.literal("plugin"), plugin, keys: z.record(text, z.unknown()) }),
]);

const job = z.object({
  // It becomes a path, and a plan may have come with somebody else's folder.
  id: text.check(z.regex(ID_PATTERN)),
  name: text,
  action,
  workingDirectory: text,
  environment: z.object({ workflow: variables, job: variables }),
  dependencies: texts,
  conditions: z.object({ skipIfFailed: texts, onlyIfBranch: orNull(texts) }),
  retry: z.object({
    maxAttempts: count,
    initialDelayMs: amount,
    maxDelayMs: amount,
    backoffFactor: amount,
    jitter: amount,
  }),
  limits: z.object({
    maxMemoryMb: orNull(amount),
    maxCpuPercent: orNull(amount),
    maxConcurrentJobs: orNull(count),
  }),
  enforce: z.enum(["require", "best-effort"]),
  idempotent: z.boolean(),
  // Plans of older versions do not have them.
  leaves: z._default(z.boolean(), false),
  processes: z._default(z.enum(["shared", "own"]), "shared"),
  timeoutMs: orNull(amount),
  tags: texts,
});

const planSchema = z.object({
  run: z.optional(text),
  file: orNull(text),
  fileHash: z.optional(text),
  baseDirectory: text,
  settings: z.object({
    concurrency: count,
    memoryMb: orNull(amount),
    cpuPercent: orNull(amount),
    failFast: z.boolean(),
    graceMs: amount,
    seed: amount,
    branch: orNull(text),
  }),
  selected: z.array(count),
  workflow: z.object({
    name: text,
    version: text,
    description: text,
    global: z.object({
      maxConcurrentJobs: z.union([count, z.object({ expression: text }), z.null()]),
      environment: variables,
      maxMemoryMb: orNull(amount),
      maxCpuPercent: orNull(amount),
    }),
    plugins: z.array(plugin),
    jobs: z.array(job),
  }),
});
