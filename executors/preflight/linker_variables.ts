/** Variables with which Deno starts no program of a list, looked for before a run. */
import {
  atValue,
  type Diagnostic,
  diagnosticAt,
  NOWHERE,
} from "../../lib/core/workflow/diagnostic.ts";
import type { Environment } from "../../lib/core/workflow/workflow.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import { jobKindOf } from "../mod.ts";
import type { SelectedJobs } from "./needs.ts";

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
/** The names that Deno takes for such a variable. */
const LINKER_VARIABLE = /^(LD|DYLD)_/i;

/**
 * The variables with which Deno starts no program where it may not start all: another's code could run
 * under an allowed name. Those of orch itself go to every program; a shell gets those of a job later.
 */
export function checkLinkerVariables(
  plan: SelectedJobs,
  world: World,
): Diagnostic[] {
  if (world.may({ kind: "run", program: null })) return [];
  const isProcess = plan.jobs.map(({ action }) => jobKindOf(action).process !== null);
  if (!isProcess.includes(true)) return [];
  const inherited = LINKER_VARIABLES.filter((name) => world.env(name)).map((variable) =>
    diagnosticAt(NOWHERE, { code: "E313", variable, jobId: null, setBy: "environment" })
  );
  if (world.processes.hasShell()) return inherited;
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

/** An empty variable does no harm, and Deno accepts it. */
function linkerVariables(environment: Environment): string[] {
  return Object.keys(environment).filter((name) =>
    LINKER_VARIABLE.test(name) && environment[name] !== ""
  );
}
