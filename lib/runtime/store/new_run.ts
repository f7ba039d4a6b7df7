/** The files of a run that is about to begin: all of them, or none. */
import type { Durability } from "../../core/base/choices.ts";
import type { PlanRecord } from "../../core/record/plan_file.ts";
import { Journal } from "./journal.ts";
import { writePlan } from "./plan_store.ts";
import { ownState } from "./own_state.ts";
import { recordOrder } from "./ownership.ts";
import { createRunDirectory, type RunDirectory } from "../state/run_directory.ts";
import { folderOf } from "../port/paths.ts";
import { RunLock } from "../state/run_lock.ts";
import { checkFolders, syncFolder } from "../state/state_files.ts";
import type { World } from "../port/world.ts";

/** A run that can begin. Its lock is held until it is disposed of. */
export interface NewRun extends Disposable {
  readonly directory: RunDirectory;
  readonly journal: Journal;
}

/**
 * Makes the folder of a new run below `stateDirectory`, with its lock, its plan and an empty journal.
 * Throws the platform's error where that cannot be, and leaves no folder of a run that never was.
 */
export async function createRun(
  world: World,
  stateDirectory: string,
  { record, durability }: { readonly record: PlanRecord; readonly durability: Durability },
): Promise<NewRun> {
  const { clock } = world;
  checkFolders(stateDirectory);
  const directory = createRunDirectory(world, stateDirectory);
  // Checked again: some of it may have been made by others in between.
  checkFolders(stateDirectory, `${directory.path}/jobs`);
  let lock: RunLock | null = null;
  try {
    const held = lock = RunLock.acquire(directory.lockPath, { startedAt: clock.now() });
    const { runId } = directory;
    const own = await ownState(world);
    await writePlan(directory, 0, { record: { ...record, runId }, durability, own });
    recordOrder(own, stateDirectory, runId);
    const journal = Journal.create(directory.journalPath, { durability, clock });
    if (durability === "power") await syncNames(directory, stateDirectory);
    return { directory, journal, [Symbol.dispose]: () => held.release() };
  } catch (error) {
    lock?.release();
    await Deno.remove(directory.path, { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Any of these folders may have been made just now. */
async function syncNames({ path }: RunDirectory, stateDirectory: string): Promise<void> {
  for (const folder of [path, folderOf(path), stateDirectory, folderOf(stateDirectory)]) {
    await syncFolder(folder);
  }
}
