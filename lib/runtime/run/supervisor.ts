/**
 * Performs what the scheduler decided: starts attempts through their executor, passes stops on, and
 * hands each end back as an input. It decides nothing.
 */
import { causeOf } from "../../core/base/cause.ts";
import type { RunLimits } from "../../core/plan/limits.ts";
import { resolveReferences } from "../../core/workflow/references.ts";
import type { NotStarted, RunEvent } from "../../core/run/event.ts";
import type { Action, Environment, Job } from "../../core/workflow/workflow.ts";
import type {
  AttemptContext,
  AttemptEnd,
  Executor,
  Executors,
  RunningAttempt,
} from "../port/attempt.ts";
import type { Posted } from "./loop.ts";
import { withVariables } from "./job_variables.ts";
import { resolvePath } from "../port/paths.ts";
import type { RunDirectory } from "../state/run_directory.ts";
import type { ProcessPool, World } from "../port/world.ts";

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly world: World;
  readonly processes: ProcessPool;
  readonly executors: Executors;
  /** The job called `id`; it exists. */
  jobOf(id: string): Job;
  readonly run: RunDirectory;
  readonly limits: RunLimits;
  /** Given to every job beneath what the workflow sets. */
  readonly variables: Environment;
  /** Absolute: what relative working directories start from. */
  readonly baseDirectory: string;
  post(input: Posted): void;
}

const FOLDER_SEEN_MS = 1_000;

type StartedEvent = Extract<RunEvent, { type: "job_started" }>;

/** The hands of one run. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  /** As the jobs see it. */
  readonly #world: World;
  readonly #live = new Map<string, RunningAttempt>();
  /** When working directories were last seen to exist. */
  readonly #foldersSeen = new Map<string, number>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#world = withVariables(options.world, options.variables);
  }

  /** Acts on one event. Never throws: a failure is the outcome of the attempt. */
  perform(event: RunEvent): void {
    if (event.type === "job_started") this.#start(event);
    else if (event.type === "job_stopping") this.#live.get(event.jobId)?.stop(event.force);
  }

  /** Kills whatever is still live: after a run that ended as it should, nothing. */
  killAll(): void {
    for (const attempt of this.#live.values()) attempt.stop(true);
  }

  /** Asks all live attempts to end, kills those that take longer than the grace, and waits for all of them. */
  async stopAll(graceMs: number): Promise<void> {
    const { clock } = this.#options.world;
    const attempts = [...this.#live.values()];
    for (const attempt of attempts) attempt.stop(false);
    const cancel = clock.callAt(clock.now() + graceMs, () => this.killAll());
    await Promise.all(attempts.map(({ ended }) => ended.catch(unexpected)));
    cancel();
  }

  #start(event: StartedEvent): void {
    const attempt = this.#begin(event);
    this.#live.set(event.jobId, attempt);
    attempt.ended.catch(unexpected).then((end) => {
      this.#live.delete(event.jobId);
      const { jobId, attempt } = event;
      this.#options.post({ type: "attempt_reported", jobId, attempt, ...end });
    });
  }

  /** Looks again after a second: thousands of jobs share a folder, and their shells look themselves. */
  #isFolder(path: string): boolean {
    const { clock, files } = this.#options.world;
    const now = clock.now();
    if (now - (this.#foldersSeen.get(path) ?? -Infinity) < FOLDER_SEEN_MS) return true;
    if (files.stat(path)?.isDirectory !== true) return false;
    this.#foldersSeen.set(path, now);
    return true;
  }

  #begin({ jobId, attempt }: StartedEvent): RunningAttempt {
    const { processes, executors, run, limits, variables, baseDirectory } = this.#options;
    const world = this.#world;
    const job = this.#options.jobOf(jobId);
    try {
      const workingDirectory = resolvePath(baseDirectory, job.workingDirectory);
      if (!this.#isFolder(workingDirectory)) {
        return ended({ reason: "working_directory_missing", path: workingDirectory });
      }
      return execute(executors, job.action, {
        world,
        processes,
        job,
        attempt,
        files: run.filesOf(jobId, attempt),
        limits,
        workingDirectory,
        baseDirectory,
        environment: {
          ...variables,
          ...environmentOf(job, world),
          ORCH_RUN_ID: run.runId,
          ORCH_JOB_ID: jobId,
          ORCH_ATTEMPT: String(attempt),
        },
      });
    } catch (error) {
      return { ended: Promise.resolve(unexpected(error)), stop() {} };
    }
  }
}

/** The compiler cannot see that the executor found by the action's type takes that action. */
function execute(executors: Executors, action: Action, context: AttemptContext): RunningAttempt {
  return (executors[action.type].start as Executor<Action>)(action, context);
}

function ended(why: NotStarted): RunningAttempt {
  return { ended: Promise.resolve({ outcome: { kind: "not_started", why } }), stop() {} };
}

function unexpected(error: unknown): AttemptEnd {
  const cause = causeOf(error);
  return { outcome: { kind: "not_started", why: { reason: "spawn_failed", cause } } };
}

/** The variables that a job adds to orch's own, resolved: the workflow's see orch's own; the job's see both. */
export function environmentOf(
  { environment }: Pick<Job, "environment">,
  world: Pick<World, "env">,
): Environment {
  const outer = resolveAll(environment.workflow, (name) => world.env(name));
  return { ...outer, ...resolveAll(environment.job, (name) => outer[name] ?? world.env(name)) };
}

function resolveAll(raw: Environment, lookup: (name: string) => string | undefined): Environment {
  const resolved: Record<string, string> = {};
  for (const name of Object.keys(raw)) resolved[name] = resolveReferences(raw[name]!, lookup);
  return resolved;
}
