/** A run that a command is about: found by its name, read, and what is wrong with it said. */
import { causeInWords } from "../base/cause.ts";
import { didYouMean } from "../../core/base/did_you_mean.ts";
import type { JournalContent } from "../../core/record/journal_read.ts";
import { ownIdOf, type ReadRun, type RunRecord } from "../../core/record/run_record.ts";
import { namedStateDirectory, refusedHere } from "../../runtime/state/state_directory.ts";
import { OwnedRuns } from "../../runtime/store/ownership.ts";
import { type RunPlace, RunStore } from "../../runtime/store/run_store.ts";
import type { World } from "../../runtime/port/world.ts";
import {
  journalEndText,
  noJobText,
  type NoRun,
  noRunText,
  otherNameText,
  runProblemText,
} from "../../view/past/run_problem.ts";
import { foreignNoteText, onlyForeignText } from "../../view/past/ownership.ts";
import { UsageError } from "../base/output.ts";

/** What every command about a run takes. */
export interface StoreOptions {
  readonly stateDir?: string;
}

/** A run, and all that are in sight with it. */
export interface FoundRun {
  readonly place: RunPlace;
  readonly isOwn: boolean;
  readonly runs: OwnedRuns;
}

/** The run that `name` means. Throws a `UsageError` where it means none, or several. */
export async function findOwned(
  name: string,
  options: StoreOptions,
  world: World,
): Promise<FoundRun> {
  const runs = await OwnedRuns.find(world, options);
  const located = await runs.locate(name);
  if (located.kind === "found") return { ...located, runs };
  if (located.kind === "only_foreign") throw new UsageError(onlyForeignText(located.runIds));
  throw new UsageError(noRunsHint(name, located, { options, world }));
}

/** Why there is no such run, and what was in sight and is not used. */
export function noRunsHint(
  name: string,
  none: NoRun,
  { options, world }: { readonly options: StoreOptions; readonly world: World },
): string {
  const named = namedStateDirectory(world, options.stateDir);
  const text = noRunText(name, none, named);
  const refused = named === null ? refusedHere(world) : null;
  return refused === null ? text : `${text}\n${causeInWords(refused)}`;
}

/** The same to be looked at: that a run is from elsewhere is only said. */
export async function findRun(
  name: string,
  options: StoreOptions,
  world: World,
): Promise<RunPlace> {
  const { place, isOwn } = await findOwned(name, options, world);
  if (!isOwn) world.stderr.write(`${foreignNoteText(place.runId)}\n`);
  return place;
}

/** The mistake of naming a job that the run does not have. */
export function noSuchJob(
  jobId: string,
  runId: string,
  { plan, state }: Pick<RunRecord, "plan" | "state">,
): UsageError {
  const leftOut = plan.workflow.jobs.some(({ id }) => id === jobId);
  const suggestion = didYouMean(jobId, state.plan.indexOf.keys());
  return new UsageError(noJobText(jobId, runId, { leftOut, suggestion }));
}

/** Says on stderr what is wrong with a run that was read; whether all of it could be read. */
export function reportRun(runId: string, read: ReadRun, world: World): boolean {
  if (!read.ok) {
    world.stderr.write(`error: ${runProblemText(runId, read.problem)}\n`);
    return false;
  }
  const ownId = ownIdOf(read.record);
  if (ownId !== null && ownId !== runId) {
    world.stderr.write(`${otherNameText(runId, ownId)}\n`);
  }
  return reportJournal(runId, read.record.journal, world);
}

/** Says on stderr where a journal could not be read to its end; whether it could. */
export function reportJournal(runId: string, journal: JournalContent, world: World): boolean {
  const text = journalEndText(runId, journal.end);
  if (text !== null) world.stderr.write(`error: ${text}\n`);
  return text === null;
}

/** A state directory that must be named where `world` stands, since it is not in sight; else `null`. */
export function unseenDirectory(stateDirectory: string, world: World): string | null {
  return RunStore.find(world, {}).directories.includes(stateDirectory) ? null : stateDirectory;
}
