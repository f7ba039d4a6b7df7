/** Command jobs: shell text. */
import * as z from "zod/mini";
import type { Action } from "../workflow.ts";
import { text } from "../keys/shapes.ts";
import { COMMAND_KEY, type Kind, kind, OF_PROCESSES } from "./kind.ts";

type CommandAction = Extract<Action, { readonly type: "command" }>;

export const command: Kind<CommandAction> = kind({
  ...OF_PROCESSES,
  keys: { command: COMMAND_KEY },
  needed: "command",
  toAction: ({ command }) => ({ type: "command", command: command ?? "" }),
  stored: () => z.object({ type: z.literal("command"), command: text }),
  fingerprint: ({ type, command }) => [type, command],
  summary: ({ command }) => command,
});
