/**
 * One run under this orch, new or gone on with: from its first input to the exit code. What is to be
 * done has been decided and written down; here it is driven, remembered, shown and brought to its end.
 */
import type { RunEvent } from "../core/event.ts";
import type { FirstInput } from "../core/resume.ts";
import { jobIndex, type RunState } from "../core/run_state.ts";
import { executors } from "../../executors/mod.ts";
import { type Journal, JournalError } from "../runtime/journal.ts";
import { RunLoop } from "../runtime/loop.ts";
import type { RunDirectory } from "../runtime/run_directory.ts";
import { attemptName } from "../runtime/attempt.ts";
import { indexPath } from "../runtime/state_directory.ts";
import { Supervisor } from "../runtime/supervisor.ts";
import type { ProcessPool, World } from "../runtime/world.ts";
import { EXIT } from "./exit_code.ts";
import { openView } from "./open_view.ts";
import { listenForPause } from "./pause.ts";
import type { RunView, ViewFlags } from "./run_view.ts";
import { listenForStops, type Stops } from "./stops.ts";
import { agreedFlags } from "./view_choice.ts";

/** How a run is shown and what it leaves. */
export interface ConductOptions extends ViewFlags {
  readonly output?: string;
  /** Seconds between asking a job to end and killing it. */
  readonly grace: number;
  /** Bytes. */
  readonly maxLog: number;
}

/** A run that is ready to be driven. Its lock is held. */
export interface ReadyRun {
  /** As its journal says. */
  readonly state: RunState;
  /** What has happened before. */
  readonly events: readonly RunEvent[];
  readonly firstInput: FirstInput;
  readonly journal: Journal;
  readonly directory: RunDirectory;
  readonly stateDirectory: string;
  /** Absolute: what relative paths of the workflow start from. */
  readonly baseDirectory: string;
  /** The workflow file, as the user named it, and absolute; `null` where it came from standard input. */
  readonly file: string;
  readonly workflowPath: string | null;
  readonly options: ConductOptions;
  readonly world: World;
}

/** Drives the run to its end and returns the exit code. */
export async function conduct(run: ReadyRun): Promise<number> {
  const { state, directory, world } = run;
  const options = agreedFlags(run.options);
  const { view, processes } = await openRun(run);
  const events: RunEvent[] = options.output === undefined ? [] : [...run.events];
  const supervisor = new Supervisor({
    world,
    processes,
    executors,
    jobOf: (id) => state.plan.jobs[jobIndex(state, id)]!,
    run: directory,
    baseDirectory: run.baseDirectory,
    post: (input) => loop.post(input),
  });
  const loop = new RunLoop(state, {
    clock: world.clock,
    record(batch) {
      if (options.output !== undefined) { for (const event of batch) events.push(event); }
      return run.journal.append(batch);
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
  let isRecorded: boolean;
  try {
    loop.post(run.firstInput);
    // What is needed only at the end is loaded while the first jobs run.
    if (!options.quiet) void import("./run_end.ts");
    isRecorded = await finish({ run, loop, supervisor, processes, stops, view });
  } finally {
    supervisor.killAll();
    view.close();
    stops.close();
    ignorePause();
  }
  if (!isRecorded) return EXIT.cannotGoOn;
  if (state.status === null) return stops.exitCode() ?? EXIT.cannotGoOn;
  await recordInHistory(run);
  if (!options.quiet || options.output !== undefined || state.status !== "completed") {
    const { reportEnd } = await import("./run_end.ts");
    await reportEnd({ ...run, events, options, view });
  }
  if (loop.viewError !== null) throw loop.viewError;
  return stops.exitCode() ?? (state.status === "completed" ? EXIT.ok : EXIT.jobFailed);
}

/** What shows the run, and what its processes are started in: each has something to ask the other. */
async function openRun(
  run: ReadyRun,
): Promise<{ readonly view: RunView; readonly processes: ProcessPool }> {
  const { directory, file, workflowPath, options, world } = run;
  const view = await openView(run.state, {
    ...options,
    directory,
    file,
    workflowPath,
    world,
    usageOf: (jobId, attempt) => processes.usageOf(attemptName(jobId, attempt)),
  });
  const processes = await world.processes.open({
    cookie: newCookie(run),
    graceMs: options.grace * 1000,
    maxLogBytes: options.maxLog,
    endsStem: directory.endsStem,
    notice: (notice) => view.notice(notice),
  });
  return { view, processes };
}

interface Parts {
  readonly run: ReadyRun;
  readonly loop: RunLoop;
  readonly supervisor: Supervisor;
  readonly processes: ProcessPool;
  readonly stops: Stops;
  readonly view: RunView;
}

/**
 * Waits for the end of the run, or for the moment at which the user will not wait any longer. Returns
 * whether all that has happened until then is written down.
 */
async function finish({ run, loop, supervisor, processes, stops, view }: Parts): Promise<boolean> {
  try {
    await Promise.race([loop.finished, run.journal.failed, stops.impatient]);
    await Promise.race([processes.close(), stops.impatient]);
    if (run.state.status !== null) await run.journal.close();
    return true;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    await sayJournalFailed(run, error, view);
    // Nothing more can be remembered, so nothing more is begun; what runs may end in peace.
    await Promise.race([supervisor.stopAll(run.options.grace * 1000), stops.impatient]);
    await Promise.race([processes.close(), stops.impatient]);
    return false;
  }
}

async function sayJournalFailed(run: ReadyRun, error: JournalError, view: RunView): Promise<void> {
  const { directory, stateDirectory, options, world } = run;
  const [{ journalFailedText }, { unseenDirectory }] = await Promise.all([
    import("../view/resume_message.ts"),
    import("./stored_run.ts"),
  ]);
  const text = journalFailedText(error, {
    runId: directory.runId,
    path: directory.journalPath,
    graceMs: options.grace * 1000,
    stateDirectory: unseenDirectory(stateDirectory, world),
  });
  view.say(`error: ${text}\n`);
}

/**
 * What stands in the environment of every process of this life of the run. It begins with a word of its
 * own, so that what still cleans up after an earlier life takes none of this one's processes for its.
 */
function newCookie({ directory, world }: ReadyRun): string {
  const life = Array.from(world.random(4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${life}-${directory.runId}`;
}

/** The index can be made again from the journals: trouble with it is no trouble of the run. */
async function recordInHistory(
  { state, stateDirectory, workflowPath, world }: ReadyRun,
): Promise<void> {
  try {
    const { History } = await import("../runtime/history.ts");
    using history = await History.open(indexPath(stateDirectory));
    history.record(state, workflowPath ?? "-");
  } catch (error) {
    if (world.env("LOG_LEVEL") !== "DEBUG") return;
    world.stderr.write(`debug: the run is not in the index: ${error}\n`);
  }
}
