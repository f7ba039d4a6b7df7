/**
 * Reads the text of a file of environment variables, as `--env-file` takes it:
 *
 *     # a comment
 *     PLAIN=up to the end of the line      # or to a comment after a blank
 *     export SINGLE='as it stands, also $HOME and \n'
 *     DOUBLE="with \n, \t, \", \\ and \$; may go over
 *     several lines"
 *
 * Nothing is replaced in values: a dollar is a dollar. The libraries for this skip lines that they
 * cannot read, or take a part of them, without a word; here every mistake is found, with its line.
 */
import { isVariableName } from "./references.ts";

/** A mistake, without what may be a secret: a value, or a line of one that has lost its quotes. */
export interface EnvFileMistake {
  /** Counts from 1. */
  readonly line: number;
  readonly problem: "no_equals" | "name" | "unclosed" | "after_quote" | "nul";
  /** The variable; `null` where the line does not name one. */
  readonly name: string | null;
}

/** What a file holds. Of equal names the last one counts. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  readonly mistakes: readonly EnvFileMistake[];
}

const BYTE_ORDER_MARK = "\ufeff";

/** Reads the whole text. Never throws. */
export function readEnvFile(text: string): EnvFile {
  const reader = new Reader(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  while (reader.entry());
  return reader;
}

/** Escapes between double quotes; any other character after a backslash stays with it. */
const ESCAPED: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  "$": "$",
};

/** Goes through the text entry by entry. */
class Reader implements EnvFile {
  readonly variables = new Map<string, string>();
  readonly mistakes: EnvFileMistake[] = [];
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text.replaceAll("\r\n", "\n");
  }

  /** Reads a line, or more where a value has several; false at the end. */
  entry(): boolean {
    if (this.#at >= this.#text.length) return false;
    const line = this.#restOfLine();
    if (/^\s*(#|$)/.test(line)) return this.#nextLine();
    const [, before = "", name = "", equals] = /^(\s*(?:export\s+)?)([^=]*?)\s*(=|$)/.exec(line)!;
    if (equals !== "=") return this.#mistake("no_equals", null);
    if (!isVariableName(name)) return this.#mistake("name", null);
    this.#at += before.length + line.slice(before.length).indexOf("=") + 1;
    this.#at += /^[ \t]*/.exec(this.#restOfLine())![0].length;
    const quote = this.#text[this.#at];
    return quote === '"' || quote === "'" ? this.#quoted(name, quote) : this.#plain(name);
  }

  #plain(name: string): boolean {
    const value = this.#restOfLine().replace(/(^|[ \t])#.*/, "").trim();
    return this.#set(name, value);
  }

  #quoted(name: string, quote: string): boolean {
    const end = endOfQuoted(this.#text, this.#at + 1, quote);
    if (end < 0) return this.#mistake("unclosed", name);
    const raw = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    const startedAt = this.#line;
    this.#line += raw.split("\n").length - 1;
    if (!/^[ \t]*(#.*)?$/.test(this.#restOfLine())) {
      return this.#mistake("after_quote", name, startedAt);
    }
    const value = quote === "'"
      ? raw
      : raw.replace(/\\([^])/g, (all, character) => ESCAPED[character] ?? all);
    return this.#set(name, value);
  }

  #set(name: string, value: string): boolean {
    if (value.includes("\0")) return this.#mistake("nul", name);
    this.variables.set(name, value);
    return this.#nextLine();
  }

  #mistake(problem: EnvFileMistake["problem"], name: string | null, line = this.#line): boolean {
    this.mistakes.push({ line, problem, name });
    return this.#nextLine();
  }

  #restOfLine(): string {
    const end = this.#text.indexOf("\n", this.#at);
    return this.#text.slice(this.#at, end < 0 ? undefined : end);
  }

  #nextLine(): boolean {
    this.#at += this.#restOfLine().length + 1;
    this.#line++;
    return true;
  }
}

/** Where the closing quote is; -1 where there is none. */
function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (text[at] === "\\" && quote === '"') at++;
  }
  return -1;
}
