/** The files of `--env-file`. */
import { causeOf } from "../../core/base/cause.ts";
import { readEnvFile } from "../../core/workflow/env_file.ts";
import { flagsFor } from "../../core/base/permission.ts";
import type { Environment } from "../../core/workflow/workflow.ts";
import { unsetVariables } from "../../runtime/run/job_variables.ts";
import type { World } from "../../runtime/port/world.ts";
import {
  envFileNotAllowedText,
  envFileText,
  envFileUnreadableText,
} from "../../view/problem/env_file_message.ts";
import { IS_FOLDER } from "../../view/command_line/usage.ts";
import { UsageError } from "../base/output.ts";

/**
 * What these files give to jobs; of equal names that of the later file counts. Throws a `UsageError`
 * that tells all that is wrong with the first file that has a mistake.
 */
export async function readEnvFiles(paths: readonly string[], world: World): Promise<Environment> {
  const all = new Map<string, string>();
  for (const path of paths) {
    const { variables, mistakes } = readEnvFile(await textOf(path, world));
    if (mistakes.length > 0) throw new UsageError(envFileText(path, mistakes));
    for (const [name, value] of variables) all.set(name, value);
  }
  return unsetVariables(all, world);
}

async function textOf(path: string, { files, may }: World): Promise<string> {
  const read = { kind: "read", path } as const;
  if (!may(read)) throw new UsageError(envFileNotAllowedText(path, flagsFor([read])));
  try {
    const facts = files.stat(path);
    if (facts === null) throw new UsageError(envFileUnreadableText(path, "no such file"));
    if (facts.isDirectory) throw new UsageError(envFileUnreadableText(path, IS_FOLDER));
    const bytes = await files.read(path);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const cause = causeOf(error);
    throw new UsageError(envFileUnreadableText(path, cause));
  }
}
