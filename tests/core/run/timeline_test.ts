/** When jobs were ready, ran and waited, from the events of a run. */
import { timelineOf } from "../../../lib/core/run/timeline.ts";
import { assertEquals } from "../../support/assert.ts";
import { linesOf, planOf, Player } from "../../support/trace.ts";

/** The rows of a timeline, one a line, and its length. */
function brief(player: Player, now: number | null = null): string[] {
  const { rows, lengthMs } = timelineOf(player.journal, now);
  return [
    ...rows.map(({ jobId, status, spans }) =>
      [
        `${jobId} ${status ?? "open"}`,
        ...spans.map(({ kind, from, until }) => `${kind} ${from}-${until}`),
      ].join(", ")
    ),
    `length ${lengthMs}`,
  ];
}

function check(
  name: string,
  { jobs, inputs, now = null, concurrency = 4, expected }: {
    readonly jobs: string;
    readonly inputs: string;
    readonly now?: number | null;
    readonly concurrency?: number;
    readonly expected: string;
  },
): void {
  Deno.test(`timelineOf(): ${name}`, () => {
    const player = new Player(planOf(jobs), { concurrency });
    for (const line of linesOf(inputs)) player.input(line);
    assertEquals(brief(player, now), linesOf(expected));
  });
}

check("jobs that wait for each other and for a slot", {
  jobs: `
    a
    b after a
    c`,
  concurrency: 1,
  inputs: `
    > 1000 go
    > 1005 a#1 ok
    > 1009 b#1 exit 1
    > 1010 c#1 ok`,
  expected: `
    a success, ready 0-0, running 0-5
    c success, ready 0-9, running 9-10
    b failed, ready 5-5, running 5-9
    length 10`,
});

check("a retry, with the wait between", {
  jobs: "a tries 2 pause 10",
  inputs: `
    > 0 go
    > 5 a#1 exit 1
    > wake
    > 18 a#2 ok`,
  expected: `
    a success, ready 0-0, running 0-5, backoff 5-15, ready 15-15, running 15-18
    length 18`,
});

check("what was never ready has no row", {
  jobs: `
    a
    b after a`,
  inputs: `
    > 0 go
    > 5 a#1 exit 1`,
  expected: `
    a failed, ready 0-0, running 0-5
    length 5`,
});

check("what is under way lasts until now", {
  jobs: `
    a
    b`,
  concurrency: 1,
  now: 12,
  inputs: "> 0 go",
  expected: `
    a open, ready 0-0, running 0-12
    b open, ready 0-12
    length 12`,
});

Deno.test("timelineOf(): time in which the run stood still is left out", () => {
  const player = new Player(planOf("a\nb after a"));
  player.input("> 0 go");
  player.take({ type: "pause_ended", pausedMs: 100, at: 105 });
  player.input("> 110 a#1 ok");
  player.take({
    type: "reopen_requested",
    settings: player.state.settings!,
    plan: 0,
    downSince: 113,
    lost: ["b"],
    reset: [],
    assumed: [],
    ends: [],
    stop: null,
    at: 1_000,
  });
  player.input("> 1004 b#2 ok");
  assertEquals(brief(player), [
    "a success, ready 0-0, running 0-10",
    "b success, ready 10-10, running 10-13, ready 13-13, running 13-17",
    "length 17",
  ]);
});

Deno.test("timelineOf(): no events, no rows", () => {
  assertEquals(timelineOf([], null), { rows: [], lengthMs: 0 });
});
