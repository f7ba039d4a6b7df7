/**
 * What a run has left in its folder, read and folded: the plan in force, the events, the state. It
 * writes nothing, and it never throws: whatever is wrong with the files is said as a value.
 */
import { fold } from "../core/apply.ts";
import { Bug } from "../core/event.ts";
import type { JournalContent } from "../core/journal_read.ts";
import { decodePlan, planOfRecord, type PlanRecord } from "../core/plan_file.ts";
import { planInForce } from "../core/resume.ts";
import type { RunState } from "../core/run_state.ts";
import { readJournalFile } from "./journal.ts";
import { type Activity, lookAtLock } from "./run_lock.ts";

/** The files of a run, in its folder. */
export const RUN_FILES = {
  lock: (path: string) => `${path}/run.lock`,
  journal: (path: string) => `${path}/journal.jsonl`,
  /** The plan of this number: 0 is the first. */
  plan: (path: string, number: number) => `${path}/plan${number === 0 ? "" : `.${number}`}.json`,
} as const;

/** A run, read. How far its journal could be read is in `journal.end`. */
export interface RunRecord {
  readonly journal: JournalContent;
  /** The plan in force. */
  readonly plan: PlanRecord;
  /** Its number. */
  readonly planNumber: number;
  /** All events of the journal that could be read, folded. */
  readonly state: RunState;
}

/** Why a run cannot be read. Paths are absolute. */
export type RunProblem =
  /** The run has no journal: it ended before its first line, or something removed it. */
  | { readonly kind: "no_journal"; readonly path: string }
  | { readonly kind: "no_plan"; readonly path: string }
  | { readonly kind: "plan_damaged"; readonly path: string }
  | { readonly kind: "plan_newer"; readonly path: string; readonly version: number }
  /** Each is whole, and yet the events cannot have happened under that plan. */
  | { readonly kind: "plan_of_another"; readonly path: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly cause: string };

/** A run, or what is wrong; the journal comes along where it could be read. */
export type ReadRun =
  | { readonly ok: true; readonly record: RunRecord }
  | { readonly ok: false; readonly problem: RunProblem; readonly journal: JournalContent | null };

/** Reads the run whose folder is `path`. */
export async function readRun(path: string): Promise<ReadRun> {
  const read = await readRunJournal(path);
  if (!read.ok) return { ...read, journal: null };
  const { journal } = read;
  const refused = (problem: RunProblem): ReadRun => ({ ok: false, problem, journal });
  const planNumber = planInForce(journal.events);
  const planPath = RUN_FILES.plan(path, planNumber);
  let text: string;
  try {
    text = await Deno.readTextFile(planPath);
  } catch (error) {
    return refused(problemOf(planPath, error, "no_plan"));
  }
  const decoded = decodePlan(text);
  if (!decoded.ok) {
    return refused(
      decoded.problem === "newer"
        ? { kind: "plan_newer", path: planPath, version: decoded.version }
        : { kind: "plan_damaged", path: planPath },
    );
  }
  try {
    const state = fold(planOfRecord(decoded.record), journal.events);
    return { ok: true, record: { journal, plan: decoded.record, planNumber, state } };
  } catch (error) {
    if (error instanceof Bug) return refused({ kind: "plan_of_another", path: planPath });
    throw error;
  }
}

/** A journal, or why there is none. */
export type ReadJournal =
  | { readonly ok: true; readonly journal: JournalContent }
  | { readonly ok: false; readonly problem: RunProblem };

/** Reads the journal alone. */
export async function readRunJournal(path: string): Promise<ReadJournal> {
  const journalPath = RUN_FILES.journal(path);
  try {
    return { ok: true, journal: await readJournalFile(journalPath) };
  } catch (error) {
    return { ok: false, problem: problemOf(journalPath, error, "no_journal") };
  }
}

function problemOf(
  path: string,
  error: unknown,
  missing: "no_journal" | "no_plan",
): RunProblem {
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
