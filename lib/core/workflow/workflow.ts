/**
 * The nouns of a workflow, as the rest of orch sees them: every default filled in, every unit in the
 * name, nothing left to check. `parse.ts` makes these values; nobody else does.
 */

/** A whole workflow file, validated. Jobs stand in file order. */
export interface Workflow {
  /** As the user calls it. */
  readonly name: string;
  /** As text; `1.0.0` unless said. */
  readonly version: string;
  /** What it is for. */
  readonly description: string;
  /** What holds for the run as a whole. */
  readonly global: GlobalConfig;
  /** Job types that modules of the user bring. */
  readonly plugins: readonly Plugin[];
  /** At least one. */
  readonly jobs: readonly Job[];
}

/** What the file says about the run as a whole. `null` means "not said". */
export interface GlobalConfig {
  /** A number of jobs, at least 1, or an expression over the number of processors. */
  readonly maxConcurrentJobs: number | ProcessorExpression | null;
  /** For every job; a job's own entries win. Values are raw: see `references.ts`. */
  readonly environment: Environment;
  /** The share of the machine this run may use. */
  readonly maxMemoryMb: number | null;
  /** 100 is one processor. */
  readonly maxCpuPercent: number | null;
}

/** `$(nproc)` arithmetic, kept as text until the number of processors is known. See `expression.ts`. */
export interface ProcessorExpression {
  /** As written. */
  readonly expression: string;
}

/** Names to raw values: references such as `$HOME` are resolved when an attempt starts. */
export type Environment = Readonly<Record<string, string>>;

/** One job: what to run, after which jobs, and within which limits. */
export interface Job {
  /** Unique in its workflow. */
  readonly id: string;
  /** The id unless said. */
  readonly name: string;
  /** What it does. */
  readonly action: Action;
  /** As written: relative to the base folder of the run. */
  readonly workingDirectory: string;
  /** The job's own entries merged over the workflow's, raw. */
  readonly environment: JobEnvironment;
  /** Ids of jobs that must have succeeded first, without repetition. */
  readonly dependencies: readonly string[];
  /** When it is skipped. */
  readonly conditions: Conditions;
  /** What happens when it fails. */
  readonly retry: RetryPolicy;
  /** What it may use. */
  readonly limits: ResourceLimits;
  /** Whether a limit that nothing here can enforce stops the run before it starts. */
  readonly enforce: "require" | "best-effort";
  /** Whether doing its work twice does no harm: an attempt that is lost then begins again unasked. */
  readonly idempotent: boolean;
  /** Whether what is still in the background when it has ended is meant to outlive the run. */
  readonly leaves: boolean;
  /** Whether it sees the processes of the machine or, in a process namespace, its own alone. */
  readonly processes: "shared" | "own";
  /** Wall time of one attempt, in milliseconds; `null` is no limit. */
  readonly timeoutMs: number | null;
  /** For choosing jobs. */
  readonly tags: readonly string[];
}

/** What a limit means where nothing can hold a job to it. */
export const ENFORCE: readonly Job["enforce"][] = ["require", "best-effort"];

/** Which processes a job sees and may signal: those of the machine, or its own alone. */
export const PROCESSES: readonly Job["processes"][] = ["shared", "own"];

/** The two layers a job's variables come from; the job's may refer to the workflow's. */
export interface JobEnvironment {
  /** For every job. */
  readonly workflow: Environment;
  /** For this one; wins. */
  readonly job: Environment;
}

/** What a job does. A new job type is a new member here and a new file in executors/. */
export type Action =
  | { readonly type: "command"; readonly command: string }
  | { readonly type: "script"; readonly scriptPath: string }
  | { readonly type: "python"; readonly source: string }
  | HttpAction
  | PluginAction;

/** One HTTP request. */
export interface HttpAction {
  /** Its name among the actions. */
  readonly type: "http";
  /** May hold `${VAR}` references, resolved when an attempt starts. */
  readonly url: string;
  /** In capitals. */
  readonly method: string;
  /** As written, with references. */
  readonly headers: Readonly<Record<string, string>>;
  /** As written, with references; `null` for none. */
  readonly body: string | null;
  /** Accepted status codes; empty means any 2xx. */
  readonly expectStatus: readonly number[];
}

/** Work that a plugin does. */
export interface PluginAction {
  /** Its name among the actions. */
  readonly type: "plugin";
  /** All that bears on what it does, so that a change of the plugin is a change of its jobs. */
  readonly plugin: Plugin;
  /** What stands under `with`: the plugin's own keys, JSON values. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** A job type that a module of the user brings. */
export interface Plugin {
  /** What jobs name as their `job_type`. */
  readonly type: string;
  /** As written: relative to the base folder of the run. */
  readonly path: string;
  /** What its code may reach. */
  readonly permissions: PluginPermissions;
}

/** A kind of thing that the code of a plugin may be allowed, as Deno names it. */
export type PluginPermissionKind = "net" | "read" | "write" | "env" | "run" | "sys";

/** The kinds, in the order in which they are shown. */
export const PLUGIN_PERMISSIONS: readonly PluginPermissionKind[] = [
  "net",
  "read",
  "write",
  "env",
  "run",
  "sys",
];

/** What the code of a plugin may reach: all of a kind, or what is listed. Paths are as written. */
export type PluginPermissions = Readonly<Record<PluginPermissionKind, true | readonly string[]>>;

/** When a job is skipped. */
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
  /** Before the second attempt. */
  readonly initialDelayMs: number;
  /** The longest delay. */
  readonly maxDelayMs: number;
  /** Each further delay is this much longer. */
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
