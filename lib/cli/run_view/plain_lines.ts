/** Plain lines on standard error, with a sign of life where nothing was said for a while. */
import type { RunEvent } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import { lostText } from "../../view/run/omitted.ts";
import { heartbeatLine, plainLine, type PlainOptions } from "../../view/run/line.ts";
import { BoundedStream } from "./bounded_stream.ts";
import { styleFor } from "../base/output.ts";
import type { ViewOptions } from "./view.ts";

/** Silence after which a line says what goes on. */
const SILENCE_MS = 30_000;

/** The lines of one run. */
export class PlainLines {
  readonly #state: RunState;
  readonly #options: Pick<ViewOptions, "world" | "verbose">;
  readonly #plain: PlainOptions;
  readonly #outlet: BoundedStream;
  #spokenAt: number;
  #cancel: () => void;

  constructor(state: RunState, options: Pick<ViewOptions, "world" | "verbose">) {
    const { world, verbose } = options;
    this.#state = state;
    this.#options = options;
    this.#plain = {
      style: styleFor(world.stderr, world),
      verbose,
      utcOffsetMinutes: world.clock.utcOffsetMinutes(),
    };
    this.#outlet = new BoundedStream(world.stderr, lostText);
    this.#spokenAt = world.clock.now();
    this.#cancel = this.#listen();
  }

  /** The line of an event that the state has taken in; `null` where it has none. */
  lineOf(event: RunEvent): string | null {
    return plainLine(event, this.#state, this.#plain);
  }

  /** Prints whole lines. */
  print(text: string): void {
    this.spoke();
    this.#outlet.print(text);
  }

  /** Something was said by another way. */
  spoke(): void {
    this.#spokenAt = this.#options.world.clock.now();
  }

  /** Prints whole lines, however much is waiting to be read. */
  printAll(text: string): void {
    this.#outlet.printAll(text);
  }

  /** No more signs of life. */
  close(): void {
    this.#cancel();
  }

  #listen(): () => void {
    const { clock } = this.#options.world;
    return clock.callAt(this.#spokenAt + SILENCE_MS, () => {
      const now = clock.now();
      if (now - this.#spokenAt >= SILENCE_MS) {
        const line = heartbeatLine(this.#state, { ...this.#plain, now });
        this.print(line === null ? "" : `${line}\n`);
      }
      this.#cancel = this.#listen();
    });
  }
}
