/** Whether what jobs require of the machine can be had here: asked before a run, so that none fails in the middle. */
import { atValue, type Diagnostic, diagnosticAt } from "../../lib/core/workflow/diagnostic.ts";
import type { Plan } from "../../lib/core/plan/plan.ts";
import type { Processes } from "../../lib/runtime/port/world.ts";
import { jobKindOf } from "../mod.ts";

/** The jobs that are to have processes of their own, where there are none to be had. */
export function checkNamespaces(plan: Plan, processes: Processes): Diagnostic[] {
  const { jobs, fileIndex } = plan;
  const wanted = jobs.findIndex(({ action, processes }) =>
    processes === "own" && jobKindOf(action).process !== null
  );
  // Asking costs a process.
  const lack = wanted < 0 ? null : processes.namespaceLack();
  if (lack === null) return [];
  // What is in the way of one is in the way of all.
  return [
    diagnosticAt(atValue("jobs", fileIndex[wanted]!, "processes"), {
      code: "E315",
      jobId: jobs[wanted]!.id,
      lack: lack.kind,
      cause: lack.kind === "refused" ? lack.cause : "",
    }),
  ];
}

/** The limits that a job requires and nothing here can enforce. */
export function checkEnforceable(plan: Plan, processes: Processes): Diagnostic[] {
  if (!plan.jobs.some(({ enforce }) => enforce === "require")) return [];
  return plan.jobs.flatMap((job, i) => {
    if (job.enforce !== "require") return [];
    const enforcement = jobKindOf(job.action).enforcement(processes);
    if (enforcement === null) return [];
    const { memory, cpu } = enforcement;
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
