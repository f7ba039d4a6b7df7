/** What earlier runs tell about how long the jobs of a workflow take. */
import type { Expectation } from "../core/plan/plan.ts";
import { ownState, recordedRuns } from "../runtime/store/own_state.ts";
import { folderOf, resolvePath } from "../runtime/port/paths.ts";
import { indexPath, STATE_DIRECTORY } from "../runtime/state/state_directory.ts";
import { checkFolders, plainFileAt } from "../runtime/state/state_files.ts";
import type { World } from "../runtime/port/world.ts";

const NOTHING: Expectation = () => null;

/**
 * How long the jobs of the workflow at `path` (absolute; `null` where it has none) took when they last
 * succeeded. Nothing is known where the index is missing or cannot be read: that costs the order, not
 * the run.
 */
export async function learnedDurations(
  stateDirectory: string,
  path: string | null,
  world: World,
): Promise<Expectation> {
  const index = indexPath(stateDirectory);
  if (path === null || !world.may({ kind: "read", path: index })) return NOTHING;
  try {
    checkFolders(stateDirectory);
    if (plainFileAt(index) === null) return NOTHING;
    const { History } = await import("../runtime/history/index.ts");
    using history = await History.copy(index);
    const isOwn = await ownRuns(stateDirectory, path, world);
    const durations = history.expectations(path, isOwn);
    return ({ id }) => durations.get(id) ?? null;
  } catch {
    return NOTHING;
  }
}

/**
 * Whose runs count: an index beside a workflow may have come with it, so that only what was recorded here does;
 * in a state directory that the user has named all do.
 */
async function ownRuns(
  stateDirectory: string,
  path: string,
  world: World,
): Promise<(runId: string) => boolean> {
  const isNamed = stateDirectory !== resolvePath(folderOf(path), STATE_DIRECTORY);
  const own = isNamed ? null : await ownState(world);
  if (own === null || !own.ok) return () => true;
  const recorded = recordedRuns(own.folder);
  return (runId) => recorded.has(runId);
}
