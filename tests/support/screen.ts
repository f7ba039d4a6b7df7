/**
 * A small terminal: it understands the sequences that the live region uses, throws at any other, and
 * shows what a person would see. Characters are one column wide. Lines that no longer fit after a resize
 * are wrapped, and those that were wrapped are joined, as most terminals do.
 */
import type { OutputStream } from "../../lib/runtime/port/world.ts";
import { Bug } from "../../lib/core/base/bug.ts";

/** One sequence, one control, or a run of text. */
// deno-lint-ignore no-control-regex -- sequences begin with a control character
const TOKEN = /\x1b\[(\??)(\d*)([A-Za-z])|[\n\r]|[^\x00-\x1f\x7f-\x9f]+|[^]/g;

/** A terminal as a stream. */
export class Screen implements OutputStream {
  readonly isTerminal = true;
  readonly isBroken = false;
  /** Bytes that a test says nobody has taken yet. */
  waiting = 0;
  /** What was written, one entry for each write. */
  readonly writes: string[] = [];
  cursorVisible = true;
  autowrap = true;
  /** Whether a synchronized frame is open. */
  inFrame = false;
  /** Thrown by the next write, if set. */
  failure: Error | null = null;
  #columns: number;
  #rows: number;
  readonly #history: string[] = [];
  #lines: string[] = [""];
  /** Whether a line goes on in the next, line by line. */
  #wraps: boolean[] = [false];
  #x = 0;
  #y = 0;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#columns, rows: this.#rows };
  }

  /**
   * Changes the size, with what is on the screen wrapped anew; what stands too high scrolls away. The
   * cursor stays on its character.
   */
  resize(columns: number, rows: number): void {
    const [lines, wraps] = [this.#lines, this.#wraps];
    let [atLine, above] = [this.#y, ""];
    [this.#lines, this.#wraps] = [[], []];
    lines.forEach((line, i) => {
      const whole = above + line;
      above = wraps[i] ? whole : "";
      if (wraps[i]) return;
      if (i === this.#y) atLine = this.#lines.length;
      for (let at = 0; at === 0 || at < whole.length; at += columns) {
        this.#lines.push(whole.slice(at, at + columns));
        this.#wraps.push(at + columns < whole.length);
      }
    });
    this.#y = atLine;
    this.#fitInto(columns, rows);
  }

  /** Changes the size as some terminals do, which wrap nothing anew: what no longer fits is cut off. */
  resizeAndCut(columns: number, rows: number): void {
    this.#lines = this.#lines.map((line) => line.slice(0, columns));
    this.#fitInto(columns, rows);
  }

  #fitInto(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    while (this.#y >= rows) this.#scroll();
    this.#lines.length = Math.min(this.#lines.length, rows);
    this.#x = Math.min(this.#x, columns);
  }

  /** Everything above and on the screen, without spaces at line ends and blank lines at the end. */
  text(): string {
    return [...this.#history, ...this.#lines].map((line) => line.trimEnd()).join("\n").trimEnd();
  }

  /** The lines on the screen now, as `text` shows them. */
  visible(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  unblock(): void {}

  flush(): Promise<void> {
    return Promise.resolve();
  }

  write(text: string): void {
    if (this.failure !== null) throw this.failure;
    this.writes.push(text);
    for (const [token, mark, number, command] of text.matchAll(TOKEN)) {
      if (command !== undefined) this.#command(`${mark}${command}`, Number(number));
      else if (token === "\r") this.#x = 0;
      else if (token === "\n") this.#feed();
      else if (/\p{Cc}/u.test(token)) throw new Bug(`the screen got ${JSON.stringify(token)}`);
      else for (const character of token) this.#print(character);
    }
  }

  #command(name: string, number: number): void {
    const line = this.#lines[this.#y] ?? "";
    switch (name) {
      case "m":
        return;
      case "A":
        this.#y = Math.max(0, this.#y - Math.max(1, number));
        return;
      case "K":
        if (number === 2) {
          this.#lines[this.#y] = "";
          this.#wraps[this.#y] = false;
          return;
        }
        // On a full line the cursor stands on the last character, not behind it: that one goes too.
        // As tmux does: a row that is not cleared as a whole goes on in the next as before.
        this.#lines[this.#y] = line.slice(0, Math.min(this.#x, this.#columns - 1));
        return;
      case "J":
        // As tmux does: what is cleared as a whole goes into the history.
        if (this.#x === 0 && this.#y === 0) this.#history.push(...this.#lines.splice(0));
        this.#lines[this.#y] = line.slice(0, Math.min(this.#x, this.#columns - 1));
        this.#lines.length = this.#y + 1;
        this.#wraps.length = this.#y + 1;
        this.#wraps[this.#y] = false;
        return;
      default:
        this.#setMode(name, number);
    }
  }

  #setMode(name: string, number: number): void {
    if (name !== "?h" && name !== "?l") throw new Bug(`the screen got the sequence ${name}`);
    const on = name === "?h";
    if (number === 25) this.cursorVisible = on;
    else if (number === 7) this.autowrap = on;
    else if (number === 2026) this.inFrame = on;
    else throw new Bug(`the screen got the mode ${number}`);
  }

  #print(character: string): void {
    if (this.#x >= this.#columns) {
      if (this.autowrap) {
        this.#wraps[this.#y] = true;
        this.#feed();
      } else this.#x = this.#columns - 1;
    }
    const line = (this.#lines[this.#y] ?? "").padEnd(this.#x);
    this.#lines[this.#y] = line.slice(0, this.#x) + character + line.slice(this.#x + 1);
    this.#x++;
  }

  #feed(): void {
    this.#x = 0;
    this.#y++;
    if (this.#y >= this.#rows) this.#scroll();
    this.#lines[this.#y] ??= "";
    this.#wraps[this.#y] ??= false;
  }

  #scroll(): void {
    this.#history.push(this.#lines.shift() ?? "");
    this.#wraps.shift();
    this.#y--;
  }
}
