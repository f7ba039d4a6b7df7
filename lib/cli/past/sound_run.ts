/** A run that is to go on: read, and held against what else is known of it, so that nothing is done twice. */
import { ownIdOf, type RunRecord } from "../../core/record/run_record.ts";
import { type NamedAttempt, unrecordedAttempts } from "../../core/record/traces.ts";
import type { RunDirectory } from "../../runtime/state/run_directory.ts";
import { readRun } from "../../runtime/store/read_run.ts";
import type { RunPlace } from "../../runtime/store/run_store.ts";
import { readTraces } from "../../runtime/store/traces.ts";
import type { World } from "../../runtime/port/world.ts";
import { linesLostText, renamedText } from "../../view/past/resume.ts";
import { foreignText } from "../../view/past/ownership.ts";
import type { NameableRun } from "../../view/text/shell_word.ts";
import { OutputError } from "../base/output.ts";
import { reportRun, unseenDirectory } from "./stored_run.ts";

/** A run, and the attempts of which only their files tell. */
export interface SoundRun {
  readonly record: RunRecord;
  readonly unrecorded: readonly NamedAttempt[];
}

/**
 * Reads a run that is to go on; `null` where it cannot be read, which is then said. Throws an
 * `OutputError` where it is not the run that it is called, or has lost lines and is not to be repaired.
 */
export async function readSound(
  place: RunPlace,
  directory: RunDirectory,
  { isRepair, world }: { readonly isRepair: boolean; readonly world: World },
): Promise<SoundRun | null> {
  const read = await readRun(place.path);
  if (read.ok) checkName(place, read.record);
  if (!reportRun(place.runId, read, world) || !read.ok) return null;
  const { record } = read;
  const unrecorded = await findUnrecorded(directory, record);
  if (unrecorded.length > 0 && !isRepair) {
    throw new OutputError(linesLostText(nameable(place, world), unrecorded));
  }
  return { record, unrecorded };
}

/** Says what is wrong with a run that is not the user's; it is only read. */
export async function refuseForeign(place: RunPlace, world: World): Promise<never> {
  const read = await readRun(place.path);
  if (read.ok) checkName(place, read.record);
  throw new OutputError(foreignText(nameable(place, world)));
}

function checkName({ runId }: RunPlace, record: RunRecord): void {
  const ownId = ownIdOf(record);
  if (ownId !== null && ownId !== runId) throw new OutputError(renamedText(runId, ownId));
}

/** Attempts of which only their files tell: the journal has lost its lines about them. */
async function findUnrecorded(
  { path }: RunDirectory,
  { plan: { workflow }, journal: { events } }: RunRecord,
): Promise<readonly NamedAttempt[]> {
  const jobIds = new Set(workflow.jobs.map(({ id }) => id));
  return unrecordedAttempts(events, jobIds, await readTraces(path));
}

/** A run as a command must name it that is typed where orch was started. */
export function nameable({ runId, stateDirectory }: RunPlace, world: World): NameableRun {
  return { runId, stateDirectory: unseenDirectory(stateDirectory, world) };
}
