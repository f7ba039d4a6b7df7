/**
 * The index of one state directory, kept in step with its folders. The folders are the truth: what the
 * index lacks is read and added, what is gone is forgotten, and an index that is damaged or older is made
 * anew.
 * Where there can be none on the disk, one in memory is made from the journals.
 */
import { decodeLine } from "../../core/record/journal_line.ts";
import { History, journalBytes } from "./index.ts";
import { isDamage, NewerIndex, removeIndex } from "./index_file.ts";
import { RUN_FILES } from "../state/run_directory.ts";
import { type RunPlace, runsIn } from "../store/run_store.ts";
import { indexPath } from "../state/state_directory.ts";
import { factsOf, openStateFile } from "../state/state_files.ts";

/** What is told of an index on the way. */
export interface IndexReports {
  /** So many runs are read, which takes a while. */
  reading(runs: number): void;
  /** The index on the disk is of an orch that knows more, and is left to that one. */
  newer(index: { readonly version: number; readonly stateDirectory: string }): void;
  /** The index cannot be kept on the disk. */
  notKept(error: unknown): void;
}

/** Fewer runs are read without a word. */
const MANY_RUNS = 200;
/** The last line of a journal that has ended is shorter. */
const LAST_LINE_BYTES = 512;
const LINE_FEED = 0x0a;

/** An index in step with its folders, and the runs that it cannot hold. */
export interface RunIndex extends Disposable {
  readonly stateDirectory: string;
  readonly history: History;
  /** How many runs it holds. */
  readonly size: number;
  /** Runs that have not ended, or cannot be read, in no order. */
  readonly others: readonly RunPlace[];
}

/**
 * Opens the index of a state directory and brings it up to date; in one that holds nothing nothing is
 * made. Throws where the runs themselves cannot be listed.
 */
export async function openIndex(stateDirectory: string, reports: IndexReports): Promise<RunIndex> {
  const places = runsIn(stateDirectory);
  const isThere = factsOf(indexPath(stateDirectory)) !== null;
  try {
    const copy = isThere ? await copyInStep(stateDirectory, places) : null;
    if (copy !== null) return copy;
    if (places.length > 0 || isThere) return await openOnDisk(stateDirectory, reports);
  } catch (error) {
    if (error instanceof NewerIndex) reports.newer({ version: error.version, stateDirectory });
    else reports.notKept(error);
  }
  const history = await History.inMemory(stateDirectory);
  return await syncIndex({ stateDirectory, history, places, reports });
}

/** The index as it is, where it knows all that can be known of these runs: then nothing need be written. */
async function copyInStep(
  stateDirectory: string,
  places: readonly RunPlace[],
): Promise<RunIndex | null> {
  let history: History;
  try {
    history = await History.copy(indexPath(stateDirectory));
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
  const known = history.sizes();
  const others = changedSince(known, stateDirectory, places);
  const isInStep = known.size === places.length - others.length && !others.some(hasEnded);
  if (isInStep) return inStep({ stateDirectory, history, places }, others);
  history[Symbol.dispose]();
  return null;
}

/** Makes the index of a state directory anew. Throws where that cannot be done. */
export async function rebuildIndex(
  stateDirectory: string,
  reports: Pick<IndexReports, "reading">,
): Promise<RunIndex> {
  const places = runsIn(stateDirectory);
  const path = indexPath(stateDirectory);
  removeIndex(path);
  return await syncIndex({ stateDirectory, history: await History.open(path), places, reports });
}

/**
 * Opens the index of a state directory on the disk and brings it up to date. Throws a `NewerIndex`, and
 * where there cannot be one.
 */
export async function openOnDisk(
  stateDirectory: string,
  reports: Pick<IndexReports, "reading">,
): Promise<RunIndex> {
  const places = runsIn(stateDirectory);
  try {
    const history = await History.open(indexPath(stateDirectory));
    return await syncIndex({ stateDirectory, history, places, reports });
  } catch (error) {
    if (!isDamage(error)) throw error;
    return await rebuildIndex(stateDirectory, reports);
  }
}

interface SyncInput {
  readonly stateDirectory: string;
  readonly history: History;
  readonly places: readonly RunPlace[];
  readonly reports: Pick<IndexReports, "reading">;
}

/** Brings an index in step with these runs; closes it if that fails. */
async function syncIndex(
  { stateDirectory, history, places, reports }: SyncInput,
): Promise<RunIndex> {
  try {
    const known = history.sizes();
    const changed = changedSince(known, stateDirectory, places);
    const ended = changed.filter(hasEnded);
    if (ended.length >= MANY_RUNS) reports.reading(ended.length);
    const recorded = await recordAll(history, ended);
    const others = changed.filter((place) => !recorded.has(place));
    history.forget([...goneOf(known, stateDirectory, places), ...knownOf(known, others)]);
    return inStep({ stateDirectory, history, places }, others);
  } catch (error) {
    history[Symbol.dispose]();
    throw error;
  }
}

function inStep(
  { stateDirectory, history, places }: Omit<SyncInput, "reports">,
  others: readonly RunPlace[],
): RunIndex {
  return {
    stateDirectory,
    history,
    size: places.length - others.length,
    others,
    [Symbol.dispose]: () => history[Symbol.dispose](),
  };
}

/** Runs of which the index does not know what their journals tell now. */
function changedSince(
  known: ReadonlyMap<string, number>,
  stateDirectory: string,
  places: readonly RunPlace[],
): RunPlace[] {
  return places.filter(({ runId }) => journalBytes(stateDirectory, runId) !== known.get(runId));
}

/** Whether the last line of a run's journal says that it has ended; then the rest is worth reading. */
function hasEnded({ path }: RunPlace): boolean {
  try {
    using file = openStateFile(RUN_FILES.journal(path), "read");
    const { size } = file.statSync();
    const buffer = new Uint8Array(Math.min(size, LAST_LINE_BYTES));
    file.seekSync(-buffer.length, Deno.SeekMode.End);
    const bytes = buffer.subarray(0, file.readSync(buffer) ?? 0);
    if (bytes.at(-1) !== LINE_FEED) return false;
    const start = bytes.lastIndexOf(LINE_FEED, bytes.length - 2) + 1;
    return decodeLine(bytes.subarray(start, -1))?.event?.type === "run_finished";
  } catch {
    return false;
  }
}

/** Adds those of these runs that can be read to their end. */
async function recordAll(
  history: History,
  places: readonly RunPlace[],
): Promise<ReadonlySet<RunPlace>> {
  const recorded = new Set<RunPlace>();
  if (places.length === 0) return recorded;
  const { readRun } = await import("../store/read_run.ts");
  for (const place of places) {
    const read = await readRun(place.path);
    if (!read.ok || read.record.journal.end.kind !== "clean") continue;
    const { state, plan } = read.record;
    // A folder that was copied under another name stays what it is: a copy.
    if (state.runId !== place.runId) continue;
    history.record(state, plan.file ?? "-");
    recorded.add(place);
  }
  return recorded;
}

/** Runs that are known and no longer there. */
function goneOf(
  known: ReadonlyMap<string, number>,
  stateDirectory: string,
  places: readonly RunPlace[],
): string[] {
  const there = new Set<string>(places.map(({ runId }) => runId));
  // One that was made meanwhile is not gone.
  return [...known.keys()].filter((runId) =>
    !there.has(runId) && journalBytes(stateDirectory, runId) === null
  );
}

/** Runs that have begun anew since they were recorded. */
function knownOf(known: ReadonlyMap<string, number>, others: readonly RunPlace[]): string[] {
  return others.map(({ runId }) => runId).filter((runId) => known.has(runId));
}
