/** `orch validate FILE…`: every problem of every file. */
import type { Diagnostic } from "../core/diagnostic.ts";
import { type LoadedFile, loadWorkflow } from "../runtime/load.ts";
import type { World } from "../runtime/world.ts";
import { counted } from "../view/format.ts";
import { EXIT } from "./exit_code.ts";
import { reportProblems } from "./output.ts";

/** Checks the files one after the other; exit 2 if any has a problem. */
export async function validate(files: readonly string[], world: World): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    const loaded = await loadWorkflow(world, file);
    const problems = await problemsOf(loaded, world);
    if (loaded.workflow.ok && problems.length === 0) {
      world.stdout.write(
        `${loaded.file}: valid, ${counted(loaded.workflow.value.jobs.length, "job")}\n`,
      );
    } else {
      exitCode = await reportProblems(world, loaded, problems);
    }
  }
  return exitCode;
}

/** What is wrong with the file itself, or else with the plugins it names. */
async function problemsOf(
  { workflow, folder }: LoadedFile,
  world: World,
): Promise<readonly Diagnostic[]> {
  if (!workflow.ok) return workflow.diagnostics;
  if (workflow.value.plugins.length === 0) return [];
  const { checkPlugins } = await import("../../executors/plugin_check.ts");
  const selected = [...workflow.value.jobs.keys()];
  return await checkPlugins(workflow.value, { selected, baseDirectory: folder, world });
}
