/** `orch permissions`, as it is called. */
import { command } from "../../base/command.ts";
import { FILE, fileOf, flag } from "../../base/flags.ts";

export const permissions = command({
  name: "permissions",
  brief: "Print the Deno flags that a workflow needs",
  about: "Prints the Deno permission flags that a workflow needs, and no more.",
  flags: { json: flag("Print JSON") },
  args: [FILE],
  examples: ["orch permissions ci.yaml", "orch permissions ci.yaml --json"],
  isSeldom: true,
  async load() {
    const { permissions } = await import("./permissions_impl.ts");
    return async ({ flags, args: [file], world }) =>
      await permissions(flags, await fileOf(file, world), world);
  },
});
