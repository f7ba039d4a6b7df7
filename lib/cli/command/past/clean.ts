/** `orch clean`, as it is called. */
import { parseAge } from "../../../core/record/retention.ts";
import { command } from "../../base/command.ts";
import { flag, parseCount, STATE_DIR } from "../../base/flags.ts";

function parseKeep(value: string): number {
  return value === "0" ? 0 : parseCount(value);
}

function parseOlderThan(value: string): number {
  const age = parseAge(value);
  if (age === null) throw new Error("expected an age such as 90m, 12h, 30d or 8w");
  return age;
}

export const clean = command({
  name: "clean",
  brief: "Remove old runs and their logs",
  about:
    "Removes runs by their number or age; with both flags, a run must match both. Runs that are " +
    "running are never removed.",
  flags: {
    keep: {
      kind: "parsed",
      parse: parseKeep,
      optional: true,
      brief: "Keep the newest N runs",
      placeholder: "n",
      complete: null,
    },
    olderThan: {
      kind: "parsed",
      parse: parseOlderThan,
      optional: true,
      brief: "Remove only older runs: 90m, 12h, 30d, 8w",
      placeholder: "age",
      complete: null,
    },
    dryRun: flag("Show what would be removed, and remove nothing"),
    stateDir: STATE_DIR,
  },
  examples: ["orch clean --keep 50", "orch clean --older-than 30d --dry-run"],
  isSeldom: true,
  async load() {
    const { clean } = await import("./clean_impl.ts");
    return ({ flags, world }) => clean(flags, world);
  },
});
