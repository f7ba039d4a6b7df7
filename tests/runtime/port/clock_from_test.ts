/** The clock of a run that goes on where clocks were set back. */
import { clockFrom } from "../../../lib/runtime/port/clock_from.ts";
import { assertEquals } from "../../support/assert.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

Deno.test("a clock that is not behind is taken as it is", () => {
  const clock = new VirtualClock(1_000);
  assertEquals([clockFrom(0, clock), clockFrom(999, clock), clockFrom(1_000, clock)], [
    null,
    null,
    null,
  ]);
});

Deno.test("a clock that is behind goes on from the last time, and its calls come when they are due", () => {
  const clock = new VirtualClock(1_000);
  const moved = clockFrom(5_000, clock)!;
  assertEquals(moved.now(), 5_000);
  const heard: number[] = [];
  moved.callAt(5_300, () => heard.push(clock.now()));
  const takeBack = moved.callAt(5_200, () => heard.push(-1));
  takeBack();
  while (clock.advance());
  assertEquals([heard, moved.now()], [[1_300], 5_300]);
});
