/**
 * Which lines of a YAML text belong to which job, so that a slow reader can be given a few jobs of many.
 * Only lines and their indentation are looked at, and only what is beyond doubt is told: a list in block
 * style below a line `jobs:`. In YAML without mistakes nothing but an entry begins with a dash at the
 * column of the list. Who reads a part has to make sure that it is without mistakes.
 */

import type { DocumentPath } from "../../core/workflow/diagnostic.ts";

/** A part is worth a reading of its own from so many characters on. */
const PART_LENGTH_MIN = 64 * 1024;

/** Some jobs of a text, with all that stands around the list. */
export interface Part {
  /** In the order of the text. */
  readonly jobs: readonly number[];
  readonly text: string;
  /** What is added to an offset in the part, which makes it one in the whole text. */
  shiftAt(offset: number): number;
  /** Where in the part the lines of its `index`th job begin and end. */
  linesOf(index: number): readonly [start: number, end: number];
}

/** The places of all jobs in a text. */
export class JobLines {
  readonly #text: string;
  /** Where the lines of each job begin, and where those of the last one end. */
  readonly #starts: readonly number[];

  readonly #partLength: number;

  constructor(text: string, starts: readonly number[], partLength: number) {
    this.#text = text;
    this.#starts = starts;
    this.#partLength = partLength;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  /** The job that this path leads into; `null` for one that leads elsewhere, or nowhere. */
  jobOf([first, job]: DocumentPath): number | null {
    return first === "jobs" && typeof job === "number" && job < this.count ? job : null;
  }

  /** The offset of the dash of this job. */
  dashOf(job: number): number {
    return this.#text.indexOf("-", this.#starts[job]);
  }

  /** The jobs whose lines are so. */
  jobsWhere(holds: (lines: string) => boolean): number[] {
    const starts = this.#starts;
    return [...Array(this.count).keys()].filter((job) =>
      holds(this.#text.slice(starts[job], starts[job + 1]))
    );
  }

  /** The jobs whose lines hold `sought`, each as often as they do. */
  *jobsWith(sought: string): Generator<number> {
    const [text, starts] = [this.#text, this.#starts];
    let at = text.indexOf(sought, starts[0]);
    for (; at !== -1 && at < starts.at(-1)!; at = text.indexOf(sought, at + 1)) {
      yield lastUpTo(starts, at);
    }
  }

  /**
   * These jobs in groups, each worth a reading; `null` where reading them all, each with the text around
   * the list, would be more work than reading the whole.
   */
  groups(jobs: readonly number[]): number[][] | null {
    const around = this.#text.length - this.#starts.at(-1)! + this.#starts[0]!;
    const enough = Math.max(this.#partLength, 8 * around);
    const groups: number[][] = [];
    let total = 0;
    let room = 0;
    for (const job of jobs) {
      if (room <= 0) {
        groups.push([]);
        room = enough;
        total += around;
      }
      groups.at(-1)!.push(job);
      const length = this.#starts[job + 1]! - this.#starts[job]!;
      room -= length;
      total += length;
    }
    return total > 1.5 * this.#text.length ? null : groups;
  }

  /** The text without all other jobs. */
  part(jobs: readonly number[]): Part {
    const [text, starts] = [this.#text, this.#starts];
    const from = [0]; // where each piece begins in the part: before the list, the jobs, behind it
    const shifts = [0];
    const pieces = [text.slice(0, starts[0])];
    let length = starts[0]!;
    const add = (start: number, end: number) => {
      from.push(length);
      shifts.push(start - length);
      pieces.push(text.slice(start, end));
      length += end - start;
    };
    for (const job of jobs) add(starts[job]!, starts[job + 1]!);
    add(starts.at(-1)!, text.length);
    return {
      jobs,
      text: pieces.join(""),
      shiftAt: (offset) => shifts[lastUpTo(from, offset)]!,
      linesOf: (index) => [from[index + 1]!, from[index + 2]!],
    };
  }
}

/** The index of the last of these ascending numbers that is at most `value`; -1 for none. */
function lastUpTo(numbers: readonly number[], value: number): number {
  let low = -1;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Line breaks that not all readers of YAML take for some. */
const ODD_BREAK = /\r(?!\n)/;
const JOBS_KEY = /jobs:(?: +#[^\n]*| *)\r?(?:\n|$)/y;

/** Finds the lines of each job; `null` where that is not beyond doubt. */
export function findJobLines(text: string, partLength: number = PART_LENGTH_MIN): JobLines | null {
  if (ODD_BREAK.test(text)) return null;
  const key = text.startsWith("jobs:") ? 0 : text.indexOf("\njobs:") + 1;
  JOBS_KEY.lastIndex = key;
  if ((key === 0 && !text.startsWith("jobs:")) || !JOBS_KEY.test(text)) return null;
  const starts: number[] = [];
  let column = -1;
  let at = JOBS_KEY.lastIndex;
  for (let next = at; at < text.length; at = next) {
    next = text.indexOf("\n", at) + 1 || text.length;
    let first = at;
    while (text[first] === " ") first++;
    if (first >= next || "#\r\n".includes(text[first]!)) continue;
    const indentation = first - at;
    if (column >= 0 && indentation > column) continue;
    if (text[first] === "\t") return null;
    const isEntry = text[first] === "-" && " \r\n".includes(text[first + 1] ?? "\n");
    if (column < 0 && !isEntry) return null;
    column = column < 0 ? indentation : column;
    if (indentation === column && isEntry) starts.push(at);
    else if (indentation < column || column === 0) break;
    else return null;
  }
  return starts.length === 0 ? null : new JobLines(text, [...starts, at], partLength);
}
