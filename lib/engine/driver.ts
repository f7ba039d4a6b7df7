/**
 * Drives a run from its first input to its end: the loop decides, the supervisor acts, the journal
 * remembers. Who shows the run and who may stop it is the business of those who open a driver.
 */
import { within } from "../runtime/port/waiting.ts";
import type { RunEvent } from "../core/run/event.ts";
import type { RunLimits } from "../core/plan/limits.ts";
import type { FirstInput } from "../core/record/resume.ts";
import { jobIndex, type RunState } from "../core/run/state.ts";
import type { Environment } from "../core/workflow/workflow.ts";
import { jobKinds } from "../../executors/mod.ts";
import { COOKIE, outerCookies } from "../runtime/kernel/cookie.ts";
import { type Journal, JournalError } from "../runtime/store/journal.ts";
import { type Posted, RunLoop } from "../runtime/run/loop.ts";
import type { RunDirectory } from "../runtime/state/run_directory.ts";
import { indexPath } from "../runtime/state/state_directory.ts";
import { Supervisor } from "../runtime/run/supervisor.ts";
import type { ProcessNotice, ProcessPool, World } from "../runtime/port/world.ts";

/** A run that is ready to be driven. Its lock is held. */
export interface DrivableRun {
  /** As its journal says. */
  readonly state: RunState;
  readonly firstInput: FirstInput;
  readonly journal: Journal;
  readonly directory: RunDirectory;
  readonly stateDirectory: string;
  /** Absolute: what relative paths of the workflow start from. */
  readonly baseDirectory: string;
  /** The workflow file, absolute; `null` where there is none. */
  readonly workflowPath: string | null;
  readonly limits: RunLimits;
  /** For every job, unless the environment of orch or the workflow has another value: see `job_variables.ts`. */
  readonly variables: Environment;
  readonly world: World;
}

/** Who is told what happens. */
export interface DriverPorts {
  /** Events as they are written down, in batches. */
  record(events: readonly RunEvent[]): void;
  /** An event that the state has taken in. What this throws is kept from the run. */
  show(event: RunEvent): void;
  notice(notice: RunNotice): void;
}

/** What a run outlives, and its user should know. */
export type RunNotice =
  | ProcessNotice
  /** The run waits for the disk to take its record. */
  | { readonly kind: "disk_waits"; readonly path: string };

/** When to give up waiting, and what to do first when nothing can be remembered any more. */
export interface StopSignals {
  /** Resolves when the user will not wait any longer; rejects with what nobody caught. */
  readonly forceExit: Promise<void>;
  journalFailed(error: JournalError): void | Promise<void>;
}

/** What a user who will not wait any longer waits at most for the jobs to be killed. */
const LAST_KILLS_MS = 1_000;

/** So long may a run wait for its disk before it says so. */
const SILENT_MS_MAX = 2_000;

/** One run under way. Close it on every way out. */
export class Driver {
  readonly processes: ProcessPool;

  readonly #run: DrivableRun;
  readonly #supervisor: Supervisor;
  readonly #loop: RunLoop;
  readonly #notice: DriverPorts["notice"];
  #hasToldOfDisk = false;

