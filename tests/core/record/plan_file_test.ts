/** Plan files: there and back, what is refused, and how two plans differ. */
import {
  comparePlans,
  decodePlan,
  encodePlan,
  jobHash,
  planOfRecord,
  type PlanRecord,
  withDownstream,
} from "../../../lib/core/record/plan_file.ts";
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import type { Job, Plugin, PluginAction, Workflow } from "../../../lib/core/workflow/workflow.ts";
import { assert, assertEquals, assertNotEquals } from "../../support/assert.ts";
import {
  type JobSketch,
  sketchJob,
  sketchSettings,
  sketchWorkflow,
} from "../../support/workflows.ts";
import { planOf, workflowOf } from "../../support/trace.ts";

const HTTP = {
  type: "http",
  url: "https://example.org/${X}",
  method: "POST",
  headers: { accept: "*/*" },
  body: null,
  expectStatus: [200, 204],
} as const;

const RICH: Workflow = sketchWorkflow([
  {
    id: "a",
    name: "A\n\u2028",
    tags: ["x"],
    environment: { workflow: { P: "$P" }, job: { Q: "" } },
  },
  { id: "b", action: { type: "script", scriptPath: "b.sh" }, dependencies: ["a"], timeoutMs: 1.5 },
  { id: "c", action: { type: "python", source: "print('é')" } },
  { id: "d", action: HTTP, conditions: { skipIfFailed: ["c"], onlyIfBranch: ["main"] } },
  { id: "e", limits: { maxMemoryMb: 1, maxCpuPercent: 50, maxConcurrentJobs: 2 } },
], {
  global: {
    maxConcurrentJobs: { expression: "$(nproc) / 2" },
    environment: { P: "$P" },
    maxMemoryMb: 10,
    maxCpuPercent: null,
  },
});

function recordOf(workflow: Workflow, selected = [...workflow.jobs.keys()]): PlanRecord {
  return {
    file: "/work/w.yaml",
    baseDirectory: "/work",
    workflow,
    selected,
    settings: sketchSettings({ branch: "main" }),
  };
}

Deno.test("decodePlan() gives back what was encoded", () => {
  const records: PlanRecord[] = [
    recordOf(RICH),
    recordOf(RICH, [1, 3]),
    { ...recordOf(RICH, []), file: null },
    { ...recordOf(RICH), fileHash: "0123abcd" },
    recordOf(sketchWorkflow([])),
  ];
  for (const record of records) {
    const decoded = decodePlan(encodePlan(record));
    assert(decoded.ok);
    assertEquals(decoded.record, record);
    assertEquals(
      planOfRecord(decoded.record).jobs.map(({ id }) => id),
      record.selected.map((index) => record.workflow.jobs[index]!.id),
    );
  }
});

Deno.test("decodePlan() refuses what was not written so", () => {
  const text = encodePlan(recordOf(RICH));
  const rows: readonly string[] = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    text.slice(0, -3),
    text.replace('"version":1', '"version":0'),
    text.replace('"version":1', '"version":"1"'),
    text.replace('"version":1', '"verse":1'),
    text.replace("b.sh", "c.sh"),
    text.replace('"scriptPath"', '"path"'),
    text.replace('"type":"python"', '"type":"perl"'),
    text.replace('"selected":[0,', '"selected":[7,'),
    text.replace('"selected":[0,1', '"selected":[1,0'),
    text.replace('"concurrency":4', '"concurrency":null'),
    text.replace(/"crc":"[0-9a-f]/, '"crc":"x'),
    text.replace(/,"crc":.*/, "}"),
    `${text}\n`,
  ];
  for (const row of rows) {
    assertNotEquals(row, text);
    assertEquals(decodePlan(row), { ok: false, problem: "damaged" }, row.slice(0, 80));
  }
});

Deno.test("decodePlan() refuses what a newer orch wrote, whatever it holds", () => {
  assertEquals(decodePlan('{"version":2,"jobs":7}'), { ok: false, problem: "newer", version: 2 });
});

const BASE = sketchJob({
  id: "a",
  dependencies: ["x", "y"],
  environment: { workflow: { A: "1", B: "2" }, job: {} },
  conditions: { skipIfFailed: ["s", "t"], onlyIfBranch: null },
});

const SAME: readonly (readonly [what: string, change: Partial<Job>])[] = [
  ["id", { id: "z" }],
  ["name", { name: "another" }],
  ["tags", { tags: ["slow"] }],
  ["leave to run twice", { idempotent: false }],
  ["order of dependencies", { dependencies: ["y", "x"] }],
  ["order of conditions", { conditions: { skipIfFailed: ["t", "s"], onlyIfBranch: null } }],
  ["order of variables", { environment: { workflow: { B: "2", A: "1" }, job: {} } }],
];

