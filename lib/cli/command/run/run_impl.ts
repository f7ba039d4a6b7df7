/** `orch run FILE`: load, plan, run, report. The whole story, from the top. */
import { initialState } from "../../../core/run/state.ts";
import type { Environment } from "../../../core/workflow/workflow.ts";
import { prepareRun, type RunRequest } from "../../../engine/prepare.ts";
import { hashOf, type LoadedFile, loadWorkflow } from "../../../runtime/load/load.ts";
import { createRun } from "../../../runtime/store/new_run.ts";
import { resolvePath } from "../../../runtime/port/paths.ts";
import { namedStateDirectory, STATE_DIRECTORY } from "../../../runtime/state/state_directory.ts";
import type { World } from "../../../runtime/port/world.ts";
import { executeRun } from "../../run/execute.ts";
import { jobVariables } from "../../run/job_variables.ts";
import { isNoFolder, OutputError, reportProblems, UsageError } from "../../base/output.ts";
import { checkSourcesKept, namedOutputs, outputPathsOf } from "../../base/output_files.ts";
import { checkRunFlags } from "../../run_view/choice.ts";
import { noDirectoryText } from "../../../view/command_line/view_flags.ts";
import { limitsOf, type RunFlags } from "./flags.ts";

/** Runs the workflow in `file` (`-` is standard input) and returns the exit code. */
export async function run(options: RunFlags, file: string, world: World): Promise<number> {
  checkOptions(options, world);
  const variables = await jobVariables(options.envFile, world);
  const loaded = await loadWorkflow(world, file);
  const { format } = options;
  if (!loaded.workflow.ok) {
    return await reportProblems(world, loaded, loaded.workflow.diagnostics, format);
  }
  const workflow = loaded.workflow.value;
  const wishes = wishesOf(options, { loaded, variables, world });
  const sources = { ...wishes, envFiles: options.envFile, workflow };
  checkSourcesKept(world, namedOutputs(options), sources);
  const prepared = await prepareRun(workflow, wishes, world);
  if (!prepared.ok) {
    // A mistake on the command line: no line of the file is to blame.
    const shown = prepared.problem === "selection" ? { ...loaded, bytes: null } : loaded;
    return await reportProblems(world, shown, prepared.diagnostics, format);
  }
  const { plan, settings } = prepared;
  if (options.dryRun) {
    const { showDryRun } = await import("../../run/dry_run.ts");
    return showDryRun(plan, settings, world);
  }
  const { baseDirectory, stateDirectory, workflowPath } = wishes;
  const record = {
    file: workflowPath,
    fileHash: await hashOf(loaded.bytes!),
    baseDirectory,
    workflow,
    selected: plan.fileIndex,
    settings,
  };
  const { limits } = wishes;
  const { durability } = limits;
  using newRun = await keepRun(world, stateDirectory, { record, durability });
  const { directory, journal } = newRun;
  return await executeRun({
    state: initialState(plan),
    events: [],
    firstInput: { type: "run_requested", runId: directory.runId, settings },
    journal,
    directory,
    stateDirectory,
    baseDirectory,
    file: loaded.file,
    workflowPath,
    variables,
    limits,
    options,
    world,
  });
}

/** The files of a new run, or in words why there can be none. */
async function keepRun(...[world, stateDirectory, options]: Parameters<typeof createRun>) {
  try {
    return await createRun(world, stateDirectory, options);
  } catch (error) {
    const [{ cannotKeepText }, { causeInWords }] = await Promise.all([
      import("../../../view/past/resume.ts"),
      import("../../base/cause.ts"),
    ]);
    throw new OutputError(cannotKeepText(stateDirectory, causeInWords(error)));
  }
}

/** Refuses what cannot work before any work is done. */
function checkOptions(options: RunFlags, world: World): void {
  checkRunFlags(options, world);
  const { directory } = options;
  if (directory !== undefined && isNoFolder(directory, world)) {
    throw new UsageError(noDirectoryText(directory));
  }
}

/** What the command line asks for. */
function wishesOf(
  options: RunFlags,
  { loaded, variables, world }: {
    readonly loaded: LoadedFile;
    readonly variables: Environment;
    readonly world: World;
  },
): RunRequest {
  const { only, tags, skipTags, deps, directory } = options;
  return {
    selection: { only, tags, skipTags, withDependencies: deps },
    maxConcurrent: options.maxConcurrent ?? null,
    failFast: options.failFast,
    limits: limitsOf(options),
    baseDirectory: directory === undefined ? loaded.folder : resolvePath(world.cwd(), directory),
    stateDirectory: namedStateDirectory(world, options.stateDir) ??
      resolvePath(loaded.folder, STATE_DIRECTORY),
    workflowPath: loaded.path,
    outputPaths: outputPathsOf(options, world),
    variables,
    plugins: options.dryRun ? "look" : "ask",
  };
}
