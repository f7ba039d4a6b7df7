/** What a run amounts to. */
import { summarize, workOf } from "../../../lib/core/run/summary.ts";
import { assertEquals } from "../../support/assert.ts";
import { planOf, Player } from "../../support/trace.ts";

function summaryOf(jobs: string, ...lines: string[]) {
  const player = new Player(planOf(jobs));
  for (const line of lines) player.input(`> ${line}`);
  return summarize(player.state);
}

Deno.test("summarize() counts, adds up and names the longest chain", () => {
  const summary = summaryOf(
    `a
     b after a
     c after a tries 2 pause 10
     d after b,c
     e
     f after e
     g soft e`,
    "100 go",
    "110 a#1 ok",
    "115 e#1 exit 1",
    "120 c#1 exit 1",
    "130 time",
    "140 b#1 ok",
    "145 c#2 ok",
    "150 d#1 ok",
  );
  assertEquals(summary, {
    wallMs: 50,
    workMs: 10 + 15 + 10 + 30 + 15 + 5,
    longestChain: ["a", "b", "d"],
    failed: [4],
    cancelled: [],
    skipped: [5, 6],
    succeeded: 4,
  });
});

Deno.test("summarize() counts the work of all attempts of a chain", () => {
  const { longestChain, workMs } = summaryOf(
    "a\nb\na2 after a\nb2 tries 2 pause 90 after b",
    "0 go",
    "10 a#1 ok",
    "10 b#1 ok",
    "25 b2#1 exit 1",
    "30 a2#1 ok",
    "115 time",
    "121 b2#2 ok",
  );
  assertEquals(longestChain, ["b", "b2"]);
  assertEquals(workMs, 10 + 10 + 20 + 15 + 6);
});

Deno.test("summarize() tells of a cancelled run", () => {
  const summary = summaryOf("a\nb after a", "0 go", "5 stop interrupt", "9 a#1 signal SIGTERM");
  assertEquals(summary, {
    wallMs: 9,
    workMs: 9,
    longestChain: ["a"],
    failed: [],
    cancelled: [0, 1],
    skipped: [],
    succeeded: 0,
  });
});

Deno.test("summarize() names no chain where nothing ran", () => {
  const rows: [string, string[], number[]][] = [
    ["", ["0 go"], []],
    ["a branch main", ["0 go"], [0]],
    ["a", ["0 go", "0 a#1 ok"], []],
  ];
  for (const [jobs, lines, skipped] of rows) {
    const summary = summaryOf(jobs, ...lines);
    assertEquals([summary.longestChain, summary.skipped, summary.wallMs], [[], skipped, 0]);
  }
});

Deno.test("workOf() is nothing before the first attempt has ended", () => {
  assertEquals(workOf({ attempts: [undefined, []], pauses: [] }, 0), 0);
  assertEquals(workOf({ attempts: [undefined, []], pauses: [] }, 1), 0);
});

Deno.test("summarize() sums up a run of 20,000 in a chain", () => {
  const count = 20_000;
  const sketch = Array.from({ length: count }, (_, i) => i === 0 ? "j0" : `j${i} after j${i - 1}`);
  const player = new Player(planOf(sketch.join("\n")));
  player.input("> 0 go");
  for (let i = 0; i < count; i++) player.input(`> ${i + 1} j${i}#1 ok`);
  const startedAt = performance.now();
  const summary = summarize(player.state);
  assertEquals([summary.longestChain.length, summary.succeeded], [count, count]);
  assertEquals(performance.now() - startedAt < 500, true);
});

Deno.test("workOf() does not count the time in which an attempt stood still", () => {
  const attempt = {
    attempt: 1,
    startedAt: 100,
    endedAt: 500,
    outcome: { kind: "succeeded" },
  } as const;
  const pauses = [{ endedAt: 400, ms: 250 }, { endedAt: 900, ms: 50 }];
  assertEquals(workOf({ attempts: [[attempt]], pauses }, 0), 150);
});
