/** The kinds of jobs, each with all that the core knows of it. A new one is a file, a line here, and a member of `Action`. */
import * as z from "zod/mini";
import type { Action } from "./workflow.ts";
import type { FileKeys } from "./keys/key.ts";
import { command } from "./kinds/command.ts";
import { http } from "./kinds/http.ts";
import type { Kind } from "./kinds/kind.ts";
import { plugin } from "./kinds/plugin.ts";
import { python } from "./kinds/python.ts";
import { script } from "./kinds/script.ts";

const KINDS: { readonly [T in Action["type"]]: Kind<Extract<Action, { readonly type: T }>> } = {
  command,
  script,
  python,
  http,
  plugin,
};

const ALL_KINDS: readonly Kind<Action>[] = Object.values(KINDS);

const { plugin: ofPlugins, ...builtIn } = KINDS;

/** The kinds that orch brings, by their types, in the order in which messages list them. */
export const BUILT_IN_KINDS = Object.entries(builtIn) as (readonly [string, Kind<Action>])[];

/** Their types. */
export const JOB_TYPES: readonly string[] = Object.keys(builtIn);

/** The type of a job that says none. */
export const STANDARD_TYPE: Action["type"] = "command";

/** The keys that not all kinds of jobs take, each once. */
export const KEYS_OF_KINDS: FileKeys = Object.assign({}, ...ALL_KINDS.map(({ keys }) => keys));

/** Makes the shape of what a plan file may hold of an action. */
export function storedAction(): z.ZodMiniType<Action> {
  const stored = ALL_KINDS.map((kind) => kind.stored());
  return z.discriminatedUnion(
    "type",
    stored as unknown as [z.core.$ZodTypeDiscriminable],
  ) as unknown as z.ZodMiniType<Action>;
}

/** The kind of an action. */
export function kindOf(action: Action): Kind<Action> {
  return KINDS[action.type] as Kind<Action>;
}

/** What the file calls the type of an action. */
export function jobTypeOf(action: Action): string {
  return kindOf(action).jobType?.(action) ?? action.type;
}

/** The kind that a file calls `jobType`; `undefined` where neither orch nor a plugin brings it. */
export function kindNamed(jobType: string, isOfPlugin: boolean): Kind<Action> | undefined {
  if (Object.hasOwn(builtIn, jobType)) {
    return builtIn[jobType as keyof typeof builtIn] as Kind<Action>;
  }
  return isOfPlugin ? ofPlugins as Kind<Action> : undefined;
}
