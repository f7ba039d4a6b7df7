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
/**
 * Time without a resize before the next frame: one that is on its way while the terminal wraps its lines
 * anew would go up too far, and over lines that are to stay.
 */
const STILL_MS = 150;

const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const WRAP_OFF = "\x1b[?7l";
const WRAP_ON = "\x1b[?7h";
const CLEAR_BELOW = "\x1b[J";
const CLEAR_LINE = "\x1b[K";
/** Not `CLEAR_BELOW` from the top: at the top of the screen some terminals keep what it clears. */
const CLEAR_ROW_AND_GO_DOWN = "\x1b[2K\x1b[B";

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
  /** Columns that the terminal had then. */
  #columns = 0;
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
      if (this.#isNews(lines)) this.#write(this.#hideCursor() + this.#draw(lines));
    } catch (error) {
      this.#fail(error);
    }
    if (this.#closed) return;
    const cost = clock.now() - startedAt;
    const rest = Math.min(LONGEST_REST_MS, LEAST_REST * Math.min(cost, this.#lastCost));
    this.#lastCost = cost;
    this.#schedule(Math.max(FRAME_MS, rest));
  }

  #hideCursor(): string {
    if (this.#isCursorHidden) return "";
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
    if (this.#stale || this.#pending.length > 0) return true;
    return lines.length !== drawn.length || lines.some((line, i) => line !== drawn[i]);
  }

  #draw(lines: readonly string[]): string {
    const { columns } = this.#options.stream.size();
    const rows = this.#rowsDrawn(columns);
    const up = rows > 0 ? `\x1b[${rows}A\r` : "\r";
    // A permanent line may be wider than the terminal, and so may be what a resize has wrapped: nothing
    // may stand where they end.
    const fits = (line: string) => !line.includes("\t") && this.#options.widthOf(line) < columns;
    const isClean = rows === this.#drawn.length && this.#pending.every(fits);
    const clear = isClean || rows === 0 ? "" : CLEAR_ROW_AND_GO_DOWN.repeat(rows) + up;
    // Behind the last column there is nothing to clear but the last character.
    const end = isClean ? `${CLEAR_LINE}\n` : "\n";
    const permanent = this.#pending.map((line) => line + end).join("");
    const region = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    this.#pending = [];
    this.#drawn = lines;
    this.#columns = columns;
    this.#stale = false;
    return `${BEGIN_FRAME}${up}${clear}${permanent}${WRAP_OFF}${region}${CLEAR_BELOW}${WRAP_ON}${END_FRAME}`;
  }

  /**
   * Rows that the region takes on the screen. A terminal that was made narrower wraps the lines that it
   * shows, as most do; those on which they are cut off instead lose a line above the region.
   */
  #rowsDrawn(columns: number): number {
    if (columns >= this.#columns) return this.#drawn.length;
    const rows = this.#drawn.map((line) => Math.ceil(this.#options.widthOf(line) / columns));
    return rows.reduce((sum, count) => sum + Math.max(1, count), 0);
  }
}
