/**
 * Stored formats over the versions: what an older orch did not write has its standard value, and what a newer
 * one writes beside it is left out. Tried for every key of plans and of events.
 */
import { crc32 } from "../../../lib/core/base/crc32.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { decodeLine } from "../../../lib/core/record/journal_line.ts";
import { JOURNAL_WORDS } from "../../../lib/core/record/journal_words.ts";
import { decodePlan, encodePlan, type PlanRecord } from "../../../lib/core/record/plan_file.ts";
import { STANDARD_SETTINGS } from "../../../lib/core/plan/settings.ts";
import { JOB_FIELDS } from "../../../lib/core/workflow/keys/job_keys.ts";
import { standardOf } from "../../../lib/core/workflow/keys/key.ts";
import { GLOBAL_FIELDS } from "../../../lib/core/workflow/keys/workflow_keys.ts";
import type { Workflow } from "../../../lib/core/workflow/workflow.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sketchSettings, sketchWorkflow } from "../../support/workflows.ts";

const ENCODER = new TextEncoder();

const PLUGIN = {
  type: "greet",
  path: "./greet.ts",
  permissions: { net: true, read: ["."], write: [], env: [], run: [], sys: [] },
} as const;

/** Every field has another value than its standard one. */
const WORKFLOW: Workflow = sketchWorkflow([
  {
    id: "a",
    workingDirectory: "sub",
    environment: { workflow: { P: "1" }, job: { Q: "2" } },
    dependencies: ["b"],
    conditions: { skipIfFailed: ["b"], onlyIfBranch: ["main"] },
    retry: { maxAttempts: 4, initialDelayMs: 5, maxDelayMs: 6, backoffFactor: 7, jitter: 0.5 },
    limits: { maxMemoryMb: 1, maxCpuPercent: 2, maxConcurrentJobs: 3 },
    enforce: "require",
    idempotent: false,
    leaves: true,
    processes: "own",
    timeoutMs: 9,
    tags: ["t"],
  },
  { id: "b", action: { type: "script", scriptPath: "b.sh" } },
  { id: "c", action: { type: "python", source: "1" } },
  {
    id: "d",
    action: {
      type: "http",
      url: "https://example.org",
      method: "POST",
      headers: { accept: "*/*" },
      body: "x",
      expectStatus: [204],
    },
  },
  { id: "e", action: { type: "plugin", plugin: PLUGIN, keys: { who: "x" } } },
], {
  version: "2",
  description: "d",
  global: {
    maxConcurrentJobs: { expression: "$(nproc)" },
    environment: { P: "1" },
    maxMemoryMb: 1,
    maxCpuPercent: 2,
  },
  plugins: [PLUGIN],
});

const RECORD: PlanRecord = {
  runId: "20261122-103000-x7k2",
  file: "/work/w.yaml",
  fileHash: "0123abcd",
  baseDirectory: "/work",
  workflow: WORKFLOW,
  selected: [0, 1, 2, 3, 4],
  settings: sketchSettings({ memoryMb: 1, cpuPercent: 2, failFast: true, branch: "main" }),
};

/** What no plan is without, and what no default could stand for. Of actions: all but what HTTP adds. */
const ESSENTIAL = [
  ...["version", "baseDirectory", "settings", "selected", "workflow"],
  ...["settings.concurrency", "settings.graceMs", "settings.seed"],
  ...["workflow.name", "workflow.jobs", "workflow.global.maxConcurrentJobs.expression"],
  ...["id", "name", "action", "action.type"].map((key) => `workflow.jobs.*.${key}`),
  ...["command", "scriptPath", "source", "url", "plugin"].map((key) =>
    `workflow.jobs.*.action.${key}`
  ),
  ...["workflow.plugins.*", "workflow.jobs.*.action.plugin"].flatMap((
    plugin,
  ) => [`${plugin}.type`, `${plugin}.path`]),
];

/** Mappings whose keys are the user's. */
const FREE = /(^|\.)(environment|environment\.workflow|environment\.job|headers|keys)$/;
/** Mappings of ours that are called as one of the user's. */
const OURS = /^workflow\.jobs\.\*\.environment$/;

interface Place {
  /** With `*` for an index. */
  readonly path: string;
  readonly mapping: Record<string, unknown>;
  readonly key: string;
}

/** All keys of ours in `value`, each where it can be changed. */
function* placesIn(value: unknown, path = ""): Generator<Place> {
  if (Array.isArray(value)) {
    for (const entry of value) yield* placesIn(entry, `${path}.*`);
  } else if (typeof value === "object" && value !== null) {
    if (FREE.test(path) && !OURS.test(path)) return;
    for (const [key, inner] of Object.entries(value)) {
      const inside = path === "" ? key : `${path}.${key}`;
      yield { path: inside, mapping: value as Record<string, unknown>, key };
      yield* placesIn(inner, inside);
    }
  }
}

function contentOf(record: PlanRecord): Record<string, unknown> {
  const { crc: _, ...content } = JSON.parse(encodePlan(record));
  return content;
}

/** The text of a plan file with this content, under its right checksum. */
function planText(content: object): string {
  const covered = JSON.stringify(content).slice(0, -1);
  const crc = crc32(ENCODER.encode(covered)).toString(16).padStart(8, "0");
  return `${covered},"crc":"${crc}"}\n`;
}

