/** `--dry-run`: what would run, and nothing started. */
import { analyzePlan } from "../../core/plan/analysis.ts";
import type { RunSettings } from "../../core/plan/settings.ts";
import { type Expectation, type Plan, planJobs } from "../../core/plan/plan.ts";
import type { FirstInput } from "../../core/record/resume.ts";
import type { RunState } from "../../core/run/state.ts";
import { step } from "../../core/run/scheduler.ts";
import type { World } from "../../runtime/port/world.ts";
import { dryRunText } from "../../view/plan/analysis.ts";
import { EXIT } from "../base/exit_code.ts";
import { styleFor } from "../base/output.ts";

/** Prints the plan on stdout. */
export function showDryRun(plan: Plan, { concurrency }: RunSettings, world: World): number {
  const style = styleFor(world.stdout, world);
  world.stdout.write(dryRunText(plan, analyzePlan(plan), { concurrency, style }));
  return EXIT.ok;
}

/** What a run that goes on is planned with. */
interface GoingOn {
  readonly settings: RunSettings;
  readonly learned: Expectation;
  readonly world: World;
}

/** Prints what a run would do that goes on with this input. `state` is used up. */
export function showGoingOn(
  state: RunState,
  input: FirstInput,
  { settings, learned, world }: GoingOn,
): number {
  step(state, { ...input, at: world.clock.now() });
  const { workflow, fileIndex } = state.plan;
  const open = fileIndex.filter((_, job) => state.jobs[job]!.phase !== "settled");
  return showDryRun(planJobs(workflow, open, learned), settings, world);
}
