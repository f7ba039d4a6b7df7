/** `orch run`, as it is called. */
import { command } from "../../base/command.ts";
import { FILE, fileOf } from "../../base/flags.ts";
import { RUN_FLAGS } from "./flags.ts";

export const run = command({
  name: "run",
  brief: "Run a workflow",
  about:
    "Runs the jobs of a workflow file in parallel, each as soon as its dependencies are done. The run " +
    "is recorded, so that you can resume it, and its progress is shown on standard error.",
  flags: RUN_FLAGS,
  args: [FILE],
  examples: [
    "orch run ci.yaml -c 8 --fail-fast -o results.json",
    "generate-jobs | orch run - --only test --dry-run",
  ],
  async load() {
    const { run } = await import("./run_impl.ts");
    return async ({ flags, args: [file], world }) =>
      await run(flags, await fileOf(file, world), world);
  },
});
