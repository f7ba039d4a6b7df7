/** Data of whatever shape, looked into without trust. */

/** True for a mapping; lists and scalars are none. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands under a key of a mapping or a list; `undefined` where nothing does. */
export function property(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}
