/**
 * The runs that are kept in state directories: which there are, and which one is meant. Reading what
 * is in one of them is in `read_run.ts`. Nothing here writes.
 */
import { type NamedRun, nameRun } from "../../core/record/resolve_name.ts";
import { parseRunId, type RunId } from "../state/run_directory.ts";
import { stateDirectories } from "../state/state_directory.ts";
import { checkFolders, entriesOf } from "../state/state_files.ts";
import type { World } from "../port/world.ts";

/** Where a run is kept. */
export interface RunPlace {
  readonly runId: RunId;
  /** Absolute. */
  readonly stateDirectory: string;
  /** Its folder, absolute. */
  readonly path: string;
}

/** A run that was asked for by name, or why there is none. */
export type LocatedRun =
  | { readonly kind: "found"; readonly place: RunPlace }
  | Exclude<NamedRun, { kind: "found" }>;

/** The runs in sight. */
export class RunStore {
  /** The state directories, absolute, nearest first. */
  readonly directories: readonly string[];

  constructor(directories: readonly string[]) {
    this.directories = directories;
  }

  /** The runs in sight from here, or those in the directory of `--state-dir` and its variable. */
  static find(
    world: Pick<World, "cwd" | "env">,
    options: { readonly stateDir?: string },
  ): RunStore {
    return new RunStore(stateDirectories(world, options.stateDir));
  }

  /** All runs, newest first. Throws `StateRefused`, and the platform's error where a directory cannot be read. */
  list(): RunPlace[] {
    const places = this.directories.flatMap(runsIn);
    return places.sort((a, b) => a.runId < b.runId ? 1 : a.runId > b.runId ? -1 : 0);
  }

  /** The run that `name` means: see `nameRun`. */
  locate(name: string): LocatedRun {
    const places = this.list();
    // A copy of a run in a directory that is farther away is not another run.
    const named = nameRun(name, [...new Set(places.map(({ runId }) => runId))]);
    if (named.kind !== "found") return named;
    return { kind: "found", place: places.find(({ runId }) => runId === named.runId)! };
  }
}

/**
 * The runs of one state directory, in no order; none where it does not exist. Throws `StateRefused`, and
 * the platform's error.
 */
export function runsIn(stateDirectory: string): RunPlace[] {
  checkFolders(stateDirectory);
  return entriesOf(`${stateDirectory}/runs`).flatMap(({ name, isDirectory }) => {
    const runId = isDirectory ? parseRunId(name) : null;
    return runId === null ? [] : [placeOf(stateDirectory, runId)];
  });
}

/** Where the run called `runId` is, or would be. */
export function placeOf(stateDirectory: string, runId: RunId): RunPlace {
  return { runId, stateDirectory, path: `${stateDirectory}/runs/${runId}` };
}
