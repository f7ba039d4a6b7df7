/**
 * Expected texts of the tests of views, written anew where ORCH_UPDATE_GOLDEN=1 asks for it: the text in
 * the source of the test, wherever it stands there. Look at the difference afterwards.
 */
import { withLiteral } from "./golden_literal.ts";

const FOLDER = /\/tests\/view\//;

/** Whether expected texts are to become what is there now. */
export const IS_UPDATING = Deno.env.get("ORCH_UPDATE_GOLDEN") === "1";

/**
 * Writes the actual texts in the place of the expected ones, in the file of the test that calls, or in one
 * beside it that holds its rows. Whether all were found.
 */
export function updated(actual: unknown, expected: unknown): boolean {
  if (typeof actual === "string" && typeof expected === "string") {
    return actual === expected || updatedText(actual, expected);
  }
  const isList = Array.isArray(actual) && Array.isArray(expected) &&
    actual.length === expected.length;
  return isList && actual.every((item, i) => updated(item, expected[i]));
}

function updatedText(actual: string, expected: string): boolean {
  const called = callers();
  const own = called.filter(({ path }) => path.endsWith("_test.ts"));
  const beside = called.slice(0, 1).flatMap(({ path }) => neighbours(path));
  for (const { path, line } of [...own, ...beside]) {
    const source = Deno.readTextFileSync(path);
    const changed = withLiteral(source, { old: expected, next: actual, line });
    if (changed === null) continue;
    Deno.writeTextFileSync(path, changed);
    return true;
  }
  return false;
}

interface Place {
  readonly path: string;
  readonly line: number;
}

/** The files of views' tests that have called, the innermost first. */
function callers(): Place[] {
  const frames = (new Error().stack ?? "").matchAll(/(file:\/\/[^\s()]+?):(\d+):\d+/g);
  return [...frames]
    .map(([, url, line]) => ({ path: decodeURI(new URL(url!).pathname), line: Number(line) }))
    .filter(({ path }) => FOLDER.test(path));
}

/** The test files beside one that holds helpers. */
function neighbours(path: string): Place[] {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.endsWith("_test.ts")
  ).sort().map((name) => ({ path: `${folder}/${name}`, line: 0 }));
}
