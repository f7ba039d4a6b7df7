/** `orch validate FILE…`: every problem of every file. */
import { loadWorkflow } from "../runtime/load.ts";
import type { World } from "../runtime/world.ts";
import { counted } from "../view/format.ts";
import { EXIT } from "./exit_code.ts";
import { reportProblems } from "./output.ts";

/** Checks the files one after the other; exit 2 if any has a problem. */
export async function validate(files: readonly string[], world: World): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    const loaded = await loadWorkflow(world, file);
    if (loaded.workflow.ok) {
      world.stdout.write(
        `${loaded.file}: valid, ${counted(loaded.workflow.value.jobs.length, "job")}\n`,
      );
    } else {
      exitCode = await reportProblems(world, loaded, loaded.workflow.diagnostics);
    }
  }
  return exitCode;
}
