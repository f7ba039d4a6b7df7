/**
 * The way to a reader who may be slow: what is printed waits for it, up to a bound. What comes after
 * that is left out, and said to be, as soon as the reader goes on.
 */
import type { OutputStream } from "../../runtime/port/world.ts";

/** Characters that may wait for a reader. */
export const WAITING_MAX = 8 * 2 ** 20;

/** Prints to one stream. */
export class BoundedStream {
  readonly #stream: Pick<OutputStream, "write" | "waiting">;
  readonly #lostText: (lines: number) => string;
  #lost = 0;

  /** `lostText` says how many lines were left out. */
  constructor(
    stream: Pick<OutputStream, "write" | "waiting">,
    lostText: (lines: number) => string,
  ) {
    this.#stream = stream;
    this.#lostText = lostText;
  }

  /** Prints whole lines, unless too much is waiting already. */
  print(text: string): void {
    if (this.#stream.waiting > WAITING_MAX) this.#lost += text.split("\n").length - 1;
    else this.printAll(text);
  }

  /** Prints whole lines whatever is waiting: the last words of a run. */
  printAll(text: string): void {
    const lost = this.#lost === 0 ? "" : this.#lostText(this.#lost);
    this.#lost = 0;
    this.#stream.write(lost + text);
  }
}