for (const [what, change] of SAME) {
  Deno.test(`jobHash() does not depend on the ${what}`, () =>
    assertEquals(jobHash({ ...BASE, ...change }), jobHash(BASE)));
}

const DIFFERENT: readonly (readonly [what: string, change: Partial<Job>])[] = [
  ["command", { action: { type: "command", command: "false" } }],
  ["type", { action: { type: "python", source: "true" } }],
  ["script", { action: { type: "script", scriptPath: "true" } }],
  ["folder", { workingDirectory: "./" }],
  ["dependencies", { dependencies: ["x"] }],
  ["conditions", { conditions: { skipIfFailed: ["s"], onlyIfBranch: null } }],
  ["branches", { conditions: { skipIfFailed: ["s", "t"], onlyIfBranch: ["main"] } }],
  ["value of a variable", { environment: { workflow: { A: "1", B: "3" }, job: {} } }],
  ["name of a variable", { environment: { workflow: { A: "1", C: "2" }, job: {} } }],
  ["layer of a variable", { environment: { workflow: { A: "1" }, job: { B: "2" } } }],
  ["attempts", { retry: { ...BASE.retry, maxAttempts: 2 } }],
  ["limits", { limits: { ...BASE.limits, maxMemoryMb: 5 } }],
  ["time limit", { timeoutMs: 5 }],
  ["processes", { processes: "own" }],
  ["leave to leave some", { leaves: true }],
];

const PLUGIN: Plugin = {
  type: "greet",
  path: "./greet.ts",
  permissions: { net: ["a", "b"], read: [], write: [], env: true, run: [], sys: [] },
};
const GREET: Partial<Job> = { action: { type: "plugin", plugin: PLUGIN, keys: { a: 1, b: [2] } } };

Deno.test("jobHash() of a plugin's job differs with its keys and with all of the plugin", () => {
  const keys = { b: [2], a: 1 };
  const same: Partial<Job> = { action: { type: "plugin", plugin: { ...PLUGIN }, keys } };
  assertEquals(jobHash({ ...BASE, ...same }), jobHash({ ...BASE, ...GREET }));
  const { permissions } = PLUGIN;
  const actions: readonly PluginAction[] = [
    { type: "plugin", plugin: PLUGIN, keys: { a: 1, b: [3] } },
    { type: "plugin", plugin: PLUGIN, keys: { a: 1, c: [2] } },
    { type: "plugin", plugin: { ...PLUGIN, type: "great" }, keys },
    { type: "plugin", plugin: { ...PLUGIN, path: "./other.ts" }, keys },
    { type: "plugin", plugin: { ...PLUGIN, permissions: { ...permissions, net: ["a"] } }, keys },
    { type: "plugin", plugin: { ...PLUGIN, permissions: { ...permissions, env: [] } }, keys },
  ];
  const hashes = [GREET, ...actions.map((action) => ({ action }))]
    .map((change) => jobHash({ ...BASE, ...change }));
  assertEquals(new Set(hashes).size, hashes.length);
});

Deno.test("a plan file carries plugins", () => {
  const workflow = sketchWorkflow([{ id: "a", ...GREET }], { plugins: [PLUGIN] });
  const decoded = decodePlan(encodePlan(recordOf(workflow)));
  assert(decoded.ok);
  assertEquals(decoded.record.workflow, workflow);
});

Deno.test("jobHash() differs with all that bears on what a job does", () => {
  const hashes = DIFFERENT.map(([, change]) => jobHash({ ...BASE, ...change }));
  DIFFERENT.forEach(([what], i) => assertNotEquals(hashes[i], jobHash(BASE), what));
  assertEquals(new Set(hashes).size, hashes.length);
});

