/**
 * A standard stream that never makes the program wait for its reader. What is written waits in a
 * queue, and a thread of the platform hands it over: with a pager that has read enough, or a terminal
 * that was stopped, time limits and signals go on. Who writes looks at `waiting` and leaves out what
 * can be left out; who ends the program waits for `flush`.
 */
import type { OutputStream } from "./world.ts";

/** Characters handed over at once: what a pipe holds on Linux. */
const PIECE = 64 * 1024;
/** Milliseconds until a stream is tried again that somebody has set to refuse rather than wait. */
const AGAIN_MS = 5;

/** What the platform gives: the standard streams of Deno. */
export interface Sink {
  /** Resolves with the number of bytes that were taken. */
  write(bytes: Uint8Array): Promise<number>;
  isTerminal(): boolean;
}

/** One standard stream. */
export class QueuedStream implements OutputStream {
  readonly isTerminal: boolean;

  readonly #sink: Sink;
  readonly #encoder = new TextEncoder();
  #queue: string[] = [];
  #waiting = 0;
  #writing: Promise<void> | null = null;
  /** Nobody reads: after `orch … | head`, or with the terminal closed. No reason to fail a run. */
  #abandoned = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.isTerminal = sink.isTerminal();
  }

  get waiting(): number {
    return this.#waiting;
  }

  write(text: string): void {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#abandoned || text === "") return;
    this.#queue.push(text);
    this.#waiting += text.length;
    this.#writing ??= this.#drain();
  }

  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== null) throw this.#failure.error;
  }

  size(): { readonly columns: number; readonly rows: number } {
    try {
      return Deno.consoleSize();
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    // All that the code writes which runs now goes out together.
    await null;
    try {
      while (this.#queue.length > 0 && !this.#abandoned) {
        const text = this.#queue.join("");
        this.#queue = [];
        for (let at = 0; at < text.length && !this.#abandoned;) {
          const piece = pieceAt(text, at);
          await this.#handOver(this.#encoder.encode(piece));
          at += piece.length;
          this.#waiting -= piece.length;
        }
      }
    } catch (error) {
      this.#failure = { error };
    }
    if (this.#abandoned || this.#failure !== null) [this.#queue, this.#waiting] = [[], 0];
    this.#writing = null;
  }

  async #handOver(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length && !this.#abandoned;) {
      try {
        done += await this.#sink.write(bytes.subarray(done));
      } catch (error) {
        if (nobodyReads(error)) this.#abandoned = true;
        else if (error instanceof Deno.errors.WouldBlock) await pause();
        else throw error;
      }
    }
  }
}

/** The next piece of a text, which does not end inside a character. */
function pieceAt(text: string, at: number): string {
  const end = at + PIECE;
  if (end >= text.length) return text.slice(at);
  const last = text.charCodeAt(end - 1);
  return text.slice(at, last >= 0xd800 && last < 0xdc00 ? end - 1 : end);
}

function nobodyReads(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    (error instanceof Error && "code" in error && error.code === "EIO");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}
