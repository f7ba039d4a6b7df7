/**
 * Reads what a run has left in its folder. It writes nothing; whatever is wrong with the files is said
 * as a value.
 */
import type { JournalContent } from "../core/journal_read.ts";
import { planInForce } from "../core/resume.ts";
import { composeRun, type ReadRun, type RunProblem } from "../core/run_record.ts";
import { readJournalFile } from "./journal.ts";
import { rootedPlan } from "./plan_store.ts";
import { RUN_FILES } from "./run_directory.ts";
import { type Activity, lookAtLock } from "./run_lock.ts";

/** Reads the run whose folder is `path`: the plan in force, and its journal folded. */
export async function readRun(path: string): Promise<ReadRun> {
  const read = await readRunJournal(path);
  if (!read.ok) return { ...read, journal: null };
  const { journal } = read;
  const number = planInForce(journal.events);
  const planPath = RUN_FILES.plan(path, number);
  try {
    const text = await Deno.readTextFile(planPath);
    const read = composeRun(journal, { number, path: planPath, text });
    if (!read.ok) return read;
    return { ok: true, record: { ...read.record, plan: rootedPlan(read.record.plan, path) } };
  } catch (error) {
    return { ok: false, problem: problemOf(planPath, error, "no_plan"), journal };
  }
}

/** A journal, or why there is none. */
export type ReadJournal =
  | { readonly ok: true; readonly journal: JournalContent }
  | { readonly ok: false; readonly problem: RunProblem };

/** Reads the journal alone of the run whose folder is `path`. */
export async function readRunJournal(path: string): Promise<ReadJournal> {
  const journalPath = RUN_FILES.journal(path);
  try {
    return { ok: true, journal: await readJournalFile(journalPath) };
  } catch (error) {
    return { ok: false, problem: problemOf(journalPath, error, "no_journal") };
  }
}

function problemOf(path: string, error: unknown, missing: "no_journal" | "no_plan"): RunProblem {
  if (error instanceof Deno.errors.NotFound) return { kind: missing, path };
  const cause = error instanceof Error ? error.message : String(error);
  return { kind: "unreadable", path, cause };
}

/**
 * Whether an orch works now on the run whose folder is `path`. To be asked before the run is read, which
 * may end in between. Never throws.
 */
export function activityOf(path: string): Activity {
  return lookAtLock(RUN_FILES.lock(path));
}
