/** What the results of a run hold, in the file and for programs: schema `orch.results/v1`. */
import type { JobStatus, Outputs, RunStatus } from "../../core/run/event.ts";

/** A run. Times are ISO 8601, durations seconds; what is not known is `null`. */
export interface Results {
  /** The version of this shape. */
  readonly schema: "orch.results/v1";
  /** The id of the run. */
  readonly execution_id: string | null;
  /** What was run. */
  readonly workflow: { readonly name: string; readonly version: string; readonly file: string };
  /** `null` where the run has not ended. */
  readonly status: RunStatus | null;
  /** When it began. */
  readonly start_time: string | null;
  /** When it ended. */
  readonly end_time: string | null;
  /** How long it took, without the time in which it stood still. */
  readonly duration_seconds: number | null;
  /** How many jobs ended how. */
  readonly counts: Readonly<Record<"success" | "failed" | "cancelled" | "skipped", number>>;
  /** By id. */
  readonly jobs: Readonly<Record<string, JobResult>>;
  /** All that happened, oldest first. */
  readonly events: readonly EventResult[];
}

/** What became of one job; of its attempts, the last one counts. */
export interface JobResult {
  /** Its id in the workflow. */
  readonly id: string;
  /** Its name in the workflow. */
  readonly name: string;
  /** How it stands, or how it ended. */
  readonly status: JobStatus;
  /** How many there were. */
  readonly attempts: number;
  /** When the first attempt began. */
  readonly start_time: string | null;
  /** When the last attempt ended. */
  readonly end_time: string | null;
  /** Between the two. */
  readonly duration_seconds: number | null;
  /** `null` where it did not end by itself. */
  readonly exit_code: number | null;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  /** Why it failed. */
  readonly error_message: string | null;
  /** Why it was skipped. */
  readonly reason: string | null;
  /** The last 64 KiB of its standard output. */
  readonly stdout: string;
  /** The last 64 KiB of its standard error. */
  readonly stderr: string;
  /** The file that has all of its standard output. */
  readonly log_path: string | null;
  /** The most it was seen to use. */
  readonly max_memory_mb: number | null;
  /** Processor time. */
  readonly cpu_seconds: number | null;
  /** Of HTTP jobs. */
  readonly http?: {
    readonly status: number;
    readonly first_byte_seconds: number;
    readonly body_bytes: number;
  };
  /** Of jobs whose type a plugin brings. */
  readonly outputs?: Outputs;
  /** Its tags in the workflow. */
  readonly tags: readonly string[];
}

/** One event. */
export interface EventResult {
  /** When, ISO 8601. */
  readonly timestamp: string;
  /** `job_started` and its kin. */
  readonly event_type: string;
  /** `null` where it is about the run. */
  readonly job_id: string | null;
  /** What else is known of it. */
  readonly details: Readonly<Record<string, unknown>>;
}
