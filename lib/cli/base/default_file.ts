/** The workflow file that is meant where none is named. */
import { resolvePath } from "../../runtime/port/paths.ts";
import type { World } from "../../runtime/port/world.ts";
import { noWorkflowText, whichWorkflowText } from "../../view/command_line/usage.ts";
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

/** The usual files that are here, as far as orch may look. */
export function workflowsHere(world: World): string[] {
  return DEFAULT_FILES.filter((file) =>
    world.may({ kind: "read", path: resolvePath(world.cwd(), file) }) &&
    world.files.stat(file)?.isFile === true
  );
}

/** The named file, or the only usual one that is here. Throws a `UsageError` where there is no telling. */
export function workflowFile(named: string | undefined, world: World): string {
  if (named !== undefined) return named;
  // Where orch may not look around, the most usual name is meant, and reading it says more.
  if (!world.may({ kind: "read", path: world.cwd() })) return DEFAULT_FILES[0];
  const found = workflowsHere(world);
  if (found.length === 0) throw new UsageError(noWorkflowText(DEFAULT_FILES));
  if (found.length > 1) throw new UsageError(whichWorkflowText(found));
  return found[0]!;
}
