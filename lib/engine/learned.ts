/** What earlier runs tell about how long the jobs of a workflow take. */
import type { Expectation } from "../core/plan.ts";
import { indexPath } from "../runtime/state_directory.ts";
import type { World } from "../runtime/world.ts";

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
  if (path === null || world.files.stat(index) === null) return NOTHING;
  try {
    const { History } = await import("../runtime/history.ts");
    using history = await History.openAsIs(index);
    const durations = history.expectations(path);
    return ({ id }) => durations.get(id) ?? null;
  } catch {
    return NOTHING;
  }
}
