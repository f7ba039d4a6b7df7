/** `orch clean`: removes runs that are old enough, with their logs. */
import { causeInWords } from "../../base/cause.ts";
import { expiredRuns } from "../../../core/record/retention.ts";
import {
  changedAt,
  forgetRuns,
  removeLeftovers,
  removeRun,
  tryRemoval,
} from "../../../runtime/history/run_removal.ts";
import { OwnedRuns } from "../../../runtime/store/ownership.ts";
import { type RunPlace, RunStore } from "../../../runtime/store/run_store.ts";
import type { World } from "../../../runtime/port/world.ts";
import {
  CHOOSE_RUNS,
  cleanedText,
  type Cleaning,
  notRemovedText,
  whichDirectoryText,
  wouldCleanText,
} from "../../../view/past/clean.ts";
import { EXIT } from "../../base/exit_code.ts";
import { pathFromHere, UsageError } from "../../base/output.ts";
import type { StoreOptions } from "../../past/stored_run.ts";

/** The flags of `orch clean`. */
export interface CleanOptions extends StoreOptions {
  readonly keep?: number;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly dryRun: boolean;
}

/** Removes runs and says what that freed; exit 3 where one could not be removed. */
export async function clean(options: CleanOptions, world: World): Promise<number> {
  const { keep = null, olderThan: olderThanMs = null, dryRun } = options;
  if (keep === null && olderThanMs === null) {
    throw new UsageError(CHOOSE_RUNS);
  }
  const store = oneDirectory(options, world);
  const now = world.clock.now();
  const { places } = await OwnedRuns.find(world, options);
  const runs = places.map((place) => ({ ...place, changedAt: changedAt(place) }));
  const expired = expiredRuns(runs, { keep, olderThanMs, now });
  if (!dryRun) { for (const directory of store.directories) await removeLeftovers(directory); }
  const cleaning = await removeAll(expired, {
    kept: runs.length - expired.length,
    remove: (place) => dryRun ? tryRemoval(place, now) : removeRun(place, now),
  });
  if (!dryRun) await forget(expired, cleaning);
  world.stdout.write(dryRun ? wouldCleanText(cleaning) : cleanedText(cleaning));
  for (const { runId, cause } of cleaning.failed) {
    world.stderr.write(`${notRemovedText(runId, cause)}\n`);
  }
  return cleaning.failed.length === 0 ? EXIT.ok : EXIT.cannotGoOn;
}

/** Runs of several places are listed together, but not removed together: nobody would expect that. */
function oneDirectory(options: CleanOptions, world: World): RunStore {
  const store = RunStore.find(world, options);
  if (store.directories.length < 2) return store;
  const paths = store.directories.map((path) => pathFromHere(path, world));
  throw new UsageError(whichDirectoryText(paths));
}

async function removeAll(
  places: readonly RunPlace[],
  { kept, remove }: {
    readonly kept: number;
    readonly remove: (place: RunPlace) => ReturnType<typeof removeRun>;
  },
): Promise<Cleaning> {
  const removed: { runId: string; bytes: number }[] = [];
  const running: string[] = [];
  const failed: { runId: string; cause: string }[] = [];
  for (const place of places) {
    const { runId } = place;
    const removal = await remove(place);
    if (removal.kind === "removed") removed.push({ runId, bytes: removal.bytes });
    else if (removal.kind === "running") running.push(runId);
    else if (removal.kind === "failed") failed.push({ runId, cause: causeInWords(removal.error) });
  }
  return { removed, running, failed, kept };
}

async function forget(places: readonly RunPlace[], { removed }: Cleaning): Promise<void> {
  const gone = new Set(removed.map(({ runId }) => runId));
  const byDirectory = Map.groupBy(
    places.filter(({ runId }) => gone.has(runId)),
    ({ stateDirectory }) => stateDirectory,
  );
  for (const [directory, runs] of byDirectory) {
    await forgetRuns(directory, runs.map(({ runId }) => runId));
  }
}
