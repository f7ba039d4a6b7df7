/**
 * Output of jobs on its way to whoever reads it, piece by piece as it comes. For a program it stays as
 * it is, byte for byte; for a terminal it is made harmless. Where several jobs speak, each line begins
 * with the id of its job, and only whole lines go out.
 */
import { sanitizeText } from "../text/sanitize.ts";

/** How the output of one stream of one attempt is to look. */
export interface LogOptions {
  /** What each line begins with; `null` for the output of one job alone. */
  readonly label: string | null;
  /** Whether it is for a terminal, and which may have colours there; `null` for programs. */
  readonly terminal: { readonly color: boolean } | null;
}

/** Turns pieces of output into what is written. */
export interface LogText {
  /** What can be written after this piece. */
  add(piece: Uint8Array): string | Uint8Array;
  /** What is left at the end. */
  end(): string | Uint8Array;
}

/** Lines longer than this are broken where each begins with the id of its job. */
const LINE_LENGTH_MAX = 64 * 1024;
const LINE_FEED = 0x0a;

/** A new stream of output. */
export function logText({ label, terminal }: LogOptions): LogText {
  if (terminal !== null) return new TerminalText(label, terminal);
  return label === null ? AS_IT_IS : new LabelledBytes(label);
}

const AS_IT_IS: LogText = { add: (piece) => piece, end: () => "" };

/** Text for a terminal. */
class TerminalText implements LogText {
  readonly #decoder = new TextDecoder();
  readonly #label: string | null;
  readonly #look: { readonly color: boolean };
  /** What cannot be shown before it is known what follows. */
  #held = "";

  constructor(label: string | null, look: { readonly color: boolean }) {
    this.#label = label;
    this.#look = look;
  }

  add(piece: Uint8Array): string {
    const text = this.#held + this.#decoder.decode(piece, { stream: true });
    const end = this.#label === null ? endOfWhole(text) : endOfLines(text);
    this.#held = text.slice(end);
    return this.#shown(text.slice(0, end));
  }

  end(): string {
    const rest = this.#held + this.#decoder.decode();
    this.#held = "";
    return this.#shown(rest);
  }

  #shown(text: string): string {
    const shown = sanitizeText(text, this.#look);
    if (this.#label === null || shown === "") return shown;
    const lines = shown.endsWith("\n") ? shown : `${shown}\n`;
    return lines.replace(/^(?=[^])/gm, this.#label);
  }
}

/** Where text ends whose last character is no part of something longer: a colour, or `\r\n`. */
function endOfWhole(text: string): number {
  // deno-lint-ignore no-control-regex -- colours begin with one
  return /(?:\x1b(?:\[[0-9;:]{0,64})?|\r)?$/.exec(text)!.index;
}

function endOfLines(text: string): number {
  return text.length > LINE_LENGTH_MAX ? text.length : text.lastIndexOf("\n") + 1;
}

/** Bytes with a label at the beginning of each line. */
class LabelledBytes implements LogText {
  readonly #label: Uint8Array;
  #held = new Uint8Array();

  constructor(label: string) {
    this.#label = new TextEncoder().encode(label);
  }

  add(piece: Uint8Array): Uint8Array {
    const bytes = joined([this.#held, piece]);
    const end = bytes.length > LINE_LENGTH_MAX ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    this.#held = bytes.slice(end);
    return this.#labelled(bytes.subarray(0, end));
  }

  end(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array();
    return this.#labelled(rest);
  }

  #labelled(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(LINE_FEED, start);
      const end = found < 0 ? bytes.length : found + 1;
      parts.push(this.#label, bytes.subarray(start, end));
      start = end;
      if (found < 0) parts.push(LINE_END);
    }
    return joined(parts);
  }
}

const LINE_END = Uint8Array.of(LINE_FEED);

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
