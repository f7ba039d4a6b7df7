/**
 * The arithmetic of `max_concurrent_jobs`: `$(nproc)`, `$(($(nproc) * 2))`, with + - * / over whole
 * numbers and parentheses. It looks like shell, and is evaluated by us alone: nothing is ever run.
 */

/** A number of jobs, or why the text is no expression. */
export type ExpressionResult =
  | { readonly value: number }
  | { readonly problem: "syntax" | "zero" | "range" };

/** The largest concurrency there is. */
export const CONCURRENCY_MAX = 10_000;

const TOKEN = /\s*(\d{1,9}|\$\(\s*nproc\s*\)|\$\(\(|[()+\-*/])/y;

/**
 * The value of `text` on a machine with `processors` processors: division rounds down, and a result
 * below 1 counts as 1, so that `$(nproc) - 1` means something on one processor. `zero` is a division
 * by zero, `range` a result over 10,000.
 */
export function evaluateExpression(text: string, processors: number): ExpressionResult {
  const tokens = tokenize(text);
  if (tokens === null || tokens.length === 0) return { problem: "syntax" };
  try {
    const reader = { tokens, position: 0, processors };
    const value = sum(reader);
    if (reader.position < tokens.length) return { problem: "syntax" };
    if (value > CONCURRENCY_MAX) return { problem: "range" };
    return { value: Math.max(1, value) };
  } catch (error) {
    if (error instanceof ExpressionError) return { problem: error.problem };
    throw error;
  }
}

/** Leaves the recursive descent; never leaves this file. */
class ExpressionError extends Error {
  constructor(readonly problem: "syntax" | "zero") {
    super(problem);
  }
}

interface Reader {
  readonly tokens: readonly string[];
  position: number;
  readonly processors: number;
}

/** `null` where a character belongs to no token. The text is short: see the schema. */
function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) return null;
    tokens.push(match[1]!.startsWith("$(") && match[1] !== "$((" ? "nproc" : match[1]!);
  }
  return tokens;
}

function sum(reader: Reader): number {
  let value = product(reader);
  for (;;) {
    const operator = reader.tokens[reader.position];
    if (operator !== "+" && operator !== "-") return value;
    reader.position++;
    const right = product(reader);
    value = operator === "+" ? value + right : value - right;
  }
}

function product(reader: Reader): number {
  let value = factor(reader);
  for (;;) {
    const operator = reader.tokens[reader.position];
    if (operator !== "*" && operator !== "/") return value;
    reader.position++;
    const right = factor(reader);
    if (operator === "/" && right === 0) throw new ExpressionError("zero");
    value = operator === "*" ? value * right : Math.floor(value / right);
  }
}

function factor(reader: Reader): number {
  const token = reader.tokens[reader.position++];
  if (token === "nproc") return reader.processors;
  if (token !== undefined && /^\d/.test(token)) return Number(token);
  if (token === "(" || token === "$((") {
    const value = sum(reader);
    const closers = token === "(" ? 1 : 2;
    for (let i = 0; i < closers; i++) {
      if (reader.tokens[reader.position++] !== ")") throw new ExpressionError("syntax");
    }
    return value;
  }
  throw new ExpressionError("syntax");
}
