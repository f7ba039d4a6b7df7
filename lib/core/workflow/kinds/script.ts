/** Script jobs: a file, run by what its ending stands for. */
import * as z from "zod/mini";
import type { Action } from "../workflow.ts";
import { text } from "../keys/shapes.ts";
import { filledText } from "../keys/values.ts";
import { type Kind, kind, OF_PROCESSES } from "./kind.ts";

type ScriptAction = Extract<Action, { readonly type: "script" }>;

export const script: Kind<ScriptAction> = kind({
  ...OF_PROCESSES,
  keys: { script_path: filledText({ examples: ["./scripts/test.sh"] }) },
  needed: "script_path",
  toAction: ({ script_path }) => ({ type: "script", scriptPath: script_path ?? "" }),
  stored: () => z.object({ type: z.literal("script"), scriptPath: text }),
  fingerprint: ({ type, scriptPath }) => [type, scriptPath],
  fileOf: ({ scriptPath }) => scriptPath,
  summary: ({ scriptPath }) => scriptPath,
});
