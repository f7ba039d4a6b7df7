/** The run that `orch resume` goes on with where none is named. */
import type { RunStatus } from "../core/event.ts";
import { activityOf, readRunJournal } from "../runtime/run_record.ts";
import { type RunPlace, RunStore } from "../runtime/run_store.ts";
import { namedStateDirectory } from "../runtime/state_directory.ts";
import type { World } from "../runtime/world.ts";
import { heldText, nothingUnfinishedText } from "../view/resume_message.ts";
import { noRunText } from "../view/run_message.ts";
import { OutputError, UsageError } from "./output.ts";
import type { StoreOptions } from "./stored_run.ts";

/**
 * The newest run on which nobody works and that died or was stopped; `null` where there is none, which
 * is then said. Throws a `UsageError` where there is no run at all, and an `OutputError` where the only ones
 * that are not over are under way.
 */
export async function newestUnfinished(
  options: StoreOptions,
  world: World,
): Promise<RunPlace | null> {
  const places = RunStore.find(world, options).list();
  if (places.length === 0) {
    const directory = namedStateDirectory(world, options.stateDir);
    throw new UsageError(noRunText("last", { kind: "no_runs" }, directory));
  }
  let newest: { readonly runId: string; readonly status: RunStatus } | null = null;
  let underWay: string | null = null;
  for (const place of places) {
    const activity = activityOf(place.path);
    if (activity.kind === "running") {
      underWay ??= heldText(place.runId, activity.by);
      continue;
    }
    const read = await readRunJournal(place.path);
    if (!read.ok) continue;
    const last = read.journal.events.at(-1);
    if (last?.type !== "run_finished" || last.status === "cancelled") return place;
    newest ??= { runId: place.runId, status: last.status };
  }
  if (underWay !== null) throw new OutputError(underWay);
  world.stderr.write(`${nothingUnfinishedText(newest)}\n`);
  return null;
}
