/** Python jobs: source text in the workflow file. */
import * as z from "zod/mini";
import type { Action } from "../workflow.ts";
import { text } from "../keys/shapes.ts";
import { COMMAND_KEY, type Kind, kind, OF_PROCESSES } from "./kind.ts";

type PythonAction = Extract<Action, { readonly type: "python" }>;

export const python: Kind<PythonAction> = kind({
  ...OF_PROCESSES,
  keys: { command: COMMAND_KEY },
  needed: "command",
  toAction: ({ command }) => ({ type: "python", source: command ?? "" }),
  stored: () => z.object({ type: z.literal("python"), source: text }),
  fingerprint: ({ type, source }) => [type, source],
  summary: ({ source }) => `python3: ${source}`,
});
