/** The commands about runs that were made: their names, flags and help. */
import { buildCommand } from "@stricli/core";
import { type CommandWorld, flag, path, text } from "./command_parts.ts";

const STATE_DIR = path("Folder with the runs; default: .orch, here, above or below", "dir");
const MOST_SHOWN = 100_000;

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > MOST_SHOWN) {
    throw new Error(`expected a whole number from 1 to ${MOST_SHOWN}`);
  }
  return count;
}

function parseHistoryAction(value: string): "rebuild" {
  if (value !== "rebuild") throw new Error("expected rebuild, or nothing");
  return value;
}

/** `orch history`. */
export const history = buildCommand({
  async loader() {
    const { history } = await import("./history.ts");
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof history>[0],
      action?: "rebuild",
    ) {
      this.exitCode = await history(flags, action, this.world);
    };
  },
  parameters: {
    flags: {
      workflow: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "Runs of this workflow: its name or its file",
        placeholder: "name",
      },
      job: {
        kind: "parsed",
        parse: text,
        optional: true,
        brief: "One job over time",
        placeholder: "id",
      },
      limit: {
        kind: "parsed",
        parse: parseCount,
        default: "20",
        brief: "Show so many at most",
        placeholder: "n",
      },
      json: flag("Print JSON"),
      stateDir: STATE_DIR,
    },
    positional: {
      kind: "tuple",
      parameters: [{
        brief: "rebuild makes the index of runs anew",
        parse: parseHistoryAction,
        placeholder: "rebuild",
        optional: true,
      }],
    },
  },
  docs: { brief: "List earlier runs, newest first" },
});

/** Examples at the end of the help of these commands. */
export const PAST_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  history: ["orch history", "orch history --job build --limit 50", "orch history rebuild"],
};
