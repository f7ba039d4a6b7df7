/**
 * Reads what a run has left in its folder. It writes nothing; whatever is wrong with the files is said
 * as a value.
 */
import { causeOf } from "../../core/base/cause.ts";
import type { JournalContent } from "../../core/record/journal_read.ts";
import { planInForce } from "../../core/record/resume.ts";
import { endsAsPlan, PLAN_BYTES_MAX, PLAN_END_BYTES } from "../../core/record/plan_file.ts";
import { composeRun, type ReadRun, type RunProblem } from "../../core/record/run_record.ts";
import { readJournalFile } from "./journal.ts";
import { rootedPlan } from "./plan_store.ts";
import { RUN_FILES } from "../state/run_directory.ts";
import { type Activity, lookAtLock } from "../state/run_lock.ts";
import {
  checkRunFolders,
  fill,
  openStateFile,
  readStateText,
  StateRefused,
} from "../state/state_files.ts";

/** A longer one is looked at before all of it is read. */
const LONG_PLAN_BYTES = 64 * 2 ** 20;

/** Reads the run whose folder is `path`: the plan in force, and its journal folded. */
export async function readRun(path: string): Promise<ReadRun> {
  const read = await readRunJournal(path);
  if (!read.ok) return { ...read, journal: null };
  const { journal } = read;
  const number = planInForce(journal.events);
  const planPath = RUN_FILES.plan(path, number);
  try {
    const text = readPlanText(planPath);
    const read = composeRun(journal, { number, path: planPath, text });
    if (!read.ok) return read;
    return { ok: true, record: { ...read.record, plan: rootedPlan(read.record.plan, path) } };
  } catch (error) {
    return { ok: false, problem: problemOf(planPath, error, "no_plan"), journal };
  }
}

/** Throws `StateRefused`, and the platform's error. */
function readPlanText(path: string): string {
  using file = openStateFile(path, "read");
  const { size } = file.statSync();
  if (size > LONG_PLAN_BYTES) {
    const end = new Uint8Array(PLAN_END_BYTES);
    file.seekSync(-end.length, Deno.SeekMode.End);
    fill(file, end);
    if (!endsAsPlan(new TextDecoder().decode(end))) {
      throw new StateRefused(path, { kind: "too_long", mostBytes: LONG_PLAN_BYTES });
    }
  }
  return readStateText(path, PLAN_BYTES_MAX);
}

/** A journal, or why there is none. */
export type ReadJournal =
  | { readonly ok: true; readonly journal: JournalContent }
  | { readonly ok: false; readonly problem: RunProblem };

/** Reads the journal alone of the run whose folder is `path`. */
export async function readRunJournal(path: string): Promise<ReadJournal> {
  const journalPath = RUN_FILES.journal(path);
  try {
    checkRunFolders(path);
    return { ok: true, journal: await readJournalFile(journalPath) };
  } catch (error) {
    return { ok: false, problem: problemOf(journalPath, error, "no_journal") };
  }
}

function problemOf(path: string, error: unknown, missing: "no_journal" | "no_plan"): RunProblem {
  if (error instanceof Deno.errors.NotFound) return { kind: missing, path };
  if (error instanceof StateRefused) {
    return { kind: "refused", path: error.path, fault: error.fault };
  }
  const cause = causeOf(error);
  return { kind: "unreadable", path, cause };
}

/**
 * Whether an orch works now on the run whose folder is `path`. To be asked before the run is read, which
 * may end in between. Never throws.
 */
export function activityOf(path: string): Activity {
  try {
    checkRunFolders(path);
  } catch {
    return { kind: "idle" };
  }
  return lookAtLock(RUN_FILES.lock(path));
}
