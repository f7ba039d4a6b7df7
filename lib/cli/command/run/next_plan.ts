/** What a run goes on with, and what is in the way of that: its plan as it was, or the workflow file as it is now. */
import type { Diagnostic } from "../../../core/workflow/diagnostic.ts";
import {
  comparePlans,
  planOfRecord,
  type PlanRecord,
  withDownstream,
  withWorkflow,
} from "../../../core/record/plan_file.ts";
import type { Rerun } from "../../../core/record/resume.ts";
import type { RunRecord } from "../../../core/record/run_record.ts";
import { hashOf, loadChanged, type LoadedFile } from "../../../runtime/load/load.ts";
import type { World } from "../../../runtime/port/world.ts";
import {
  differenceText,
  fileGoneText,
  mendText,
  othersChangedText,
} from "../../../view/past/resume.ts";
import { EXIT } from "../../base/exit_code.ts";
import { pathFromHere, reportProblems, UsageError } from "../../base/output.ts";
import type { ResumeFlags } from "./flags.ts";

/** What is asked for, and where. */
export interface Context {
  readonly options: ResumeFlags;
  readonly world: World;
}

/** What the run goes on with: the plan it has, or the workflow file as it is now. */
export type NextPlan =
  | {
    readonly ok: true;
    readonly plan: PlanRecord;
    readonly planNumber: number;
    /** Whether it is to be written down: it is not the one that the record has. */
    readonly isNew: boolean;
    /** Jobs that begin anew because of the change. */
    readonly changed: readonly string[];
    readonly loaded: LoadedFile | null;
  }
  | { readonly ok: false; readonly exitCode: number };

/** Finds the plan to go on with. Says what has changed since, and throws a `UsageError` where that is in the way. */
export async function nextPlan(
  record: RunRecord,
  rerun: Rerun,
  { options, world }: Context,
): Promise<NextPlan> {
  const { plan, planNumber } = record;
  const same = { ok: true, plan, planNumber, isNew: false, changed: [], loaded: null } as const;
  if (plan.file === null || options.asPlanned) return same;
  if (world.files.stat(plan.file) === null) {
    world.stderr.write(`${fileGoneText(plan.file)}\n`);
    return same;
  }
  const loaded = await loadChanged(world, plan.file, plan.fileHash);
  if (loaded === null) return same;
  if (!loaded.workflow.ok) {
    await report(loaded, loaded.workflow.diagnostics, { options, world });
    world.stderr.write(`${mendText()}\n`);
    return { ok: false, exitCode: EXIT.badInput };
  }
  const fileHash = await hashOf(loaded.bytes!);
  const next = withWorkflow(plan, loaded.workflow.value, fileHash);
  const difference = comparePlans(plan, next);
  const { changed, added, removed } = difference;
  if (changed.length + added.length + removed.length === 0) return { ...same, loaded };
  // The journal of a run that has not begun can name no other plan than the first.
  const nextNumber = record.state.startedAt === null ? planNumber : planNumber + 1;
  const changedPlan = {
    ok: true,
    plan: next,
    planNumber: nextNumber,
    isNew: true,
    loaded,
  } as const;
  if (rerun.kind === "only") {
    const others = [...changed, ...added].filter((id) => !rerun.jobIds.includes(id));
    if (others.length > 0) throw new UsageError(othersChangedText(plan.file, others));
    // Not even what comes after them runs again.
    return { ...changedPlan, changed: [] };
  }
  world.stderr.write(`${differenceText(plan.file, difference)}\n`);
  const roots = withDownstream(planOfRecord(next), [...changed, ...added]);
  return { ...changedPlan, changed: roots };
}

/** Prints problems of a file, which is shown as the user would name it, and returns the exit code. */
export async function report(
  loaded: LoadedFile,
  diagnostics: readonly Diagnostic[],
  { options, world }: Context,
): Promise<number> {
  const shown = { ...loaded, file: pathFromHere(loaded.file, world) };
  return await reportProblems(world, shown, diagnostics, options.format);
}
