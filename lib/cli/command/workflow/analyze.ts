/** `orch analyze`, as it is called. */
import { ANALYSIS_FORMATS } from "../../../core/base/choices.ts";
import { command } from "../../base/command.ts";
import { CONCURRENT_MAX, FILE, fileOf, flag, path } from "../../base/flags.ts";

export const analyze = command({
  name: "analyze",
  brief: "Show levels, critical path and planned run of a workflow",
  about:
    "Shows the structure of a workflow and how its run is planned, with the durations of earlier " +
    "runs. Nothing is started.",
  flags: {
    maxConcurrent: { ...CONCURRENT_MAX, brief: "Jobs at a time in the plan" },
    output: {
      ...path("Also write the analysis as JSON to this file", "path", "files"),
      short: "o",
    },
    json: flag("Print JSON, same as --format json"),
    format: {
      kind: "enum",
      values: ANALYSIS_FORMATS,
      default: "table",
      brief: "Print",
      placeholder: "form",
    },
  },
  args: [FILE],
  examples: ["orch analyze ci.yaml", "orch analyze ci.yaml --format mermaid > ci.mmd"],
  async load() {
    const { analyze } = await import("./analyze_impl.ts");
    return async ({ flags, args: [file], world }) =>
      await analyze(flags, await fileOf(file, world), world);
  },
});
