/** `orch events`, as it is called. */
import { command } from "../../base/command.ts";
import { flag, RUN_OR_LAST, STATE_DIR } from "../../base/flags.ts";

export const events = command({
  name: "events",
  brief: "List every event of a run",
  about:
    "Prints the record of a run, one event per line: every decision and every outcome, with its time.",
  flags: { json: flag("Print JSON, one event per line"), stateDir: STATE_DIR },
  args: [RUN_OR_LAST],
  examples: ["orch events last", "orch events last --json | jq 'select(.job_id == \"build\")'"],
  isSeldom: true,
  async load() {
    const { events } = await import("./events_impl.ts");
    return ({ flags, args: [run], world }) => events(flags, run, world);
  },
});
