/** A live region on a small screen, while virtual time passes. */
import { LiveRegion } from "../../lib/runtime/stream/live_region.ts";
import { widthOf } from "../../lib/view/text/width.ts";
import { text } from "./shown_text.ts";
import { assert, assertEquals } from "./assert.ts";
import { FakeSignals, pass } from "./fake_world.ts";
import { Screen } from "./screen.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** A region on a screen; a test changes `lines` and lets time pass. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly signals = new FakeSignals();
  readonly screen: Screen;
  readonly region: LiveRegion;
  lines: readonly string[] = ["a runs", "1 running"];
  frames = 0;
  trouble: Error | null = null;
  /** What the next frame costs. */
  costMs = 0;

  constructor(options: { readonly columns?: number; readonly rows?: number } = {}) {
    this.screen = new Screen(options.columns ?? 40, options.rows ?? 10);
    this.screen.write("$ orch run\n");
    this.screen.writes.length = 0;
    this.region = new LiveRegion({
      stream: this.screen,
      clock: this.clock,
      signals: this.signals,
      widthOf,
      frame: () => {
        this.frames++;
        this.clock.spend(this.costMs);
        if (this.trouble !== null) throw this.trouble;
        return this.lines;
      },
    });
  }

  show(...lines: readonly string[]): void {
    this.lines = lines;
    pass(this.clock, 100);
  }

  /** As `show`, after a resize, which is waited out. */
  showResized(...lines: readonly string[]): void {
    this.lines = lines;
    pass(this.clock, 200);
  }

  /** What a person sees, and that the cursor and the line wrap are as they should be. */
  check(expected: string, cursor: "cursor" | "no cursor" = "no cursor"): void {
    assertEquals(this.screen.text(), text(expected));
    assertEquals(this.screen.cursorVisible, cursor === "cursor");
    assert(this.screen.autowrap && !this.screen.inFrame, "the modes are given back");
  }
}
