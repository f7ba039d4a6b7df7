/** The commands about runs that were made: their names, flags and help. */
import { buildCommand } from "@stricli/core";
import { parseAge } from "../core/retention.ts";
import { ArgumentError, type CommandWorld, flag, path, text } from "./command_parts.ts";

const STATE_DIR = path("Where runs are kept (default: .orch in sight)", "dir");
const MOST_SHOWN = 100_000;

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > MOST_SHOWN) {
    throw new Error(`expected a whole number from 1 to ${MOST_SHOWN}`);
  }
  return count;
}

function parseHistoryAction(value: string): "rebuild" {
  if (value !== "rebuild") throw new ArgumentError("expected rebuild, or nothing");
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
        brief: "Make the index of runs anew",
        parse: parseHistoryAction,
        placeholder: "rebuild",
        optional: true,
      }],
    },
  },
  docs: { brief: "List earlier runs, newest first" },
});

const RUN = {
  brief: "Its id, or the beginning of it or of its last part",
  parse: text,
  placeholder: "run",
  default: "last",
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
    flags: {
      graph: flag("Draw the graph too, with what became of each job"),
      json: flag("Print JSON, as --output of orch run writes it"),
      stateDir: STATE_DIR,
    },
    positional: { kind: "tuple", parameters: [RUN] },
  },
  docs: { brief: "Show what became of a run and each of its jobs" },
});

/** `orch logs`. */
export const logs = buildCommand({
  async loader() {
    const { logs } = await import("./logs.ts");
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof logs>[0],
      run: string,
      job?: string,
    ) {
      this.exitCode = await logs(flags, { run, job }, this.world);
    };
  },
  parameters: {
    flags: {
      attempt: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        brief: "This attempt of the job (default: the last)",
        placeholder: "n",
      },
      follow: flag("Go on until the run ends, also with attempts to come"),
      stderr: flag("Standard error alone, on standard output"),
      stateDir: STATE_DIR,
    },
    positional: {
      kind: "tuple",
      parameters: [RUN, {
        brief: "One job (default: all, each line behind its id)",
        parse: text,
        placeholder: "job",
        optional: true,
      }],
    },
    aliases: { f: "follow" },
  },
  docs: { brief: "Print what jobs have written" },
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

function parseKeep(value: string): number {
  return value === "0" ? 0 : parseCount(value);
}

function parseOlderThan(value: string): number {
  const age = parseAge(value);
  if (age === null) throw new Error("expected an age such as 90m, 12h, 30d or 8w");
  return age;
}

/** `orch clean`. */
export const clean = buildCommand({
  async loader() {
    const { clean } = await import("./clean.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof clean>[0]) {
      this.exitCode = await clean(flags, this.world);
    };
  },
  parameters: {
    flags: {
      keep: {
        kind: "parsed",
        parse: parseKeep,
        optional: true,
        brief: "Keep so many of the newest runs",
        placeholder: "n",
      },
      olderThan: {
        kind: "parsed",
        parse: parseOlderThan,
        optional: true,
        brief: "Remove only older runs: 90m, 12h, 30d, 8w",
        placeholder: "age",
      },
      dryRun: flag("Say what would be removed, and remove nothing"),
      stateDir: STATE_DIR,
    },
  },
  docs: { brief: "Remove old runs and their logs" },
});

/** Examples at the end of the help of these commands. */
export const PAST_EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  clean: ["orch clean --keep 50", "orch clean --older-than 30d --dry-run"],
  history: ["orch history", "orch history --job build --limit 50", "orch history rebuild"],
  events: ["orch events last", "orch events last --json | jq 'select(.job_id == \"build\")'"],
  logs: [
    "orch logs last build",
    "orch logs last --follow",
    "orch logs last test --attempt 1 --stderr",
  ],
  show: [
    "orch show last",
    "orch show 20261122-113040-x7k2",
    "orch show last --json > results.json",
  ],
};
