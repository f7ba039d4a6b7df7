/** `orch run --dry-run`: what would run, and nothing started. */
import { analyzePlan } from "../core/analysis.ts";
import type { RunSettings } from "../core/event.ts";
import type { Plan } from "../core/plan.ts";
import type { World } from "../runtime/world.ts";
import { dryRunText } from "../view/plan_text.ts";
import { EXIT } from "./exit_code.ts";
import { styleFor } from "./output.ts";

/** Prints the plan on stdout. */
export function showDryRun(plan: Plan, { concurrency }: RunSettings, world: World): number {
  const style = styleFor(world.stdout, world);
  world.stdout.write(dryRunText(plan, analyzePlan(plan), { concurrency, style }));
  return EXIT.ok;
}
