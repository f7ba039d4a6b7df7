/** `orch create`: writes a workflow to start from. */
import type { Template } from "../../../core/base/choices.ts";
import type { World } from "../../../runtime/port/world.ts";
import { modeline } from "../../../view/problem/key_text.ts";
import { shellWord } from "../../../view/text/shell_word.ts";
import * as words from "../../../view/command_line/usage.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { UsageError } from "../../base/output.ts";
import { checkOutputPaths, writeOutput } from "../../base/output_files.ts";
import { EXIT } from "../../base/exit_code.ts";
import { SCHEMA_ADDRESS } from "../../base/version.ts";
import { templateText } from "./templates.ts";

/** The flags of `orch create`. */
export interface CreateOptions {
  readonly name: string;
  readonly output: string;
  readonly template: Template;
  readonly force: boolean;
}

/** Writes the template to `output`, as JSON or YAML by its ending. */
export async function create(options: CreateOptions, world: World): Promise<number> {
  const { name, output, template, force } = options;
  // deno-lint-ignore no-control-regex -- names with control characters are no names
  if (name.trim() === "" || /[\x00-\x1f\x7f]/.test(name)) {
    throw new UsageError(words.BAD_NAME);
  }
  if (!/\.(ya?ml|json)$/i.test(output)) {
    throw new UsageError(words.noFormatText(output));
  }
  checkOutputPaths(world, [output]);
  if (!force && world.files.stat(output) !== null) {
    throw new UsageError(words.existsText(output));
  }
  const text = modeline(SCHEMA_ADDRESS) + templateText(template, name);
  writeOutput(world, output, /\.json$/i.test(output) ? await toJson(text) : text);
  world.stdout.write(words.wroteText(output, `orch run ${shellWord(output)}`));
  return EXIT.ok;
}

async function toJson(yaml: string): Promise<string> {
  // @ts-types="../../types/std_yaml_parse.d.ts"
  const { parse } = await import("@std/yaml/parse");
  return jsonText(parse(yaml, { schema: "core" }) as object);
}
