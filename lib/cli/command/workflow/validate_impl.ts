/** `orch validate FILE…`: every problem of every file. */
import type { ProblemFormat } from "../../../core/base/choices.ts";
import type { PluginAsking, PluginCheck } from "../../../../executors/plugin/check.ts";
import type { Diagnostic } from "../../../core/workflow/diagnostic.ts";
import type { Workflow } from "../../../core/workflow/workflow.ts";
import { type LoadedFile, loadWorkflow } from "../../../runtime/load/load.ts";
import type { World } from "../../../runtime/port/world.ts";
import type { CheckedFile } from "../../../view/problem/report.ts";
import { validText } from "../../../view/run/outcome.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { checkedFile, printProblems } from "../../base/output.ts";

/** The flags of `orch validate`. */
export interface ValidateOptions {
  readonly format?: ProblemFormat;
  /** Whether plugins are loaded and asked what they say of their jobs. */
  readonly plugins: boolean;
}

/** Checks the files one after the other; exit 2 if any has a problem. */
export async function validate(
  { format, plugins }: ValidateOptions,
  files: readonly string[],
  world: World,
): Promise<number> {
  const checked: CheckedFile[] = [];
  for (const file of files) {
    const loaded = await loadWorkflow(world, file);
    const result = await check(loaded, { asking: plugins ? "ask" : "look", format, world });
    checked.push(result);
    const { workflow } = loaded;
    const unasked = plugins || !workflow.ok || result.jobs === null ? [] : workflow.value.plugins;
    if (unasked.length > 0) {
      const { pluginsNotAskedText } = await import("../../../view/problem/plugin_message.ts");
      world.stderr.write(`${pluginsNotAskedText(file)}\n`);
    }
    if (format === "json") continue;
    if (result.jobs === null) await printProblems(world, result, format);
    else world.stdout.write(`${validText(result.source.file, result.jobs)}\n`);
  }
  if (format === "json") {
    const { diagnosticsDocument } = await import("../../../view/problem/report.ts");
    world.stdout.write(jsonText(diagnosticsDocument(checked)));
  }
  return checked.every(({ jobs }) => jobs !== null) ? EXIT.ok : EXIT.badInput;
}

async function check(
  loaded: LoadedFile,
  { asking, format, world }: {
    readonly asking: PluginAsking;
    readonly format: ProblemFormat | undefined;
    readonly world: World;
  },
): Promise<CheckedFile> {
  const { workflow, file } = loaded;
  if (!workflow.ok) return await checkedFile(loaded, workflow.diagnostics, format);
  const problems = await pluginProblems(workflow.value, {
    asking,
    baseDirectory: loaded.folder,
    world,
  });
  if (problems.length > 0) return await checkedFile(loaded, problems, format);
  return { source: { file, text: null }, jobs: workflow.value.jobs.length, problems: [] };
}

async function pluginProblems(
  workflow: Workflow,
  check: Omit<PluginCheck, "selected">,
): Promise<readonly Diagnostic[]> {
  if (workflow.plugins.length === 0) return [];
  const { checkPlugins } = await import("../../../../executors/plugin/check.ts");
  const selected = [...workflow.jobs.keys()];
  return await checkPlugins(workflow, { ...check, selected });
}
