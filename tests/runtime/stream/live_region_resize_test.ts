/** The live region on a terminal whose size changes: what is permanent stays, and nothing else does. */
import { assertEquals } from "../../support/assert.ts";
import { pass } from "../../support/fake_world.ts";
import { Stage } from "../../support/stage.ts";

Deno.test("LiveRegion draws again after a resize, once the terminal has come to rest", () => {
  const stage = new Stage({ columns: 40 });
  stage.show("x".repeat(39), "1 running");
  const before = stage.screen.writes.length;
  stage.screen.resize(20, 6);
  stage.signals.send("SIGWINCH");
  stage.signals.send("SIGWINCH");
  for (let i = 0; i < 10; i++) {
    pass(stage.clock, 100);
    stage.signals.send("SIGWINCH");
  }
  assertEquals(stage.screen.writes.length, before, "not while it goes on");
  stage.showResized("x".repeat(19), "1 running");
  stage.check(`
    $ orch run
    ${"x".repeat(19)}
    1 running`);
  stage.signals.send("SIGWINCH");
  pass(stage.clock, 200);
  assertEquals(stage.screen.writes.length, before + 2, "also where the lines are the same");
  pass(stage.clock, 1_000);
  assertEquals(stage.screen.writes.length, before + 2, "once");
});

/** Sizes that a terminal goes through between two frames, and how it is left in the end. */
const RESIZES: readonly (readonly (readonly [columns: number, rows: number])[])[] = [
  [[20, 20]],
  [[13, 20]],
  [[80, 20]],
  [[20, 20], [80, 20], [33, 20]],
  [[33, 6], [40, 20]],
];

/** How terminals take lines that no longer fit. */
const KINDS = ["resize", "resizeAndCut"] as const;

for (const kind of KINDS) {
  for (const sizes of RESIZES) {
    Deno.test(`LiveRegion leaves all that is permanent and nothing else after ${kind} to ${sizes.join(" ")}`, () => {
      const stage = new Stage({ columns: 40, rows: 20 });
      stage.region.print("✔ lint");
      stage.show("─".repeat(39), `a ${"x".repeat(30)}`, "b", `1 running ${"y".repeat(20)}`);
      for (const [columns, rows] of sizes) {
        stage.screen[kind](columns, rows);
        stage.signals.send("SIGWINCH");
      }
      stage.region.print("✔ build");
      stage.showResized("─".repeat(12), "1 running");
      stage.check(`
      $ orch run
      ✔ lint
      ✔ build
      ${"─".repeat(12)}
      1 running`);
    });
  }

  Deno.test(`LiveRegion leaves nothing behind where it is drawn after ${kind}, before it hears of that`, () => {
    const stage = new Stage({ columns: 40, rows: 20 });
    stage.region.print("✔ lint");
    stage.show("─".repeat(39), "a runs", `1 running ${"y".repeat(20)}`);
    stage.screen[kind](20, 20);
    stage.region.print("✔ test");
    stage.show("─".repeat(39), "a runs on", `1 running ${"y".repeat(20)}`);
    stage.screen[kind](13, 20);
    stage.region.print("✔ build");
    stage.show("─".repeat(19), "1 running");
    stage.signals.send("SIGWINCH");
    stage.showResized("─".repeat(12), "1 running");
    stage.screen[kind](60, 20);
    stage.check(`
      $ orch run
      ✔ lint
      ✔ test
      ✔ build
      ${"─".repeat(12)}
      1 running`);
  });
}
