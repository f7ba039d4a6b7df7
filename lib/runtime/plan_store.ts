/** Plan files on their disk. What they hold is in `core/plan_file.ts`. */
import { encodePlan, type PlanRecord } from "../core/plan_file.ts";
import { type Durability, saveFile } from "./journal.ts";
import type { RunDirectory } from "./run_directory.ts";

/** Writes the plan file of this number, as safely as the journal is kept. Throws the platform's error. */
export async function writePlan(
  directory: RunDirectory,
  number: number,
  { record, durability }: { readonly record: PlanRecord; readonly durability: Durability },
): Promise<void> {
  const bytes = new TextEncoder().encode(encodePlan(record));
  await saveFile(directory.planPath(number), bytes, durability);
}
