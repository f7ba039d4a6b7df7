/**
 * A standard stream. It makes the program wait for its reader until `unblock`, which a run calls: from
 * then on what is written waits in a queue, and a thread of the platform hands it over. With a pager that
 * has read enough, or a terminal that was stopped, time limits and signals go on. Who writes looks at
 * `waiting` and leaves out what can be left out; who ends the program waits for `flush`.
 */
import type { OutputStream } from "../port/world.ts";

/** Bytes handed over at once: what a pipe holds on Linux. */
const PIECE_BYTES = 64 * 1024;
/** Milliseconds until a stream is tried again that somebody has set to refuse rather than wait. */
const AGAIN_MS = 5;

/** What the platform gives: the standard streams of Deno. */
export interface Sink {
  /** Resolves with the number of bytes that were taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns it, and waits for that. */
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** One standard stream. */
export class StandardStream implements OutputStream {
  readonly isTerminal: boolean;

  readonly #sink: Sink;
  readonly #encoder = new TextEncoder();
  #isBlocking = true;
  #queue: Uint8Array[] = [];
  #waiting = 0;
  #writing: Promise<void> | null = null;
  /** Nobody reads: after `orch … | head`, or with the terminal closed. No reason to fail a run. */
  #isBroken = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(sink: Sink) {
    this.#sink = sink;
    this.isTerminal = sink.isTerminal();
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  get waiting(): number {
    return this.#waiting;
  }

  unblock(): void {
    this.#isBlocking = false;
  }

  write(content: string | Uint8Array): void {
    if (this.#failure !== null) throw this.#failure.error;
    const bytes = typeof content === "string" ? this.#encoder.encode(content) : content;
    if (this.#isBroken || bytes.length === 0) return;
    if (this.#isBlocking) return this.#writeNow(bytes);
    this.#queue.push(typeof content === "string" ? bytes : bytes.slice());
    this.#waiting += bytes.length;
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

  #writeNow(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && !this.#isBroken;) {
      try {
        done += this.#sink.writeSync(bytes.subarray(done));
      } catch (error) {
        if (nobodyReads(error)) this.#isBroken = true;
        else if (error instanceof Deno.errors.WouldBlock) pauseAll();
        else throw error;
      }
    }
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    // All that the code writes which runs now goes out together.
    await null;
    try {
      while (this.#queue.length > 0 && !this.#isBroken) {
        const bytes = joined(this.#queue);
        this.#queue = [];
        for (let at = 0; at < bytes.length && !this.#isBroken;) {
          const piece = bytes.subarray(at, at + PIECE_BYTES);
          await this.#handOver(piece);
          at += piece.length;
          this.#waiting -= piece.length;
        }
      }
    } catch (error) {
      this.#failure = { error };
    }
    if (this.#isBroken || this.#failure !== null) [this.#queue, this.#waiting] = [[], 0];
    this.#writing = null;
  }

  async #handOver(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length && !this.#isBroken;) {
      try {
        done += await this.#sink.write(bytes.subarray(done));
      } catch (error) {
        if (nobodyReads(error)) this.#isBroken = true;
        else if (error instanceof Deno.errors.WouldBlock) await pause();
        else throw error;
      }
    }
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function nobodyReads(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    (error instanceof Error && "code" in error && error.code === "EIO");
}

/** Waits with the whole program, as a write would that its reader holds up. */
function pauseAll(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}
