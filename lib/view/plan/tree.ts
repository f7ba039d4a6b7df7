/**
 * The graph of a plan as a tree by level: every job stands one level below the deepest job that it
 * waits for, and whatever else it waits for is named beside it.
 */
import { levelsOf } from "../../core/plan/analysis.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { grouped } from "../text/format.ts";
import { type Look, paint, type Style } from "../text/style.ts";
import { cutToWidth } from "../text/width.ts";

/** How a tree looks. */
export interface DagOptions {
  readonly columns: number;
  readonly style: Style;
  /** The sign of a job, by its number, where there is one. */
  readonly signOf?: (job: number) => { readonly glyph: string; readonly look: Look };
}

/** Lines of a tree; what does not fit is counted. */
export const TREE_LINES_MAX = 60;
/** Levels that are drawn; what is below them is counted. */
const LEVELS_MAX = 24;
/** Children of one job that are drawn, with all that is below them. */
const CHILDREN_MAX = 12;

/** The tree, a line for each job: its level, and what it waits for. */
export function dagText(plan: Plan, options: DagOptions): string[] {
  const tree = new Tree(plan, options);
  return tree.lines();
}

interface Branches {
  readonly tee: string;
  readonly elbow: string;
  readonly bar: string;
  readonly blank: string;
}

const UNICODE: Branches = { tee: "├─ ", elbow: "└─ ", bar: "│  ", blank: "   " };
const ASCII: Branches = { tee: "+- ", elbow: "`- ", bar: "|  ", blank: "   " };

class Tree {
  readonly #plan: Plan;
  readonly #options: DagOptions;
  readonly #levels: Int32Array;
  readonly #children: number[][] = [];
  readonly #roots: number[] = [];
  /** Jobs in the tree of each job, itself included. */
  readonly #sizes: Int32Array;
  readonly #lines: string[] = [];

  constructor(plan: Plan, options: DagOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#levels = levelsOf(plan);
    const parents = parentsOf(plan, this.#levels);
    parents.forEach((parent, job) => {
      if (parent < 0) this.#roots.push(job);
      else (this.#children[parent] ??= []).push(job);
    });
    this.#sizes = new Int32Array(plan.jobs.length).fill(1);
    const deepestFirst = [...parents.keys()].sort((a, b) => this.#levels[b]! - this.#levels[a]!);
    for (const job of deepestFirst) {
      if (parents[job]! >= 0) this.#sizes[parents[job]!]! += this.#sizes[job]!;
    }
  }

  lines(): string[] {
    this.#addAll(this.#roots, "");
    return this.#lines;
  }

  /** Adds jobs and what is below them; at most `LEVELS_MAX` deep, since it recurses. */
  #addAll(jobs: readonly number[], indent: string): void {
    const branches = this.#options.style.glyphs.rule === "-" ? ASCII : UNICODE;
    const isRoot = jobs === this.#roots;
    const fitting = jobs.length <= CHILDREN_MAX ? jobs.length : CHILDREN_MAX - 1;
    for (let i = 0; i < jobs.length; i++) {
      const isCut = i >= fitting || this.#lines.length >= TREE_LINES_MAX - 1;
      if (isCut) return this.#addRest(jobs.slice(i), indent + (isRoot ? "" : branches.elbow));
      const job = jobs[i]!;
      const isLast = i === jobs.length - 1;
      this.#addJob(job, indent + (isRoot ? "" : isLast ? branches.elbow : branches.tee));
      const children = this.#children[job];
      if (children === undefined) continue;
      const inner = indent + (isRoot ? "" : isLast ? branches.blank : branches.bar);
      if (this.#levels[job]! + 1 >= LEVELS_MAX) this.#addRest(children, inner + branches.elbow);
      else this.#addAll(children, inner);
    }
  }

  #addJob(job: number, before: string): void {
    const { style, signOf } = this.#options;
    const { id } = this.#plan.jobs[job]!;
    const sign = signOf?.(job);
    const glyph = sign === undefined ? "" : `${paint(style, sign.look, sign.glyph)} `;
    const others = this.#otherNeeds(job);
    const note = others.length === 0 ? "" : paint(style, "dim", `  (also ${others.join(", ")})`);
    const branch = before === "" ? "" : paint(style, "dim", before);
    this.#push(this.#levels[job]!, `${branch}${glyph}${id}${note}`);
  }

  /** One line for jobs that are not drawn, with all that is below them. */
  #addRest(jobs: readonly number[], before: string): void {
    const count = jobs.reduce((sum, job) => sum + this.#sizes[job]!, 0);
    const { ellipsis } = this.#options.style.glyphs;
    const level = this.#levels[jobs[0]!]!;
    this.#push(
      level,
      paint(this.#options.style, "dim", `${before}${ellipsis} ${grouped(count)} more`),
    );
  }

  #push(level: number, text: string): void {
    const { columns, style } = this.#options;
    const width = String(LEVELS_MAX).length;
    const line = `${paint(style, "dim", String(level).padStart(width))}  ${text}`;
    this.#lines.push(cutToWidth(line, columns - 1, style.glyphs.ellipsis));
  }

  /** What a job waits for beside the one it stands under. */
  #otherNeeds(job: number): string[] {
    const { jobs, indexOf } = this.#plan;
    const { dependencies, conditions } = jobs[job]!;
    const parent = parentOf(this.#plan, this.#levels, job);
    return [...new Set([...dependencies, ...conditions.skipIfFailed])]
      .filter((id) => indexOf.has(id) && indexOf.get(id) !== parent);
  }
}

function parentsOf(plan: Plan, levels: Int32Array): number[] {
  return plan.jobs.map((_, job) => parentOf(plan, levels, job));
}

/** The first job of the level above that `job` waits for; -1 where it waits for none. */
function parentOf({ jobs, indexOf }: Plan, levels: Int32Array, job: number): number {
  const { dependencies, conditions } = jobs[job]!;
  for (const id of [...dependencies, ...conditions.skipIfFailed]) {
    const need = indexOf.get(id);
    if (need !== undefined && levels[need] === levels[job]! - 1) return need;
  }
  return -1;
}
