/**
 * A reaper that stands by: it hears which groups there are, sends nothing, and acts when orch is dead and the
 * first reaper with it. It is the child of nobody, so that what ends all children of orch does not find it.
 */
import { reaperCommand, type ReaperOptions } from "./reaper_command.ts";

/** The options of a second reaper. */
export interface Knowledge {
  /** All that is known by now, line by line. */
  lines(): readonly string[];
}

/** Keeps one standing by. */
export class SecondReaper {
  readonly #options: ReaperOptions;
  readonly #knowledge: Knowledge;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  /** Resolves once the last one has ended. */
  #ended: Promise<void> = Promise.resolve();
  #closed = false;
  #cancelRetry = () => {};

  constructor(options: ReaperOptions, knowledge: Knowledge) {
    this.#options = options;
    this.#knowledge = knowledge;
    this.#open();
  }

  /** Lets it know something. */
  tell(line: string): void {
    this.#writer?.write(ENCODER.encode(`${line}\n`)).catch(() => {});
  }

  /** Lets it end. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    this.tell("x");
    await this.#writer?.close().catch(() => {});
    const { clock } = this.#options;
    const cancel = clock.callAt(
      clock.now() + END_MS_MAX,
      () => void this.#reader?.cancel().catch(() => {}),
    );
    await this.#ended;
    cancel();
  }

  #open(): void {
    try {
      const child = reaperCommand(this.#options, "second").spawn();
      this.#writer = child.stdin.getWriter();
      this.#reader = child.stdout.getReader();
      for (const line of this.#knowledge.lines()) this.tell(line);
      this.#ended = this.#listen(child, this.#reader).then(() => this.#lost());
    } catch {
      // The machine cannot start one now.
      this.#writer = null;
      this.#ended = Promise.resolve();
      this.#lost();
    }
  }

  /** Nobody tells us of its end but its output: what began it ended long before. */
  async #listen(
    child: Deno.ChildProcess,
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<void> {
    for (;;) {
      const { done } = await reader.read().catch(() => ({ done: true }));
      if (done) break;
    }
    await child.status;
    await this.#writer?.abort().catch(() => {});
  }

  #lost(): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#cancelRetry = clock.callAt(clock.now() + RETRY_MS, () => this.#open());
  }
}

const ENCODER = new TextEncoder();
const RETRY_MS = 200;
/** How long one that is let go may take. */
const END_MS_MAX = 500;
