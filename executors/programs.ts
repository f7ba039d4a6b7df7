/** Which programs jobs need where orch may not run a shell: asked before a run, so that none fails in the middle. */
import { atValue, type Diagnostic, diagnosticAt } from "../lib/core/diagnostic.ts";
import type { Plan } from "../lib/core/plan.ts";
import type { Action } from "../lib/core/workflow.ts";
import { plainWords } from "../lib/runtime/shell_text.ts";
import type { Processes, World } from "../lib/runtime/world.ts";
import { scriptProgram } from "./script.ts";

/** The jobs that cannot start under Deno's permissions, each with the program it lacks. */
export function checkPrograms(plan: Plan, { processes, env }: World): Diagnostic[] {
  const python = env("ORCH_PYTHON") ?? "python3";
  if (processes.hasShell()) return [];
  return plan.jobs.flatMap((job, i) => {
    const program = programOf(job.action, job.environment.job["ORCH_PYTHON"] ?? python);
    if (program === null || (program !== "sh" && processes.mayRun(program))) return [];
    const key = job.action.type === "script" ? "script_path" : "command";
    const place = atValue("jobs", plan.fileIndex[i]!, key);
    return [
      diagnosticAt(place, { code: "E311", jobId: job.id, program, needsShell: program === "sh" }),
    ];
  });
}

/** The limits that a job requires and nothing here can enforce. */
export function checkEnforceable(plan: Plan, processes: Processes): Diagnostic[] {
  if (!plan.jobs.some(({ enforce }) => enforce === "require")) return [];
  const { memory, cpu } = processes.enforcement();
  return plan.jobs.flatMap((job, i) => {
    if (job.enforce !== "require" || job.action.type === "http") return [];
    const lacking = [
      ...(job.limits.maxMemoryMb !== null && memory === "none" ? ["max_memory_mb" as const] : []),
      ...(job.limits.maxCpuPercent !== null && cpu !== "cgroup"
        ? ["max_cpu_percent" as const]
        : []),
    ];
    return lacking.map((limit) =>
      diagnosticAt(atValue("jobs", plan.fileIndex[i]!, "resource_limits", limit), {
        code: "E312",
        jobId: job.id,
        limit,
      })
    );
  });
}

/** The program that starts for an action; `sh` where only a shell will do, `null` for none. */
function programOf(action: Action, python: string): string | null {
  switch (action.type) {
    case "command":
      return plainWords(action.command)?.[0] ?? "sh";
    case "script":
      return scriptProgram(action.scriptPath);
    case "python":
      return python;
    case "http":
    case "plugin":
      return null;
  }
}
