/** A standard stream that keeps what is written to it, for tests that ask or wait for it. */
import type { OutputStream } from "../../lib/runtime/port/world.ts";

const DEADLINE_MS = 20_000;

/** A stream that keeps what is written to it. */
export class Captured implements OutputStream {
  readonly isTerminal: boolean;
  readonly isBroken = false;
  readonly waiting = 0;
  readonly #decoder = new TextDecoder();
  #text = "";
  readonly #watchers = new Set<() => void>();

  constructor(isTerminal = false) {
    this.isTerminal = isTerminal;
  }

  get text(): string {
    return this.#text;
  }

  size(): { readonly columns: number; readonly rows: number } {
    return { columns: 80, rows: 24 };
  }

  write(content: string | Uint8Array): void {
    this.#text += typeof content === "string"
      ? content
      : this.#decoder.decode(content, { stream: true });
    for (const watch of [...this.#watchers]) watch();
  }

  unblock(): void {}

  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves as soon as the text matches; fails after a deadline, with the text. */
  async waitFor(pattern: RegExp): Promise<void> {
    if (pattern.test(this.#text)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watch = () => void (pattern.test(this.#text) && resolve());
    const timer = setTimeout(
      () => reject(new Error(`no ${pattern} in:\n${this.#text}`)),
      DEADLINE_MS,
    );
    this.#watchers.add(watch);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watch);
    }
  }

  async drain(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const bytes of stream) this.write(bytes);
  }
}
