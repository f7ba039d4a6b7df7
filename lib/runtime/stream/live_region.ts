/**
 * Paints a region of lines at the bottom of a terminal, inline, at its own pace: at most ten frames a
 * second, one write per frame, none where nothing changed, none while the terminal has not taken the
 * one before, and never for more than a fiftieth of the time. Permanent lines scroll away above it.
 * What it shows cannot change the run; however the run ends, the cursor comes back.
 *
 * Between frames the hidden cursor stands on the region's first row. Terminals keep it on its character
 * when they wrap their lines anew, so that after a resize all that stands above it is permanent and all
 * below is the region, however many rows that has become: nothing has to be counted, and nothing is lost.
 */
import type { Clock, OutputStream, Signals } from "../port/world.ts";

/** Time between two frames. */
const FRAME_MS = 100;
/** It is at least so many times what a frame costs, up to a second. */
const REST_MIN = 50;
const REST_MS_MAX = 1_000;
/** Time without a resize before the next frame: what is drawn in between is out of date at once. */
const STILL_MS = 150;

const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const WRAP_OFF = "\x1b[?7l";
const WRAP_ON = "\x1b[?7h";
const CLEAR_BELOW = "\x1b[J";
/**
 * Before a line, not behind it: a row onto which the terminal has wrapped another else stays a part of that
 * one, and is joined with it when there is room again.
 */
const CLEAR_ROW = "\x1b[2K";
/**
 * Clears from the row of the cursor on, and stays there. Not `CLEAR_BELOW` alone: at the top of the screen
 * some terminals keep what it clears. The line feed makes room below the last row, where there is none.
 */
const CLEAR_FROM_HERE = `${CLEAR_ROW}\n${CLEAR_BELOW}\x1b[A`;

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
  #isCursorHidden = false;
  /** What the last frame cost, in milliseconds. One that comes alone, as the first does, is no measure. */
  #lastCost = 0;
  /** Takes back the next frame; `null` where none is planned. */
  #cancelTick: (() => void) | null = null;
  #closed = false;

  constructor(options: RegionOptions) {
    this.#options = options;
    this.#ignoreResize = options.signals.listen("SIGWINCH", () => this.#heardResize());
    this.#tick();
  }

  /** Leaves permanent lines above the region, with the next frame; at once where there is none. */
  print(text: string): void {
    if (this.#closed) this.#write(`${text}\n`);
    else for (const line of text.split("\n")) this.#pending.push(line);
  }

  /** Takes the region off the screen, leaves its permanent lines, and gives the cursor back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTick?.();
    this.#ignoreResize();
    this.#write(this.#draw([]) + this.#showCursor());
  }

  /** Takes the region off the screen and gives the cursor back, until `resume`. */
  suspend(): void {
    if (this.#closed) return;
    this.#cancelTick?.();
    this.#cancelTick = null;
    this.#write(this.#draw([]) + this.#showCursor());
  }

  /** Draws again after `suspend`. */
  resume(): void {
    if (this.#closed) return;
    this.#stale = true;
    // Not at once: what has changed meanwhile is told first.
    this.#schedule(0);
  }

  #tick(): void {
    const { clock, frame, stream } = this.#options;
    // A frame is worth nothing once there is a newer one; what is permanent waits for its turn.
    if (stream.waiting > 0) return this.#schedule(FRAME_MS);
    const startedAt = clock.now();
    try {
      const lines = frame();
      if (this.#isNews(lines)) this.#write(this.#hideCursor(lines) + this.#draw(lines));
    } catch (error) {
      this.#fail(error);
    }
    if (this.#closed) return;
    const cost = clock.now() - startedAt;
    const rest = Math.min(REST_MS_MAX, REST_MIN * Math.min(cost, this.#lastCost));
    this.#lastCost = cost;
    this.#schedule(Math.max(FRAME_MS, rest));
  }

  #hideCursor(lines: readonly string[]): string {
    if (this.#isCursorHidden || lines.length === 0) return "";
    this.#isCursorHidden = true;
    return HIDE_CURSOR;
  }

  #showCursor(): string {
    this.#isCursorHidden = false;
    return SHOW_CURSOR;
  }

  #heardResize(): void {
    this.#stale = true;
    if (this.#cancelTick === null) return;
    this.#cancelTick();
    this.#schedule(STILL_MS);
  }

  #schedule(afterMs: number): void {
    const { clock } = this.#options;
    this.#cancelTick = clock.callAt(clock.now() + afterMs, () => this.#tick());
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
    if (this.#pending.length > 0) return true;
    if (this.#stale && lines.length + drawn.length > 0) return true;
    return lines.length !== drawn.length || lines.some((line, i) => line !== drawn[i]);
  }

  #draw(lines: readonly string[]): string {
    const { columns } = this.#options.stream.size();
    // A permanent line may be wider than the terminal, and a tab skips what it passes: then nothing may
    // stand there, nor where the region goes and nothing comes in its place.
    const fits = (line: string) => !line.includes("\t") && this.#options.widthOf(line) < columns;
    const isOverdrawn = lines.length > 0 && this.#pending.every(fits);
    const clear = this.#drawn.length === 0 || isOverdrawn ? "" : CLEAR_FROM_HERE;
    const rows = (texts: readonly string[]) =>
      texts.map((text) => `${CLEAR_ROW}${text}\n`).join("");
    const permanent = rows(this.#pending);
    const region = rows(lines);
    const back = lines.length === 0 ? "" : `${CLEAR_BELOW}\x1b[${lines.length}A`;
    this.#pending = [];
    this.#drawn = lines;
    this.#stale = false;
    return `${BEGIN_FRAME}\r${clear}${permanent}${WRAP_OFF}${region}${back}${WRAP_ON}${END_FRAME}`;
  }
}
