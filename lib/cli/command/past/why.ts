/** `orch why`, as it is called. */
import { command } from "../../base/command.ts";
import { flag, RUN_NAME, STATE_DIR, text } from "../../base/flags.ts";

export const why = command({
  name: "why",
  brief: "Explain why a job ran, waited, was skipped or was retried",
  about: "Explains one job of a run: what it waited for, why it started, and how it ended.",
  flags: { json: flag("Print JSON"), stateDir: STATE_DIR },
  args: [RUN_NAME, { brief: "Id of a job", parse: text, placeholder: "job", complete: "jobs" }],
  examples: ["orch why last deploy", "orch why 20261122-113040-x7k2 test --json"],
  async load() {
    const { why } = await import("./why_impl.ts");
    return ({ flags, args: [run, job], world }) => why(flags, { run, job }, world);
  },
});