/** Every key by its path, with what is read of a plan without it. */
function plansWithoutAKey() {
  return [...placesIn(contentOf(RECORD))].map(({ path }, i) => {
    const content = contentOf(RECORD);
    const { mapping, key } = [...placesIn(content)][i]!;
    delete mapping[key];
    return [path, decodePlan(planText(content))] as const;
  });
}

Deno.test("decodePlan() reads a plan without any one key as if it said the standard value", () => {
  const damaged = new Set<string>();
  const tried = new Set<string>();
  for (const [path, read] of plansWithoutAKey()) {
    tried.add(path);
    if (!read.ok) damaged.add(path);
  }
  assertEquals([...damaged].sort(), [...new Set(ESSENTIAL)].sort());
  for (const key of Object.keys(JOB_FIELDS)) assert(tried.has(`workflow.jobs.*.${key}`), key);
  for (const key of Object.keys(GLOBAL_FIELDS)) assert(tried.has(`workflow.global.${key}`), key);
});

Deno.test("decodePlan() gives a job what holds where a file says nothing", () => {
  const content = contentOf(RECORD);
  const { jobs } = content["workflow"] as { jobs: Record<string, unknown>[] };
  for (const job of jobs) {
    for (const key of Object.keys(standardOf(JOB_FIELDS))) delete job[key];
  }
  const read = decodePlan(planText({ ...content, workflow: { name: "w", jobs } }));
  assert(read.ok);
  assertEquals(
    read.record.workflow,
    sketchWorkflow(WORKFLOW.jobs.map(({ id, action }) => ({ id, action })), { name: "w" }),
  );
});

Deno.test("decodePlan() leaves out keys that a newer orch wrote, wherever they stand", () => {
  const content = contentOf(RECORD);
  const mappings = new Set([...placesIn(content)].map(({ mapping }) => mapping));
  for (const mapping of mappings) Object.assign(mapping, { heeds: { the: "future" } });
  assertEquals(decodePlan(planText(content)), { ok: true, record: RECORD });
  assertEquals(mappings.size > 20, true, String(mappings.size));
});

/** A line with its right checksum, whatever it says. */
function sealed(line: object): Uint8Array {
  const text = JSON.stringify(line).slice(0, -1);
  const crc = crc32(ENCODER.encode(text)).toString(16).padStart(8, "0");
  return ENCODER.encode(`${text},"c":"${crc}"}`);
}

function read(event: object): RunEvent | null {
  const line = decodeLine(sealed({ s: 4, t: 2, ...event }));
  assert(line !== null, JSON.stringify(event));
  return line.event;
}

Deno.test("decodeLine() gives settings that an older orch did not know their standard values", () => {
  const settings = sketchSettings({ concurrency: 7 });
  const { concurrency, graceMs, seed } = settings;
  const resumed = { plan: 1, downSince: 1, lost: [], reset: [] };
  const events = [
    { e: "run_started", runId: "20261122-103000-x7k2", workflow: "w", jobs: 1 },
    { e: "run_resumed", ...resumed },
    { e: "run_reopened", ...resumed },
  ];
  for (const said of events) {
    const event = read({ ...said, settings: { concurrency, graceMs, seed } });
    assert(event !== null && "settings" in event, said.e);
    assertEquals(event.settings, { ...settings, ...STANDARD_SETTINGS });
  }
});

Deno.test("decodeLine() keeps what a newer orch says beside what is known", () => {
  const event = { e: "job_failed", jobId: "a", attempt: 1, outcome: { kind: "exited", code: 3 } };
  const read1 = read({ ...event, weather: "fine", outcome: { ...event.outcome, mood: "bad" } });
  assert(read1?.type === "job_failed" && read1.outcome.kind === "exited");
  assertEquals([read1.jobId, read1.attempt, read1.outcome.code], ["a", 1, 3]);
});

/** Events with a word that is not known, and events without the word. */
const STRANGE: readonly object[] = [
  { e: "job_teleported", jobId: "a" },
  { e: "job_failed", jobId: "a", outcome: { kind: "evicted" } },
  { e: "job_retrying", jobId: "a", outcome: { kind: "toString" } },
  { e: "job_failed", jobId: "a", outcome: { kind: "http_failed", failure: { reason: "moody" } } },
  { e: "job_failed", jobId: "a", outcome: { kind: "not_started", why: { reason: "moody" } } },
  { e: "job_skipped", jobId: "a", reason: { kind: "weather" } },
  { e: "job_stopping", jobId: "a", why: "moody" },
  { e: "run_stopping", reason: "moody" },
  { e: "run_finished", status: "moody" },
  { e: "job_failed", jobId: "a" },
  { e: "job_failed", jobId: "a", outcome: { kind: "http_failed" } },
  { e: "job_failed", jobId: "a", outcome: { kind: "not_started" } },
  { e: "job_skipped", jobId: "a" },
  { e: "run_finished" },
];

Deno.test("decodeLine() tells that a word is not known here, so that nobody reads past it", () => {
  for (const event of STRANGE) assertEquals(read(event), null, JSON.stringify(event));
  for (const words of Object.values(JOURNAL_WORDS)) assert(Object.keys(words).length > 1);
});
