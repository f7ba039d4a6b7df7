/** The commands for editors and shells: their names, flags and help. */
import { buildCommand, type Command, type RouteMap } from "@stricli/core";
import type { Shell } from "../view/completion_script.ts";
import { ArgumentError, type CommandWorld, text } from "./command_parts.ts";

/** `orch schema`. */
export const schema = buildCommand({
  async loader() {
    const { schema } = await import("./schema.ts");
    return function (this: CommandWorld) {
      this.exitCode = schema(this.world);
    };
  },
  parameters: {},
  docs: { brief: "Print the JSON Schema of workflow files, for editors" },
});

function parseShell(value: string): Shell {
  if (value === "bash" || value === "zsh" || value === "fish") return value;
  throw new ArgumentError("expected one of bash, zsh, fish");
}

/** `orch completions`. */
export const completions = buildCommand({
  async loader() {
    const { completions } = await import("./completions.ts");
    return function (this: CommandWorld, _flags: Record<never, never>, shell: Shell) {
      this.exitCode = completions(shell, this.world);
    };
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "bash, zsh or fish", parse: parseShell, placeholder: "shell" }],
    },
  },
  docs: { brief: "Print the script by which a shell completes orch" },
});

/** `orch __complete`, which those scripts ask about the commands of `tree`. */
export function completeFor(tree: () => RouteMap<CommandWorld>): Command<CommandWorld> {
  return buildCommand({
    async loader() {
      const { complete } = await import("./complete.ts");
      return async function (this: CommandWorld, _flags: Record<never, never>, ...words: string[]) {
        this.exitCode = await complete(words, { tree: tree(), world: this.world });
      };
    },
    parameters: {
      positional: {
        kind: "array",
        parameter: { brief: "Words after orch", parse: text, placeholder: "word" },
      },
    },
    docs: { brief: "What the completion scripts ask" },
  });
}

/** Examples at the end of the help of these commands. */
export const SHELL_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  completions: ['eval "$(orch completions bash)"'],
  schema: ["orch schema > orch.schema.json"],
};
