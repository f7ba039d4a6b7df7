/** Plan files on their disk. What they hold is in `core/record/plan_file.ts`. */
import type { Durability } from "../../core/base/choices.ts";
import { encodePlan, type PlanRecord } from "../../core/record/plan_file.ts";
import { saveFile } from "./journal.ts";
import { folderOf } from "../port/paths.ts";
import { rootedPath, storedPath } from "../state/project_paths.ts";
import type { OwnState } from "./own_state.ts";
import { markOf, saveMark } from "./ownership.ts";
import type { RunDirectory } from "../state/run_directory.ts";

/**
 * Writes the plan file of this number, as safely as the journal is kept, with its paths as they are
 * written down: see `project_paths.ts`. Throws the platform's error.
 */
export async function writePlan(
  directory: RunDirectory,
  number: number,
  { record, durability, own }: {
    readonly record: PlanRecord;
    readonly durability: Durability;
    /** Whose it is, by which it is known again. */
    readonly own: OwnState;
  },
): Promise<void> {
  const stored = storedPlan(record, stateDirectoryOf(directory.path));
  const bytes = new TextEncoder().encode(encodePlan(stored));
  // The mark comes first: a plan without one looks like a run from elsewhere, if only for a moment.
  const marked = await markOf(directory.runId, number, { own, text: bytes });
  if (marked !== null) saveMark(directory, number, marked);
  await saveFile(directory.planPath(number), bytes, durability);
}

/** A plan as it is written down in the state directory. */
export function storedPlan(record: PlanRecord, stateDirectory: string): PlanRecord {
  const { file, baseDirectory } = record;
  const place = { project: file === null ? baseDirectory : folderOf(file), stateDirectory };
  return {
    ...record,
    file: file === null ? null : storedPath(file, place),
    baseDirectory: storedPath(baseDirectory, place),
  };
}

/** A plan that was written down for the run in the folder `runPath`, with its paths as they are now. */
export function rootedPlan(record: PlanRecord, runPath: string): PlanRecord {
  const { file, baseDirectory } = record;
  const stateDirectory = stateDirectoryOf(runPath);
  return {
    ...record,
    file: file === null ? null : rootedPath(file, stateDirectory),
    baseDirectory: rootedPath(baseDirectory, stateDirectory),
  };
}

/** A run is kept in `<state directory>/runs/<run id>`. */
function stateDirectoryOf(runPath: string): string {
  return folderOf(folderOf(runPath));
}
