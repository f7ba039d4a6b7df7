/** `orch logs`, as it is called. */
import { command } from "../../base/command.ts";
import { flag, parseCount, RUN_OR_LAST, STATE_DIR, text } from "../../base/flags.ts";

export const logs = command({
  name: "logs",
  brief: "Print what jobs have written",
  about: "Prints the output of one job, or of all jobs of a run, as it stands or as it comes.",
  flags: {
    attempt: {
      kind: "parsed",
      parse: parseCount,
      optional: true,
      brief: "This attempt of the job",
      standard: "the last",
      placeholder: "n",
      complete: null,
    },
    follow: { ...flag("Go on until the run ends, also with attempts to come"), short: "f" },
    stderr: flag("Standard error alone, on standard output"),
    stateDir: STATE_DIR,
  },
  args: [RUN_OR_LAST, {
    brief: "One job",
    standard: "all, each line behind its id",
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
