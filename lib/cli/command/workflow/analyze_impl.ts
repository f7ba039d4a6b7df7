/** `orch analyze FILE`: the structure of a workflow, as a table, data or a picture. */
import { median } from "../../../core/base/median.ts";
import type { AnalysisFormat } from "../../../core/base/choices.ts";
import { analyzePlan } from "../../../core/plan/analysis.ts";
import { type Plan, planJobs } from "../../../core/plan/plan.ts";
import { plannedEvents } from "../../../core/run/planned_run.ts";
import { budgetOf, concurrencyOf } from "../../../core/plan/resources.ts";
import { timelineOf } from "../../../core/run/timeline.ts";
import type { Workflow } from "../../../core/workflow/workflow.ts";
import { type LoadedFile, loadWorkflow } from "../../../runtime/load/load.ts";
import { resolvePath } from "../../../runtime/port/paths.ts";
import { namedStateDirectory, STATE_DIRECTORY } from "../../../runtime/state/state_directory.ts";
import type { World } from "../../../runtime/port/world.ts";
import { dagText } from "../../../view/plan/tree.ts";
import {
  analysisDocument,
  analysisText,
  dotText,
  mermaidText,
  picturesText,
} from "../../../view/plan/analysis.ts";
import { timelineText } from "../../../view/plan/timeline.ts";
import { EXIT } from "../../base/exit_code.ts";
import { learnedDurations } from "../../../engine/learned.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { reportProblems, styleFor } from "../../base/output.ts";
import { checkOutputPaths, checkSourcesKept, writeOutput } from "../../base/output_files.ts";

/** The flags of `orch analyze`. */
export interface AnalyzeOptions {
  readonly output?: string;
  readonly json: boolean;
  readonly format: AnalysisFormat;
  readonly maxConcurrent?: number;
}

/** Prints the analysis on stdout, and writes it as JSON to `output`. */
export async function analyze(
  options: AnalyzeOptions,
  file: string,
  world: World,
): Promise<number> {
  if (options.output !== undefined) checkOutputPaths(world, [options.output]);
  const loaded = await loadWorkflow(world, file);
  if (!loaded.workflow.ok) return await reportProblems(world, loaded, loaded.workflow.diagnostics);

  const workflow = loaded.workflow.value;
  if (options.output !== undefined) {
    const sources = {
      workflowPath: loaded.path,
      envFiles: [],
      workflow,
      baseDirectory: loaded.folder,
    };
    checkSourcesKept(world, [options.output], sources);
  }
  const plan = planJobs(workflow, [...workflow.jobs.keys()]);
  const analysis = analyzePlan(plan);
  const document = () => jsonText(analysisDocument(plan, analysis, loaded.file));
  if (options.output !== undefined) writeOutput(world, options.output, document());
  switch (options.json ? "json" : options.format) {
    case "table":
      world.stdout.write(analysisText(plan, analysis, styleFor(world.stdout, world)));
      world.stdout.write(await pictures(workflow, options, { loaded, world }));
      break;
    case "json":
      world.stdout.write(document());
      break;
    case "dot":
      world.stdout.write(dotText(plan));
      break;
    case "mermaid":
      world.stdout.write(mermaidText(plan));
      break;
  }
  return EXIT.ok;
}

interface Analyzed {
  readonly loaded: LoadedFile;
  readonly world: World;
}

/** The tree, and the run as it is planned, with what earlier runs tell about durations. */
async function pictures(
  workflow: Workflow,
  options: AnalyzeOptions,
  { loaded, world }: Analyzed,
): Promise<string> {
  const stateDirectory = namedStateDirectory(world, undefined) ??
    resolvePath(loaded.folder, STATE_DIRECTORY);
  const learned = await learnedDurations(stateDirectory, loaded.path, world);
  const plan = planJobs(workflow, [...workflow.jobs.keys()], learned);
  const concurrency = concurrencyOf(workflow, {
    requested: options.maxConcurrent ?? null,
    processors: world.machine.processors,
  });
  const timeline = plannedTimeline(plan, concurrency, world);
  const known = plan.expected.filter((ms) => ms !== null).length;
  const { columns } = world.stdout.size();
  const style = styleFor(world.stdout, world);
  const unit = known === 0 ? "jobs" : "ms";
  return picturesText(
    dagText(plan, { columns, style }),
    timelineText(timeline, { columns, style, unit, signs: false }),
    {
      planned: { concurrency, lengthMs: timeline.lengthMs, known, jobs: plan.jobs.length },
      style,
    },
  );
}

/** Where nothing is known of a job it is taken to last as long as the median of the others, or one. */
function plannedTimeline(plan: Plan, concurrency: number, { machine }: World) {
  const { maxMemoryMb, maxCpuPercent } = plan.workflow.global;
  const settings = {
    concurrency,
    memoryMb: budgetOf(maxMemoryMb, machine.memoryMb()),
    cpuPercent: maxCpuPercent,
    failFast: false,
    graceMs: 0,
    seed: 0,
    branch: null,
  };
  const otherwise = median(plan.expected) ?? 1;
  const events = plannedEvents(plan, settings, (job) => plan.expected[job] ?? otherwise);
  return timelineOf(events, null);
}
