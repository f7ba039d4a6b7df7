/** Which old runs go. */
import { expiredRuns, parseAge } from "../../../lib/core/record/retention.ts";
import { assertEquals } from "../../support/assert.ts";

const NOW = 100;
/** Newest first, by the time they were last written to: `c` was gone on with lately. */
const RUNS = [["a", 99], ["b", 80], ["c", 95], ["d", 40]].map(([runId, changedAt]) => ({
  runId: String(runId),
  changedAt: Number(changedAt),
}));

/** How many are kept, how old others must be, and which go. */
const ROWS: readonly (readonly [keep: number | null, olderThanMs: number | null, string])[] = [
  [4, null, ""],
  [9, null, ""],
  [2, null, "c d"],
  [0, null, "a b c d"],
  [null, 20, "d"],
  [null, 19, "b d"],
  [null, 0, "a b c d"],
  [null, 60, ""],
  [2, 10, "d"],
  [1, 10, "b d"],
];

for (const [keep, olderThanMs, expected] of ROWS) {
  Deno.test(`of four runs, --keep ${keep} --older-than ${olderThanMs} lets go: ${expected}`, () => {
    const gone = expiredRuns(RUNS, { keep, olderThanMs, now: NOW });
    assertEquals(gone.map(({ runId }) => runId).join(" "), expected);
  });
}

Deno.test("an age is a whole number of minutes, hours, days or weeks", () => {
  const hour = 3_600_000;
  const rows: readonly (readonly [string, number | null])[] = [
    ["90m", 1.5 * hour],
    ["12h", 12 * hour],
    ["30d", 720 * hour],
    ["2w", 336 * hour],
    ["0d", 0],
    ...["", "30", "d", "3x", "1.5d", "-1d", "30 d", "30D", "1d2h", "9999999d"].map((
      text,
    ): [string, null] => [text, null]),
  ];
  for (const [text, expected] of rows) assertEquals(parseAge(text), expected, text);
});
