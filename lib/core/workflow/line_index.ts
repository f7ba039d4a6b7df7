/**
 * Turns offsets in a text into lines and columns. Columns count UTF-16 code units, as the offsets
 * of JavaScript strings do.
 */

import type { SourcePosition } from "./diagnostic.ts";

/** The line starts of one text, found once. */
export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /**
   * The position of `start`, up to `end` or to the end of its line, whichever comes first. It is
   * at least one column wide, so that there is something to point at.
   */
  position(start: number, end: number = start + 1): SourcePosition {
    const line = this.#lineAt(start);
    const lineStart = this.#starts[line]!;
    const visibleEnd = Math.max(start + 1, Math.min(end, this.#lineEnd(line)));
    return {
      line: line + 1,
      column: start - lineStart + 1,
      endColumn: visibleEnd - lineStart + 1,
    };
  }

  /** The index of the last line that starts at or before `offset`. */
  #lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where the visible text of a line ends, before its line break. */
  #lineEnd(line: number): number {
    const next = this.#starts[line + 1];
    if (next === undefined) return this.#text.length;
    return this.#text[next - 2] === "\r" ? next - 2 : next - 1;
  }
}