/** One job of each kind, with most of the keys, as a file has them. */
const WITH_KNOWN_HASHES = {
  name: "w",
  global_config: {
    environment: { Z: 1, A: "$HOME" },
    max_retries: 2,
    timeout: 9,
    enforce: "require",
    processes: "own",
  },
  plugins: [{ type: "greet", path: "./g.ts", permissions: { net: true, read: ["b", "a"] } }],
  jobs: [
    { id: "a", command: "make" },
    {
      id: "b",
      job_type: "script",
      script_path: "b.sh",
      dependencies: ["a"],
      timeout: 1.5,
      processes: "shared",
      leaves: true,
    },
    {
      id: "c",
      job_type: "python",
      command: "print('é')",
      dependencies: ["b", "a", "a"],
      environment: { B: true, A: 1.5 },
    },
    {
      id: "d",
      job_type: "http",
      command: "https://example.org/${X}",
      http: { method: "post", headers: { b: "1", a: "2" }, body: "x", expect_status: [204, 200] },
      conditions: { skip_if_failed: ["c", "a"], only_if_branch: ["main", "a"] },
    },
    {
      id: "e",
      command: "x",
      resource_limits: {
        max_memory_mb: 1,
        max_cpu_percent: 50,
        max_concurrent_jobs: 2,
        max_execution_time: 3,
      },
      retry_config: { initial_delay: 0.5, jitter: 0.1 },
      idempotent: false,
      enforce: "best-effort",
      tags: ["t"],
      working_directory: "sub",
    },
    {
      id: "f",
      job_type: "greet",
      with: { who: "x", deep: { b: [1, { d: 1, c: 2 }], a: null } },
      retry_config: {},
      name: "F",
    },
  ],
};

Deno.test("jobHash() of a job stays what it was: one that differs makes every run look changed", () => {
  const parsed = parseWorkflow(WITH_KNOWN_HASHES);
  assert(parsed.ok);
  assertEquals(Object.fromEntries(parsed.value.jobs.map((job) => [job.id, jobHash(job)])), {
    a: "12c8e98cc6bc7fc4",
    b: "a1497213bf6fe906",
    c: "bdcc9de002fc4cb7",
    d: "0a6adff6f0afe7f9",
    e: "0509954e1e25a067",
    f: "4509ac50cdf6a8a2",
  });
});

Deno.test("jobHash() of 100,000 similar jobs are all different", () => {
  const hashes = new Set<string>();
  for (let i = 0; i < 100_000; i++) {
    const hash = jobHash({ ...BASE, action: { type: "command", command: `step ${i}` } });
    assert(/^[0-9a-f]{16}$/.test(hash));
    hashes.add(hash);
  }
  assertEquals(hashes.size, 100_000);
});

const COMPARED: readonly {
  readonly title: string;
  readonly old: string;
  readonly next: string;
  readonly wanted: readonly [changed: string, added: string, removed: string, downstream: string];
}[] = [
  {
    title: "nothing",
    old: "a\nb after a",
    next: "b after a\na",
    wanted: ["", "", "", ""],
  },
  {
    title: "a job in the middle",
    old: "a\nb after a\nc after b\nd soft c\ne after a",
    next: "a\nb after a timeout 5\nc after b\nd soft c\ne after a",
    wanted: ["b", "", "", "c d"],
  },
  {
    title: "an added job, which another now waits for",
    old: "a\nb\nc after b",
    next: "a\nx\nb after x\nc after b",
    wanted: ["b", "x", "", "c"],
  },
  {
    title: "a removed job, which another waited for",
    old: "a\nb after a\nc after b",
    next: "b\nc after b",
    wanted: ["b", "", "a", "c"],
  },
  {
    title: "two changed jobs in a row",
    old: "a\nb after a\nc after b",
    next: "a tries 2\nb after a tries 2\nc after b",
    wanted: ["a b", "", "", "c"],
  },
];

for (const { title, old, next, wanted } of COMPARED) {
  Deno.test(`comparePlans() tells ${title}`, () => {
    const found = comparePlans(recordOf(workflowOf(old)), recordOf(workflowOf(next)));
    const { changed, added, removed, downstream } = found;
    assertEquals([changed, added, removed, downstream].map((ids) => ids.join(" ")), [...wanted]);
  });
}

Deno.test("comparePlans() compares what was selected", () => {
  const workflow = workflowOf("a\nb after a\nc");
  const found = comparePlans(recordOf(workflow, [0, 1]), recordOf(workflow, [1, 2]));
  assertEquals(found, { changed: [], added: ["c"], removed: ["a"], downstream: [] });
});

Deno.test("withDownstream() follows every edge, once, also from 50,000 in a row", () => {
  const plan = planOf("d after b,c\na\nb after a\nc after a\ne soft d\nf");
  const rows: readonly (readonly [from: string, found: string])[] = [
    ["a", "d a b c e"],
    ["b", "d b e"],
    ["e f", "e f"],
    ["", ""],
  ];
  for (const [from, found] of rows) {
    assertEquals(withDownstream(plan, from.split(" ").filter((id) => id !== "")).join(" "), found);
  }
  const sketches = Array.from({ length: 50_000 }, (_, i): JobSketch => ({
    id: `j${i}`,
    dependencies: i === 0 ? [] : [`j${i - 1}`],
  }));
  const long = planOfRecord(recordOf(sketchWorkflow(sketches)));
  assertEquals(withDownstream(long, ["j0"]).length, 50_000);
});
