/** Which programs jobs need where orch may not run a shell: asked before a run, so that none fails in the middle. */
import { AT_DOCUMENT, atValue, type Diagnostic, diagnosticAt } from "../lib/core/diagnostic.ts";
import type { Plan } from "../lib/core/plan.ts";
import type { Action, Environment } from "../lib/core/workflow.ts";
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

/** Variables that make a program load code, as systems call them; there are others, rarely used. */
const LINKER_VARIABLES: readonly string[] = [
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "LD_AUDIT",
  "LD_DEBUG",
  "LD_BIND_NOW",
  "DYLD_LIBRARY_PATH",
  "DYLD_INSERT_LIBRARIES",
  "DYLD_FRAMEWORK_PATH",
  "DYLD_FALLBACK_LIBRARY_PATH",
];
/** What Deno takes for such a variable. */
const LINKER_VARIABLE = /^(LD|DYLD)_/i;

/**
 * The variables with which Deno starts no program where it may not start all: another's code could run
 * under an allowed name. Those of orch itself go to every program; a shell gets those of a job later.
 */
export function checkLinkerVariables(plan: Plan, { may, env, processes }: World): Diagnostic[] {
  if (may({ kind: "run", program: null })) return [];
  const isProcess = plan.jobs.map(({ action }) => action.type !== "http");
  if (!isProcess.includes(true)) return [];
  const inherited = LINKER_VARIABLES.filter((name) => env(name)).map((variable) =>
    diagnosticAt(AT_DOCUMENT, { code: "E313", variable, jobId: null, setBy: "environment" })
  );
  if (processes.hasShell()) return inherited;
  const ofWorkflow = linkerVariables(plan.workflow.global.environment).map((variable) =>
    diagnosticAt(atValue("global_config", "environment", variable), {
      code: "E313",
      variable,
      jobId: null,
      setBy: "workflow",
    })
  );
  const ofJobs = plan.jobs.flatMap(({ id, environment }, i) =>
    !isProcess[i]
      ? []
      : linkerVariables(environment.job).map((variable) =>
        diagnosticAt(atValue("jobs", plan.fileIndex[i]!, "environment", variable), {
          code: "E313",
          variable,
          jobId: id,
          setBy: "job",
        })
      )
  );
  return [...inherited, ...ofWorkflow, ...ofJobs];
}

/** An empty one does no harm, and Deno lets it pass. */
function linkerVariables(environment: Environment): string[] {
  return Object.keys(environment).filter((name) =>
    LINKER_VARIABLE.test(name) && environment[name] !== ""
  );
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
      return null;
  }
}
