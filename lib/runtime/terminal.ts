/**
 * Paints a region of lines at the bottom of a terminal, inline, at its own pace: at most ten frames a
 * second, one write per frame, none where nothing changed. Permanent lines scroll away above it. What
 * it shows cannot change the run; however the run ends, the cursor comes back.
 */
import type { Clock, OutputStream, Signals } from "./world.ts";

const FRAME_MS = 100;

const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const WRAP_OFF = "\x1b[?7l";
const WRAP_ON = "\x1b[?7h";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE = "\x1b[K";

/** What a region needs. */
export interface RegionOptions {
  readonly stream: OutputStream;
  readonly clock: Clock;
  readonly signals: Signals;
  /** The lines to show now, none wider than the terminal. */
  frame(): readonly string[];
}

/** A live region. Open it once, close it on every way out. */
export class LiveRegion {
  /** What `frame` or the stream threw, if anything: the region has then closed itself. */
  viewError: unknown = null;

  readonly #options: RegionOptions;
  readonly #ignoreResize: () => void;
  #pending: string[] = [];
  /** The lines that stand on the screen now; `null` where they must be drawn again. */
  #drawn: readonly string[] | null = null;
  /** How many rows they take. */
  #height = 0;
  #cancelTick: (() => void) | null = null;
  #closed = false;

  constructor(options: RegionOptions) {
    this.#options = options;
    // A resize may have wrapped or cut what was drawn: the next frame is drawn whatever it holds.
    this.#ignoreResize = options.signals.listen("SIGWINCH", () => this.#drawn = null);
    this.#tick(HIDE_CURSOR);
  }

  /** Leaves a permanent line above the region, with the next frame; at once where there is none. */
  print(line: string): void {
    if (this.#closed) this.#write(`${line}\n`);
    else this.#pending.push(line);
  }

  /** Takes the region off the screen, leaves its permanent lines, and gives the cursor back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTick?.();
    this.#ignoreResize();
    this.#write(this.#draw([]) + SHOW_CURSOR);
  }

  /** Takes the region off the screen and gives the cursor back, until `resume`. */
  suspend(): void {
    if (this.#closed) return;
    this.#cancelTick?.();
    this.#write(this.#draw([]) + SHOW_CURSOR);
  }

  /** Draws again after `suspend`. */
  resume(): void {
    if (this.#closed) return;
    this.#drawn = null;
    this.#tick(HIDE_CURSOR);
  }

  #tick(before = ""): void {
    const { clock, frame } = this.#options;
    try {
      const lines = frame();
      if (this.#isNews(lines)) this.#write(before + this.#draw(lines));
    } catch (error) {
      this.#fail(error);
    }
    if (this.#closed) return;
    this.#cancelTick = clock.callAt(clock.now() + FRAME_MS, () => this.#tick());
  }

  #write(text: string): void {
    try {
      this.#options.stream.write(text);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A picture that cannot be drawn is no reason to end the run. */
  #fail(error: unknown): void {
    this.viewError ??= error;
    this.close();
  }

  #isNews(lines: readonly string[]): boolean {
    const drawn = this.#drawn;
    if (drawn === null || this.#pending.length > 0 || lines.length !== drawn.length) return true;
    return lines.some((line, i) => line !== drawn[i]);
  }

  #draw(lines: readonly string[]): string {
    const up = this.#height > 0 ? `\x1b[${this.#height}A\r` : "\r";
    // A permanent line may be wider than the terminal: nothing may stand where it wraps to.
    const permanent = this.#pending.length === 0
      ? ""
      : CLEAR_BELOW + this.#pending.map((line) => `${line}\n`).join("");
    const region = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    this.#pending = [];
    this.#drawn = lines;
    this.#height = lines.length;
    return `${BEGIN_FRAME}${up}${permanent}${WRAP_OFF}${region}${CLEAR_BELOW}${WRAP_ON}${END_FRAME}`;
  }
}
