/** `orch rerun`, as it is called. */
import { command } from "../../base/command.ts";
import { RUN_NAME } from "../../base/flags.ts";
import { RERUN_FLAGS } from "./flags.ts";

export const rerun = command({
  name: "rerun",
  brief: "Rerun jobs of a run",
  about:
    "Runs jobs of a recorded run again, within that run. Exactly one of `--failed`, `--from` and `--only` " +
    "says which jobs; without a run, the last one is meant.",
  flags: RERUN_FLAGS,
  args: [{ ...RUN_NAME, optional: true }],
  examples: ["orch rerun --failed", "orch rerun last --from build"],
  async load() {
    const { rerun } = await import("./resume_impl.ts");
    return ({ flags, args: [name = "last"], world }) => rerun(flags, name, world);
  },
});
