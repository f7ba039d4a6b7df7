/** `orch validate`, as it is called. */
import { command } from "../../base/command.ts";
import { FILE, fileOf, flag, PROBLEM_FORMAT } from "../../base/flags.ts";

export const validate = command({
  name: "validate",
  brief: "Report every problem of workflow files",
  about:
    "Checks workflow files without running them, and reports all problems of each with their places " +
    "and codes. No code of a plugin runs unless --plugins asks for it.",
  flags: {
    format: PROBLEM_FORMAT,
    plugins: flag("Also load plugins, and check the keys of their jobs"),
  },
  args: [{ ...FILE, optional: false }],
  repeats: true,
  examples: ["orch validate ci.yaml workflows/*.yaml", "orch validate --plugins ci.yaml"],
  async load() {
    const { validate } = await import("./validate_impl.ts");
    return async ({ flags, args, world }) => {
      const files = args.length > 0 ? args : [await fileOf(undefined, world)];
      return await validate(flags, files, world);
    };
  },
});
