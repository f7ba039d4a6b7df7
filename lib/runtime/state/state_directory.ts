/**
 * Folder of the recorded runs, seen by someone who asks about them later. A run is kept beside its workflow
 * file, and who asks need not stand there: so the folder orch was started in counts, the nearest one
 * above it that has runs, and those up to two levels below it. What belongs to another
 * user is passed over: a run can be gone on with, and its plan is a program.
 */
import { folderOf, resolvePath } from "../port/paths.ts";
import { isGranted } from "../port/permissions.ts";
import { checkFolders, chooseStateDirectory, factsOf, StateRefused } from "./state_files.ts";
import type { World } from "../port/world.ts";

/** The name of a state directory beside a workflow file. */
export const STATE_DIRECTORY = ".orch";
/** The variable that puts another in its place, as `--state-dir` does. */
export const STATE_VARIABLE = "ORCH_STATE_DIR";

/** The index of the runs of a state directory. */
export function indexPath(stateDirectory: string): string {
  return `${stateDirectory}/history.db`;
}

const LEVELS_BELOW = 2;
/** Folders below that are looked into at most, nearest first. */
const FOLDERS_MAX = 1_000;
/** What holds no workflows and may be very large. */
const NOT_SEARCHED: ReadonlySet<string> = new Set([STATE_DIRECTORY, ".git", "node_modules"]);

/** The state directory that the user names, by flag or variable, absolute; `null` if none is named. */
export function namedStateDirectory(
  world: Pick<World, "cwd" | "env">,
  flag: string | undefined,
): string | null {
  const named = flag ?? world.env(STATE_VARIABLE);
  if (!named) return null;
  const path = resolvePath(world.cwd(), named);
  chooseStateDirectory(path);
  return path;
}

/**
 * The state directories in sight that hold runs, absolute, nearest first: the named one alone, whether
 * or not it is there, and else those found from the folder orch was started in.
 */
export function stateDirectories(
  world: Pick<World, "cwd" | "env">,
  flag: string | undefined,
): string[] {
  const named = namedStateDirectory(world, flag);
  if (named !== null) return [named];
  const here = world.cwd();
  const found = new Set<string>();
  const above = nearestAbove(here);
  if (above !== null) found.add(above);
  for (const below of foundBelow(here)) found.add(below);
  return [...found];
}

function nearestAbove(folder: string): string | null {
  for (let at = folder;; at = folderOf(at)) {
    const path = resolvePath(at, STATE_DIRECTORY);
    if (holdsRuns(path)) return path;
    if (folderOf(at) === at) return null;
  }
}

/** Level by level, so that the limit cuts off what is farthest away. */
function foundBelow(folder: string): string[] {
  const found: string[] = [];
  let level = [folder];
  let left = FOLDERS_MAX;
  for (let depth = 0; depth < LEVELS_BELOW; depth++) {
    const next = level.flatMap(foldersIn).slice(0, left);
    left -= next.length;
    for (const inner of next) {
      const path = resolvePath(inner, STATE_DIRECTORY);
      if (holdsRuns(path)) found.push(path);
    }
    level = next;
  }
  return found;
}

/** Links are not followed: they may lead to files of others. */
function foldersIn(folder: string): string[] {
  if (!mayLookAt(folder)) return [];
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ name, isDirectory }) => isDirectory && !NOT_SEARCHED.has(name))
      .map(({ name }) => resolvePath(folder, name)).sort();
  } catch {
    // What may not be read holds nothing that could be shown.
    return [];
  }
}

/** Looking where Deno does not let orch look would ask the user. */
function mayLookAt(path: string): boolean {
  return isGranted({ kind: "read", path });
}

function holdsRuns(stateDirectory: string): boolean {
  if (!mayLookAt(stateDirectory)) return false;
  try {
    checkFolders(stateDirectory);
    return factsOf(`${stateDirectory}/runs`) !== null;
  } catch {
    return false;
  }
}

/**
 * Why the state directory in the folder that orch was started in is not used, although it is there; `null`
 * where nothing is wrong with it.
 */
export function refusedHere(world: Pick<World, "cwd">): StateRefused | null {
  const here = resolvePath(world.cwd(), STATE_DIRECTORY);
  if (!mayLookAt(here)) return null;
  try {
    checkFolders(here);
    return null;
  } catch (error) {
    return error instanceof StateRefused ? error : null;
  }
}
