/** Calls at a time: order, taking back, trouble in a callback, and the end of the program. */
import { assertEquals } from "@std/assert";
import { Timers } from "../../../lib/runtime/port/timers.ts";

const now = () => performance.now();

/** Resolves at the call. */
function called(timers: Timers, afterMs: number): Promise<number> {
  return new Promise((resolve) => void timers.callAt(now() + afterMs, () => resolve(now())));
}

Deno.test("timers: calls come in the order of their times, never early", async () => {
  const timers = new Timers(now);
  const order: number[] = [];
  const at = now();
  await Promise.all([40, 10, 25, 10].map((after) =>
    called(timers, after).then((when) => {
      order.push(after);
      assertEquals(when >= at + after, true, `${after} ms`);
    })
  ));
  assertEquals(order, [10, 10, 25, 40]);
});

Deno.test("timers: a call that was taken back is not made, and later ones still are", async () => {
  const timers = new Timers(now);
  let calls = 0;
  const cancel = timers.callAt(now() + 5, () => calls++);
  const later = called(timers, 20);
  cancel();
  cancel();
  await later;
  assertEquals(calls, 0);
});

Deno.test("timers: what throws keeps nothing else from being called", async () => {
  const timers = new Timers(now);
  const failed = Promise.withResolvers<string>();
  const listen = (event: ErrorEvent) => {
    event.preventDefault();
    failed.resolve(event.message);
  };
  globalThis.addEventListener("error", listen);
  timers.callAt(now() + 1, () => {
    throw new Error("the callback's own trouble");
  });
  await called(timers, 5);
  assertEquals((await failed.promise).includes("own trouble"), true);
  globalThis.removeEventListener("error", listen);
});

Deno.test("timers: a call that calls again goes on, beside one far away", async () => {
  const timers = new Timers(now);
  const cancel = timers.callAt(now() + 3_600_000, () => {});
  for (let i = 0; i < 5; i++) await called(timers, 2);
  cancel();
});

Deno.test("timers: with nothing left to call, the program may end", async () => {
  const script = `import { Timers } from ${
    JSON.stringify(new URL("../../../lib/runtime/port/timers.ts", import.meta.url).href)
  }; new Timers(() => performance.now()).callAt(performance.now() + 60_000, () => {})();`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", config, `data:application/typescript,${encodeURIComponent(script)}`],
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals(code, 0);
});
