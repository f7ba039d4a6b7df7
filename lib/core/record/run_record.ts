/**
 * A run as its files tell it: the plan in force and the events make the state. Pure: whoever asks has
 * read the files. Never throws: whatever is wrong with them is said as a value.
 */
import { fold } from "../run/apply.ts";
import { Bug } from "../base/bug.ts";
import type { RunStatus } from "../run/event.ts";
import type { JournalContent } from "./journal_read.ts";
import { decodePlan, planOfRecord, type PlanRecord } from "./plan_file.ts";
import type { RunState } from "../run/state.ts";
import type { StateFault } from "./state_fault.ts";

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

/** Why a run cannot be read, and the file that is to blame, as a path. */
export type RunProblem = { readonly path: string } & RunProblemKind;

type RunProblemKind =
  /** The run ended before its first line, or something removed its journal. */
  | { readonly kind: "no_journal" }
  | { readonly kind: "no_plan" }
  | { readonly kind: "plan_damaged" }
  | { readonly kind: "plan_newer"; readonly version: number }
  /** Plan and journal are whole, and yet these events cannot have happened under that plan. */
  | { readonly kind: "plan_of_another" }
  /** It is not what orch puts there, and is not opened. */
  | { readonly kind: "refused"; readonly fault: StateFault }
  /** The platform does not let us read it. */
  | { readonly kind: "unreadable"; readonly cause: string };

/** A run, or what is wrong; the journal comes along where it could be read. */
export type ReadRun =
  | { readonly ok: true; readonly record: RunRecord }
  | { readonly ok: false; readonly problem: RunProblem; readonly journal: JournalContent | null };

/** A plan file of a run, as it was found. */
export interface PlanFile {
  readonly number: number;
  readonly path: string;
  readonly text: string;
}

/** Folds a journal over its plan. */
export function composeRun(journal: JournalContent, { number, path, text }: PlanFile): ReadRun {
  const refused = (problem: RunProblem): ReadRun => ({ ok: false, problem, journal });
  const decoded = decodePlan(text);
  if (!decoded.ok) {
    return decoded.problem === "newer"
      ? refused({ kind: "plan_newer", path, version: decoded.version })
      : refused({ kind: "plan_damaged", path });
  }
  try {
    const state = fold(planOfRecord(decoded.record), journal.events);
    const { runId = state.runId } = decoded.record;
    if (state.runId !== null && runId !== state.runId) {
      return refused({ kind: "plan_of_another", path });
    }
    return { ok: true, record: { journal, plan: decoded.record, planNumber: number, state } };
  } catch (error) {
    // Either may have come from anywhere: what cannot be folded is trouble of this run alone.
    if (error instanceof Bug || error instanceof TypeError || error instanceof RangeError) {
      return refused({ kind: "plan_of_another", path });
    }
    throw error;
  }
}

/** The id of a run as its plan and its journal have it, which agree; `null` where neither says one. */
export function ownIdOf({ state, plan }: Pick<RunRecord, "state" | "plan">): string | null {
  return state.runId ?? plan.runId ?? null;
}

/** How a run stands, in one word. */
export type RunStanding = RunStatus | "running" | "unfinished" | "damaged";

/** How the run that was read as `read` stands, given whether an orch works on it now. */
export function standingOf(read: ReadRun, isRunning: boolean): RunStanding {
  const status = read.ok ? read.record.state.status : null;
  const whole = read.ok ? read.record.journal.end.kind : null;
  if (whole === "corrupt" || whole === "newer") return "damaged";
  if (status !== null) return status;
  if (isRunning) return "running";
  return read.ok || read.problem.kind === "no_journal" ? "unfinished" : "damaged";
}
