/** `orch __complete`, as the completion scripts call it. */
import { command } from "../../base/command.ts";
import { text } from "../../base/flags.ts";

export const complete = command({
  name: "__complete",
  brief: "Answer the completion scripts",
  about: "Lists the words that can complete a command line.",
  args: [{ brief: "Words after orch", parse: text, placeholder: "word", complete: null }],
  repeats: true,
  examples: [],
  isHidden: true,
  async load() {
    const { complete } = await import("./complete_impl.ts");
    return async ({ args, allCommands, world }) =>
      await complete(args, { commands: await allCommands(), world });
  },
});
