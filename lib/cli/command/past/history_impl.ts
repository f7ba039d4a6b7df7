/** `orch history`: earlier runs, newest first, or one job over time; and the index they are found by. */
import { causeInWords } from "../../base/cause.ts";
import { didYouMean } from "../../../core/base/did_you_mean.ts";
import type { HistoryQuery, IndexedJob } from "../../../runtime/history/index.ts";
import { isDamage } from "../../../runtime/history/index_file.ts";
import { workflowPath } from "../../../runtime/load/load.ts";
import { folderOf, isAbsolute, normalPath, resolvePath } from "../../../runtime/port/paths.ts";
import {
  type IndexReports,
  openIndex,
  rebuildIndex,
  type RunIndex,
} from "../../../runtime/history/sync_index.ts";
import { OwnedRuns } from "../../../runtime/store/ownership.ts";
import { placeOf, type RunPlace, RunStore } from "../../../runtime/store/run_store.ts";
import { parseRunId } from "../../../runtime/state/run_directory.ts";
import {
  indexPath,
  namedStateDirectory,
  STATE_DIRECTORY,
} from "../../../runtime/state/state_directory.ts";
import type { World } from "../../../runtime/port/world.ts";
import { historyDocument, jobHistoryDocument } from "../../../view/past/history_json.ts";
import {
  jobHistoryText,
  type ListedRun,
  type ListOptions,
  runsText,
} from "../../../view/past/history.ts";
import {
  type IndexNotice,
  indexText,
  REBUILD_ALONE,
  unknownText,
} from "../../../view/past/run_problem.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { OutputError, styleFor, UsageError } from "../../base/output.ts";
import { noRunsHint, type StoreOptions, unseenDirectory } from "../../past/stored_run.ts";

/** The flags of `orch history`. */
export interface HistoryOptions extends StoreOptions {
  readonly workflow?: string;
  readonly job?: string;
  readonly limit: number;
  readonly json: boolean;
}

/** Prints the history, or makes its index anew. */
export async function history(
  options: HistoryOptions,
  action: "rebuild" | undefined,
  world: World,
): Promise<number> {
  const directories = directoriesOf(options, world);
  if (action === "rebuild") return await rebuild(directories, options, world);
  try {
    await answer(directories, openIndex, { options, world });
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Damage may show only where it is asked about; nothing has been printed then.
    await answer(directories, rebuildIndex, { options, world });
  }
  return EXIT.ok;
}

async function answer(
  directories: readonly string[],
  open: typeof openIndex,
  { options, world }: { readonly options: HistoryOptions; readonly world: World },
): Promise<void> {
  const indexes: RunIndex[] = [];
  try {
    for (const directory of directories) indexes.push(await open(directory, reportsTo(world)));
    if (options.job === undefined) await printRuns(indexes, options, world);
    else await printJob(options.job, { indexes, options, world });
  } finally {
    for (const index of indexes) index[Symbol.dispose]();
  }
}

/** The state directories in sight, and the one beside the workflow file that is asked for. */
function directoriesOf(options: HistoryOptions, world: World): readonly string[] {
  const { directories } = RunStore.find(world, options);
  const file = workflowFile(options, world);
  if (file === null || namedStateDirectory(world, options.stateDir) !== null) return directories;
  return [...new Set([...directories, resolvePath(folderOf(file), STATE_DIRECTORY)])];
}

/** The workflow that is asked for, where its name is that of a file. */
function workflowFile({ workflow }: HistoryOptions, world: World): string | null {
  if (workflow === undefined) return null;
  const path = workflowPath(world, workflow);
  return world.files.stat(path)?.isFile === true ? path : null;
}

function reportsTo(world: World): IndexReports {
  const say = (notice: IndexNotice) => world.stderr.write(`${indexText(notice)}\n`);
  return {
    reading: (runs) => say({ kind: "reading", runs }),
    newer({ version, stateDirectory }) {
      const unseen = unseenDirectory(stateDirectory, world);
      say({ kind: "newer", version, stateDirectory: unseen, wanted: "to_ask" });
    },
    notKept: (error) => say({ kind: "not_kept", cause: causeInWords(error) }),
  };
}

async function rebuild(
  directories: readonly string[],
  { workflow, job, json }: HistoryOptions,
  world: World,
): Promise<number> {
  if (workflow !== undefined || job !== undefined || json) {
    throw new UsageError(REBUILD_ALONE);
  }
  for (const directory of directories) {
    using index = await madeAnew(directory, world);
    const facts = { path: indexPath(directory), runs: index.size, others: index.others.length };
    world.stdout.write(`${indexText({ kind: "rebuilt", ...facts })}\n`);
  }
  if (directories.length === 0) sayNoRuns({}, world);
  return EXIT.ok;
}

async function madeAnew(stateDirectory: string, world: World): Promise<RunIndex> {
  try {
    return await rebuildIndex(stateDirectory, reportsTo(world));
  } catch (error) {
    const cause = causeInWords(error);
    const path = indexPath(stateDirectory);
    throw new OutputError(indexText({ kind: "not_rebuilt", path, cause }));
  }
}

