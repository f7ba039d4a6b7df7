/** From a checked workflow to a plan that can run here, or to all that is in the way. */
import type { Diagnostic } from "../core/workflow/diagnostic.ts";
import type { RunSettings } from "../core/plan/settings.ts";
import { checkFeasible, type Plan, planJobs } from "../core/plan/plan.ts";
import type { RunLimits } from "../core/plan/limits.ts";
import { budgetOf, concurrencyOf } from "../core/plan/resources.ts";
import { type Selection, selectJobs } from "../core/plan/selection.ts";
import type { Environment, Workflow } from "../core/workflow/workflow.ts";
import type { RunPlaces } from "../../executors/base/job_kind.ts";
import type { SelectedJobs } from "../../executors/preflight/needs.ts";
import { checkAllowed } from "../../executors/preflight/permissions.ts";
import type { PluginAsking } from "../../executors/plugin/check.ts";
import { checkEnforceable, checkNamespaces } from "../../executors/preflight/enforceable.ts";
import { currentBranch } from "../runtime/run/branch.ts";
import { withVariables } from "../runtime/run/job_variables.ts";
import type { World } from "../runtime/port/world.ts";
import { learnedDurations } from "./learned.ts";

/** What is asked for beside what the workflow says. */
export interface RunRequest extends RunPlaces {
  readonly selection: Selection;
  /** Jobs at a time; `null` for what the workflow says. */
  readonly maxConcurrent: number | null;
  readonly failFast: boolean;
  readonly limits: RunLimits;
  /** What jobs get beside the environment of orch. */
  readonly variables: Environment;
  /** Only those that are to run are asked what they say: that runs code of theirs. */
  readonly plugins: PluginAsking;
}

/** What came of it. A selection is a mistake of who asks; all else is one of the file, or of this machine. */
export type PreparedRun =
  | { readonly ok: true; readonly plan: Plan; readonly settings: RunSettings }
  | {
    readonly ok: false;
    readonly problem: "selection" | "plan";
    readonly diagnostics: readonly Diagnostic[];
  };

/** Selects, plans, and checks what can be checked before anything is started or written. */
export async function prepareRun(
  workflow: Workflow,
  wishes: RunRequest,
  world: World,
): Promise<PreparedRun> {
  const selected = selectJobs(workflow, wishes.selection);
  if (!selected.ok) {
    return { ok: false, problem: "selection", diagnostics: selected.diagnostics };
  }
  const refuse = (diagnostics: readonly Diagnostic[]) =>
    ({ ok: false, problem: "plan", diagnostics }) as const;
  const jobsWorld = withVariables(world, wishes.variables);
  // First, since planning reads what may not be read.
  const refused = checkAllowed(jobsAt(selected.value, workflow), wishes, jobsWorld);
  if (refused.length > 0) return refuse(refused);

  const learned = await learnedDurations(wishes.stateDirectory, wishes.workflowPath, world);
  const plan = planJobs(workflow, selected.value, learned);
  const settings = await settingsOf(plan, wishes, world);
  const { baseDirectory, plugins } = wishes;
  const place = { baseDirectory, plugins, world: jobsWorld };
  const diagnostics = await checkRun(plan, settings, place);
  return diagnostics.length > 0 ? refuse(diagnostics) : { ok: true, plan, settings };
}

/** The selected jobs before they are a plan. */
function jobsAt(fileIndex: readonly number[], workflow: Workflow): SelectedJobs {
  return { workflow, fileIndex, jobs: fileIndex.map((index) => workflow.jobs[index]!) };
}

/** What keeps an allowed plan from running here as it should. */
export async function checkRun(
  plan: Plan,
  settings: RunSettings,
  place: RunPlace,
): Promise<Diagnostic[]> {
  return [
    ...checkFeasible(plan, settings),
    ...checkEnforceable(plan, place.world.processes),
    ...checkNamespaces(plan, place.world.processes),
    ...await checkPluginsOf(plan, place),
  ];
}

/** Where a plan is to run, and how much its plugins are asked before. */
export interface RunPlace {
  readonly baseDirectory: string;
  readonly plugins: PluginAsking;
  /** As jobs see it. */
  readonly world: World;
}

/** Looks at plugins where there are any: the code for it is not loaded else. */
async function checkPluginsOf(
  { workflow, fileIndex: selected }: Plan,
  { baseDirectory, plugins: asking, world }: RunPlace,
): Promise<Diagnostic[]> {
  if (workflow.plugins.length === 0) return [];
  const { checkPlugins } = await import("../../executors/plugin/check.ts");
  return await checkPlugins(workflow, { asking, selected, baseDirectory, world });
}

/** What holds for the whole run, as far as the machine and the workflow have a say in it. */
async function settingsOf(
  plan: Plan,
  { maxConcurrent: requested, failFast, limits, baseDirectory }: RunRequest,
  world: World,
): Promise<RunSettings> {
  const { processors } = world.machine;
  return {
    concurrency: concurrencyOf(plan.workflow, { requested, processors }),
    ...await settingsOfPlan(plan, baseDirectory, world),
    failFast,
    graceMs: limits.graceMs,
    seed: new DataView(world.random(4).buffer).getUint32(0),
  };
}

/** Those settings that follow from a plan and its surroundings alone. What it needs must be allowed. */
export async function settingsOfPlan(
  { workflow, jobs, demands }: Plan,
  baseDirectory: string,
  world: World,
): Promise<Pick<RunSettings, "memoryMb" | "cpuPercent" | "branch">> {
  const needsBranch = jobs.some((job) => job.conditions.onlyIfBranch !== null);
  const needsMemory = demands.some((demand) => demand.memoryMb > 0);
  return {
    memoryMb: needsMemory ? budgetOf(workflow.global.maxMemoryMb, world.machine.memoryMb()) : null,
    cpuPercent: workflow.global.maxCpuPercent,
    branch: needsBranch ? await currentBranch(world, baseDirectory) : null,
  };
}
