/** Words for runs: what is found, what is one word for several, what was probably meant. */
import { nameRun } from "../../../lib/core/record/resolve_name.ts";
import { assertEquals } from "../../support/assert.ts";

const IDS = [
  "20261123-090000-abcd",
  "20261122-113040-x7k2",
  "20261122-113040",
  "20261122-090000-x7k3",
];

/** The word, and what it comes to. */
const ROWS: readonly (readonly [string, string])[] = [
  ["last", "20261123-090000-abcd"],
  ["20261123-090000-abcd", "20261123-090000-abcd"],
  ["20261123", "20261123-090000-abcd"],
  // The whole of one id, though another begins with it.
  ["20261122-113040", "20261122-113040"],
  ["20261122-113040-", "20261122-113040-x7k2"],
  ["x7k2", "20261122-113040-x7k2"],
  ["2026", `one of ${IDS.join(" ")}`],
  ["20261122-1", "one of 20261122-113040-x7k2 20261122-113040"],
  ["x7k4", "none: 20261122-113040-x7k2"],
  ["lst", "none: last"],
  ["20261123-090000-abce", "none: 20261123-090000-abcd"],
  ["a", "20261123-090000-abcd"],
  ["x7", "one of 20261122-113040-x7k2 20261122-090000-x7k3"],
  ["7k2", "none: 20261122-113040-x7k2"],
  ["nothing like it", "none"],
  ["", "none"],
  ["../x", "none"],
  ["LAST", "none: last"],
];

for (const [name, expected] of ROWS) {
  Deno.test(`'${name}' names ${expected}`, () => {
    const named = nameRun(name, IDS);
    const words = named.kind === "found"
      ? named.runId
      : named.kind === "ambiguous"
      ? `one of ${named.runIds.join(" ")}`
      : named.kind === "none" && named.suggestion !== null
      ? `none: ${named.suggestion}`
      : named.kind;
    assertEquals(words, expected);
  });
}

Deno.test("where there are no runs, no word names one", () => {
  for (const name of ["last", "2026", ""]) assertEquals(nameRun(name, []), { kind: "no_runs" });
});
