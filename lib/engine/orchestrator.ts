/** Runs a workflow from a program, with the code that `orch run` has: no screen, no flags, no signals. */
import { Bug, unreachable } from "../core/base/bug.ts";
import type { JobStatus, RunEvent, RunStatus } from "../core/run/event.ts";
import { initialState, type RunState } from "../core/run/state.ts";
import { unsetVariables } from "../runtime/run/job_variables.ts";
import type { LoadedFile } from "../runtime/load/load.ts";
import { createRun, type NewRun } from "../runtime/store/new_run.ts";
import { resolvePath } from "../runtime/port/paths.ts";
import { realWorld } from "../runtime/real_world.ts";
import { namedStateDirectory, STATE_DIRECTORY } from "../runtime/state/state_directory.ts";
import { StateRefused } from "../runtime/state/state_files.ts";
import type { World } from "../runtime/port/world.ts";
import { callbackFailedText, noticeText } from "../view/run/notice.ts";
import { eventResult, publicStatus } from "../view/report/json.ts";
import type { EventResult, Results } from "../view/report/results_shape.ts";
import { stateRefusedText } from "../view/problem/state_message.ts";
import { indexText } from "../view/past/run_problem.ts";
import {
  type StatusEvent,
  statusEvent,
  type StatusEventType,
} from "../view/report/status_event.ts";
import { type DrivableRun, Driver, recordInIndex } from "./driver.ts";
import { type LoadedWorkflow, workflowError } from "./load_workflow.ts";
import { checkOptions, limitsOf, type OrchestratorOptions } from "./options.ts";
import { prepareRun, type RunRequest } from "./prepare.ts";
import { resultsOf } from "./results.ts";

/**
 * Is told of each event as it happens. What it returns is not waited for, and what it throws, or what
 * rejects, becomes a warning: the run goes on. While it works, the run stands still.
 */
export type StatusCallback = (...event: StatusEvent) => unknown;

/** How a run stands. */
export interface OrchestratorStatus {
  /** `null` before the first run. */
  readonly run_id: string | null;
  /** `pending` before the first event. */
  readonly status: "pending" | "running" | RunStatus;
  /** How many jobs stand where. */
  readonly counts: Readonly<Record<JobStatus, number>>;
  /** Each job, by id. */
  readonly jobs: Readonly<Record<string, JobStatus>>;
}

/** What an orchestrator is at. */
type Phase =
  | { readonly kind: "idle" }
  /** `cancelled` is what was asked for before the run could be told. */
  | { readonly kind: "starting"; readonly cancelled: "interrupt" | "kill" | null }
  | { readonly kind: "driving"; readonly driver: Driver };

const IDLE: Phase = { kind: "idle" };

/**
 * Runs one workflow, as often as it is told to, one run at a time. It is told of nothing but what is
 * called here: it does not listen for signals, and prints nothing but warnings. Its jobs end when the
 * program that holds it dies.
 */
export class Orchestrator {
  readonly #loaded: LoadedWorkflow;
  readonly #options: OrchestratorOptions;
  readonly #world: World = realWorld();
  readonly #callbacks = new Set<StatusCallback>();
  /** Of the run under way, or else the last one. */
  #state: RunState | null = null;
  #events: RunEvent[] = [];
  #phase: Phase = IDLE;

  /**
   * A run of `workflow`, which `loadWorkflow` gives. Nothing happens before `run`. Throws a `TypeError`
   * where an option has a value that it cannot have.
   */
  constructor(workflow: LoadedWorkflow, options: OrchestratorOptions = {}) {
    checkOptions(options);
    this.#loaded = workflow;
    this.#options = options;
  }

  /** Calls back for each event of the runs from now on; the function returned takes that back. */
  addStatusCallback(callback: StatusCallback): () => void;
  /** The same for who wants only the names of the events. */
  addStatusCallback(callback: (eventType: StatusEventType) => unknown): () => void;
  addStatusCallback(callback: (...event: never[]) => unknown): () => void {
    // Each time it is added is one of its own, so that taking one back leaves the others.
    const own: StatusCallback = (...event) => (callback as StatusCallback)(...event);
    this.#callbacks.add(own);
    return () => void this.#callbacks.delete(own);
  }

  /**
   * Runs the workflow to its end, and returns its results, however it ended. Rejects with a
   * `WorkflowError` where it cannot run as it is, before anything is started, and with the error of the
   * platform where the run cannot be remembered.
   */
  async run(): Promise<Results> {
    if (this.#phase.kind !== "idle") {
      throw new Error("The orchestrator is running: one run at a time");
    }
    this.#phase = { kind: "starting", cancelled: null };
    const { signal } = this.#options;
    const abort = () => this.cancel();
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    try {
      return await this.#run();
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#phase = IDLE;
    }
  }

