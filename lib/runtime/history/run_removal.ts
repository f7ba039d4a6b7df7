/**
 * Removes runs. One on which an orch works stays: its lock is taken first. The folder gets another name
 * before its files go, so that nobody ever sees half a run.
 */
import { History } from "./index.ts";
import { RUN_FILES } from "../state/run_directory.ts";
import { LockHeld, RunLock } from "../state/run_lock.ts";
import { activityOf } from "../store/read_run.ts";
import type { RunPlace } from "../store/run_store.ts";
import { indexPath } from "../state/state_directory.ts";
import { checkFolders, checkRunFolders, entriesOf } from "../state/state_files.ts";

/** What became of a run that was to be removed. */
export type Removal =
  | { readonly kind: "removed"; readonly bytes: number }
  /** Another was quicker. */
  | { readonly kind: "gone" }
  /** An orch works on it, or is about to. */
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly error: unknown };

/** How a folder begins that is on its way out; no run id does. */
const LEAVING = ".removing-";
/** How often a removal begins again that another has got in the way of; a leftover goes with the next one. */
const TRIES_MAX = 100;
/** A run without a journal may be one that is just beginning. */
const BEGINNING_MS = 60_000;

/** When a run was last written to. Throws the platform's error. */
export function changedAt({ path }: RunPlace): number {
  for (const file of [RUN_FILES.journal(path), path]) {
    try {
      return Deno.lstatSync(file).mtime?.getTime() ?? 0;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return 0;
}

/** Removes a run with all its files. Never throws. */
export async function removeRun(place: RunPlace, now: number): Promise<Removal> {
  if (isBeginning(place, now)) return { kind: "running" };
  try {
    const leaving = `${place.stateDirectory}/runs/${LEAVING}${place.runId}`;
    let bytes: number;
    checkRunFolders(place.path);
    {
      using _lock = RunLock.acquire(RUN_FILES.lock(place.path), { startedAt: now });
      bytes = await sizeOf(place.path);
      await Deno.rename(place.path, leaving);
    }
    await removeFolder(leaving);
    return { kind: "removed", bytes };
  } catch (error) {
    // Two may clean up at once. Who has the lock of a run removes it.
    if (statOf(place.path) === null) return { kind: "gone" };
    if (error instanceof LockHeld) return { kind: "running" };
    return { kind: "failed", error };
  }
}

/** What removing a run would come to. Never throws. */
export async function tryRemoval(place: RunPlace, now: number): Promise<Removal> {
  try {
    if (isBeginning(place, now) || activityOf(place.path).kind === "running") {
      return { kind: "running" };
    }
    return { kind: "removed", bytes: await sizeOf(place.path) };
  } catch (error) {
    if (statOf(place.path) === null) return { kind: "gone" };
    return { kind: "failed", error };
  }
}

/** Whether there is no journal yet, for so short a time that there may be one soon. */
function isBeginning({ path }: RunPlace, now: number): boolean {
  try {
    Deno.lstatSync(RUN_FILES.journal(path));
    return false;
  } catch {
    return now - (statOf(path)?.mtime?.getTime() ?? 0) < BEGINNING_MS;
  }
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch {
    return null;
  }
}

/** Removes what an orch that died while it removed runs has left. */
export async function removeLeftovers(stateDirectory: string): Promise<void> {
  try {
    checkFolders(stateDirectory);
    for (const { name } of entriesOf(`${stateDirectory}/runs`)) {
      if (!name.startsWith(LEAVING)) continue;
      await removeFolder(`${stateDirectory}/runs/${name}`);
    }
  } catch {
    // Another may be at it, and the next one will try again.
  }
}

/** Removes a folder that another may be removing as well: what is gone from under the walk is no trouble. */
async function removeFolder(path: string): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (statOf(path) === null) return;
    }
  }
}

/** Takes runs out of the index of their state directory. What fails is made good by its next reader. */
export async function forgetRuns(
  stateDirectory: string,
  runIds: readonly string[],
): Promise<void> {
  const path = indexPath(stateDirectory);
  if (statOf(path) === null) return;
  try {
    checkFolders(stateDirectory);
    using history = await History.open(path);
    history.forget(runIds);
  } catch {
    // The index forgets what has no folder whenever it is opened to be read.
  }
}

/** The bytes of all files in a folder; links count as themselves. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory ? await sizeOf(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}
