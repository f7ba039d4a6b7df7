/** Workflows and settings for tests, with the defaults of the file format where a test does not care. */
import { DEFAULT_LIMITS, type RunLimits } from "../../lib/core/plan/limits.ts";
import type { RunSettings } from "../../lib/core/plan/settings.ts";
import { JOB_FIELDS } from "../../lib/core/workflow/keys/job_keys.ts";
import { standardOf } from "../../lib/core/workflow/keys/key.ts";
import { GLOBAL_FIELDS } from "../../lib/core/workflow/keys/workflow_keys.ts";
import type { Job, Workflow } from "../../lib/core/workflow/workflow.ts";

/** What a test says of a job: its id, and whatever differs from the defaults. */
export type JobSketch = Partial<Job> & { readonly id: string };

/** A job that runs `true`, once, after nothing: what its fields are where a file says nothing. */
export function sketchJob(sketch: JobSketch): Job {
  return {
    ...standardOf(JOB_FIELDS),
    name: sketch.id,
    action: { type: "command", command: "true" },
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
    global: standardOf(GLOBAL_FIELDS),
    plugins: [],
    jobs: jobs.map(sketchJob),
    ...change,
  };
}

/** The limits of a run, as `orch run` has them unless they are named. */
export function sketchLimits(limits: Partial<RunLimits> = {}): RunLimits {
  return { ...DEFAULT_LIMITS, ...limits };
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
