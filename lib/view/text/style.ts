/** Colours and glyphs: sixteen ANSI colours, never colour alone, and a plain form of everything. */

/** How text may look on the stream it is for. */
export interface Style {
  readonly color: boolean;
  readonly glyphs: Glyphs;
}

/** The signs of the states of a job, and the pieces of bars and rules. */
export interface Glyphs {
  readonly success: string;
  readonly failed: string;
  readonly cancelled: string;
  readonly skipped: string;
  readonly running: string;
  readonly retrying: string;
  readonly waiting: string;
  readonly rule: string;
  readonly arrow: string;
  readonly bar: string;
  readonly ellipsis: string;
  /** Between the facts of one line. */
  readonly dot: string;
  readonly times: string;
  /** Before a number that is a guess. */
  readonly about: string;
  /** What a progress bar is made of: what is done, and what is not. */
  readonly done: string;
  readonly undone: string;
}

const UNICODE: Glyphs = {
  success: "✔",
  failed: "✗",
  cancelled: "■",
  skipped: "⊘",
  running: "▶",
  retrying: "↻",
  waiting: "○",
  rule: "─",
  arrow: "→",
  bar: "│",
  ellipsis: "…",
  dot: "·",
  times: "×",
  about: "≈",
  done: "█",
  undone: "░",
};

const ASCII: Glyphs = {
  success: "+",
  failed: "x",
  cancelled: "#",
  skipped: "-",
  running: ">",
  retrying: "~",
  waiting: ".",
  rule: "-",
  arrow: "->",
  bar: "|",
  ellipsis: "...",
  dot: "|",
  times: "x",
  about: "~",
  done: "#",
  undone: ".",
};

/** A style: with colour or without, in Unicode or in ASCII. */
export function makeStyle(options: { readonly color: boolean; readonly ascii: boolean }): Style {
  return { color: options.color, glyphs: options.ascii ? ASCII : UNICODE };
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const;

/** The looks there are. */
export type Look = keyof typeof CODES;

/** `text` in a look, where the style has colour and there is something to see. */
export function paint(style: Style, look: Look, text: string): string {
  return style.color && text.trim() !== "" ? `\x1b[${CODES[look]}m${text}\x1b[0m` : text;
}

/** The sign of a job that has settled. */
export function settledSign(
  status: "success" | "failed" | "cancelled" | "skipped",
  glyphs: Glyphs,
): { readonly glyph: string; readonly look: Look } {
  const looks = { success: "green", failed: "red", cancelled: "yellow", skipped: "dim" } as const;
  return { glyph: glyphs[status], look: looks[status] };
}
