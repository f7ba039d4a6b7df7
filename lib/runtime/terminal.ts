/**
 * Paints a region of lines at the bottom of a terminal, inline, at its own pace: at most ten frames a
 * second, one write per frame, none where nothing changed, none while the terminal has not taken the
 * one before, and never for more than a fiftieth of the time. Permanent lines scroll away above it.
 * What it shows cannot change the run; however the run ends, the cursor comes back.
 */
import type { Clock, OutputStream, Signals } from "./world.ts";

/** Time between two frames. */
const FRAME_MS = 100;
/** It is at least so many times what a frame costs, up to a second. */
const LEAST_REST = 50;
const LONGEST_REST_MS = 1_000;

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
  /** Columns that a line takes. */
  widthOf(line: string): number;
}

/** A live region. Open it once, close it on every way out. */
export class LiveRegion {
  /** What `frame` or the stream threw, if anything: the region has then closed itself. */
  viewError: unknown = null;

  readonly #options: RegionOptions;
  readonly #ignoreResize: () => void;
  #pending: string[] = [];
  /** The lines that stand on the screen now. */
  #drawn: readonly string[] = [];
  /** Whether the next frame is drawn whatever it holds. */
  #stale = true;
  #resized = false;
  /** What the last frame cost, in milliseconds. One that comes alone, as the first does, is no measure. */
  #lastCost = 0;
  #cancelTick: (() => void) | null = null;
  #closed = false;

  constructor(options: RegionOptions) {
    this.#options = options;
    this.#ignoreResize = options.signals.listen("SIGWINCH", () => this.#resized = true);
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
    this.#stale = true;
    // Not at once: what has changed meanwhile is told first.
    this.#schedule(0, HIDE_CURSOR);
  }

  #tick(before = ""): void {
    const { clock, frame, stream } = this.#options;
    // A frame is worth nothing once there is a newer one; what is permanent waits for its turn.
    if (stream.waiting > 0) return this.#schedule(FRAME_MS, before);
    const startedAt = clock.now();
    try {
      const lines = frame();
      if (this.#isNews(lines)) this.#write(before + this.#draw(lines));
    } catch (error) {
      this.#fail(error);
    }
    if (this.#closed) return;
    const cost = clock.now() - startedAt;
    const rest = Math.min(LONGEST_REST_MS, LEAST_REST * Math.min(cost, this.#lastCost));
    this.#lastCost = cost;
    this.#schedule(Math.max(FRAME_MS, rest));
  }

  #schedule(afterMs: number, before = ""): void {
    const { clock } = this.#options;
    this.#cancelTick = clock.callAt(clock.now() + afterMs, () => this.#tick(before));
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
    if (this.#stale || this.#resized || this.#pending.length > 0) return true;
    return lines.length !== drawn.length || lines.some((line, i) => line !== drawn[i]);
  }

  #draw(lines: readonly string[]): string {
    const rows = this.#rowsDrawn();
    const up = rows > 0 ? `\x1b[${rows}A\r` : "\r";
    // A permanent line may be wider than the terminal, and so may be what a resize has wrapped: nothing
    // may stand where they end.
    const clear = this.#pending.length > 0 || this.#resized ? CLEAR_BELOW : "";
    const permanent = this.#pending.map((line) => `${line}\n`).join("");
    const region = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    this.#pending = [];
    this.#drawn = lines;
    this.#stale = false;
    this.#resized = false;
    return `${BEGIN_FRAME}${up}${clear}${permanent}${WRAP_OFF}${region}${CLEAR_BELOW}${WRAP_ON}${END_FRAME}`;
  }

  /**
   * Rows that the region takes on the screen. A terminal that was made narrower wraps the lines that it
   * shows, as most do; those on which they are cut off instead lose a line above the region.
   */
  #rowsDrawn(): number {
    if (!this.#resized) return this.#drawn.length;
    const { columns } = this.#options.stream.size();
    const rows = this.#drawn.map((line) => Math.ceil(this.#options.widthOf(line) / columns));
    return rows.reduce((sum, count) => sum + Math.max(1, count), 0);
  }
}
