/** `orch schema`: the JSON Schema of the workflow file, for editors and other programs. */
import { workflowJsonSchema } from "../../../core/json_schema.ts";
import type { World } from "../../../runtime/world.ts";
import { KEY_TEXTS } from "../../../view/schema_text.ts";
import { jsonText } from "../../../view/json_text.ts";
import { EXIT } from "../../exit_code.ts";
import { SCHEMA_ADDRESS } from "../../version.ts";

/** Prints the schema. */
export function schema({ stdout }: Pick<World, "stdout">): number {
  stdout.write(jsonText(workflowJsonSchema(SCHEMA_ADDRESS, KEY_TEXTS)));
  return EXIT.ok;
}
