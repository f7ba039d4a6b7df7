/** `orch analyze FILE`: the structure of a workflow, as a table, data or a picture. */
import { analyzePlan } from "../core/analysis.ts";
import { planJobs } from "../core/plan.ts";
import { loadWorkflow } from "../runtime/load.ts";
import type { World } from "../runtime/world.ts";
import { analysisDocument, analysisText, dotText, mermaidText } from "../view/plan_text.ts";
import { EXIT } from "./exit_code.ts";
import { checkOutputPath, jsonText, reportProblems, styleFor, writeOutput } from "./output.ts";

/** The forms in which a plan can be shown. */
export const ANALYZE_FORMATS = ["table", "json", "dot", "mermaid"] as const;

/** The flags of `orch analyze`. */
export interface AnalyzeOptions {
  readonly output?: string;
  readonly json: boolean;
  readonly format: (typeof ANALYZE_FORMATS)[number];
}

/** Prints the analysis on stdout, and writes it as JSON to `output`. */
export async function analyze(
  options: AnalyzeOptions,
  file: string,
  world: World,
): Promise<number> {
  if (options.output !== undefined) checkOutputPath(world, options.output);
  const loaded = await loadWorkflow(world, file);
  if (!loaded.workflow.ok) return await reportProblems(world, loaded, loaded.workflow.diagnostics);

  const workflow = loaded.workflow.value;
  const plan = planJobs(workflow, [...workflow.jobs.keys()]);
  const analysis = analyzePlan(plan);
  const document = () => jsonText(analysisDocument(plan, analysis, loaded.file));
  if (options.output !== undefined) writeOutput(world, options.output, document());
  switch (options.json ? "json" : options.format) {
    case "table":
      world.stdout.write(analysisText(plan, analysis, styleFor(world.stdout, world)));
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
