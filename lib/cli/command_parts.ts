/** What commands are put together from: flags of a few kinds, and what each command gets. */
import type { CommandContext } from "@stricli/core";
import type { World } from "../runtime/world.ts";

/** What every command gets as `this`. */
export interface CommandWorld extends CommandContext {
  readonly world: World;
  exitCode: number;
}

/** Any text. */
export const text = (value: string) => value;

/** Ids and tags: `a,b`, or the flag again. */
export function list(brief: string, placeholder: string) {
  return { kind: "parsed", parse: text, variadic: ",", default: [], brief, placeholder } as const;
}

/** A path that need not be given. */
export function path(brief: string, placeholder: string) {
  return { kind: "parsed", parse: text, optional: true, brief, placeholder } as const;
}

/** A switch. */
export function flag(brief: string) {
  return { kind: "boolean", default: false, withNegated: false, brief } as const;
}

/** The workflow file of a command. */
export const FILE = {
  kind: "tuple",
  parameters: [{
    brief: "YAML or JSON, - for stdin (default: workflow.yaml)",
    parse: text,
    placeholder: "file",
    optional: true,
  }],
} as const;

/** The file that is meant; see `default_file.ts`. */
export async function fileOf(named: string | undefined, world: World): Promise<string> {
  return named ?? (await import("./default_file.ts")).workflowFile(named, world);
}

/** An argument, not the value of a flag, is not what it should be; the message says what that is. */
export class ArgumentError extends Error {}
