/** What a right file means: every key, every default. */
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import type { Job, Workflow } from "../../../lib/core/workflow/workflow.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { brief } from "../../support/brief.ts";

function parse(data: unknown): Workflow {
  const parsed = parseWorkflow(data);
  if (!parsed.ok) throw new Error(brief(parsed.diagnostics).join("\n"));
  return parsed.value;
}

/** One command job with these keys, in a file with this `global_config`. */
function parseJob(job: object, config: object = {}): Job {
  const data = { name: "w", global_config: config, jobs: [{ id: "a", command: "true", ...job }] };
  return parse(data).jobs[0]!;
}

const RETRY_DEFAULTS = { initialDelayMs: 1000, maxDelayMs: 60_000, backoffFactor: 2, jitter: 0 };

Deno.test("parseWorkflow() fills every default", () => {
  const workflow: Workflow = {
    name: "w",
    version: "1.0.0",
    description: "",
    global: { maxConcurrentJobs: null, environment: {}, maxMemoryMb: null, maxCpuPercent: null },
    plugins: [],
    jobs: [{
      id: "a",
      name: "a",
      action: { type: "command", command: "true" },
      workingDirectory: ".",
      environment: { workflow: {}, job: {} },
      dependencies: [],
      conditions: { skipIfFailed: [], onlyIfBranch: null },
      retry: { maxAttempts: 1, ...RETRY_DEFAULTS },
      limits: { maxMemoryMb: null, maxCpuPercent: null, maxConcurrentJobs: null },
      enforce: "best-effort",
      idempotent: true,
      leaves: false,
      processes: "shared",
      timeoutMs: null,
      tags: [],
    }],
  };
  assertEquals(parse({ name: "w", jobs: [{ id: "a", command: "true" }] }), workflow);
  const empty = {
    global_config: { environment: {}, resource_limits: {} },
    jobs: [{
      id: "a",
      command: "true",
      environment: {},
      dependencies: [],
      conditions: {},
      resource_limits: {},
      tags: [],
    }],
  };
  assertEquals(parse({ name: "w", ...empty }), workflow);
});

Deno.test("parseWorkflow() takes every key", () => {
  const workflow = parse({
    name: "CI/CD Pipeline",
    version: "2.1",
    description: "d",
    global_config: {
      max_retries: 3,
      timeout: 3600,
      max_concurrent_jobs: 4,
      enforce: "require",
      environment: { CI: "true" },
      resource_limits: { max_memory_mb: 8000, max_cpu_percent: 400 },
    },
    plugins: [{ type: "greet", path: "./greet.ts", permissions: { net: ["example.com"] } }],
    jobs: [
      { id: "setup", command: "true" },
      { id: "lint", command: "true" },
      {
        id: "build",
        name: "Build",
        job_type: "command",
        command: "make build",
        working_directory: "./src",
        environment: { PATH: "/opt/bin:$PATH" },
        dependencies: ["setup"],
        conditions: { skip_if_failed: ["lint"], only_if_branch: "main" },
        retry_config: {
          max_attempts: 5,
          initial_delay: 0.5,
          max_delay: 30,
          backoff_factor: 1.5,
          jitter: 0.25,
        },
        resource_limits: {
          max_memory_mb: 1024,
          max_cpu_percent: 50,
          max_execution_time: 600,
          max_concurrent_jobs: 2,
        },
        timeout: 300,
        idempotent: false,
        processes: "own",
        tags: ["build", "slow"],
      },
    ],
  });
  assertEquals({ ...workflow, jobs: workflow.jobs.slice(2) }, {
    name: "CI/CD Pipeline",
    version: "2.1",
    description: "d",
    global: {
      maxConcurrentJobs: 4,
      environment: { CI: "true" },
      maxMemoryMb: 8000,
      maxCpuPercent: 400,
    },
    plugins: [{
      type: "greet",
      path: "./greet.ts",
      permissions: { net: ["example.com"], read: [], write: [], env: [], run: [], sys: [] },
    }],
    jobs: [{
      id: "build",
      name: "Build",
      action: { type: "command", command: "make build" },
      workingDirectory: "./src",
      environment: { workflow: { CI: "true" }, job: { PATH: "/opt/bin:$PATH" } },
      dependencies: ["setup"],
      conditions: { skipIfFailed: ["lint"], onlyIfBranch: ["main"] },
      retry: {
        maxAttempts: 5,
        initialDelayMs: 500,
        maxDelayMs: 30_000,
        backoffFactor: 1.5,
        jitter: 0.25,
      },
      limits: { maxMemoryMb: 1024, maxCpuPercent: 50, maxConcurrentJobs: 2 },
      enforce: "require",
      idempotent: false,
      leaves: false,
      processes: "own",
      timeoutMs: 300_000,
      tags: ["build", "slow"],
    }],
  });
});

Deno.test("parseWorkflow() knows every job type", () => {
  const get = { method: "GET", headers: {}, body: null, expectStatus: [] };
  const url = "https://example.com/health";
  const rows: [object, Job["action"]][] = [
    [{ command: "a\nb" }, { type: "command", command: "a\nb" }],
    [{ job_type: "command", command: "x" }, { type: "command", command: "x" }],
    [{ job_type: "python", command: "print(1)" }, { type: "python", source: "print(1)" }],
    [{ job_type: "script", script_path: "./x.sh" }, { type: "script", scriptPath: "./x.sh" }],
    [{ job_type: "http", command: url }, { type: "http", url, ...get }],
    [{ job_type: "http", command: url, http: {} }, { type: "http", url, ...get }],
    [
      {
        job_type: "http",
        command: url,
        http: { method: "post", headers: { A: "${B}" }, body: "$5", expect_status: [200, 204] },
      },
      {
        type: "http",
        url,
        method: "POST",
        headers: { A: "${B}" },
        body: "$5",
        expectStatus: [200, 204],
      },
    ],
  ];
  for (const [job, action] of rows) {
    assertEquals(parse({ name: "w", jobs: [{ id: "a", ...job }] }).jobs[0]!.action, action);
  }
});

