/**
 * One run under this orch, new or gone on with: from its first input to the exit code. What is to be
 * done has been decided and written down; here it is driven, shown and brought to its end.
 */
import type { RunEvent, StopReason } from "../../core/run/event.ts";
import { type DrivableRun, Driver, type DriverPorts, recordInIndex } from "../../engine/driver.ts";
import { attemptName } from "../../runtime/port/attempt.ts";
import type { JournalError } from "../../runtime/store/journal.ts";
import type { IndexNotice } from "../../view/past/run_problem.ts";
import { EXIT } from "../base/exit_code.ts";
import { openView } from "../run_view/open.ts";
import { wantsDebug } from "../base/output.ts";
import { listenForPause } from "./pause.ts";
import type { ReportRequest } from "./reports.ts";
import type { RunView, ViewFlags } from "../run_view/view.ts";
import { listenForStops } from "./stops.ts";
import { agreedFlags } from "../run_view/choice.ts";

/** How a run is shown and what it leaves. */
export interface ConductOptions extends ViewFlags {
  readonly output?: string;
  readonly report: readonly ReportRequest[];
}

/** A run that is ready to be driven. Its lock is held. */
export interface ReadyRun extends DrivableRun {
  /** What has happened before. */
  readonly events: readonly RunEvent[];
  /** The workflow file, as the user named it. */
  readonly file: string;
  readonly options: ConductOptions;
}

/** Drives the run to its end and returns the exit code. */
export async function executeRun(run: ReadyRun): Promise<number> {
  const { state, world } = run;
  const options = agreedFlags(run.options);
  const events: RunEvent[] = options.output === undefined ? [] : [...run.events];
  // From here on signals count: who stops a run that is about to begin wants it stopped and the terminal
  // given back, not orch dead.
  const early: StopReason[] = [];
  let stop = (reason: StopReason): unknown => early.push(reason);
  const stops = listenForStops(world, (reason) => stop(reason));
  const { view, driver } = await openRun(run, (batch) => {
    if (options.output !== undefined) { for (const event of batch) events.push(event); }
  }).catch((error) => {
    stops.close();
    throw error;
  });
  const ignorePause = listenForPause({
    world,
    processes: driver.processes,
    view,
    resumed: (pausedMs) => driver.post({ type: "pause_ended", pausedMs }),
  });
  let isRecorded: boolean;
  try {
    const over = driver.drive({
      forceExit: stops.forceExit,
      journalFailed: (error) => sayJournalFailed(run, error, view),
    });
    stop = (reason) => driver.post({ type: "stop_requested", reason });
    early.forEach(stop);
    // What is needed only at the end is loaded while the first jobs run.
    if (!options.quiet) void import("./ending.ts");
    isRecorded = await over;
  } finally {
    driver.close();
    view.close();
    stops.close();
    ignorePause();
  }
  if (!isRecorded) return EXIT.cannotGoOn;
  if (state.status === null) return stops.exitCode() ?? EXIT.cannotGoOn;
  const { quiet, output, report } = options;
  const hasFiles = output !== undefined || report.length > 0;
  try {
    if (!quiet || hasFiles || state.status !== "completed") {
      const { reportEnd } = await import("./ending.ts");
      await reportEnd({ ...run, events, options, view });
    }
  } finally {
    // Last, since it may have many runs to read: nobody has to wait for that to see how this one ended.
    await recordInHistory({ ...run, options });
  }
  if (driver.viewError !== null) throw driver.viewError;
  return stops.exitCode() ?? (state.status === "completed" ? EXIT.ok : EXIT.jobFailed);
}

/** What shows the run, and what drives it: each has something to ask the other. */
async function openRun(
  run: ReadyRun,
  record: DriverPorts["record"],
): Promise<{ readonly view: RunView; readonly driver: Driver }> {
  const { directory, file, workflowPath, options, state, world } = run;
  // A run that goes on has live attempts to show, those of its last life, before there is a driver.
  let opened: Driver | null = null;
  const view = await openView(state, {
    ...options,
    directory,
    file,
    workflowPath,
    world,
    usageOf: (jobId, attempt) => opened?.processes.usageOf(attemptName(jobId, attempt)) ?? null,
  });
  const explain = await openExplanation(run, view);
  const driver = await Driver.open(run, {
    record,
    show(event) {
      explain?.(event);
      view.show(event);
    },
    notice: (notice) => view.notice(notice),
  });
  opened = driver;
  return { view, driver };
}

/** What tells the decisions of the scheduler, where that is asked for. */
async function openExplanation(
  { state, events, limits: { graceMs }, world }: ReadyRun,
  view: RunView,
): Promise<((event: RunEvent) => void) | null> {
  if (!wantsDebug(world)) return null;
  const { openDebugLog } = await import("./debug_log.ts");
  const { clock } = world;
  return openDebugLog({ state, events, graceMs, clock, view });
}

async function sayJournalFailed(run: ReadyRun, error: JournalError, view: RunView): Promise<void> {
  const { directory, stateDirectory, limits, world } = run;
  const [{ journalFailedText }, { unseenDirectory }] = await Promise.all([
    import("../../view/past/resume.ts"),
    import("../past/stored_run.ts"),
  ]);
  const text = journalFailedText(error, {
    runId: directory.runId,
    path: directory.journalPath,
    graceMs: limits.graceMs,
    stateDirectory: unseenDirectory(stateDirectory, world),
  });
  view.say(`error: ${text}\n`);
}

async function recordInHistory(run: ReadyRun): Promise<void> {
  const { stateDirectory, options: { quiet }, world } = run;
  const say = async (notice: IndexNotice) => {
    if (quiet) return;
    const { indexText } = await import("../../view/past/run_problem.ts");
    world.stderr.write(`${indexText(notice)}\n`);
  };
  const trouble = await recordInIndex(run, (runs) => void say({ kind: "reading", runs }));
  if (trouble?.kind === "newer") {
    const { unseenDirectory } = await import("../past/stored_run.ts");
    const place = unseenDirectory(stateDirectory, world);
    await say({ ...trouble, stateDirectory: place, wanted: "to_record" });
  } else if (trouble?.kind === "not_kept") {
    await say(trouble);
  } else if (trouble !== null && wantsDebug(world)) {
    const { notIndexedText } = await import("../../view/past/run_problem.ts");
    world.stderr.write(`${notIndexedText(trouble.error)}\n`);
  }
}
