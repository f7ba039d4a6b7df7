/** What jobs need a shell for, where they need one. */
import type { Action, Job } from "../lib/core/workflow.ts";
import { plainWords } from "../lib/runtime/shell_text.ts";

/** What only a shell can do for a job. */
export type ShellUse = "shell" | "limits" | "processes";

/** Whether some job can only run in a shell. */
export function needsShell(jobs: readonly Job[]): boolean {
  return jobs.some((job) => shellUse(job) !== null);
}

/** What only a shell can do for a job: read its text, or be what its limits are put on. */
export function shellUse({ action, enforce, limits, processes }: Job): ShellUse | null {
  if (action.type === "http" || action.type === "plugin") return null;
  if (action.type === "command" && plainWords(action.command) === null) return "shell";
  if (processes === "own") return "processes";
  const isLimited = limits.maxMemoryMb !== null || limits.maxCpuPercent !== null;
  return enforce === "require" && isLimited ? "limits" : null;
}

/** The key of a job that asks for it. */
export function shellPlace(use: ShellUse | "program", action: Action): readonly string[] {
  if (use === "limits") return ["resource_limits"];
  if (use === "processes") return ["processes"];
  return [action.type === "script" ? "script_path" : "command"];
}
