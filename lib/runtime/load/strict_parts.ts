/**
 * Reads a long text with the careful reader in parts: a group of jobs at a time, with all that stands
 * around them. That takes less memory and, where only some jobs are asked for, far less time. Each part has
 * to be without mistakes and to have its jobs where their lines are; else the answer is `null`, and the
 * whole has to be read.
 */

import type { DocumentPath } from "../../core/workflow/diagnostic.ts";
import { isMapping } from "../../core/base/json.ts";
import { CAREFUL_LENGTH_MAX, readCarefully, type YamlTree } from "./strict_yaml.ts";
import type { JobLines, Part } from "./job_lines.ts";
import type { Span } from "./json_text.ts";
import { Finder } from "./yaml_finder.ts";
import { loadYaml } from "./yaml_package.ts";

/** A key or value to be found. */
export interface Wanted {
  readonly at: "key" | "value";
  readonly path: DocumentPath;
}

/** More names of aliases are not looked for among the jobs that a part leaves out. */
const ALIAS_NAMES_MAX = 20;

/**
 * The plain data of the whole text: of `jobs` and of all around the list as this reader reads them, of the
 * other jobs as `quick` has them.
 */
export async function readDataInParts(
  lines: JobLines,
  quick: unknown,
  jobs: readonly number[],
): Promise<unknown> {
  const list = isMapping(quick) ? quick["jobs"] : null;
  const groups = lines.groups(jobs.length === 0 ? [0] : jobs);
  if (groups === null || !Array.isArray(list) || list.length !== lines.count) return null;
  const all: unknown[] = [...list];
  let whole: Record<string, unknown> | null = null;
  for (const group of groups) {
    const read = await readPart(lines.part(group));
    // What an alias stands for is one object for all: that takes one tree.
    if (read === null || read.tree.aliasTargets.size > 0) return null;
    const data = read.tree.toData();
    if (!isMapping(data) || !Array.isArray(data["jobs"])) return null;
    whole ??= data;
    group.forEach((job, i) => all[job] = (data["jobs"] as unknown[])[i]);
  }
  return whole === null ? null : Object.assign(whole, { jobs: all });
}

/** The spans of all these keys and values in the whole text. */
export async function findInParts(
  lines: JobLines,
  wanted: readonly Wanted[],
): Promise<(Span | null)[] | null> {
  const byJob = Map.groupBy(wanted.keys(), (i) => lines.jobOf(wanted[i]!.path) ?? -1);
  // The list begins as in the whole and goes beyond its first line.
  const always = lines.count > 1 ? [0, 1] : [0];
  const needed = [...new Set([...always, ...byJob.keys()])].filter((job) => job >= 0);
  const groups = lines.groups(needed.sort((a, b) => a - b));
  if (groups === null) return null;
  const parts = groups.map((group) => [...new Set([...always, ...group])]);
  const spans: (Span | null)[] = wanted.map(() => null);
  let left = CAREFUL_LENGTH_MAX;
  const anchors = new AnchorJobs(lines);
  for (const [k, jobs] of parts.entries()) {
    const part = lines.part(jobs);
    left -= part.text.length;
    const read = left < 0 ? null : await readPart(part);
    if (read === null || !anchors.knowsAll(read.tree, part)) return null;
    const index = new Map(jobs.map((job, i) => [job, i]));
    for (const job of k === 0 ? [-1, ...jobs] : groups[k]!) {
      for (const i of byJob.get(job) ?? []) {
        const { path, at } = wanted[i]!;
        const there = job < 0 ? path : ["jobs", index.get(job)!, ...path.slice(2)];
        spans[i] = moved(read.finder.find(there, at), part);
      }
    }
  }
  return spans;
}

async function readPart(part: Part): Promise<{ tree: YamlTree; finder: Finder } | null> {
  const tree = await readOrNull(part.text);
  if (tree === null || tree.faults.length > 0) return null;
  const finder = new Finder(await loadYaml(), tree);
  const entries = finder.entriesOf("jobs");
  if (entries?.length !== part.jobs.length) return null;
  const inPlace = entries.every((offset, i) => {
    const [start, end] = part.linesOf(i);
    return offset !== null && offset > start && offset <= end;
  });
  return inPlace ? { tree, finder } : null;
}

async function readOrNull(text: string): Promise<YamlTree | null> {
  try {
    return await readCarefully(text, "yaml");
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The jobs that may have the anchor that an alias names. */
class AnchorJobs {
  readonly #lines: JobLines;
  readonly #byName = new Map<string, readonly number[]>();

  constructor(lines: JobLines) {
    this.#lines = lines;
  }

  /** Whether no job that is not in this part may have an anchor that the part refers to. */
  knowsAll({ aliasTargets }: YamlTree, { jobs }: Part): boolean {
    const names = new Set(aliasTargets.keys().map(({ source }) => source));
    if (names.size > ALIAS_NAMES_MAX) return false;
    const inPart = new Set(jobs);
    return names.values().every((name) => this.#with(name).every((job) => inPart.has(job)));
  }

  #with(name: string): readonly number[] {
    const known = this.#byName.get(name) ?? [...new Set(this.#lines.jobsWith(`&${name}`))];
    this.#byName.set(name, known);
    return known;
  }
}

function moved(span: Span | null, part: Part): Span | null {
  if (span === null) return null;
  const shift = part.shiftAt(span.start);
  return { start: span.start + shift, end: span.end + shift };
}
