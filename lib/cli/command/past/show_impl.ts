/** `orch show RUN`: what became of one run and each of its jobs, as its journal tells it. */
import { type RunRecord, type RunStanding, standingOf } from "../../../core/record/run_record.ts";
import { runDirectoryAt } from "../../../runtime/state/run_directory.ts";
import { activityOf, readRun } from "../../../runtime/store/read_run.ts";
import type { RunPlace } from "../../../runtime/store/run_store.ts";
import { STDIN } from "../../../runtime/port/paths.ts";
import type { World } from "../../../runtime/port/world.ts";
import { showText } from "../../../view/past/show.ts";
import { EXIT } from "../../base/exit_code.ts";
import { pathFromHere, styleFor } from "../../base/output.ts";
import { resultsOf } from "../../../engine/results.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { findRun, reportRun, type StoreOptions } from "../../past/stored_run.ts";

/** The flags of `orch show`. */
export interface ShowCommandOptions extends StoreOptions {
  readonly json: boolean;
  readonly graph: boolean;
}

/** Prints one run; exit 3 where not all of it can be read. */
export async function show(
  options: ShowCommandOptions,
  name: string,
  world: World,
): Promise<number> {
  const place = await findRun(name, options, world);
  const activity = activityOf(place.path);
  const read = await readRun(place.path);
  const isWhole = reportRun(place.runId, read, world);
  if (!read.ok) return EXIT.cannotGoOn;
  const standing = standingOf(read, activity.kind === "running");
  const pid = activity.kind === "running" ? activity.by?.pid ?? null : null;
  if (options.json) {
    world.stdout.write(jsonText(documentOf(read.record, { place, standing, world })));
  } else {
    const { runPictures } = await import("../../past/show_pictures.ts");
    const now = standing === "running" ? world.clock.now() : null;
    world.stdout.write(textOf(read.record, { place, standing, pid, world }));
    world.stdout.write(runPictures(read.record, { graph: options.graph, now, world }));
  }
  return isWhole ? EXIT.ok : EXIT.cannotGoOn;
}

interface Shown {
  readonly place: RunPlace;
  readonly standing: RunStanding;
  readonly world: World;
}

/** What `--output` writes at the end of a run; while there is no end, the status says how it stands. */
function documentOf(record: RunRecord, { place, standing, world }: Shown): object {
  const { state, journal: { events }, plan } = record;
  const directory = runDirectoryAt(place.path, place.runId);
  const document = resultsOf({ state, events, directory, file: plan.file ?? STDIN, world });
  return { ...document, status: standing };
}

function textOf(
  { state, journal: { events }, plan }: RunRecord,
  { place, standing, pid, world }: Shown & { readonly pid: number | null },
): string {
  return showText({
    runId: place.runId,
    state,
    standing,
    pid,
    file: plan.file === null ? null : pathFromHere(plan.file, world),
    logs: pathFromHere(`${place.path}/jobs`, world),
    resumed: events.filter(({ type }) => type === "run_resumed").length,
    lastHeardOf: events.at(-1)?.at ?? null,
  }, {
    style: styleFor(world.stdout, world),
    utcOffsetMinutes: world.clock.utcOffsetMinutes(),
    now: world.clock.now(),
  });
}
