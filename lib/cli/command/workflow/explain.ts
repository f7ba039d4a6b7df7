/** `orch explain`, as it is called. */
import { command } from "../../base/command.ts";
import { text } from "../../base/flags.ts";

export const explain = command({
  name: "explain",
  brief: "Explain what a problem code means, and how to fix it",
  about: "Explains problem codes, each with a wrong and a right example.",
  args: [{
    brief: "Such as E204",
    standard: "all, one per line",
    parse: text,
    placeholder: "code",
    complete: "codes",
  }],
  repeats: true,
  examples: ["orch explain E204", "orch explain"],
  isSeldom: true,
  async load() {
    const { explain } = await import("./explain_impl.ts");
    return ({ args, world }) => explain(args, world);
  },
});
