/**
 * Where runs are kept, seen by someone who asks about them later. A run is kept beside its workflow
 * file, and who asks need not stand there: so the folder orch was started in counts, the nearest one
 * above it that has runs, and those up to two levels below it. What belongs to another
 * user is passed over: a run can be gone on with, and its plan is a program.
 */
import { folderOf, resolvePath } from "./paths.ts";
import { isGranted } from "./permissions.ts";
import type { World } from "./world.ts";

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
const MOST_FOLDERS = 1_000;
/** What holds no workflows and may be very large. */
const NOT_SEARCHED: ReadonlySet<string> = new Set([STATE_DIRECTORY, ".git", "node_modules"]);

/** The state directory that the user names, by flag or variable, absolute; `null` where none is named. */
export function namedStateDirectory(
  world: Pick<World, "cwd" | "env">,
  flag: string | undefined,
): string | null {
  const named = flag ?? world.env(STATE_VARIABLE);
  return named ? resolvePath(world.cwd(), named) : null;
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
  const we: Owner = { own: ownUser(), here: ownerOf(here) };
  const found = new Set<string>();
  const above = nearestAbove(here, we);
  if (above !== null) found.add(above);
  for (const below of foundBelow(here, we)) found.add(below);
  return [...found];
}

/** Users by their numbers; `null` where they are not known, or there are none (Windows). */
interface Owner {
  /** Who we are. */
  readonly own: number | null;
  /** Whose the folder is that orch was started in. */
  readonly here: number | null;
}

/** Whether what belongs to `owner` is ours, or nobody's to be afraid of. */
export function isTrusted(owner: number | null, { own, here }: Owner): boolean {
  if (owner === null || owner === 0) return true;
  return owner === (own ?? here);
}

/** Asks for no permission: without it, whose folder this is has to do. */
function ownUser(): number | null {
  return isGranted({ kind: "sys", name: "uid" }) ? Deno.uid() : null;
}

function ownerOf(path: string): number | null {
  if (!mayLookAt(path)) return null;
  try {
    return Deno.statSync(path).uid;
  } catch {
    return null;
  }
}

function nearestAbove(folder: string, we: Owner): string | null {
  for (let at = folder;; at = folderOf(at)) {
    const path = resolvePath(at, STATE_DIRECTORY);
    if (holdsRuns(path, we)) return path;
    if (folderOf(at) === at) return null;
  }
}

/** Level by level, so that the limit cuts off what is farthest away. */
function foundBelow(folder: string, we: Owner): string[] {
  const found: string[] = [];
  let level = [folder];
  let left = MOST_FOLDERS;
  for (let depth = 0; depth < LEVELS_BELOW; depth++) {
    const next = level.flatMap(foldersIn).slice(0, left);
    left -= next.length;
    for (const inner of next) {
      const path = resolvePath(inner, STATE_DIRECTORY);
      if (holdsRuns(path, we)) found.push(path);
    }
    level = next;
  }
  return found;
}

/** Links are not followed: what they lead to is somebody else's. */
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

function holdsRuns(stateDirectory: string, we: Owner): boolean {
  if (!mayLookAt(stateDirectory)) return false;
  try {
    const { isDirectory, uid } = Deno.statSync(`${stateDirectory}/runs`);
    return isDirectory && isTrusted(uid, we) && isTrusted(ownerOf(stateDirectory), we);
  } catch {
    return false;
  }
}
