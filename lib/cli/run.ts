/** `orch run FILE`: load, plan, run, report. The whole story, from the top. */
import type { RunEvent, RunSettings } from "../core/event.ts";
import { checkFeasible, type Plan, planJobs } from "../core/plan.ts";
import { budgetOf, concurrencyOf } from "../core/resources.ts";
import { initialState, jobIndex } from "../core/run_state.ts";
import { type Selection, selectJobs } from "../core/selection.ts";
import { executors } from "../../executors/mod.ts";
import { checkEnforceable, checkPrograms } from "../../executors/programs.ts";
import { currentBranch } from "../runtime/branch.ts";
import { type LoadedFile, loadWorkflow } from "../runtime/load.ts";
import { RunLoop } from "../runtime/loop.ts";
import { resolvePath } from "../runtime/paths.ts";
import { createRunDirectory, type RunDirectory } from "../runtime/run_directory.ts";
import { Supervisor } from "../runtime/supervisor.ts";
import type { World } from "../runtime/world.ts";
import { EXIT } from "./exit_code.ts";
import { checkOutputPath, type ProblemFormat, reportProblems, UsageError } from "./output.ts";
import { openView } from "./open_view.ts";
import { listenForPause } from "./pause.ts";
import { listenForStops } from "./stops.ts";

/** The flags of `orch run`. */
export interface RunOptions {
  readonly maxConcurrent?: number;
  readonly dryRun: boolean;
  readonly output?: string;
  readonly live?: boolean;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly only: readonly string[];
  readonly deps: boolean;
  readonly failFast: boolean;
  readonly directory?: string;
  readonly grace: number;
  /** Bytes. */
  readonly maxLog: number;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly format?: ProblemFormat;
}

/** Runs the workflow in `file` (`-` is standard input) and returns the exit code. */
export async function run(options: RunOptions, file: string, world: World): Promise<number> {
  checkOptions(options, world);
  const loaded = await loadWorkflow(world, file);
  if (!loaded.workflow.ok) {
    return await reportProblems(world, loaded, loaded.workflow.diagnostics, options.format);
  }
  const workflow = loaded.workflow.value;
  const selected = selectJobs(workflow, selectionOf(options));
  if (!selected.ok) {
    // A mistake on the command line: no line of the file is to blame.
    return await reportProblems(
      world,
      { ...loaded, bytes: null },
      selected.diagnostics,
      options.format,
    );
  }
  const plan = planJobs(workflow, selected.value);
  const settings = await settingsOf(plan, options, { world, loaded });
  const infeasible = [
    ...checkFeasible(plan, settings),
    ...checkPrograms(plan, world),
    ...checkEnforceable(plan, world.processes),
  ];
  if (infeasible.length > 0) return await reportProblems(world, loaded, infeasible, options.format);

  if (options.dryRun) {
    const { showDryRun } = await import("./dry_run.ts");
    return showDryRun(plan, settings, world);
  }
  const directory = createRunDirectory(world, resolvePath(loaded.folder, ".orch"));
  return await runPlan({ plan, settings, directory, options, loaded, world });
}

/** Refuses what cannot work before any work is done. */
function checkOptions(options: RunOptions, world: World): void {
  if (options.quiet && options.verbose) {
    throw new UsageError("--quiet and --verbose ask for opposite things: leave one out");
  }
  if (options.output !== undefined) checkOutputPath(world, options.output);
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

/** All that one run needs. */
interface RunContext {
  readonly plan: Plan;
  readonly settings: RunSettings;
  readonly directory: RunDirectory;
  readonly options: RunOptions;
  readonly loaded: LoadedFile;
  readonly world: World;
}

async function runPlan(context: RunContext): Promise<number> {
  const { plan, settings, directory, options, loaded, world } = context;
  const state = initialState(plan);
  const events: RunEvent[] = [];
  const view = await openView(state, { ...options, directory, world });
  const processes = await world.processes.open({
    cookie: directory.runId,
    graceMs: settings.graceMs,
    maxLogBytes: options.maxLog,
    notice: (notice) => view.notice(notice),
  });
  const supervisor = new Supervisor({
    world,
    processes,
    executors,
    jobOf: (id) => plan.jobs[jobIndex(state, id)]!,
    run: directory,
    baseDirectory: baseDirectoryOf(loaded, options, world),
    post: (input) => loop.post(input),
  });
  const loop = new RunLoop(state, {
    clock: world.clock,
    record: (batch) => {
      if (options.output !== undefined) { for (const event of batch) events.push(event); }
    },
    perform: (event) => supervisor.perform(event),
    show: (event) => view.show(event),
  });
  const ignorePause = listenForPause({
    world,
    processes,
    view,
    resumed: (pausedMs) => loop.post({ type: "pause_ended", pausedMs }),
  });
  const stops = listenForStops(world, (reason) => loop.post({ type: "stop_requested", reason }));
  try {
    loop.post({ type: "run_requested", runId: directory.runId, settings });
    // What is needed only at the end is loaded while the first jobs run.
    if (!options.quiet) void import("./run_end.ts");
    await Promise.race([loop.finished, stops.impatient]);
    await Promise.race([processes.close(), stops.impatient]);
  } finally {
    supervisor.killAll();
    view.close();
    stops.close();
    ignorePause();
  }
  if (state.status === null) return stops.exitCode() ?? EXIT.cannotGoOn;
  if (!options.quiet || options.output !== undefined || state.status !== "completed") {
    const { reportEnd } = await import("./run_end.ts");
    reportEnd({ state, events, directory, options, file: loaded.file, world });
  }
  if (loop.viewError !== null) throw loop.viewError;
  return stops.exitCode() ?? (state.status === "completed" ? EXIT.ok : EXIT.jobFailed);
}
