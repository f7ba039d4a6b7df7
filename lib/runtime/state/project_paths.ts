/**
 * How the paths of a project are written down in what is kept of its runs: as seen from the state
 * directory where that stands in the folder of the workflow, so that a project that is moved or copied
 * finds itself where it is now. All else is written as it is: a state directory elsewhere does not move along.
 */
import { isAbsolute, normalPath } from "../port/paths.ts";

/** Where a project and what is kept of its runs are; both absolute. */
export interface ProjectPlace {
  /** The folder of the workflow file, or where its relative paths start from if it has none. */
  readonly project: string;
  readonly stateDirectory: string;
}

/** An absolute path as it is written down. */
export function storedPath(path: string, { project, stateDirectory }: ProjectPlace): string {
  // What `..` leads to behind a link the text does not tell.
  if ([path, project, stateDirectory].some(hasDots)) return path;
  const [here, root, kept] = [path, project, stateDirectory].map((one) => partsOf(one));
  if (!begins(kept!, root!) || !begins(here!, root!)) return path;
  const up = kept!.slice(root!.length).map(() => "..");
  return [...up, ...here!.slice(root!.length)].join("/") || ".";
}

/** A path that was written down, absolute again; `stateDirectory` is where that is now. */
export function rootedPath(stored: string, stateDirectory: string): string {
  return isAbsolute(stored) ? stored : normalPath(`${stateDirectory}/${stored}`);
}

function hasDots(path: string): boolean {
  return /(^|[\\/])\.\.?([\\/]|$)/.test(path);
}

function partsOf(path: string): string[] {
  return normalPath(path).split(/[\\/]/).filter((part, i) => part !== "" || i === 0);
}

function begins(parts: readonly string[], start: readonly string[]): boolean {
  return start.every((part, i) => part === parts[i]);
}
