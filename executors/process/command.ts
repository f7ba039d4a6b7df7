/** Command jobs: shell text, for `/bin/sh`. */
import type { Action } from "../lib/core/workflow.ts";
import { plainWords } from "../lib/runtime/shell_text.ts";
import type { JobKind } from "./job_kind.ts";
import { OF_PROCESSES, startProcess } from "./process_attempt.ts";
import { programOnPath } from "./program_on_path.ts";

/** Runs `command` in a shell; the exit status is that of the last command in it. */
export const command: JobKind<Extract<Action, { type: "command" }>> = {
  ...OF_PROCESSES,
  start: (action, context) => startProcess({ kind: "shell", text: action.command }, context),
  process: {
    key: "command",
    isShellText: ({ command }) => plainWords(command) === null,
    programOf: ({ command }, looking) => programOnPath(plainWords(command)?.[0] ?? "sh", looking),
  },
};
