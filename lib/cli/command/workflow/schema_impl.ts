/** `orch schema`: the JSON Schema of the workflow file, for editors and other programs. */
import { workflowJsonSchema } from "../../../core/workflow/json_schema.ts";
import type { World } from "../../../runtime/port/world.ts";
import { KEY_TEXTS } from "../../../view/problem/key_text.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { SCHEMA_ADDRESS } from "../../base/version.ts";

/** Prints the schema. */
export function schema({ stdout }: Pick<World, "stdout">): number {
  stdout.write(jsonText(workflowJsonSchema(SCHEMA_ADDRESS, KEY_TEXTS)));
  return EXIT.ok;
}
