/** `orch run FILE`: load, plan, run, report. The whole story, from the top. */
import type { RunSettings } from "../core/event.ts";
import { checkFeasible, type Plan, planJobs } from "../core/plan.ts";
import { budgetOf, concurrencyOf } from "../core/resources.ts";
import { initialState } from "../core/run_state.ts";
import { type Selection, selectJobs } from "../core/selection.ts";
import { checkEnforceable, checkLinkerVariables, checkPrograms } from "../../executors/programs.ts";
import { currentBranch } from "../runtime/branch.ts";
import type { Durability } from "../runtime/journal.ts";
import { hashOf, type LoadedFile, loadWorkflow } from "../runtime/load.ts";
import { createRun } from "../runtime/new_run.ts";
import { resolvePath } from "../runtime/paths.ts";
import { namedStateDirectory, STATE_DIRECTORY } from "../runtime/state_directory.ts";
import type { World } from "../runtime/world.ts";
import { conduct, type ConductOptions } from "./conduct.ts";
import { learnedDurations } from "./learned.ts";
import { OutputError, type ProblemFormat, reportProblems, UsageError } from "./output.ts";
import { checkRunFlags } from "./view_choice.ts";

/** The flags of `orch run`. */
export interface RunOptions extends ConductOptions {
  readonly maxConcurrent?: number;
  readonly dryRun: boolean;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly only: readonly string[];
  readonly deps: boolean;
  readonly failFast: boolean;
  readonly directory?: string;
  readonly stateDir?: string;
  readonly durability: Durability;
  readonly format?: ProblemFormat;
}

/** Runs the workflow in `file` (`-` is standard input) and returns the exit code. */
export async function run(options: RunOptions, file: string, world: World): Promise<number> {
  checkOptions(options, world);
  const loaded = await loadWorkflow(world, file);
  const { format } = options;
  if (!loaded.workflow.ok) {
    return await reportProblems(world, loaded, loaded.workflow.diagnostics, format);
  }
  const workflow = loaded.workflow.value;
  const selected = selectJobs(workflow, selectionOf(options));
  if (!selected.ok) {
    // A mistake on the command line: no line of the file is to blame.
    return await reportProblems(world, { ...loaded, bytes: null }, selected.diagnostics, format);
  }
  const stateDirectory = namedStateDirectory(world, options.stateDir) ??
    resolvePath(loaded.folder, STATE_DIRECTORY);
  const workflowPath = file === "-" ? null : resolvePath(world.cwd(), file);
  const learned = await learnedDurations(stateDirectory, workflowPath, world);
  const plan = planJobs(workflow, selected.value, learned);
  const settings = await settingsOf(plan, options, { world, loaded });
  const infeasible = [
    ...checkFeasible(plan, settings),
    ...checkPrograms(plan, world),
    ...checkLinkerVariables(plan, world),
    ...checkEnforceable(plan, world.processes),
  ];
  if (infeasible.length > 0) return await reportProblems(world, loaded, infeasible, format);

  if (options.dryRun) {
    const { showDryRun } = await import("./dry_run.ts");
    return showDryRun(plan, settings, world);
  }
  const baseDirectory = baseDirectoryOf(loaded, options, world);
  const record = {
    file: workflowPath,
    fileHash: await hashOf(loaded.bytes!),
    baseDirectory,
    workflow,
    selected: plan.fileIndex,
    settings,
  };
  const { durability } = options;
  using newRun = await keepRun(world, stateDirectory, { record, durability });
  const { directory, journal } = newRun;
  return await conduct({
    state: initialState(plan),
    events: [],
    firstInput: { type: "run_requested", runId: directory.runId, settings },
    journal,
    directory,
    stateDirectory,
    baseDirectory,
    file: loaded.file,
    workflowPath,
    options,
    world,
  });
}

/** The files of a new run, or in words why there can be none. */
async function keepRun(...[world, stateDirectory, options]: Parameters<typeof createRun>) {
  try {
    return await createRun(world, stateDirectory, options);
  } catch (error) {
    const { cannotKeepText } = await import("../view/resume_message.ts");
    const cause = error instanceof Error ? error.message : String(error);
    throw new OutputError(cannotKeepText(stateDirectory, cause));
  }
}

/** Refuses what cannot work before any work is done. */
function checkOptions(options: RunOptions, world: World): void {
  checkRunFlags(options, world);
  const { directory } = options;
  if (directory !== undefined && world.files.stat(directory)?.isDirectory !== true) {
    throw new UsageError(`-C: folder '${directory}' does not exist`);
  }
}

function selectionOf({ only, tags, skipTags, deps }: RunOptions): Selection {
  return { only, tags, skipTags, withDependencies: deps };
}

/** What holds for the whole run, as far as the machine and the workflow have a say in it. */
async function settingsOf(
  plan: Plan,
  options: RunOptions,
  { world, loaded }: { readonly world: World; readonly loaded: LoadedFile },
): Promise<RunSettings> {
  const { workflow } = plan;
  const needsBranch = plan.jobs.some((job) => job.conditions.onlyIfBranch !== null);
  const needsMemory = plan.demands.some((demand) => demand.memoryMb > 0);
  return {
    concurrency: concurrencyOf(workflow, {
      requested: options.maxConcurrent ?? null,
      processors: world.machine.processors,
    }),
    memoryMb: needsMemory ? budgetOf(workflow.global.maxMemoryMb, world.machine.memoryMb()) : null,
    cpuPercent: workflow.global.maxCpuPercent,
    failFast: options.failFast,
    graceMs: options.grace * 1000,
    seed: new DataView(world.random(4).buffer).getUint32(0),
    branch: needsBranch
      ? await currentBranch(world, baseDirectoryOf(loaded, options, world))
      : null,
  };
}

/** What relative paths of the file start from. */
function baseDirectoryOf(loaded: LoadedFile, options: RunOptions, world: World): string {
  return options.directory === undefined
    ? loaded.folder
    : resolvePath(world.cwd(), options.directory);
}
