/**
 * Text measured in the columns that a terminal gives it: wide characters count two, colours and
 * combining marks none. Cuts fall between what a reader sees as characters, never inside one.
 */
import fastStringTruncatedWidth from "fast-string-truncated-width";

const ASCII = /^[\x20-\x7e]*$/;
/** Common letters and signs of one column, none of which joins with the next. */
const NARROW = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u22ff\u2500-\u259f]*$/;
// deno-lint-ignore no-control-regex -- colours begin with one
const COLOURS = /\x1b\[[0-9;:]*m/g;
/** A colour, a run of plain characters, a run of others, or a stray escape. */
// deno-lint-ignore no-control-regex -- colours begin with one
const RUN = /\x1b\[[0-9;:]*m|[\x20-\x7e]+|[^\x20-\x7e\x1b]+|\x1b/g;

/** Columns that `text` takes. */
export function widthOf(text: string): number {
  const narrow = narrowWidth(text);
  if (narrow !== null) return narrow;
  let width = 0;
  for (const cell of cellsOf(text)) width += cell.width;
  return width;
}

/** `text` cut so that it takes at most `columns`, with `ellipsis` where something is missing. */
export function cutToWidth(text: string, columns: number, ellipsis = "…"): string {
  const room = columns - widthOf(ellipsis);
  const narrow = narrowWidth(text);
  if (narrow !== null && narrow <= columns) return text;
  if (narrow === text.length) return room < 0 ? "" : text.slice(0, room) + ellipsis;
  let [width, offset, end] = [0, 0, 0];
  for (const cell of cellsOf(text)) {
    width += cell.width;
    if (width > columns) {
      const reset = text.includes("\x1b[") ? "\x1b[0m" : "";
      return `${text.slice(0, end)}${room < 0 ? "" : ellipsis}${reset}`;
    }
    offset += cell.text.length;
    if (width <= room) end = offset;
  }
  return text;
}

/** Columns of a text of nothing but common signs and colours, as most are: much quicker than to count cells. */
function narrowWidth(text: string): number | null {
  const plain = text.includes("\x1b") ? text.replace(COLOURS, "") : text;
  return NARROW.test(plain) ? plain.length : null;
}

/** `text` with spaces behind it until it takes `columns`. */
export function padToWidth(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** One character as a reader sees it, or a colour, and its columns. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

function* cellsOf(text: string): Generator<Cell> {
  // The last plain character before others may be the base of their first combining mark.
  let base = "";
  for (const [run] of text.matchAll(RUN)) {
    if (run.startsWith("\x1b")) {
      yield* charactersOf(base);
      yield { text: run, width: 0 };
      base = "";
    } else if (ASCII.test(run)) {
      for (let i = 0; i < run.length - 1; i++) yield { text: run[i]!, width: 1 };
      base = run.slice(-1);
    } else {
      yield* charactersOf(base + run);
      base = "";
    }
  }
  yield* charactersOf(base);
}

/** Made when first needed: most output is plain, and making it takes time. */
let graphemes: Intl.Segmenter | null = null;

/** Common letters and signs, none of which joins with the next: quicker than to ask for graphemes. */
const LOOSE =
  /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u22ff\u2500-\u259f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]*$/;
/** From here on they are wide. */
const FIRST_WIDE = "\u3041";

function* charactersOf(text: string): Generator<Cell> {
  if (LOOSE.test(text)) {
    for (const sign of text) yield { text: sign, width: sign < FIRST_WIDE ? 1 : 2 };
    return;
  }
  if (text.length === 1) {
    yield { text, width: fastStringTruncatedWidth(text).width };
    return;
  }
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(text)) {
    yield { text: segment, width: fastStringTruncatedWidth(segment).width };
  }
}
