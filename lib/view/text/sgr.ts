/**
 * Which of the sequences that colour text (SGR, ECMA-48 8.3.117) may pass to a terminal: those after which
 * the text can still be read. Concealed text, other fonts and a colour on itself do not pass.
 */

/** What a line is written in so far. */
export interface Ink {
  /** Foreground and background as one word each; empty for the terminal's own. */
  readonly fore: string;
  readonly back: string;
}

/** What every line begins with. */
export const PLAIN_INK: Ink = { fore: "", back: "" };

/** One parameter of a sequence, or one with the further ones that belong to it. */
type Parameter = readonly string[];

/** The sequence as it may pass, and the ink after it; empty where nothing of it may. */
export function readableSgr(
  sequence: string,
  ink: Ink,
): { readonly sequence: string; readonly ink: Ink } {
  let now = ink;
  const kept: string[] = [];
  for (const parameter of parametersOf(sequence.slice(2, -1))) {
    const next = afterParameter(parameter, now);
    if (next === null) continue;
    kept.push(parameter.join(";"));
    now = next;
  }
  if (now.back !== "" && now.back === now.fore) {
    kept.push("49");
    now = { ...now, back: "" };
  }
  return { sequence: kept.length === 0 ? "" : `\x1b[${kept.join(";")}m`, ink: now };
}

/** `38;5;1;4` as `[38, 5, 1]` and `[4]`; parts that belong together by colons are one already. */
function parametersOf(text: string): Parameter[] {
  const parts = text.split(";");
  const found: Parameter[] = [];
  for (let at = 0; at < parts.length;) {
    const length = isColour(parts[at]!) ? { "5": 3, "2": 5 }[Number(parts[at + 1])] ?? Infinity : 1;
    found.push(parts.slice(at, at + length));
    at += length;
  }
  return found;
}

function isColour(part: string): boolean {
  return /^0*[345]8$/.test(part);
}

/** The ink after a parameter; `null` for one that may not pass. */
function afterParameter(parameter: Parameter, ink: Ink): Ink | null {
  const [first = "", ...rest] = parameter.flatMap((part) => part.split(":"));
  const code = Number(first);
  switch (code) {
    case 38:
    case 48:
    case 58: {
      const colour = colourOf(rest);
      if (colour === null) return null;
      return code === 58 ? ink : code === 38 ? { ...ink, fore: colour } : { ...ink, back: colour };
    }
    case 0:
      return PLAIN_INK;
    case 39:
      return { ...ink, fore: "" };
    case 49:
      return { ...ink, back: "" };
  }
  if (isIn(code, 30, 37)) return { ...ink, fore: indexed(code - 30) };
  if (isIn(code, 40, 47)) return { ...ink, back: indexed(code - 40) };
  if (isIn(code, 90, 97)) return { ...ink, fore: indexed(code - 90 + 8) };
  if (isIn(code, 100, 107)) return { ...ink, back: indexed(code - 100 + 8) };
  return isIn(code, 1, 7) || code === 9 || isIn(code, 21, 29) || isIn(code, 51, 55) || code === 59
    ? ink
    : null;
}

function isIn(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}

/** `5;n` or `2;r;g;b`, with colons also `2::r:g:b`, as one word; `null` for anything else. */
function colourOf([kind, ...values]: readonly string[]): string | null {
  const numbers = values.map(Number);
  if (Number(kind) === 5 && numbers.length === 1) return indexed(numbers[0]!);
  if (Number(kind) !== 2 || numbers.length < 3) return null;
  return `rgb ${(numbers.length === 3 ? numbers : numbers.slice(1, 4)).join(" ")}`;
}

/** A colour of the palette: the first sixteen are the terminal's own, the others are known. */
function indexed(index: number): string {
  if (index < 16) return `palette ${index}`;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb ${grey} ${grey} ${grey}`;
  }
  const cube = index - 16;
  return `rgb ${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join(" ")}`;
}

function level(step: number): number {
  return step === 0 ? 0 : 55 + step * 40;
}
