/** Which run a word on the command line means: `last`, or enough of an id to tell it from the others. */
import { didYouMean } from "../base/did_you_mean.ts";

/** What a word came to. Ids are newest first. */
export type NamedRun =
  | { readonly kind: "found"; readonly runId: string }
  | { readonly kind: "ambiguous"; readonly runIds: readonly string[] }
  | { readonly kind: "none"; readonly suggestion: string | null }
  /** There is no run at all. */
  | { readonly kind: "no_runs" };

/** The word for the newest run. */
const LAST = "last";

/**
 * The run that `name` means among `runIds`, newest first: the whole of an id wins, then the beginning of
 * one, then that of its last part (`x7k2` of `20261122-113040-x7k2`), easier to type than a date.
 */
export function nameRun(name: string, runIds: readonly string[]): NamedRun {
  const [newest] = runIds;
  if (newest === undefined) return { kind: "no_runs" };
  if (name === LAST) return { kind: "found", runId: newest };
  if (runIds.includes(name)) return { kind: "found", runId: name };
  const byStart = name === "" ? [] : runIds.filter((id) => id.startsWith(name));
  const found = byStart.length > 0 || name === ""
    ? byStart
    : runIds.filter((id) => lastPart(id).startsWith(name));
  const [only, ...others] = found;
  if (only === undefined) return { kind: "none", suggestion: suggest(name, runIds) };
  return others.length === 0
    ? { kind: "found", runId: only }
    : { kind: "ambiguous", runIds: found };
}

function suggest(name: string, runIds: readonly string[]): string | null {
  const ids = didYouMean(name, [LAST, ...runIds]);
  if (ids !== null) return ids;
  const part = didYouMean(name, runIds.map(lastPart));
  return part === null ? null : runIds.find((id) => lastPart(id) === part)!;
}

function lastPart(runId: string): string {
  return runId.slice(runId.lastIndexOf("-") + 1);
}
