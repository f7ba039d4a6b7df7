/**
 * Paints a region of lines at the bottom of a terminal, inline, at its own pace: at most ten frames a
 * second, one write per frame. Permanent lines scroll away above it. What it shows cannot change the
 * run; however the run ends, the cursor comes back.
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
  readonly #options: RegionOptions;
  readonly #ignoreResize: () => void;
  #pending: string[] = [];
  /** Lines that stand on the screen now. */
  #height = 0;
  #cancelTick: (() => void) | null = null;
  #closed = false;

  constructor(options: RegionOptions) {
    this.#options = options;
    this.#ignoreResize = options.signals.listen("SIGWINCH", () => this.#resized());
    options.stream.write(HIDE_CURSOR);
    this.#tick();
  }

  /** Leaves a permanent line above the region, with the next frame. */
  print(line: string): void {
    this.#pending.push(line);
  }

  /** Takes the region off the screen, leaves its permanent lines, and gives the cursor back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTick?.();
    this.#ignoreResize();
    this.#options.stream.write(this.#draw([]) + SHOW_CURSOR);
  }

  #tick(): void {
    const { clock, stream, frame } = this.#options;
    stream.write(this.#draw(frame()));
    this.#cancelTick = clock.callAt(clock.now() + FRAME_MS, () => this.#tick());
  }

  /** A resize may have wrapped what was drawn: how many rows it takes now is not known any more. */
  #resized(): void {
    if (this.#closed) return;
    this.#options.stream.write(this.#draw(this.#options.frame()));
  }

  #draw(lines: readonly string[]): string {
    const up = this.#height > 0 ? `\x1b[${this.#height}A\r` : "\r";
    const permanent = this.#pending.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    this.#pending = [];
    this.#height = lines.length;
    const region = lines.map((line) => `${line}${CLEAR_LINE}\n`).join("");
    return `${BEGIN_FRAME}${up}${permanent}${WRAP_OFF}${region}${CLEAR_BELOW}${WRAP_ON}${END_FRAME}`;
  }
}
