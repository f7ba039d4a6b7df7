/** The workflow file that is meant where none is named. */
import type { World } from "../runtime/world.ts";
import { noWorkflowText, whichWorkflowText } from "../view/usage_message.ts";
import { UsageError } from "./output.ts";

/** The usual names, looked for in the folder orch was started in. */
export const DEFAULT_FILES = [
  "workflow.yaml",
  "workflow.yml",
  "workflow.json",
  "orch.yaml",
  "orch.yml",
  "orch.json",
] as const;

/** The usual files that are here. */
export function workflowsHere({ files }: World): string[] {
  return DEFAULT_FILES.filter((file) => files.stat(file)?.isFile === true);
}

/** The named file, or the only usual one that is here. Throws a `UsageError` where there is no telling. */
export function workflowFile(named: string | undefined, world: World): string {
  if (named !== undefined) return named;
  const found = workflowsHere(world);
  if (found.length === 0) throw new UsageError(noWorkflowText(DEFAULT_FILES));
  if (found.length > 1) throw new UsageError(whichWorkflowText(found));
  return found[0]!;
}