  /**
   * Ends the run: jobs are asked to end and have their grace, or are killed with `force`. `run` returns
   * the results once all have ended. Without a run under way nothing happens.
   */
  cancel(options: { readonly force?: boolean } = {}): void {
    const reason = options.force === true ? "kill" : "interrupt";
    switch (this.#phase.kind) {
      case "idle":
        return;
      case "starting":
        // What is to be killed stays so, as in a run under way.
        if (this.#phase.cancelled === "kill") return;
        this.#phase = { kind: "starting", cancelled: reason };
        return;
      case "driving":
        return this.#phase.driver.post({ type: "stop_requested", reason });
      default:
        return unreachable(this.#phase);
    }
  }

  /** How the run under way stands, or how the last one ended. */
  getStatus(): OrchestratorStatus {
    const ids = this.#loaded.workflow.jobs.map(({ id }) => id);
    const state = this.#state;
    const jobs: Record<string, JobStatus> = state === null
      ? Object.fromEntries(ids.map((id) => [id, "pending"]))
      : Object.fromEntries(
        state.plan.jobs.map(({ id }, i) => [id, publicStatus(state.jobs[i]!)]),
      );
    const counts = { pending: 0, running: 0, success: 0, failed: 0, cancelled: 0, skipped: 0 };
    for (const status of Object.values(jobs)) counts[status]++;
    const started = (state?.startedAt ?? null) === null ? "pending" : "running";
    return { run_id: state?.runId ?? null, status: state?.status ?? started, counts, jobs };
  }

  /** All events of the run under way, or of the last one, oldest first, as the results have them. */
  getEventHistory(): EventResult[] {
    return this.#events.map(eventResult);
  }

  async #run(): Promise<Results> {
    const wishes = this.#wishes();
    const { path } = this.#loaded;
    const file = path ?? "<object>";
    const prepared = await prepareRun(this.#loaded.workflow, wishes, this.#world);
    if (!prepared.ok) throw await workflowError(this.#file(file), prepared.diagnostics);
    const { plan, settings } = prepared;
    const { stateDirectory, baseDirectory, limits: { durability } } = wishes;
    const { workflow } = this.#loaded;
    const record = { file: path, baseDirectory, workflow, selected: plan.fileIndex, settings };
    using files = await createRun(this.#world, stateDirectory, { record, durability })
      .catch((error) => {
        throw inWords(error);
      });
    this.#events = [];
    const state = this.#state = initialState(plan);
    const run = this.#drivable(state, wishes, files);
    await this.#drive({
      ...run,
      firstInput: { type: "run_requested", runId: files.directory.runId, settings },
    });
    const trouble = await recordInIndex(run, () => {});
    if (trouble?.kind === "newer") {
      this.#warn(indexText({ ...trouble, stateDirectory, wanted: "to_record" }));
    } else if (trouble?.kind === "not_kept") {
      this.#warn(indexText(trouble));
    }
    const { directory } = files;
    return resultsOf({ world: this.#world, state, directory, events: this.#events, file });
  }

  #wishes(): RunRequest {
    const { only = [], tags = [], skipTags = [], withDependencies = true } = this.#options;
    const { maxConcurrent, failFast, stateDirectory, variables } = this.#options;
    const { path, directory } = this.#loaded;
    return {
      selection: { only, tags, skipTags, withDependencies },
      maxConcurrent: maxConcurrent ?? null,
      failFast: failFast ?? false,
      limits: limitsOf(this.#options),
      baseDirectory: directory,
      stateDirectory: namedStateDirectory(this.#world, stateDirectory) ??
        resolvePath(directory, STATE_DIRECTORY),
      workflowPath: path,
      outputPaths: [],
      plugins: "ask",
      variables: unsetVariables(new Map(Object.entries(variables ?? {})), this.#world),
    };
  }

  #drivable(
    state: RunState,
    { limits, baseDirectory, stateDirectory, workflowPath, variables }: RunRequest,
    { directory, journal }: NewRun,
  ): Omit<DrivableRun, "firstInput"> {
    return {
      state,
      journal,
      directory,
      stateDirectory,
      baseDirectory,
      workflowPath,
      limits,
      variables,
      world: this.#world,
    };
  }

  async #drive(run: DrivableRun): Promise<void> {
    const driver = await Driver.open(run, {
      record: (batch) => {
        for (const event of batch) this.#events.push(event);
      },
      show: (event) => this.#tell(event, run.state),
      notice: (notice) => this.#warn(noticeText(notice)),
    });
    let failure: Error | null = null;
    try {
      const over = driver.drive({
        forceExit: new Promise(() => {}),
        journalFailed: (error) => void (failure = error),
      });
      const before = this.#phase;
      if (before.kind !== "starting") throw new Bug(`a run was driven while it was ${before.kind}`);
      this.#phase = { kind: "driving", driver };
      if (before.cancelled !== null) this.cancel({ force: before.cancelled === "kill" });
      await over;
    } finally {
      driver.close();
    }
    if (failure !== null) throw failure;
  }

  #tell(event: RunEvent, state: RunState): void {
    const told = statusEvent(event, state);
    if (told === null) return;
    for (const callback of [...this.#callbacks]) {
      try {
        const result = callback(...told);
        if (isThenable(result)) void this.#watch(result, told[0]);
      } catch (error) {
        this.#warn(callbackFailedText(told[0], error));
      }
    }
  }

  async #watch(result: PromiseLike<unknown>, eventType: string): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.#warn(callbackFailedText(eventType, error));
    }
  }

  #warn(message: string): void {
    const { onWarning } = this.#options;
    try {
      if (onWarning === undefined) this.#world.stderr.write(`${message}\n`);
      else onWarning(message);
    } catch {
      // Who does not want to hear of it need not: it is no trouble of the run.
    }
  }

  #file(file: string): LoadedFile {
    const { workflow, path, directory } = this.#loaded;
    return { file, path, folder: directory, bytes: null, workflow: { ok: true, value: workflow } };
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}

/** What is refused in a state directory, in a sentence; any other error is the platform's. */
function inWords(error: unknown): unknown {
  if (!(error instanceof StateRefused)) return error;
  return new Error(stateRefusedText(error.path, error.fault), { cause: error });
}
