/** The structure of a workflow as text: the table of `orch analyze`, and pictures for other tools. */
import type { Analysis } from "../../core/plan/analysis.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { jobTypeOf } from "../../core/workflow/kinds.ts";
import { counted, durationText, grouped, listed } from "../text/format.ts";
import { paint, type Style } from "../text/style.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { cutToWidth, padToWidth, widthOf } from "../text/width.ts";

/** Ids shown for one level; the rest is counted. */
const IDS_PER_LEVEL_MAX = 12;
/** Levels shown one by one; those in the middle of a longer plan are counted. */
const LEVELS_MAX = 40;
/** Jobs of the critical path shown; the middle of a longer one is counted. */
const ON_PATH_MAX = 24;

/** The table, the execution order and the critical path. */
export function analysisText(plan: Plan, analysis: Analysis, style: Style): string {
  const { workflow } = plan;
  const steps = Math.max(0, analysis.criticalPath.length - 1);
  const { ellipsis } = style.glyphs;
  const inGap = (count: number) => `${ellipsis} ${grouped(count)} more ${ellipsis}`;
  const rows: [string, string][] = [
    ["Workflow name", sanitizeLine(workflow.name)],
    ["Total jobs", grouped(plan.jobs.length)],
    ["Valid DAG", `${style.glyphs.success} yes`],
    ["Has cycles", "no"],
    ["Execution levels", grouped(analysis.levels.length)],
    [
      "Critical path",
      `${counted(steps, "step")} (${counted(analysis.criticalPath.length, "job")})`,
    ],
    ["Max parallelism", grouped(analysis.maxParallelism)],
  ];
  return [
    ...table(["Property", "Value"], rows, style),
    "",
    paint(style, "bold", "Execution order:"),
    ...levelLines(analysis.levels, style),
    "",
    paint(style, "bold", "Critical path:"),
    `  ${gapped(analysis.criticalPath, ON_PATH_MAX, inGap).join(` ${style.glyphs.arrow} `)}`,
    "",
  ].join("\n");
}

/** What a planned timeline stands for. */
export interface PlannedRun {
  readonly concurrency: number;
  readonly lengthMs: number;
  /** Jobs of which it is known how long they took. */
  readonly known: number;
  readonly jobs: number;
}

/** The graph as a tree and the planned timeline, below their titles; both as lines. */
export function picturesText(
  tree: readonly string[],
  timeline: readonly string[],
  options: { readonly planned: PlannedRun; readonly style: Style },
): string {
  const { planned, style } = options;
  return [
    "",
    paint(style, "bold", "Levels, each job below the jobs it waits for:"),
    ...tree,
    "",
    paint(style, "bold", timelineTitle(planned)),
    ...timeline,
    "",
  ].join("\n");
}

