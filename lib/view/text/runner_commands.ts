/**
 * Takes the force out of whatever GitHub's runner would take for a command in a stream that it reads
 * (https://docs.github.com/actions/reference/workflow-commands): `::name::` at the beginning of a line,
 * and `##[name]` anywhere in one. A space is put before the sign that would complete it; all other bytes
 * stay. It knows nothing of the commands that are ours: those do not pass through here.
 */

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const COLON = 0x3a;
const BRACKET = 0x5b;
const DEL = 0x7f;

/** How far the beginning of a line has come: nothing that can be seen, one colon, anything else. */
type LineStart = "blank" | "colon" | "past";

/** The breaker of one stream, which may be given in pieces that end anywhere. */
export class CommandBreaker {
  #line: LineStart = "blank";
  #hashes = 0;
  #isAtStart = true;

  /** Whether the last byte was the end of a line, or there was none yet. */
  get isAtLineStart(): boolean {
    return this.#isAtStart;
  }

  /** The bytes without force; the same object where nothing had any. */
  take(bytes: Uint8Array): Uint8Array {
    let broken: number[] | null = null;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      const completes = this.#line === "colon" && byte === COLON ||
        this.#hashes >= 2 && byte === BRACKET;
      if (completes) {
        broken ??= Array.from(bytes.subarray(0, at));
        broken.push(SPACE);
      }
      broken?.push(byte);
      this.#see(byte);
    }
    return broken === null ? bytes : Uint8Array.from(broken);
  }

  #see(byte: number): void {
    this.#isAtStart = byte === LINE_FEED;
    // The runner takes a carriage return for the end of a line as well.
    if (byte === LINE_FEED || byte === RETURN) {
      [this.#line, this.#hashes] = ["blank", 0];
    } else if (!isIgnored(byte)) {
      this.#line = byte === COLON && this.#line === "blank" ? "colon" : "past";
      this.#hashes = byte === HASH ? this.#hashes + 1 : 0;
    } else if (byte === SPACE || byte === TAB) {
      // Between the signs of a command a blank is seen.
      this.#hashes = 0;
      if (this.#line === "colon") this.#line = "past";
    }
  }
}

/**
 * What may stand before or within the signs of a command without being seen. The runner skips white space
 * of all of Unicode, and the comparisons of its platform pass over controls and marks without width: all
 * that is not ASCII counts.
 */
function isIgnored(byte: number): boolean {
  return byte <= SPACE || byte >= DEL;
}
