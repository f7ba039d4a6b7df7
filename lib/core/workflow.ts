/**
 * The nouns of a workflow, as the rest of orch sees them: every default filled in, every unit in the
 * name, nothing left to check. `parse_workflow.ts` makes these values; nobody else does.
 */

/** A whole workflow file, validated. Jobs stand in file order. */
export interface Workflow {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly global: GlobalConfig;
  readonly jobs: readonly Job[];
}

/** What the file says about the run as a whole. `null` means "not said". */
export interface GlobalConfig {
  /** A number of jobs, at least 1, or an expression over the number of processors. */
  readonly maxConcurrentJobs: number | ProcessorExpression | null;
  /** For every job; a job's own entries win. Values are raw: see `environment.ts`. */
  readonly environment: Environment;
  /** The share of the machine this run may use. */
  readonly maxMemoryMb: number | null;
  readonly maxCpuPercent: number | null;
}

/** `$(nproc)` arithmetic, kept as text until the number of processors is known. See `expression.ts`. */
export interface ProcessorExpression {
  readonly expression: string;
}

/** Names to raw values: references such as `$HOME` are resolved when an attempt starts. */
export type Environment = Readonly<Record<string, string>>;

/** One job: what to do, after what, within which limits. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly action: Action;
  /** As written: relative to the base folder of the run. */
  readonly workingDirectory: string;
  /** The job's own entries merged over the workflow's, raw. */
  readonly environment: JobEnvironment;
  /** Ids of jobs that must have succeeded first, without repetition. */
  readonly dependencies: readonly string[];
  readonly conditions: Conditions;
  readonly retry: RetryPolicy;
  readonly limits: ResourceLimits;
  /** Whether a limit that nothing here can enforce stops the run before it starts. */
  readonly enforce: "require" | "best-effort";
  /** Whether doing its work twice does no harm: an attempt that is lost then begins again unasked. */
  readonly idempotent: boolean;
  /** Wall time of one attempt, in milliseconds; `null` is no limit. */
  readonly timeoutMs: number | null;
  readonly tags: readonly string[];
}

/** The two layers a job's variables come from; the job's may refer to the workflow's. */
export interface JobEnvironment {
  readonly workflow: Environment;
  readonly job: Environment;
}

/** What a job does. A new job type is a new member here and a new file in executors/. */
export type Action =
  | { readonly type: "command"; readonly command: string }
  | { readonly type: "script"; readonly scriptPath: string }
  | { readonly type: "python"; readonly source: string }
  | HttpAction;

/** The job types there are, in the order in which messages list them. */
export const JOB_TYPES = [
  "command",
  "script",
  "python",
  "http",
] as const satisfies Action["type"][];

/** One HTTP request. */
export interface HttpAction {
  readonly type: "http";
  /** May hold `${VAR}` references, resolved when an attempt starts. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Accepted status codes; empty means any 2xx. */
  readonly expectStatus: readonly number[];
}

export interface Conditions {
  /** Ids of jobs that must have settled first; the job is skipped if one of them failed. */
  readonly skipIfFailed: readonly string[];
  /** Branch names or globs, one of which must match; `null` means any branch. */
  readonly onlyIfBranch: readonly string[] | null;
}

/** How often and how soon a failed job is tried again. See `retry.ts`. */
export interface RetryPolicy {
  /** All attempts, the first included; at least 1. */
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoffFactor: number;
  /** Share of the delay by which it may vary either way, 0 to 1. */
  readonly jitter: number;
}

/** What one job may use. `null` means no limit. */
export interface ResourceLimits {
  /** Both reserved while the job runs and enforced on it. */
  readonly maxMemoryMb: number | null;
  /** 100 is one processor. */
  readonly maxCpuPercent: number | null;
  /** At most this many jobs run while this one does, itself included. */
  readonly maxConcurrentJobs: number | null;
}
