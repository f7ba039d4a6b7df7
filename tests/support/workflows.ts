/** Workflows and settings for tests, with the defaults of the file format where a test does not care. */
import type { RunSettings } from "../../lib/core/event.ts";
import type { Job, Workflow } from "../../lib/core/workflow.ts";

/** What a test says of a job: its id, and whatever differs from the defaults. */
export type JobSketch = Partial<Job> & { readonly id: string };

/** A job that runs `true`, once, after nothing. */
export function sketchJob(sketch: JobSketch): Job {
  return {
    name: sketch.id,
    action: { type: "command", command: "true" },
    workingDirectory: ".",
    environment: { workflow: {}, job: {} },
    dependencies: [],
    conditions: { skipIfFailed: [], onlyIfBranch: null },
    retry: {
      maxAttempts: 1,
      initialDelayMs: 1000,
      maxDelayMs: 60_000,
      backoffFactor: 2,
      jitter: 0,
    },
    limits: { maxMemoryMb: null, maxCpuPercent: null, maxConcurrentJobs: null },
    enforce: "best-effort",
    idempotent: true,
    leaves: false,
    processes: "shared",
    timeoutMs: null,
    tags: [],
    ...sketch,
  };
}

/** A workflow of these jobs. */
export function sketchWorkflow(
  jobs: readonly JobSketch[],
  change: Partial<Workflow> = {},
): Workflow {
  return {
    name: "test",
    version: "1.0.0",
    description: "",
    global: { maxConcurrentJobs: null, environment: {}, maxMemoryMb: null, maxCpuPercent: null },
    plugins: [],
    jobs: jobs.map(sketchJob),
    ...change,
  };
}

/** Four at a time, no limits, ten seconds of grace. */
export function sketchSettings(change: Partial<RunSettings> = {}): RunSettings {
  return {
    concurrency: 4,
    memoryMb: null,
    cpuPercent: null,
    failFast: false,
    graceMs: 10_000,
    seed: 1,
    branch: null,
    ...change,
  };
}
