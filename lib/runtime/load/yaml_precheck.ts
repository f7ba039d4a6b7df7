/**
 * Quick looks at the raw text of a YAML file, for what the fast parser reads wrongly or would take
 * too long to read. Each is linear and costs a few milliseconds for ten thousand jobs. None of them
 * understands YAML in full: what they find sends the text to a slower, careful reader, or gives a
 * position to an error that is certain already.
 */

import { NESTING_MAX } from "../../core/workflow/document_limits.ts";

/** A file may refer to its anchors so many times. */
export const ALIASES_MAX = 100_000;

/** The offset of the first alias beyond the limit; `null` in any file that means well. */
export function excessAliasOffset(text: string): number | null {
  if (!text.includes("*")) return null;
  const anchors = new Set<string>();
  for (const [name] of namesAfter("&", text)) anchors.add(name);
  if (anchors.size === 0) return null;
  let aliases = 0;
  // A glob in a command looks like an alias; one that has the name of an anchor is rare.
  for (const [name, offset] of namesAfter("*", text)) {
    if (anchors.has(name) && ++aliases > ALIASES_MAX) return offset;
  }
  return null;
}

/** The names that follow `indicator` where a node may begin, each with its offset. */
function* namesAfter(indicator: "&" | "*", text: string): Generator<[name: string, number]> {
  const nameAt = /[^\s,[\]{}]+/y;
  for (let at = text.indexOf(indicator); at !== -1; at = text.indexOf(indicator, at + 1)) {
    if (at > 0 && !" \t\r\n,[{".includes(text[at - 1]!)) continue;
    nameAt.lastIndex = at + 1;
    const name = nameAt.exec(text)?.[0];
    if (name !== undefined) yield [name, at];
  }
}

/** True where @std/yaml may read YAML without an error, and otherwise than YAML 1.2 says. */
export function needsCarefulReader(yaml: string): boolean {
  return hasOddNumber(yaml) || hasOddStructure(yaml);
}

/** The same for what stands where, whatever the numbers are. */
export function hasOddStructure(yaml: string): boolean {
  return SECOND_PAIR.test(yaml) || hasTabInIndentation(yaml);
}

// Repetitions below have bounds where a hostile line could make them quadratic.

/** Two pairs on one line, as in `name: "x" version: 1`; @std/yaml takes them for two lines. */
const SECOND_PAIR =
  /[:-][ \t]+(?:"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\n]*'|\[[^\]\n]{0,99}\]|\{[^}\n]{0,99}\})[ \t]*[^\s#,\]}:][^\n]{0,999}:(?:\s|$)/;

/**
 * Numbers of which @std/yaml has an older idea: 0777 (octal there), 0x1F, 0o17, 0b1, 1_000, -.5.
 * The first expression is quick and finds their beginnings; the second wants a whole plain scalar.
 */
const ODD_BEGINNING = /[ \t,:[{\n](?:[-+]?(?:0\w|\d[\d.]*_|\.\d*_)|[-+]\.\d)/;
const ODD_NUMBER =
  /(?:^|[:,[{?-]|[&!]\S{0,99})[ \t]*(?:[-+]?(?:0\w[\w.]*|[.\d][\d.]*_[\w.]*)|[-+]\.\d[\w.]*)[ \t]*(?:$|[\r,\]}#]|:\s)/m;

/** The same for the numbers alone; also of some whole lines of a text. */
export function hasOddNumber(yaml: string): boolean {
  return ODD_BEGINNING.test(yaml) && ODD_NUMBER.test(yaml);
}

const INDENTATION_WITH_TAB = /^ *(?:[-?:] +)*(?:[-?:])?\t/;

/** What stands before the key or the value of a line. */
const LINE_PREFIX = /^ *(?:[-?] +)*/;

/** A block scalar's header, such as `command: |` or `- >-`; what follows it may use tabs freely. */
const BLOCK_SCALAR_HEADER = /(?:[-:?]|[&!]\S{0,99}) +[|>][-+\d]{0,2}[ \t]*(?:#.*)?\r?$/;

/** Tabs cannot indent YAML; @std/yaml takes them for blanks and so changes what belongs to what. */
function hasTabInIndentation(yaml: string): boolean {
  if (!yaml.includes("\t")) return false;
  let scalarParent = -1;
  for (const line of yaml.split("\n")) {
    const indentation = line.search(/[^ ]/);
    if (indentation === -1 || line.trim() === "") continue;
    if (scalarParent >= 0 && indentation > scalarParent) continue;
    if (INDENTATION_WITH_TAB.test(line)) return true;
    const opensScalar = BLOCK_SCALAR_HEADER.test(line);
    scalarParent = opensScalar ? LINE_PREFIX.exec(line)![0].length : -1;
  }
  return false;
}

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const OPENING = charCodes("[{");
const CLOSING = charCodes("]}");
const BEFORE_CONTENT = charCodes(" -?");

function charCodes(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (character) => character.charCodeAt(0)));
}

/** Guesses where the nesting of YAML passes the limit, and how deep it gets. */
export function guessYamlNesting(yaml: string): { depth: number; tooDeepAt: number } {
  const columns: number[] = []; // of the block collections that are open
  let flowDepth = 0;
  let deepest = 0;
  let tooDeepAt = 0;
  let lineStart = 0;
  let beforeContent = true;
  for (let at = 0; at < yaml.length; at++) {
    const character = yaml.charCodeAt(at);
    if (character === LINE_FEED) {
      lineStart = at + 1;
      beforeContent = true;
      continue;
    }
    if (OPENING.has(character)) flowDepth++;
    else if (CLOSING.has(character)) flowDepth = Math.max(0, flowDepth - 1);
    else if (beforeContent && flowDepth === 0 && character > SPACE) {
      while (columns.length > 0 && columns.at(-1)! >= at - lineStart) columns.pop();
      columns.push(at - lineStart);
    }
    // After a dash or a question mark, another collection may begin on the same line.
    if (!BEFORE_CONTENT.has(character)) beforeContent = false;
    const depth = columns.length + flowDepth;
    if (depth > NESTING_MAX && deepest <= NESTING_MAX) tooDeepAt = at;
    deepest = Math.max(deepest, depth);
  }
  return { depth: deepest, tooDeepAt };
}
