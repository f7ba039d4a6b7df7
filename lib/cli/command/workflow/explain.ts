/** `orch explain`, as it is called. */
import { command } from "../../base/command.ts";
import { text } from "../../base/flags.ts";

export const explain = command({
  name: "explain",
  brief: "Say what a problem's code means, and how to fix it",
  about: "Explains codes of problems, each with a wrong example and the right one.",
  args: [{
    brief: "Such as E204",
    standard: "all, a line each",
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