/** The graph and the timeline of a run below their titles; what is empty is left away. */
export function runPicturesText(
  { tree, timeline }: { readonly tree: readonly string[]; readonly timeline: readonly string[] },
  style: Style,
): string {
  const picture = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", paint(style, "dim", title), ...lines];
  const lines = [
    ...picture("Levels, each job below the jobs it waited for", tree),
    ...picture("Time", timeline),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function timelineTitle({ concurrency, lengthMs, known, jobs }: PlannedRun): string {
  const slots = `${grouped(concurrency)} at a time`;
  if (known === 0) return `Planned, ${slots}, if all jobs took equally long:`;
  const guess = known < jobs ? `, of ${grouped(known)} of ${counted(jobs, "job")}` : "";
  return `Planned, ${slots}, from earlier runs${guess}: about ${durationText(lengthMs)}`;
}

/** The plan of `--dry-run`: what would run, in which order. */
export function dryRunText(
  plan: Plan,
  analysis: Analysis,
  options: { readonly concurrency: number; readonly style: Style },
): string {
  const all = plan.workflow.jobs.length;
  const some = plan.jobs.length === all
    ? counted(all, "job")
    : `${grouped(plan.jobs.length)} of ${counted(all, "job")}`;
  return [
    `${
      paint(options.style, "bold", sanitizeLine(plan.workflow.name))
    }: ${some} would run, ${options.concurrency} at a time`,
    ...levelLines(analysis.levels, options.style),
    "Dry run: nothing was started",
    "",
  ].join("\n");
}

function levelLines(levels: Analysis["levels"], { glyphs: { ellipsis } }: Style): string[] {
  const lines = levels.map((ids, level) => `  Level ${level}: ${idList(ids)}`);
  const inGap = (count: number) => `  ${ellipsis} ${grouped(count)} more levels ${ellipsis}`;
  return gapped(lines, LEVELS_MAX, inGap);
}

function idList(ids: readonly string[]): string {
  return listed(ids, IDS_PER_LEVEL_MAX);
}

/** A list with its middle counted where it has more than `most` entries: at least two are left out. */
function gapped(
  entries: readonly string[],
  most: number,
  gap: (count: number) => string,
): string[] {
  if (entries.length <= most) return [...entries];
  const head = most - 4;
  return [...entries.slice(0, head), gap(entries.length - head - 3), ...entries.slice(-3)];
}

/** A table of two columns, no wider than it need be. */
function table(head: [string, string], rows: readonly [string, string][], style: Style): string[] {
  const ascii = style.glyphs.rule === "-";
  const [h, v, corners] = ascii ? ["-", "|", "+++++++++"] : ["─", "│", "┌┬┐├┼┤└┴┘"];
  const { ellipsis } = style.glyphs;
  const cells = rows.map((
    [key, value],
  ): [string, string] => [key, cutToWidth(value, 60, ellipsis)]);
  const width = (column: 0 | 1) => Math.max(...[head, ...cells].map((row) => widthOf(row[column])));
  const [left, right] = [width(0), width(1)];
  const line = (at: number) =>
    corners[at] + h.repeat(left + 2) + corners[at + 1] + h.repeat(right + 2) + corners[at + 2];
  const row = ([key, value]: [string, string]) =>
    `${v} ${padToWidth(key, left)} ${v} ${padToWidth(value, right)} ${v}`;
  return [line(0), row(head), line(3), ...cells.map(row), line(6)];
}

/** The analysis as data, schema `orch.analysis/v1`. */
export function analysisDocument(plan: Plan, analysis: Analysis, file: string): object {
  const { name, version, description } = plan.workflow;
  return {
    schema: "orch.analysis/v1",
    workflow: { name, version, description, file },
    total_jobs: plan.jobs.length,
    is_valid_dag: true,
    has_cycles: false,
    execution_levels: analysis.levels.length,
    critical_path_length: Math.max(0, analysis.criticalPath.length - 1),
    critical_path: analysis.criticalPath,
    max_parallelism: analysis.maxParallelism,
    execution_order: analysis.levels,
    jobs: plan.jobs.map(({ id, name, action, dependencies, conditions, tags }) => ({
      id,
      name,
      job_type: jobTypeOf(action),
      dependencies,
      skip_if_failed: conditions.skipIfFailed,
      tags,
    })),
  };
}

/** The plan for Graphviz; dashed edges are `skip_if_failed`. */
export function dotText(plan: Plan): string {
  const quote = (text: string) =>
    `"${sanitizeLine(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  // Labels, unlike names of nodes, may hold HTML entities.
  const label = (text: string) => quote(text.replaceAll("&", "&amp;"));
  const nodes = plan.jobs.map(({ id, name }) => `  ${quote(id)} [label=${label(name)}];`);
  const edges = edgesOf(plan).map(({ from, to, soft }) =>
    `  ${quote(from)} -> ${quote(to)}${soft ? " [style=dashed]" : ""};`
  );
  const head = [`digraph ${quote(plan.workflow.name)} {`, "  rankdir=LR;", "  node [shape=box];"];
  return [...head, ...nodes, ...edges, "}", ""].join("\n");
}

/** What means something to Mermaid even between quotes: entities, markdown, directives. */
const MERMAID_SIGNS = /["#<>&\\`%]/g;

/** The plan for Mermaid; dotted edges are `skip_if_failed`. */
export function mermaidText(plan: Plan): string {
  const node = new Map(plan.jobs.map(({ id }, i) => [id, `j${i}`]));
  const label = (text: string) =>
    sanitizeLine(text).replace(MERMAID_SIGNS, (sign) => `#${sign.charCodeAt(0)};`);
  const nodes = plan.jobs.map(({ id, name }) => `  ${node.get(id)}["${label(name)}"]`);
  const edges = edgesOf(plan).map(({ from, to, soft }) =>
    `  ${node.get(from)} ${soft ? "-.->" : "-->"} ${node.get(to)}`
  );
  return ["flowchart LR", ...nodes, ...edges, ""].join("\n");
}

function edgesOf({ jobs, dependents }: Plan): { from: string; to: string; soft: boolean }[] {
  const edges: { from: string; to: string; soft: boolean }[] = [];
  jobs.forEach(({ id }, job) => {
    for (let k = dependents.start[job]!; k < dependents.start[job + 1]!; k++) {
      edges.push({ from: id, to: jobs[dependents.to[k]!]!.id, soft: dependents.soft[k] === 1 });
    }
  });
  return edges;
}
