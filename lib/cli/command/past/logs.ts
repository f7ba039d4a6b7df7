/** `orch logs`, as it is called. */
import { command } from "../../base/command.ts";
import { flag, parseCount, RUN_OR_LAST, STATE_DIR, text } from "../../base/flags.ts";

export const logs = command({
  name: "logs",
  brief: "Print the output of jobs",
  about: "Prints the output of one job, or of all jobs of a run, so far or as it appears.",
  flags: {
    attempt: {
      kind: "parsed",
      parse: parseCount,
      optional: true,
      brief: "Attempt to show",
      standard: "the last",
      placeholder: "n",
      complete: null,
    },
    follow: { ...flag("Continue until the run ends, including later attempts"), short: "f" },
    stderr: flag("Print only standard error, to standard output"),
    stateDir: STATE_DIR,
  },
  args: [RUN_OR_LAST, {
    brief: "One job",
    standard: "all, each line after its job id",
    parse: text,
    placeholder: "job",
    complete: "jobs",
    optional: true,
  }],
  examples: [
    "orch logs last build",
    "orch logs last --follow",
    "orch logs last test --attempt 1 --stderr",
  ],
  async load() {
    const { logs } = await import("./logs_impl.ts");
    return ({ flags, args: [run, job], world }) => logs(flags, { run, job }, world);
  },
});
