/** What signals, crashes and Ctrl-Z ask of a run, in a world made by hand. */
import { listenForPause } from "../../../lib/cli/run/pause.ts";
import { listenForStops } from "../../../lib/cli/run/stops.ts";
import { assertEquals, assertRejects } from "../../support/assert.ts";
import { FakeWorld, pass } from "../../support/fake_world.ts";

Deno.test("signals: the first asks, an echo of it does not count, the second kills, the third leaves", async () => {
  const world = new FakeWorld();
  const asked: string[] = [];
  const stops = listenForStops(world, (reason) => asked.push(reason));
  world.signals.send("SIGINT");
  pass(world.clock, 100);
  world.signals.send("SIGINT");
  assertEquals(asked, ["interrupt"]);
  pass(world.clock, 200);
  world.signals.send("SIGTERM");
  assertEquals(asked, ["interrupt", "kill"]);
  pass(world.clock, 200);
  world.signals.send("SIGTERM");
  await stops.forceExit;
  assertEquals(stops.exitCode(), 130);
  stops.close();
  assertEquals([world.signals.listening, world.crash(new Error())], [0, false]);
});

Deno.test("signals: Ctrl-\\ kills at once, and after that any other leaves", async () => {
  const world = new FakeWorld();
  const asked: string[] = [];
  const stops = listenForStops(world, (reason) => asked.push(reason));
  world.signals.send("SIGQUIT");
  assertEquals(asked, ["kill"]);
  pass(world.clock, 200);
  world.signals.send("SIGINT");
  await stops.forceExit;
  assertEquals([stops.exitCode(), asked.length], [131, 1]);
  stops.close();
  assertEquals(world.signals.listening, 0);
});

Deno.test("signals: Ctrl-\\ after Ctrl-C kills as a second Ctrl-C does", () => {
  const world = new FakeWorld();
  const asked: string[] = [];
  const stops = listenForStops(world, (reason) => asked.push(reason));
  world.signals.send("SIGINT");
  world.signals.send("SIGQUIT");
  assertEquals([asked, stops.exitCode()], [["interrupt", "kill"], 130]);
  stops.close();
});

Deno.test("a crash ends the wait for the run, and after the run nobody listens", async () => {
  const world = new FakeWorld();
  const stops = listenForStops(world, () => {});
  assertEquals(world.crash(new Error("a mistake of ours")), true);
  await assertRejects(() => stops.forceExit, Error, "a mistake of ours");
  stops.close();
  assertEquals(world.crash(new Error()), false);
});

Deno.test("Ctrl-Z: the jobs stand still first, the view is left, and time goes back before it returns", async () => {
  const world = new FakeWorld();
  const order: string[] = [];
  const say = (word: string) => () => void order.push(word);
  world.processes.freeze = () => (order.push("freeze"), Promise.resolve());
  world.processes.thaw = say("thaw");
  world.stderr.flush = () => (order.push("flush"), Promise.resolve());
  world.signals.suspend = () => {
    order.push("suspend");
    world.clock.spend(60_000);
  };
  const ignore = listenForPause({
    world,
    processes: world.processes,
    view: {
      show() {},
      notice() {},
      say() {},
      close() {},
      end() {},
      suspend: say("leave"),
      resume: say("return"),
    },
    resumed: (ms) => order.push(`${ms} ms`),
  });
  // The second press comes before orch stands still.
  world.signals.send("SIGTSTP");
  world.signals.send("SIGTSTP");
  for (let i = 0; i < 10; i++) await Promise.resolve();
  assertEquals(order, ["freeze", "leave", "flush", "suspend", "thaw", "60000 ms", "return"]);
  ignore();
  assertEquals(world.signals.listening, 0);
});
