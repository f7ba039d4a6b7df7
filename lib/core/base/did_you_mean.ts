/** Which known name a mistyped one most likely stands for. */
// @ts-types="../../types/std_levenshtein_distance.d.ts"
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Names longer than this are not compared: the distance costs length times length. */
const COMPARED_LENGTH_MAX = 64;

/**
 * The known name nearest to `name` by edit distance, or `null` when none is near: at most a third of
 * the letters may differ, three at the most. A difference in case alone always counts as near.
 */
export function didYouMean(name: string, known: Iterable<string>): string | null {
  if (name.length > COMPARED_LENGTH_MAX) return null;
  const lower = name.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.ceil(name.length / 3)));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = levenshteinDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
      if (distance === 0) break;
    }
  }
  return best;
}
