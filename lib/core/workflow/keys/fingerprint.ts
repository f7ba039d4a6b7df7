/** Hashes of what jobs do, flat and in one order, since there may be 100,000 to hash. */

/** A JSON value whose mappings have their keys in the order of the alphabet. */
export function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(byName).map(([key, inner]) => [key, inOneOrder(inner)]);
}

/** Words whose order does not matter. */
export function inOrder(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : texts.toSorted();
}

/** The entries of a mapping in the order of their names. */
export function sorted<V>(entries: Readonly<Record<string, V>>): readonly (readonly [string, V])[] {
  const list = Object.entries(entries);
  return list.length < 2 ? list : list.sort(byName);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Sixteen hexadecimal digits: two lanes of multiply and mix (cyrb53), each finished as in MurmurHash3. */
export function hash64(text: string): string {
  let low = 0x41c6ce57;
  let high = 0xdeadbeef;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x5f356495);
    high = Math.imul(high ^ unit, 0x9e3779b1);
  }
  return digits(finish(low) ^ finish(high ^ 0x5bd1e995)) + digits(finish(high));
}

function finish(lane: number): number {
  const mixed = Math.imul(lane ^ lane >>> 16, 0x85ebca6b);
  const again = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return again ^ again >>> 16;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
