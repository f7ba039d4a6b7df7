/** `orch completions SHELL`: the script by which a shell completes command lines of orch. */
import type { World } from "../../../runtime/port/world.ts";
import type { Shell } from "../../../core/base/choices.ts";
import { completionScript } from "../../../view/command_line/completion_script.ts";
import { EXIT } from "../../base/exit_code.ts";

/** Prints the script. */
export function completions(shell: Shell, { stdout }: Pick<World, "stdout">): number {
  stdout.write(completionScript(shell));
  return EXIT.ok;
}
