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

const RUN = {
  brief: "last, or the beginning of the id of a run, or its last part",
  parse: text,
  placeholder: "run",
} as const;

/** `orch show`. */
export const show = buildCommand({
  async loader() {
    const { show } = await import("./show.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof show>[0], run: string) {
      this.exitCode = await show(flags, run, this.world);
    };
  },
  parameters: {
    flags: { json: flag("Print JSON, as --output of orch run writes it"), stateDir: STATE_DIR },
    positional: { kind: "tuple", parameters: [RUN] },
  },
  docs: { brief: "Show what became of a run and each of its jobs" },
});

/** `orch events`. */
export const events = buildCommand({
  async loader() {
    const { events } = await import("./events.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof events>[0], run: string) {
      this.exitCode = await events(flags, run, this.world);
    };
  },
  parameters: {
    flags: { json: flag("Print JSON, an event to a line"), stateDir: STATE_DIR },
    positional: { kind: "tuple", parameters: [RUN] },
  },
  docs: { brief: "List everything that was decided in a run" },
});

/** Examples at the end of the help of these commands. */
export const PAST_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  history: ["orch history", "orch history --job build --limit 50", "orch history rebuild"],
  events: ["orch events last", "orch events last --json | jq 'select(.job_id == \"build\")'"],
  show: [
    "orch show last",
    "orch show 20261122-113040-x7k2",
    "orch show last --json > results.json",
  ],
};
