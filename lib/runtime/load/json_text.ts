/**
 * What JSON.parse does not tell about a JSON text: that a key is defined twice in an object (the last
 * one wins without a word), and where the text stops being JSON.
 */

import { NESTING_MAX } from "../../core/workflow/document_limits.ts";

/** What can be counted without reading. A text that is no JSON gives a guess. */
export interface JsonCounts {
  /** Colons outside strings: one for each key. */
  readonly colons: number;
  /** The bracket that passes the limit of nesting, if one does. */
  readonly tooDeepAt: number | null;
}

/** Counts the keys and the levels of a JSON text. */
export function countJson(json: string): JsonCounts {
  let colons = 0;
  let depth = 0;
  let tooDeepAt: number | null = null;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(json, at);
        break;
      case 0x3a: // :
        colons++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > NESTING_MAX) tooDeepAt ??= at;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return { colons, tooDeepAt };
}

/** Offsets of a token: where it starts, and just behind its end. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A key that stands in its object before. */
export interface DuplicateKey extends Span {
  readonly key: string;
  readonly first: Span;
}

/** All duplicate keys of a text that JSON.parse accepts. */
export function duplicateJsonKeys(json: string): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const scopes: Map<string, Span>[] = [];
  const colonAt = /\s*:/y;
  for (let start = 0; start < json.length; start++) {
    const character = json[start]!;
    if ("[{".includes(character)) scopes.push(new Map());
    else if ("]}".includes(character)) scopes.pop();
    if (character !== '"') continue;
    const end = endOfString(json, start) + 1;
    colonAt.lastIndex = end;
    if (colonAt.test(json)) {
      const key = JSON.parse(json.slice(start, end));
      const first = scopes.at(-1)!.get(key);
      if (first === undefined) scopes.at(-1)!.set(key, { start, end });
      else found.push({ key, start, end, first });
    }
    start = end - 1;
  }
  return found;
}

/** The offset of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return json.length;
}

/** Where a text stops being JSON, and why, from the message of the error that JSON.parse threw. */
export function jsonFault(json: string, message: string): { offset: number; cause: string } {
  const cause = message
    .replace(/(?: in JSON)? at position .*$/s, "")
    .replace(/(?<=^Unexpected token .+'), .*$/s, "");
  return { offset: offsetIn(message, json.length) ?? offsetByHalving(json), cause };
}

/** The offset that V8 names; for an unexpected token it names none. */
function offsetIn(message: string, length: number): number | null {
  if (message === "Unexpected end of JSON input") return length;
  const position = / JSON at position (\d+)/.exec(message)?.[1];
  return position === undefined ? null : Number(position);
}

/** A beginning of JSON that is still good fails at its very end, if at all; a bad one before. */
function offsetByHalving(json: string): number {
  let good = 0;
  let bad = json.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isGoodBeginning(json.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isGoodBeginning(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const offset = offsetIn((error as SyntaxError).message, beginning.length);
    return offset !== null && offset >= beginning.length;
  }
}
