/** The live region, seen on a small terminal while virtual time passes. */
import { LiveRegion } from "../../../lib/runtime/stream/live_region.ts";
import { widthOf } from "../../../lib/view/text/width.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStrictEquals,
  assertStringIncludes,
} from "../../support/assert.ts";
import { FakeSignals, pass } from "../../support/fake_world.ts";
import { Screen } from "../../support/screen.ts";
import { Stage } from "../../support/stage.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const FRAME =
  // deno-lint-ignore no-control-regex -- sequences begin with a control character
  /^(\x1b\[\?25l)?\x1b\[\?2026h[^]*\x1b\[\?2026l(\x1b\[\?25h)?$/;

Deno.test("LiveRegion shows its first frame at once, in one write, and hides the cursor", () => {
  const stage = new Stage();
  assertEquals(stage.screen.writes.length, 1);
  assertMatch(stage.screen.writes[0]!, FRAME);
  stage.check(`
    $ orch run
    a runs
    1 running`);
});

Deno.test("LiveRegion draws over the frame before: longer, shorter, taller and lower", () => {
  const stage = new Stage();
  stage.show("a runs for a while", "b runs", "2 running");
  stage.check(`
    $ orch run
    a runs for a while
    b runs
    2 running`);
  stage.show("b", "1");
  stage.check(`
    $ orch run
    b
    1`);
  stage.show();
  stage.check(`
    $ orch run`);
  stage.show("c");
  stage.check(`
    $ orch run
    c`);
});

Deno.test("LiveRegion leaves permanent lines above, in order, and stays below them", () => {
  const stage = new Stage();
  stage.region.print("✔ lint");
  stage.region.print("✔ build");
  stage.check(`
    $ orch run
    a runs
    1 running`);
  stage.show("b runs", "1 running");
  stage.check(`
    $ orch run
    ✔ lint
    ✔ build
    b runs
    1 running`);
  stage.region.print("✗ test");
  stage.show("1 running");
  stage.check(`
    $ orch run
    ✔ lint
    ✔ build
    ✗ test
    1 running`);
});

Deno.test("LiveRegion scrolls permanent lines away at the bottom of the screen", () => {
  const stage = new Stage({ rows: 5 });
  for (let i = 0; i < 20; i++) {
    stage.region.print(`✔ job-${i}`);
    stage.show(`job-${i + 1} runs`, "1 running");
  }
  assertEquals(stage.screen.visible(), ["✔ job-18", "✔ job-19", "job-20 runs", "1 running", ""]);
  const settled = Array.from({ length: 20 }, (_, i) => `✔ job-${i}`);
  assertEquals(
    stage.screen.text().split("\n"),
    ["$ orch run", ...settled, "job-20 runs", "1 running"],
  );
});

Deno.test("LiveRegion lets a permanent line wrap without leaving remains", () => {
  for (const length of [39, 40, 41, 80, 95]) {
    const stage = new Stage({ columns: 40 });
    stage.show("x".repeat(39), "y".repeat(39), "z".repeat(39));
    const line = "0123456789".repeat(10).slice(0, length);
    stage.region.print(line);
    stage.show("b runs");
    const wrapped = line.match(/.{1,40}/g)!;
    assertEquals(stage.screen.text().split("\n"), ["$ orch run", ...wrapped, "b runs"]);
  }
});

Deno.test("LiveRegion writes nothing while nothing changes", () => {
  const stage = new Stage();
  pass(stage.clock, 5_000);
  assertEquals(stage.screen.writes.length, 1);
  assertEquals(stage.frames, 51);
  stage.lines = [...stage.lines];
  pass(stage.clock, 1_000);
  assertEquals(stage.screen.writes.length, 1, "equal lines are no news");
  stage.region.print("✔ lint");
  pass(stage.clock, 1_000);
  assertEquals(stage.screen.writes.length, 2, "a permanent line is");
});

Deno.test("LiveRegion makes at most ten frames a second, each one write", () => {
  const stage = new Stage();
  for (let ms = 0; ms < 3_000; ms += 7) {
    stage.lines = [`${ms}`];
    stage.region.print(`line ${ms}`);
    if (ms % 1_001 === 0) stage.signals.send("SIGWINCH");
    pass(stage.clock, 7);
  }
  assert(stage.frames <= 32, `${stage.frames} frames`);
  assertEquals(stage.screen.writes.length, stage.frames);
  for (const written of stage.screen.writes) assertMatch(written, FRAME);
});

Deno.test("LiveRegion takes itself away when it closes, and gives the cursor back", () => {
  const stage = new Stage();
  stage.region.print("✔ lint");
  stage.region.close();
  stage.check(
    `
    $ orch run
    ✔ lint`,
    "cursor",
  );
  assertEquals(stage.screen.writes.length, 2);
  assertMatch(stage.screen.writes[1]!, FRAME);
  assertEquals(stage.signals.listening, 0);
  assertEquals(stage.clock.advance(), false, "no timer is left");
});

Deno.test("LiveRegion may be closed twice, and resized and printed to when it is closed", () => {
  const stage = new Stage();
  stage.region.close();
  stage.region.close();
  stage.signals.send("SIGWINCH");
  assertEquals(stage.screen.writes.length, 2);
  stage.region.print("one more thing");
  stage.check(
    `
    $ orch run
    one more thing`,
    "cursor",
  );
});

Deno.test("LiveRegion at the bottom of the screen leaves nothing behind when it closes", () => {
  for (const rows of [3, 4, 5, 6]) {
    const stage = new Stage({ rows });
    for (let i = 0; i < 4; i++) stage.region.print(`✔ job-${i}`);
    stage.show("x".repeat(39), "1 running");
    stage.region.print("✔ last");
    stage.region.close();
    const settled = Array.from({ length: 4 }, (_, i) => `✔ job-${i}`);
    assertEquals(stage.screen.text().split("\n"), ["$ orch run", ...settled, "✔ last"]);
  }
});

Deno.test("LiveRegion with nothing to show yet leaves the cursor alone", () => {
  const screen = new Screen(40, 10);
  const clock = new VirtualClock();
  const region = new LiveRegion({
    stream: screen,
    clock,
    signals: new FakeSignals(),
    widthOf,
    frame: () => [],
  });
  pass(clock, 500);
  assertEquals(screen.cursorVisible, true);
  region.close();
  assertEquals(screen.text(), "");
});

Deno.test("LiveRegion leaves out frames that nobody would see, and no permanent line", () => {
  const stage = new Stage();
  stage.screen.waiting = 500;
  stage.region.print("✔ lint");
  stage.show("b runs", "1 running");
  stage.region.print("✔ build");
  stage.show("c runs", "1 running");
  assertEquals([stage.screen.writes.length, stage.frames], [1, 1]);
  stage.screen.waiting = 0;
  stage.show("d runs", "1 running");
  assertEquals(stage.screen.writes.length, 2);
  stage.check(`
    $ orch run
    ✔ lint
    ✔ build
    d runs
    1 running`);
  stage.screen.waiting = 500;
  stage.region.print("✔ test");
  stage.region.close();
  assertStringIncludes(stage.screen.writes.at(-1)!, "✔ test");
});

/** What a frame costs, and how many there are in ten seconds. */
const COSTS: readonly (readonly [costMs: number, most: number])[] = [
  [0, 101],
  [2, 99],
  [4, 51],
  [10, 22],
  [500, 9],
];

for (const [costMs, most] of COSTS) {
  Deno.test(`LiveRegion makes about ${most} frames in ten seconds where each costs ${costMs} ms`, () => {
    const stage = new Stage();
    stage.costMs = costMs;
    pass(stage.clock, 10_000);
    assert(stage.frames <= most && stage.frames >= 0.85 * most, `${stage.frames} frames`);
  });
}

Deno.test("LiveRegion is not slowed down by a frame that is dear only once", () => {
  const stage = new Stage();
  for (let i = 0; i < 5; i++) {
    stage.costMs = 40;
    pass(stage.clock, 100);
    stage.costMs = 0;
    pass(stage.clock, 900);
  }
  assert(stage.frames >= 45, `${stage.frames} frames`);
});

Deno.test("LiveRegion comes back after a pause with the frame of that moment, no earlier one", () => {
  const stage = new Stage();
  stage.region.suspend();
  stage.check("$ orch run", "cursor");
  stage.signals.send("SIGWINCH");
  pass(stage.clock, 5_000);
  stage.check("$ orch run", "cursor");
  stage.region.resume();
  stage.lines = ["b runs", "1 running"];
  pass(stage.clock, 1);
  stage.check(`
    $ orch run
    b runs
    1 running`);
});

Deno.test("LiveRegion that cannot make a frame closes itself and goes on in plain lines", () => {
  const stage = new Stage();
  const trouble = new Error("a mistake of ours");
  stage.region.print("✔ lint");
  stage.trouble = trouble;
  pass(stage.clock, 1_000);
  assertStrictEquals(stage.region.viewError, trouble);
  assertEquals(stage.frames, 2);
  stage.region.print("✔ build");
  stage.check(
    `
    $ orch run
    ✔ lint
    ✔ build`,
    "cursor",
  );
  stage.region.close();
  assertEquals(stage.signals.listening, 0);
  assertEquals(stage.clock.advance(), false, "no timer is left");
});

Deno.test("LiveRegion outlives a stream that fails", () => {
  const stage = new Stage();
  const trouble = new Error("EIO: the terminal is gone");
  stage.screen.failure = trouble;
  stage.show("b runs");
  assertStrictEquals(stage.region.viewError, trouble);
  stage.region.print("✔ lint");
  stage.region.close();
  assertEquals(stage.signals.listening, 0);
  assertEquals(stage.clock.advance(), false, "no timer is left");
});

Deno.test("LiveRegion that fails from the start does not throw", () => {
  const signals = new FakeSignals();
  const screen = new Screen(40, 10);
  const trouble = new Error("a mistake of ours");
  const region = new LiveRegion({
    stream: screen,
    clock: new VirtualClock(),
    signals,
    widthOf,
    frame() {
      throw trouble;
    },
  });
  assertStrictEquals(region.viewError, trouble);
  assertEquals(screen.cursorVisible, true);
  assertEquals(signals.listening, 0);
});
