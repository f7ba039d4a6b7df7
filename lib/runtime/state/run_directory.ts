/**
 * The folder in which a run keeps what belongs to it: `.orch/runs/<run id>/`, private to its owner.
 * Ids are parsed before they become paths.
 */
import type { AttemptFiles } from "../port/attempt.ts";
import { ENDS_STEM } from "./exit_log.ts";
import type { World } from "../port/world.ts";

/** A run id that has been checked: `20261122-113040-x7k2`, time first, so that names sort by time. */
export type RunId = string & { readonly __runId: unique symbol };

const RUN_ID = /^[0-9a-z-]{8,40}$/;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** `text` as a run id, or `null` if it is none. */
export function parseRunId(text: string): RunId | null {
  return RUN_ID.test(text) ? text as RunId : null;
}

/** A new id for a run that starts now. */
export function newRunId(world: Pick<World, "clock" | "random">): RunId {
  const now = world.clock.now();
  const time = new Date(now).toISOString().replace(/[-:]/g, "").slice(0, 15).replace("T", "-");
  // Two letters for the part of the second, so that runs of one second sort too, and two of chance.
  const part = Math.floor((now % 1000) / 1000 * ALPHABET.length ** 2);
  const tail = [part >> 5, part & 31, ...world.random(2)];
  const letters = tail.map((number) => ALPHABET[number % ALPHABET.length]).join("");
  return `${time}-${letters}` as RunId;
}

/** The folder of one run, and where in it everything is. All paths are absolute. */
export interface RunDirectory {
  readonly runId: RunId;
  readonly path: string;
  readonly lockPath: string;
  readonly journalPath: string;
  /** How the files begin in which slots write down ends: see `exit_log.ts`. */
  readonly endsStem: string;
  /** The plan file of this number: 0 is what the run began with. */
  planPath(number: number): string;
  filesOf(jobId: string, attempt: number): AttemptFiles;
}

/** The files of a run, in its folder. */
export const RUN_FILES = {
  lock: (path: string) => `${path}/run.lock`,
  journal: (path: string) => `${path}/journal.jsonl`,
  /** What tells that the plan of this number was made by this user. */
  mark: (path: string, number: number) => `${path}/mark${number === 0 ? "" : `.${number}`}`,
  /** The plan of this number: 0 is the first. */
  plan: (path: string, number: number) => `${path}/plan${number === 0 ? "" : `.${number}`}.json`,
} as const;

/** The folder of the run `runId` at `path`, which need not be there. */
export function runDirectoryAt(path: string, runId: RunId): RunDirectory {
  return {
    runId,
    path,
    lockPath: RUN_FILES.lock(path),
    journalPath: RUN_FILES.journal(path),
    endsStem: `${path}/${ENDS_STEM}`,
    planPath: (number) => RUN_FILES.plan(path, number),
    filesOf: (jobId, attempt) => attemptFiles(`${path}/jobs/${jobId}.${attempt}`),
  };
}

/** Ids that are tried for a new run: a folder that is there under so many is no chance. */
const IDS_MAX = 100;

/** Creates the folder of a new run under the state folder `stateDirectory`. Throws the platform's error. */
export function createRunDirectory(world: World, stateDirectory: string): RunDirectory {
  if (world.files.makeDirectory(stateDirectory)) {
    world.files.write(`${stateDirectory}/.gitignore`, "*\n");
  }
  for (let tries = 0; tries < IDS_MAX; tries++) {
    const runId = newRunId(world);
    const path = `${stateDirectory}/runs/${runId}`;
    if (!world.files.makeDirectory(path)) continue;
    world.files.makeDirectory(`${path}/jobs`);
    return runDirectoryAt(path, runId);
  }
  throw new Error(`${IDS_MAX} ids for a new run are all taken in ${stateDirectory}/runs`);
}

/** Flat, a file per stream: a folder per job would cost more than starting the job. */
function attemptFiles(stem: string): AttemptFiles {
  return { stdout: `${stem}.out`, stderr: `${stem}.err`, other: (ending) => `${stem}.${ending}` };
}
