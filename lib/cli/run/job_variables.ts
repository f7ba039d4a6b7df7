/** What jobs get beside the environment of orch. */
import type { Environment } from "../../core/workflow/workflow.ts";
import type { World } from "../../runtime/port/world.ts";

/** The variables in these files; the code that reads them is loaded only where there is one. */
export async function jobVariables(files: readonly string[], world: World): Promise<Environment> {
  if (files.length === 0) return {};
  const { readEnvFiles } = await import("./env_files.ts");
  return await readEnvFiles(files, world);
}
