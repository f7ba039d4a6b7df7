/** `orch schema`, as it is called. */
import { command } from "../../base/command.ts";

export const schema = command({
  name: "schema",
  brief: "Print the JSON Schema of workflow files, for editors",
  about: "Prints the JSON Schema of workflow files, with which editors complete and check them.",
  examples: ["orch schema > orch.schema.json"],
  isSeldom: true,
  async load() {
    const { schema } = await import("./schema_impl.ts");
    return ({ world }) => schema(world);
  },
});
