/** Runs that the index does not hold, since they have not ended or cannot be read: read one by one. */
import { type ReadRun, standingOf } from "../../core/record/run_record.ts";
import { wallOf } from "../../core/run/summary.ts";
import { type HistoryQuery, type IndexedJob, indexedJobs } from "../../runtime/history/index.ts";
import { activityOf, readRun } from "../../runtime/store/read_run.ts";
import type { RunPlace } from "../../runtime/store/run_store.ts";
import type { ListedRun } from "../../view/past/history.ts";

/** A run as it stands now. */
export async function describeRun({ runId, path }: RunPlace): Promise<ListedRun> {
  const isRunning = activityOf(path).kind === "running";
  const read = await readRun(path);
  const standing = { runId, path, status: standingOf(read, isRunning) };
  if (!read.ok) return { ...standing, ...namesOf(read), ...NOTHING_KNOWN };
  const { state, plan } = read.record;
  const { startedAt, finishedAt, idleMs, counts } = state;
  const { success, failed, cancelled, skipped, waiting, queued, running, backing_off } = counts;
  return {
    ...standing,
    workflow: plan.workflow.name,
    file: plan.file ?? "-",
    startedAt,
    finishedAt,
    wallMs: wallOf(state),
    idleMs,
    ...{ success, failed, cancelled, skipped, open: waiting + queued + running + backing_off },
  };
}

const NOTHING_KNOWN = {
  finishedAt: null,
  wallMs: null,
  idleMs: 0,
  success: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  open: 0,
} as const;

/** What the first line of a journal tells without a plan. */
function namesOf({ journal }: ReadRun & { readonly ok: false }) {
  const first = journal?.events[0];
  const began = first?.type === "run_started" ? first : null;
  return { workflow: began?.workflow ?? null, file: null, startedAt: began?.at ?? null };
}

/** Whether a run is of the workflow that was asked for by its name or file, as the index tells it. */
export function isOfWorkflow({ workflow, file }: ListedRun, wanted: string | null): boolean {
  return wanted === null || workflow === wanted || file === wanted ||
    file?.endsWith(`/${wanted}`) === true;
}

/** What became of a job in such a run; `null` where nothing has, or the run is of another workflow. */
export async function jobOfUnfinished(
  place: RunPlace,
  jobId: string,
  { workflow }: HistoryQuery,
): Promise<IndexedJob | null> {
  const read = await readRun(place.path);
  if (!read.ok || !isOfWorkflow(await describeRun(place), workflow)) return null;
  return indexedJobs(read.record.state).find((job) => job.jobId === jobId) ?? null;
}
