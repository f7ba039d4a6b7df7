/**
 * The standard streams as GitHub's runner reads them. Whatever a command of orch prints, output of jobs,
 * names, messages of the platform, gives the runner no command; those that are meant go by `commandsOf`.
 */
import type { OutputStream, World } from "../../runtime/port/world.ts";
import { CommandBreaker } from "../../view/text/runner_commands.ts";

/** A world in which nothing that is printed gives a command, where the runner is who reads it. */
export function guardedWorld(world: World): World {
  const [stdout, stderr] = [guarded(world.stdout), guarded(world.stderr)];
  return { ...world, stdout, stderr };
}

/** Where commands for the runner go: to the same reader, as they are, each write on lines of its own. */
export function commandsOf(stream: OutputStream): Pick<OutputStream, "write" | "waiting"> {
  return stream instanceof GuardedStream ? stream.commands : stream;
}

/** A terminal is read by a person. */
function guarded(stream: OutputStream): OutputStream {
  return stream.isTerminal ? stream : new GuardedStream(stream);
}

class GuardedStream implements OutputStream {
  readonly isTerminal = false;
  readonly commands: Pick<OutputStream, "write" | "waiting">;

  readonly #inner: OutputStream;
  readonly #breaker = new CommandBreaker();
  readonly #encoder = new TextEncoder();

  constructor(inner: OutputStream) {
    this.#inner = inner;
    const write = (content: string | Uint8Array) => this.#writeCommands(content);
    this.commands = {
      write,
      get waiting() {
        return inner.waiting;
      },
    };
  }

  get isBroken(): boolean {
    return this.#inner.isBroken;
  }

  get waiting(): number {
    return this.#inner.waiting;
  }

  write(content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? this.#encoder.encode(content) : content;
    this.#inner.write(this.#breaker.take(bytes));
  }

  unblock(): void {
    this.#inner.unblock();
  }

  flush(): Promise<void> {
    return this.#inner.flush();
  }

  size(): { readonly columns: number; readonly rows: number } {
    return this.#inner.size();
  }

  #writeCommands(content: string | Uint8Array): void {
    if (content.length === 0) return;
    // Behind the beginning of a line a fence would be none.
    if (!this.#breaker.isAtLineStart) this.write("\n");
    this.#inner.write(content);
  }
}
