/** The kinds of jobs, each with its record. A new one is a file here, one in `lib/core/workflow/kinds/`, and a member of `Action`. */
import type { Action } from "../lib/core/workflow/workflow.ts";
import { command } from "./process/command.ts";
import { http } from "./http/kind.ts";
import type { JobKind } from "./base/job_kind.ts";
import { plugin } from "./plugin/executor.ts";
import { python } from "./process/python.ts";
import { script } from "./process/script.ts";

/** All kinds, by the type of their actions: a missing one does not compile. */
export const jobKinds: { readonly [T in Action["type"]]: JobKind<Extract<Action, { type: T }>> } = {
  command,
  script,
  python,
  http,
  plugin,
};

/** The kind of an action. */
export function jobKindOf(action: Action): JobKind<Action> {
  return jobKinds[action.type] as JobKind<Action>;
}
