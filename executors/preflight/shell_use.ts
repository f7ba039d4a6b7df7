/** What jobs need a shell for, where they need one. */
import type { Action, Job } from "../../lib/core/workflow/workflow.ts";
import type { JobProcess } from "../base/job_kind.ts";
import { jobKindOf } from "../mod.ts";

/** What only a shell can do for a job. */
export type ShellUse = "shell" | "limits" | "processes";

/** Whether some job can only run in a shell. */
export function needsShell(jobs: readonly Job[]): boolean {
  return jobs.some((job) => shellUse(job) !== null);
}

/** What only a shell can do for a job: read its text, or be what its limits are put on. */
export function shellUse({ action, enforce, limits, processes }: Job): ShellUse | null {
  const { process } = jobKindOf(action);
  if (process === null) return null;
  if (process.isShellText(action)) return "shell";
  if (processes === "own") return "processes";
  const isLimited = limits.maxMemoryMb !== null || limits.maxCpuPercent !== null;
  return enforce === "require" && isLimited ? "limits" : null;
}

/** The key of a job that asks for it. */
export function shellKey(use: ShellUse | "program", process: JobProcess<Action>): string {
  if (use === "limits") return "resource_limits";
  return use === "processes" ? "processes" : process.key;
}
