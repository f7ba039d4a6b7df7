/** The shape of the results file, `orch.results/v1`, for tests that read one. */

/** The results file, as far as the tests look into it. */
export interface Results {
  readonly schema: string;
  readonly execution_id: string;
  readonly workflow: Readonly<Record<"name" | "version" | "file", string>>;
  readonly status: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly duration_seconds: number;
  readonly counts: Readonly<Record<"success" | "failed" | "cancelled" | "skipped", number>>;
  readonly jobs: Readonly<Record<string, JobResult>>;
  readonly events: readonly EventResult[];
}

/** One job of the results file. */
export type JobResult =
  & Readonly<Record<"id" | "name" | "status" | "stdout" | "stderr", string>>
  & Readonly<Record<"start_time" | "end_time" | "signal" | "log_path", string | null>>
  & Readonly<Record<"error_message" | "reason", string | null>>
  & Readonly<Record<"duration_seconds" | "exit_code", number | null>>
  & { readonly attempts: number; readonly tags: readonly string[] }
  & { readonly outputs?: Readonly<Record<string, unknown>> };

/** One event of the results file. */
export interface EventResult {
  readonly timestamp: string;
  readonly event_type: string;
  readonly job_id: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
