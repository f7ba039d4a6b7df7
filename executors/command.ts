/** Command jobs: shell text, for `/bin/sh`. */
import type { Executor } from "../lib/runtime/attempt.ts";
import type { Action } from "../lib/core/workflow.ts";
import { startProcess } from "./process_attempt.ts";

/** Runs `command` in a shell; the exit status is that of the last command in it. */
export const command: Executor<Extract<Action, { type: "command" }>> = (action, context) =>
  startProcess({ kind: "shell", text: action.command }, context);
