/** The run that `orch resume` goes on with where none is named. */
import type { RunStatus } from "../../core/run/event.ts";
import { activityOf, readRunJournal } from "../../runtime/store/read_run.ts";
import { OwnedRuns } from "../../runtime/store/ownership.ts";
import type { RunPlace } from "../../runtime/store/run_store.ts";
import type { World } from "../../runtime/port/world.ts";
import { heldText, nothingUnfinishedText, unreadableText } from "../../view/past/resume.ts";
import { onlyForeignText } from "../../view/past/ownership.ts";
import { OutputError, UsageError } from "../base/output.ts";
import { nameable } from "./sound_run.ts";
import { type FoundRun, noRunsHint, type StoreOptions } from "./stored_run.ts";

/**
 * The newest run on which nobody works and that died or was stopped; `null` where there is none, which
 * is then said. Throws a `UsageError` where there is no run at all, and an `OutputError` where the only ones
 * that are not over are under way.
 */
export async function newestUnfinished(
  options: StoreOptions,
  world: World,
): Promise<FoundRun | null> {
  const runs = await OwnedRuns.find(world, options);
  const { places } = runs;
  if (places.length === 0) {
    throw new UsageError(noRunsHint("last", { kind: "no_runs" }, { options, world }));
  }
  let newest: { readonly runId: string; readonly status: RunStatus } | null = null;
  let underWay: string | null = null;
  /** The newest that cannot be read, if it is newer than all that can be. */
  let unreadable: RunPlace | null = null;
  const foreign: string[] = [];
  for (const place of places) {
    const activity = activityOf(place.path);
    if (activity.kind === "running") {
      underWay ??= heldText(place.runId, activity.by);
      continue;
    }
    const read = await readRunJournal(place.path);
    if (!read.ok) {
      // One without a journal has never begun.
      if (newest === null && read.problem.kind !== "no_journal") unreadable ??= place;
      continue;
    }
    const last = read.journal.events.at(-1);
    // Whose it is costs more to tell than whether it matters.
    const isOver = last?.type === "run_finished" && last.status !== "cancelled";
    if (isOver && newest !== null) continue;
    if (!await runs.seemsOwn(place)) {
      foreign.push(place.runId);
      continue;
    }
    if (!isOver) return { place, isOwn: true, runs };
    newest = { runId: place.runId, status: last!.status };
  }
  if (underWay !== null) throw new OutputError(underWay);
  if (unreadable !== null) throw new OutputError(unreadableText(nameable(unreadable, world)));
  if (newest === null && foreign.length > 0) throw new UsageError(onlyForeignText(foreign));
  world.stderr.write(`${nothingUnfinishedText(newest)}\n`);
  return null;
}