  private constructor(run: DrivableRun, processes: ProcessPool, ports: DriverPorts) {
    const { state, directory, baseDirectory, limits, variables, world } = run;
    this.#run = run;
    this.processes = processes;
    this.#notice = (notice) => ports.notice(notice);
    this.#supervisor = new Supervisor({
      world,
      processes,
      executors: jobKinds,
      jobOf: (id) => state.plan.jobs[jobIndex(state, id)]!,
      run: directory,
      limits,
      variables,
      baseDirectory,
      post: (input) => this.post(input),
    });
    this.#loop = new RunLoop(state, {
      clock: world.clock,
      record: (batch) => {
        ports.record(batch);
        const safe = run.journal.append(batch);
        if (safe !== undefined) void this.#watchDisk(safe);
        return safe;
      },
      perform: (event) => this.#supervisor.perform(event),
      show: (event) => ports.show(event),
    });
  }

  /** Opens what the processes of the run are started in. Nothing has begun yet. */
  static async open(run: DrivableRun, ports: DriverPorts): Promise<Driver> {
    const { directory, limits, world } = run;
    const processes = await world.processes.open({
      cookie: newCookie(run),
      outerCookies: outerCookies(world.env(COOKIE)),
      limits,
      endsStem: directory.endsStem,
      notice: (notice) => ports.notice(notice),
    });
    return new Driver(run, processes, ports);
  }

  /** What `show` threw, if anything: a mistake of ours that the run outlived. */
  get viewError(): unknown {
    return this.#loop.viewError;
  }

  /** Hands in what happens outside: signals, pauses. */
  post(input: Posted): void {
    this.#loop.post(input);
  }

  /**
   * Begins, and waits for the end of the run or for the moment at which the user will not wait any
   * longer. Returns whether all that has happened until then is written down.
   */
  async drive({ forceExit, journalFailed }: StopSignals): Promise<boolean> {
    const { state, journal, firstInput, limits } = this.#run;
    try {
      this.#loop.post(firstInput);
      await Promise.race([this.#loop.finished, journal.failed, forceExit]);
      if (state.status === null) await this.#killInTime(this.#loop.finished);
      await Promise.race([this.processes.close(), forceExit]);
      if (state.status === null) return true;
      return await Promise.race([journal.close().then(() => true), forceExit.then(() => false)]);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      await journalFailed(error);
      // Nothing more can be remembered, so nothing more is begun; what runs may end in peace.
      const stopped = this.#supervisor.stopAll(limits.graceMs);
      await Promise.race([stopped, forceExit]);
      await this.#killInTime(stopped);
      await Promise.race([this.processes.close(), forceExit]);
      return false;
    }
  }

  /** A disk that does not answer is waited for, since no record may be lost, but not in silence. */
  async #watchDisk(safe: Promise<void>): Promise<void> {
    const { directory: { journalPath }, world: { clock } } = this.#run;
    const cancel = clock.callAt(clock.now() + SILENT_MS_MAX, () => {
      if (this.#hasToldOfDisk) return;
      this.#hasToldOfDisk = true;
      this.#notice({ kind: "disk_waits", path: journalPath });
    });
    await safe.catch(() => {});
    cancel();
  }

  /**
   * Kills what is live, and waits for the orders to be carried out, though not for long: what has not been
   * killed by the time orch is gone is asked to end, and has its grace.
   */
  async #killInTime(over: Promise<void>): Promise<void> {
    const { clock } = this.#run.world;
    this.#supervisor.killAll();
    await within(clock, LAST_KILLS_MS, over);
  }

  /** Kills whatever is still live: after a run that ended as it should, nothing. */
  close(): void {
    this.#supervisor.killAll();
  }
}

/**
 * What stands in the environment of every process of this life of the run. It begins with a word of its
 * own, so that what still cleans up after an earlier life takes none of this one's processes for its.
 */
function newCookie({ directory, world }: DrivableRun): string {
  const life = world.random(4).toHex();
  return `${life}-${directory.runId}`;
}

/** Why a run did not get into the index. It is no trouble of the run. */
export type IndexTrouble =
  /** The index is of an orch that knows more, and is left to that one. */
  | { readonly kind: "newer"; readonly version: number }
  /** What stands in its place is not used; why, in words. */
  | { readonly kind: "not_kept"; readonly cause: string }
  | { readonly kind: "other"; readonly error: unknown };

/**
 * Adds a run that is over, and whose journal is closed, to the index. One that is missing, damaged or
 * older is made anew from the journals of all runs; `reading` hears of it where these are many. Never throws.
 */
export async function recordInIndex(
  run: Pick<DrivableRun, "state" | "stateDirectory" | "workflowPath">,
  reading: (runs: number) => void,
): Promise<IndexTrouble | null> {
  const { stateDirectory } = run;
  try {
    if (await recordAlone(run)) return null;
    const { openOnDisk } = await import("../runtime/history/sync_index.ts");
    using _index = await openOnDisk(stateDirectory, { reading });
    return null;
  } catch (error) {
    const { NewerIndex } = await import("../runtime/history/index_file.ts");
    if (error instanceof NewerIndex) return { kind: "newer", version: error.version };
    const { StateRefused } = await import("../runtime/state/state_files.ts");
    if (!(error instanceof StateRefused)) return { kind: "other", error };
    const { stateRefusedText } = await import("../view/problem/state_message.ts");
    return { kind: "not_kept", cause: stateRefusedText(error.path, error.fault) };
  }
}

/** Records this run, and returns whether there is nothing else to do for the index. */
async function recordAlone(
  { state, stateDirectory, workflowPath }: Parameters<typeof recordInIndex>[0],
): Promise<boolean> {
  const [{ History }, { isDamage }, { runsIn }] = await Promise.all([
    import("../runtime/history/index.ts"),
    import("../runtime/history/index_file.ts"),
    import("../runtime/store/run_store.ts"),
  ]);
  try {
    using history = await History.open(indexPath(stateDirectory));
    history.record(state, workflowPath ?? "-");
    return !history.isNew || runsIn(stateDirectory).length === 1;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}
