/**
 * Texts that tests expect, written anew in the source of the tests. Knows strings and templates of
 * TypeScript as far as it takes to find them; what is put together of several is left alone.
 */
import { text as dedented } from "./shown_text.ts";

/** Lines that a call may take up to the text it expects. */
const CALL_LINES = 12;

/** A string or template without `${}` in a source. */
interface Literal {
  readonly start: number;
  readonly end: number;
  readonly quote: string;
  readonly value: string;
}

/**
 * The source in which the literal that says `old` says `next`, laid out as it was. Where several say it, that in
 * the call at `line` is meant, or the first of all. `null` where none does.
 */
export function withLiteral(
  source: string,
  { old, next, line = 0 }: { readonly old: string; readonly next: string; readonly line?: number },
): string | null {
  const found = [...literalsOf(source)].filter(({ value }) =>
    value === old || dedented(value) === old
  );
  const lineOf = ({ start }: Literal) => source.slice(0, start).split("\n").length;
  const isInCall = (one: Literal) => lineOf(one) >= line && lineOf(one) < line + CALL_LINES;
  const literal = found.find(isInCall) ?? found[0];
  if (literal === undefined) return null;
  const value = literal.value === old ? next : indentedAs(literal.value, next);
  return source.slice(0, literal.start) + written(value, literal.quote) +
    source.slice(literal.end);
}

function indentOf(lines: readonly string[]): string {
  return /^ */.exec(lines.find((line) => line !== "") ?? "")![0];
}

function indentedAs(template: string, text: string): string {
  const [first] = /^\n?/.exec(template)!;
  const indent = indentOf(template.replace(/^\n/, "").split("\n"));
  return first + text.split("\n").map((line) => line === "" ? "" : indent + line).join("\n");
}

function written(value: string, quote: string): string {
  if (quote === "`") {
    return `\`${value.replace(/[`\\]|\$(?=\{)/g, "\\$&").replaceAll("\r", "\\r")}\``;
  }
  return JSON.stringify(value);
}

/** Where an operand may begin, a slash begins an expression that is regular. */
const BEFORE_OPERAND = /(?:[(,=:[!&|?{};+>]|\breturn|=>)\s*$/;

function* literalsOf(source: string): Iterable<Literal> {
  for (let at = 0; at < source.length;) {
    const char = source[at]!;
    const rest = source.slice(at, at + 2);
    if (rest === "//") at = endOr(source.indexOf("\n", at), source);
    else if (rest === "/*") at = endOr(source.indexOf("*/", at + 2), source) + 2;
    else if (char === "/" && BEFORE_OPERAND.test(source.slice(Math.max(0, at - 80), at))) {
      at = endOfPattern(source, at);
    } else if (char === '"' || char === "'" || char === "`") {
      const end = endOfString(source, at);
      const inside = source.slice(at + 1, end - 1);
      // What holds `${}` is scanned on from its first character: there may be texts within.
      if (char === "`" && /(?:^|[^\\])\$\{/.test(inside)) at = endOfTemplate(source, at);
      else {
        yield { start: at, end, quote: char, value: cooked(inside) };
        at = end;
      }
    } else at++;
  }
}

function endOr(found: number, source: string): number {
  return found < 0 ? source.length : found;
}

/** After the closing quote of a string that begins at `at`. */
function endOfString(source: string, at: number): number {
  const quote = source[at];
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === quote) return i + 1;
  }
  return source.length;
}

/** After a template that holds `${}`, templates in those included. */
function endOfTemplate(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === "`") return i + 1;
    else if (source.startsWith("${", i)) {
      let depth = 1;
      for (i += 2; i < source.length && depth > 0; i++) {
        if (source[i] === "{") depth++;
        else if (source[i] === "}") depth--;
        else if (source[i] === "`") i = endOfTemplate(source, i) - 1;
        else if (source[i] === '"' || source[i] === "'") i = endOfString(source, i) - 1;
      }
      i--;
    }
  }
  return source.length;
}

/** After a regular expression that begins at `at`. */
function endOfPattern(source: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < source.length && source[i] !== "\n"; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === "[") inClass = true;
    else if (source[i] === "]") inClass = false;
    else if (source[i] === "/" && !inClass) return i + 1;
  }
  return at + 1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
  "\n": "",
};

/** The value of what stands between quotes. */
function cooked(inside: string): string {
  const pattern = /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([^]))/g;
  return inside.replace(pattern, (_, braced, four, two, one) => {
    const code = braced ?? four ?? two;
    return code === undefined ? ESCAPES[one] ?? one : String.fromCodePoint(parseInt(code, 16));
  });
}
