/** Waits on the clock, by a clock that is turned by hand. */
import { sleep, within } from "../../../lib/runtime/port/waiting.ts";
import { ManualClock } from "../../support/attempt_context.ts";
import { assertEquals, assertRejects } from "../../support/assert.ts";

Deno.test("sleep() is over once the time has passed, and not before", async () => {
  const clock = new ManualClock();
  let isOver = false;
  const slept = sleep(clock, 100).then(() => isOver = true);
  clock.advance(99);
  await Promise.resolve();
  assertEquals(isOver, false);
  clock.advance(1);
  await slept;
});

Deno.test("within() gives what comes in time, and leaves no timer", async () => {
  const clock = new ManualClock();
  assertEquals(await within(clock, 100, Promise.resolve(7)), 7);
  await assertRejects(() => within(clock, 100, Promise.reject(new Error("x"))), Error, "x");
  assertEquals(clock.armed, 0);
});

Deno.test("within() does not wait longer", async () => {
  const clock = new ManualClock();
  const answer = within(clock, 100, new Promise(() => {}));
  clock.advance(100);
  assertEquals(await answer, undefined);
});
