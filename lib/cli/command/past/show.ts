/** `orch show`, as it is called. */
import { command } from "../../base/command.ts";
import { flag, RUN_OR_LAST, STATE_DIR } from "../../base/flags.ts";

export const show = command({
  name: "show",
  brief: "Show how a run and each of its jobs ended",
  about: "Shows how a run ended, or how far it is, with each job, its timeline and its attempts.",
  flags: {
    graph: flag("Also draw the graph, with the result of each job"),
    json: flag("Print JSON, as --output of orch run writes it"),
    stateDir: STATE_DIR,
  },
  args: [RUN_OR_LAST],
  examples: [
    "orch show last",
    "orch show 20261122-113040-x7k2",
    "orch show last --json > results.json",
  ],
  async load() {
    const { show } = await import("./show_impl.ts");
    return ({ flags, args: [run], world }) => show(flags, run, world);
  },
});