Deno.test("parseWorkflow() counts attempts", () => {
  const rows: [object | undefined, object, number][] = [
    [undefined, {}, 1],
    [undefined, { max_retries: 0 }, 1],
    [undefined, { max_retries: 3 }, 4],
    [{ max_attempts: 1 }, { max_retries: 3 }, 1],
    [{ max_attempts: 7 }, {}, 7],
    [{}, {}, 3],
    [{ initial_delay: 0 }, {}, 3],
    [{ initial_delay: 0 }, { max_retries: 5 }, 3],
    [{ max_attempts: 1000 }, {}, 1000],
    [undefined, { max_retries: 999 }, 1000],
  ];
  for (const [retry, config, attempts] of rows) {
    const job = parseJob(retry === undefined ? {} : { retry_config: retry }, config);
    assertEquals(job.retry.maxAttempts, attempts, JSON.stringify([retry, config]));
  }
});

Deno.test("parseWorkflow() fills what a retry_config leaves out", () => {
  assertEquals(parseJob({ retry_config: {} }).retry, { maxAttempts: 3, ...RETRY_DEFAULTS });
  const zeros = { initial_delay: 0, max_delay: 0, backoff_factor: 1, jitter: 1 };
  assertEquals(parseJob({ retry_config: zeros }).retry, {
    maxAttempts: 3,
    initialDelayMs: 0,
    maxDelayMs: 0,
    backoffFactor: 1,
    jitter: 1,
  });
});

Deno.test("parseWorkflow() takes the smaller of the limits of time", () => {
  const rows: [number | null, number | null, number | null, number | null][] = [
    // timeout, max_execution_time, global timeout, milliseconds
    [null, null, null, null],
    [300, null, null, 300_000],
    [null, 120, null, 120_000],
    [300, 120, null, 120_000],
    [60, 120, null, 60_000],
    [null, null, 3600, 3_600_000],
    [300, null, 3600, 300_000],
    [7200, null, 3600, 7_200_000],
    [null, 7200, 3600, 3_600_000],
    [null, 120, 3600, 120_000],
    [0.25, null, null, 250],
    [31_536_000, null, null, 31_536_000_000],
  ];
  for (const [timeout, most, global, expected] of rows) {
    const job = parseJob({
      ...(timeout !== null && { timeout }),
      ...(most !== null && { resource_limits: { max_execution_time: most } }),
    }, global === null ? {} : { timeout: global });
    assertEquals(job.timeoutMs, expected, `${timeout}, ${most}, ${global}`);
  }
});

Deno.test("parseWorkflow() makes text of numbers and booleans in an environment", () => {
  const said = { A: "x", B: 1, C: 1.5, D: true, E: false, F: "", G: -0.5, H: "$$" };
  const text = { A: "x", B: "1", C: "1.5", D: "true", E: "false", F: "", G: "-0.5", H: "$$" };
  const { environment } = parseJob({ environment: said }, { environment: said });
  assertEquals(environment, { workflow: text, job: text });
});

Deno.test("parseWorkflow() keeps expressions of concurrency for later", () => {
  const rows: [number | string, unknown][] = [
    [1, 1],
    [10_000, 10_000],
    ["8", { expression: "8" }],
    ["$(nproc)", { expression: "$(nproc)" }],
    ["$(($(nproc) * 2))", { expression: "$(($(nproc) * 2))" }],
  ];
  for (const [said, expected] of rows) {
    const data = { name: "w", global_config: { max_concurrent_jobs: said }, jobs: [{ id: "a" }] };
    const jobs = [{ id: "a", command: "true" }];
    assertEquals(parse({ ...data, jobs }).global.maxConcurrentJobs as unknown, expected);
  }
});

Deno.test("parseWorkflow() takes a name, a glob or a list of them as branch", () => {
  const rows: [unknown, readonly string[]][] = [
    ["main", ["main"]],
    ["release/*", ["release/*"]],
    [["main", "dev"], ["main", "dev"]],
  ];
  for (const [only_if_branch, expected] of rows) {
    assertEquals(parseJob({ conditions: { only_if_branch } }).conditions.onlyIfBranch, expected);
  }
});

Deno.test("parseWorkflow() names a dependency once", () => {
  const { jobs } = parse({
    name: "w",
    jobs: [
      { id: "a", command: "true" },
      { id: "b", command: "true" },
      {
        id: "c",
        command: "true",
        dependencies: ["b", "a", "b"],
        conditions: { skip_if_failed: ["a", "a"] },
      },
    ],
  });
  assertEquals(jobs[2]!.dependencies, ["b", "a"]);
  assertEquals(jobs[2]!.conditions.skipIfFailed, ["a"]);
});

Deno.test("parseWorkflow() accepts every id of the pattern", () => {
  const ids = ["a", "_", "0", "A-b.c_d", "a..b", "con1", "console", "com", "x".repeat(64), "a."];
  for (const id of ids) assertEquals(parseJob({ id }).id, id);
});

Deno.test("parseWorkflow() leaves what it was given as it was", () => {
  const data = { name: "w", jobs: [{ id: "a", command: "true", dependencies: [] as string[] }] };
  const before = JSON.stringify(data);
  assert(parseWorkflow(data).ok);
  assertEquals(JSON.stringify(data), before);
});