function sayNoRuns(options: StoreOptions, world: World): void {
  world.stderr.write(`${noRunsHint("", { kind: "no_runs" }, { options, world })}\n`);
}

async function printRuns(
  indexes: readonly RunIndex[],
  options: HistoryOptions,
  world: World,
): Promise<void> {
  const query = queryOf(options);
  const found: ListedRun[] = [];
  for (const index of indexes) found.push(...await runsOf(index, query));
  const owned = await OwnedRuns.find(world, options);
  const runs = await withOrigin(owned.sorted(found).slice(0, query.limit), owned);
  if (options.json) return world.stdout.write(jsonText(historyDocument(runs)));
  if (runs.length > 0) return world.stdout.write(runsText(runs, listOptions(world)));
  if (options.workflow === undefined) return sayNoRuns(options, world);
  sayUnknown("workflow", options.workflow, { indexes, world });
}

/** Says of each run that is from elsewhere that it is. */
async function withOrigin(runs: readonly ListedRun[], owned: OwnedRuns): Promise<ListedRun[]> {
  return await Promise.all(runs.map(async (run) => {
    const place = { path: run.path, runId: parseRunId(run.runId)! };
    return await owned.seemsOwn(place) ? run : { ...run, isForeign: true };
  }));
}

/** A file is told by the end of its path: the folder may have moved since. */
function queryOf({ workflow, limit }: HistoryOptions): HistoryQuery {
  if (workflow === undefined) return { workflow: null, limit };
  if (!HAS_DOTS.test(workflow)) return { workflow, limit };
  if (isAbsolute(workflow)) return { workflow: normalPath(workflow), limit };
  return { workflow: normalPath(`/${workflow}`).slice(1), limit };
}

/** A part of a path that is no name. */
const HAS_DOTS = /(^|\/)\.{1,2}(\/|$)/;

async function runsOf(index: RunIndex, query: HistoryQuery): Promise<ListedRun[]> {
  const runs: ListedRun[] = index.history.runs(query).map((run) => ({
    ...run,
    idleMs: 0,
    open: 0,
    path: placeOf(index.stateDirectory, parseRunId(run.runId)!).path,
  }));
  const others = placesToRead(index, runs, query);
  if (others.length === 0) return runs;
  const { describeRun, isOfWorkflow } = await import("../../past/listed_run.ts");
  const added: ListedRun[] = [];
  for (const place of others) {
    if (added.length === query.limit) break;
    const run = await describeRun(place);
    if (isOfWorkflow(run, query.workflow)) added.push(run);
  }
  return [...runs, ...added];
}

/** Runs that the index does not hold and that are new enough to be shown, newest first. */
function placesToRead(
  { others }: RunIndex,
  known: readonly { readonly runId: string }[],
  { limit }: HistoryQuery,
): RunPlace[] {
  const oldest = known.length < limit ? "" : known.at(-1)!.runId;
  return newest(others.filter(({ runId }) => runId > oldest), others.length);
}

/** Ids begin with the time. */
function newest<R extends { readonly runId: string }>(runs: readonly R[], limit: number): R[] {
  return runs.toSorted((a, b) => a.runId < b.runId ? 1 : -1).slice(0, limit);
}

async function printJob(
  jobId: string,
  { indexes, options, world }: HistoryRequest & { readonly options: HistoryOptions },
): Promise<void> {
  const query = queryOf(options);
  const found: IndexedJob[] = [];
  for (const index of indexes) found.push(...await jobsOf(jobId, index, query));
  const owned = await OwnedRuns.find(world, options);
  const runs = owned.sorted(found).slice(0, query.limit);
  if (options.json) return world.stdout.write(jsonText(jobHistoryDocument(jobId, runs)));
  if (runs.length > 0) return world.stdout.write(jobHistoryText(runs, listOptions(world)));
  sayUnknown("job", jobId, { indexes, world });
}

async function jobsOf(
  jobId: string,
  index: RunIndex,
  query: HistoryQuery,
): Promise<IndexedJob[]> {
  const runs = index.history.job(jobId, query);
  const others = placesToRead(index, runs, query);
  if (others.length === 0) return runs;
  const { jobOfUnfinished } = await import("../../past/listed_run.ts");
  const added: IndexedJob[] = [];
  for (const place of others) {
    if (added.length === query.limit) break;
    const job = await jobOfUnfinished(place, jobId, query);
    if (job !== null) added.push(job);
  }
  return [...runs, ...added];
}

interface HistoryRequest {
  readonly indexes: readonly RunIndex[];
  readonly world: World;
}

function sayUnknown(
  subject: "job" | "workflow",
  name: string,
  { indexes, world }: HistoryRequest,
): void {
  const known = indexes.flatMap(({ history }) => history.names(subject));
  const suggestion = didYouMean(name, known.filter((other) => other !== name));
  world.stderr.write(`${unknownText({ subject, name, suggestion })}\n`);
}

function listOptions(world: World): ListOptions {
  return {
    style: styleFor(world.stdout, world),
    utcOffsetMinutes: world.clock.utcOffsetMinutes(),
    now: world.clock.now(),
  };
}
