/** How long a run will still take, and the time in which it stood still. */
import { expectedRestMs, usualMs } from "../../../lib/core/run/remaining_time.ts";
import { activeMs } from "../../../lib/core/run/state.ts";
import { assertEquals } from "../../support/assert.ts";
import { Story } from "../../support/story.ts";

const CHAIN = [
  { id: "a" },
  { id: "b" },
  { id: "c", dependencies: ["a"] },
  { id: "d", dependencies: ["c"] },
];

function restOf(story: Story): number | null {
  const usual = usualMs(story.state.plan);
  return usual === null ? null : expectedRestMs(story.state, { now: story.now, usualMs: usual });
}

Deno.test("expectedRestMs is what is left of the longest chain where slots are plenty", () => {
  const expected = { a: 10_000, b: 5_000, c: 20_000, d: 1_000 };
  const story = new Story(CHAIN, { expected });
  assertEquals(restOf(story), 31_000);
  story.start("a");
  story.start("b");
  story.pass(4_000);
  assertEquals(restOf(story), 27_000);
  story.pass(16_000);
  assertEquals(restOf(story), 21_000, "a job that takes longer than it should takes no time back");
  story.end("a", { kind: "succeeded" });
  story.start("c");
  story.pass(5_000);
  assertEquals(restOf(story), 16_000);
});

Deno.test("expectedRestMs is the work that is left, shared out, where slots are few", () => {
  const expected = { a: 10_000, b: 5_000, c: 20_000, d: 1_000 };
  const story = new Story(CHAIN, { expected, settings: { concurrency: 1 } });
  assertEquals(restOf(story), 36_000);
  story.start("a");
  story.pass(3_000);
  assertEquals(restOf(story), 33_000);
});

Deno.test("expectedRestMs counts the wait for the next attempt, and no time of standing still", () => {
  const story = new Story([{ id: "a" }], { expected: { a: 10_000 } });
  story.start("a");
  story.pass(63_000);
  story.tell({ type: "pause_ended", pausedMs: 60_000 });
  assertEquals(restOf(story), 7_000);
  story.retry("a", { kind: "exited", code: 1 }, 4_000);
  story.pass(1_000);
  assertEquals(restOf(story), 13_000);
});

Deno.test("expectedRestMs counts unknown jobs as usual ones, and is silent where most are unknown", () => {
  const known = new Story(CHAIN, { expected: { a: 10_000, b: 10_000 } });
  assertEquals(restOf(known), 30_000);
  assertEquals(restOf(new Story(CHAIN, { expected: { a: 10_000 } })), null);
  assertEquals(restOf(new Story(CHAIN)), null);
  for (const id of ["a", "b", "c", "d"]) {
    known.start(id);
    known.end(id, { kind: "succeeded" });
  }
  assertEquals(restOf(known), null, "nothing is left");
});

Deno.test("activeMs leaves out what lies in pauses, as far as it lies between the moments", () => {
  const pauses = [{ endedAt: 200, ms: 100 }, { endedAt: 500, ms: 50 }];
  const rows: readonly (readonly [from: number, to: number, expected: number])[] = [
    [0, 100, 100],
    [0, 150, 100],
    [0, 200, 100],
    [0, 1_000, 850],
    [120, 180, 0],
    [150, 300, 100],
    [200, 450, 250],
    [460, 470, 0],
    [500, 600, 100],
    [300, 200, 0],
  ];
  for (const [from, to, expected] of rows) {
    assertEquals(activeMs({ pauses }, from, to), expected, `${from} to ${to}`);
  }
});
