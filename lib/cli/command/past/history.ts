/** `orch history`, as it is called. */
import { ArgumentError, command } from "../../base/command.ts";
import { flag, parseCount, STATE_DIR, text } from "../../base/flags.ts";

function parseAction(value: string): "rebuild" {
  if (value !== "rebuild") throw new ArgumentError("expected rebuild, or nothing");
  return value;
}

export const history = command({
  name: "history",
  brief: "List earlier runs, newest first",
  about:
    "Lists the runs that are kept, of one workflow or with one job over time. The list is read from " +
    "an index, which `rebuild` makes anew.",
  flags: {
    workflow: {
      kind: "parsed",
      parse: text,
      optional: true,
      brief: "Show only runs of this workflow (its name or file)",
      placeholder: "name",
      complete: "workflows",
    },
    job: {
      kind: "parsed",
      parse: text,
      optional: true,
      brief: "Show one job over time",
      placeholder: "id",
      complete: "jobs",
    },
    limit: {
      kind: "parsed",
      parse: parseCount,
      default: "20",
      brief: "Show at most N runs",
      placeholder: "n",
      complete: null,
    },
    json: flag("Print JSON"),
    stateDir: STATE_DIR,
  },
  args: [{
    brief: "Rebuild the index of runs",
    parse: parseAction,
    placeholder: "rebuild",
    complete: ["rebuild"],
    optional: true,
  }],
  examples: ["orch history", "orch history --job build --limit 50", "orch history rebuild"],
  async load() {
    const { history } = await import("./history_impl.ts");
    return ({ flags, args: [action], world }) => history(flags, action, world);
  },
});
