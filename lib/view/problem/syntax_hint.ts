/**
 * Text that is no YAML or JSON, in plain words, and what most likely helps with it and with a value of the
 * wrong type: the mistakes that people make who write the file by hand.
 */

/** A mistake of syntax: what is wrong, what stands under the carets, and what to do. */
export interface SyntaxHint {
  readonly title: string;
  readonly label: string;
  readonly help: string;
}

const ALIGN = "start the keys of a mapping in the same column";
const QUOTE_ALL = "put quotes around the whole value";
const JSON_RULES = "JSON allows no comments, no single quotes, and no comma after the last entry";

/** The words of the parsers, and what they mean for whoever wrote the text; `$1` is what they quote. */
const SYNTAX_HINTS: readonly (readonly [RegExp, string, string, string])[] = [
  [/^Tabs are not allowed/, "a tab in the indentation", "this is a tab", "use spaces"],
  [
    /^Missing closing/,
    "a quote is never closed",
    "opens here",
    "add the closing quote, or remove this one",
  ],
  [
    /^Nested mappings are not allowed/,
    "': ' in a value without quotes",
    "",
    `${QUOTE_ALL}, or write it below '|' on lines of its own`,
  ],
  [
    /^Plain value cannot start with .*(\S)$/,
    "a value without quotes cannot begin with '$1'",
    "",
    QUOTE_ALL,
  ],
  [
    /^Unresolved alias: (.*)/,
    "no anchor '&$1' for this alias",
    "YAML reads '*' as an alias",
    `if it is text, ${QUOTE_ALL}`,
  ],
  [
    /^Unresolved tag: (.*)/,
    "unknown tag '$1'",
    "YAML reads '!' as a tag",
    `if it is text, ${QUOTE_ALL}`,
  ],
  [
    /^Unexpected scalar at node end$/,
    "text after a closing quote or bracket",
    "the value ends before this",
    `${QUOTE_ALL}; inside '…' write '' for a single quote`,
  ],
  [
    /at node end$/,
    "text after the end of a value",
    "the value ends before this",
    QUOTE_ALL,
  ],
  [/^Sequence item without - indicator/, "wrong indentation", "", ALIGN],
  [/must start at the same column/, "wrong indentation", "", ALIGN],
  [
    /^Implicit (map )?keys need/,
    "expected 'key: value'",
    "no ': ' here",
    "put a space after the colon; indent lines below '|' further than their key",
  ],
  [
    /must not be less indented/,
    "wrong indentation",
    "",
    "indent the lines below '|' further than their key",
  ],
  [
    /^(?:Flow|Block) (?:map|sequence|collection).* end with an? (.)/,
    "missing '$1'",
    "still open here",
    "close the bracket or brace",
  ],
  [
    /^(?:Flow|Block) (?:map|sequence|collection).* must be sufficiently/,
    "wrong indentation",
    "",
    "close the bracket or brace, or indent this line further",
  ],
  [
    /^Expected (?:double-quoted property name|property name or)/,
    "expected a key in double quotes",
    "",
    JSON_RULES,
  ],
  [/^Expected (',' or '.') after/, "expected $1", "", "put a comma between two entries"],
  [/^Unexpected token (.*)/, "unexpected $1", "", JSON_RULES],
  [
    /^Unexpected end of JSON/,
    "the file ends too early",
    "the file ends here",
    "close all quotes, brackets and braces",
  ],
  [
    /^Unexpected non-whitespace character after JSON/,
    "text after the end of the value",
    "",
    "a file holds one JSON value",
  ],
];

/** What is meant by a parser's own words about a mistake of syntax; `null` where that is not known. */
export function syntaxHint(cause: string): SyntaxHint | null {
  for (const [pattern, title, label, help] of SYNTAX_HINTS) {
    const found = pattern.exec(cause);
    if (found !== null) return { title: title.replace("$1", () => found[1] ?? ""), label, help };
  }
  return null;
}

/** The facts of a value of the wrong type: see E201. */
export interface WrongType {
  readonly key?: string;
  readonly expected: string;
  readonly found: string;
  readonly value: string | null;
}

/** How to write the value that was meant, or `null` where that is anybody's guess. */
export function typeHint({ key = "", expected, found, value }: WrongType): string | null {
  if (found === "null") return "give it a value, or remove the key";
  if (key === "jobs" && found === "object") {
    return "make it a list: each job starts with '- id: NAME'";
  }
  if (/^jobs\[/.test(key)) return "a job is a mapping that starts with '- id: NAME'";
  if (/^(dependencies|skip_if_failed)\[/.test(key) && value === null) {
    return "list only the ids of the jobs: [build, lint]";
  }
  if (key === "command" && found === "array") {
    return "join the commands with '&&', or write them below 'command: |', one per line";
  }
  if (key === "retry_config" && found === "number") {
    return `write a mapping: {max_attempts: ${value}}`;
  }
  if (expected === "boolean" && value !== null) return booleanHint(value);
  if (expected === "array" && value !== null) return `make it a list: [${value}]`;
  if (expected === "record" && found === "array") {
    return "write one 'NAME: value' per line, without dashes";
  }
  return found === "string" && value !== null && /^(number|int)\b/.test(expected)
    ? numberHint(key, value)
    : null;
}

function booleanHint(value: string): string {
  if (/^(true|false)$/i.test(value)) return `remove the quotes: ${value.toLowerCase()}`;
  if (/^(yes|on|y|1)$/i.test(value)) return "write true";
  return /^(no|off|n|0)$/i.test(value) ? "write false" : "write true or false";
}

const IN_SECONDS: ReadonlySet<string> = new Set(
  ["timeout", "max_execution_time", "initial_delay", "max_delay"],
);

function numberHint(key: string, value: string): string | null {
  if (/^-?\d+(\.\d+)?$/.test(value)) return `remove the quotes: ${value}`;
  const plainly = (meaning: string, number: number | null) =>
    `write ${meaning} as a plain number${number === null ? "" : `: ${number}`}`;
  if (IN_SECONDS.has(key)) return plainly("seconds", secondsIn(value));
  if (key === "max_memory_mb") return plainly("megabytes", megabytesIn(value));
  if (key === "max_cpu_percent") {
    const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(value)?.[1];
    return plainly("percent", percent === undefined ? null : Number(percent));
  }
  return null;
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|ays?)?$/i;

function secondsIn(text: string): number | null {
  const [, amount, unit] = DURATION.exec(text.trim()) ?? [];
  if (unit === undefined) return null;
  return Number(amount) * SECONDS[unit.toLowerCase() as keyof typeof SECONDS];
}

const MEGABYTES = { k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2 } as const;

function megabytesIn(text: string): number | null {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([kmgt])i?b?$/i.exec(text.trim()) ?? [];
  if (unit === undefined) return null;
  const exact = Number(amount) * MEGABYTES[unit.toLowerCase() as keyof typeof MEGABYTES];
  return Number(exact.toFixed(3));
}
