/** `orch resume`, as it is called. */
import { command } from "../../base/command.ts";
import { RUN_NAME } from "../../base/flags.ts";
import { RESUME_FLAGS } from "./flags.ts";

export const resume = command({
  name: "resume",
  brief: "Resume a run that crashed or was stopped",
  about:
    "Continues a run from its record: finished jobs are not repeated. If the workflow file has " +
    "changed, the changed jobs and all that depend on them run again.",
  flags: RESUME_FLAGS,
  args: [{ ...RUN_NAME, optional: true }],
  examples: ["orch resume", "orch resume 20261122-113040-x7k2 --as-planned"],
  async load() {
    const { resume } = await import("./resume_impl.ts");
    return ({ flags, args: [name], world }) => resume(flags, name, world);
  },
});
