/** The middle of what is known. */

/** The median of the numbers that are known, the upper one of two; `null` where none is. */
export function median(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  return known[known.length >> 1] ?? null;
}
