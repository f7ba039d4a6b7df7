/** A terminal for tests: tmux with one shell in a project's folder, where `./orch` is the program. */
import { eventually, type Project } from "./cli.ts";
import { ORCH_QUOTED } from "./under_test.ts";

/** The size of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** One terminal. Leaving the scope (`await using`) closes it. */
export class Terminal implements AsyncDisposable {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Opens a terminal of this size and waits for its prompt. */
  static async open(project: Project, { columns, rows }: TerminalSize): Promise<Terminal> {
    const marker = Object.entries(project.environment()).find(([name]) => /^ORCH_TEST/.test(name))!;
    // Only orch is to carry the mark of the project: the terminal outlives it.
    project.write("orch", `#!/bin/sh\n${marker.join("=")} exec ${ORCH_QUOTED} "$@"\n`, 0o755);
    const terminal = new Terminal(project.path("tmux.sock"));
    const environment = { PS1: "ready> ", LC_ALL: "C.UTF-8", ENV: "" };
    const set = Object.entries(environment).map(([name, value]) => `${name}='${value}'`).join(" ");
    await terminal.#tmux(
      ...["new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", project.folder],
      `${set} exec sh`,
    );
    await terminal.waitFor(/ready>/);
    return terminal;
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    await this.write(line);
    await this.press("Enter");
  }

  /** Types a part of a line. */
  async write(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses a key, as tmux calls it: `C-c`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  async resize({ columns, rows }: TerminalSize): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is on the screen now. */
  async screen(): Promise<string> {
    return await this.#tmux("capture-pane", "-p");
  }

  /** The screen with its colours, as escape sequences. */
  async colors(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-e");
  }

  /** The screen and all that has scrolled off it, lines that were wrapped joined. */
  async scrollback(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-J", "-S", "-");
  }

  /** Resolves when the screen matches. */
  async waitFor(pattern: RegExp): Promise<string> {
    let seen = "";
    try {
      await eventually(async () => pattern.test(seen = await this.screen()), String(pattern));
    } catch (error) {
      throw new Error(`${error}; the screen:\n${seen}`);
    }
    return seen;
  }

  async isCursorVisible(): Promise<boolean> {
    return (await this.#tmux("display-message", "-p", "#{cursor_flag}")).trim() === "1";
  }

  /** Closes the terminal under whatever runs in it, as closing its window does. */
  async hangUp(): Promise<void> {
    await this.#tmux("kill-server");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.hangUp();
    } catch {
      // It was hung up before.
    }
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-u", "-f", "/dev/null", "-S", this.#socket, ...args],
      env: { TMUX: "" },
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}
