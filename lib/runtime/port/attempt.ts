/**
 * The contract between the supervisor and an executor: one attempt of one job. An executor starts it
 * and says how it ended; it decides nothing about retries, time limits or order.
 */
import type { RunLimits } from "../../core/plan/limits.ts";
import type { HttpFacts, Outcome, Outputs, ProcessFacts, Usage } from "../../core/run/event.ts";
import type { Action, Job } from "../../core/workflow/workflow.ts";
import type { ProcessPool, World } from "./world.ts";

/** All that an executor gets to know. */
export interface AttemptContext {
  readonly world: World;
  /** What processes of the run are started in. */
  readonly processes: ProcessPool;
  readonly job: Job;
  /** Counts from 1. */
  readonly attempt: number;
  readonly files: AttemptFiles;
  readonly limits: RunLimits;
  /** Absolute, known to exist. */
  readonly workingDirectory: string;
  /** Absolute: the folder of the workflow file, or what `-C` put in its place. */
  readonly baseDirectory: string;
  /** The variables to add to the inherited environment, resolved, with ORCH_RUN_ID and its kin. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Absolute paths of the files of one attempt, in the run's private folder. */
export interface AttemptFiles {
  readonly stdout: string;
  readonly stderr: string;
  /** The path of a further file of this attempt, such as `py` for a python source. */
  other(ending: string): string;
}

/** An attempt on its way. */
export interface RunningAttempt {
  /** Resolves once; never rejects. */
  readonly ended: Promise<AttemptEnd>;
  /** Asks it to end, or forces it to. May be called more than once, also after the end. */
  stop(force: boolean): void;
}

/** How it ended, as the executor saw it. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly usage?: Usage;
  readonly process?: ProcessFacts;
  readonly http?: HttpFacts;
  readonly outputs?: Outputs;
}

/** Starts an attempt of one kind of action. */
export type Executor<A extends Action> = (action: A, context: AttemptContext) => RunningAttempt;

/** What starts attempts of each job type. */
export type Executors = {
  readonly [T in Action["type"]]: { readonly start: Executor<Extract<Action, { type: T }>> };
};

/** The name of an attempt, as its processes carry it. */
export function attemptName(jobId: string, attempt: number): string {
  return `${jobId}.${attempt}`;
}
