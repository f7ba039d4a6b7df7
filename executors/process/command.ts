/** Command jobs: shell text, for `/bin/sh`. */
import type { Action } from "../../lib/core/workflow/workflow.ts";
import { plainWords } from "../../lib/runtime/process/shell_text.ts";
import type { JobKind } from "../base/job_kind.ts";
import { OF_PROCESSES, startProcess } from "./attempt.ts";
import { programOnPath } from "../base/program_on_path.ts";

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
