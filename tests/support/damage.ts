/** Damage of journals, by a seed: what disks, editors, tools of versions and people do to files of lines. */
import type { Dice } from "./random.ts";

const LINE_FEED = 10;

/** What is damaged, and what else there is to mix in. */
export interface Damaged {
  readonly bytes: Uint8Array;
  /** The journal of another run of the same workflow. */
  readonly other: Uint8Array;
  readonly dice: Dice;
}

type Damage = (damaged: Damaged) => Uint8Array;

/** Each kind of damage, by its name. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  "cut anywhere": ({ bytes, dice }) => bytes.slice(0, dice.between(0, bytes.length)),
  "cut at the end of a line": (damaged) =>
    ofLines(damaged, (lines, dice) => lines.slice(0, dice.between(0, lines.length))),
  "flipped bits": ({ bytes, dice }) => {
    const flipped = bytes.slice();
    for (let i = dice.between(1, 3); i > 0; i--) {
      flipped[dice.between(0, bytes.length - 1)]! ^= 1 << dice.between(0, 7);
    }
    return flipped;
  },
  "line ends of Windows": ({ bytes, dice }) => {
    const from = dice.chance(0.5) ? 0 : dice.between(0, bytes.length);
    return Uint8Array.from(
      [...bytes].flatMap((byte, i) => byte === LINE_FEED && i >= from ? [13, byte] : [byte]),
    );
  },
  "a line twice": (damaged) =>
    ofLines(damaged, (lines, dice) => {
      const at = dice.between(0, lines.length - 1);
      return lines.toSpliced(at, 0, lines[at]!);
    }),
  "lost lines": (damaged) =>
    ofLines(damaged, (lines, dice) => {
      const at = dice.between(0, lines.length - 1);
      return lines.toSpliced(at, dice.between(1, 4));
    }),
  "lines in another order": (damaged) =>
    ofLines(damaged, (lines, dice) => {
      const [a, b] = [0, 0].map(() => dice.between(0, lines.length - 1)) as [number, number];
      return lines.with(a, lines[b]!).with(b, lines[a]!);
    }),
  "emptied": () => new Uint8Array(),
  "zeros": ({ bytes, dice }) => {
    const from = dice.between(0, bytes.length - 1);
    const to = dice.chance(0.5) ? bytes.length : dice.between(from, bytes.length);
    return bytes.slice().fill(0, from, to);
  },
  "two runs in one": ({ bytes, other, dice }) =>
    dice.chance(0.5) ? join(bytes, other) : join(other, bytes),
  "the journal of another run": ({ other }) => other.slice(),
  "lines of another run between": (damaged) =>
    ofLines(damaged, (lines, dice, others) => {
      const from = dice.between(0, others.length - 1);
      const some = others.slice(from, from + dice.between(1, 3));
      return lines.toSpliced(dice.between(0, lines.length), 0, ...some);
    }),
  "lines of another run in the place of its own": (damaged) =>
    ofLines(damaged, (lines, dice, others) => {
      const at = dice.between(0, Math.min(lines.length, others.length) - 1);
      const count = dice.between(1, 3);
      return lines.toSpliced(at, count, ...others.slice(at, at + count));
    }),
};

function ofLines(
  { bytes, other, dice }: Damaged,
  change: (lines: Uint8Array[], dice: Dice, others: Uint8Array[]) => Uint8Array[],
): Uint8Array {
  return join(...change(linesOf(bytes), dice, linesOf(other)));
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, start);
    const next = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.slice(start, next));
    start = next;
  }
  return lines;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
