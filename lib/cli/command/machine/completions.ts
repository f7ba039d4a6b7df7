/** `orch completions`, as it is called. */
import { type Shell, SHELLS } from "../../../core/base/choices.ts";
import { oneOfText, orText } from "../../../view/command_line/usage.ts";
import { ArgumentError, command } from "../../base/command.ts";

function parseShell(value: string): Shell {
  const shell = SHELLS.find((one) => one === value);
  if (shell === undefined) throw new ArgumentError(oneOfText(SHELLS));
  return shell;
}

export const completions = command({
  name: "completions",
  brief: "Print a shell completion script",
  about:
    "Prints a script for a shell. It completes the commands, flags, files, jobs and runs of orch.",
  args: [{ brief: orText(SHELLS), parse: parseShell, placeholder: "shell", complete: SHELLS }],
  examples: ['eval "$(orch completions bash)"'],
  isSeldom: true,
  async load() {
    const { completions } = await import("./completions_impl.ts");
    return ({ args: [shell], world }) => completions(shell, world);
  },
});
