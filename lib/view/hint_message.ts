/**
 * What most likely helps with text that is no YAML or JSON, and with a value of the wrong type: the
 * mistakes that people make who write the file by hand.
 */

/** What stands under the carets, and what to do. */
export interface SyntaxHint {
  readonly label: string;
  readonly help: string;
}

const COLUMN = "lines that belong together begin in the same column";

/** The words of the parsers, and what they mean for whoever wrote the text. */
const SYNTAX_HINTS: readonly (readonly [RegExp, string, string])[] = [
  [/Tabs are not allowed/, "a tab", "indent with spaces"],
  [
    /^Missing closing/,
    "opens here and is never closed",
    "close the quote, or leave it away",
  ],
  [
    /^Nested mappings are not allowed/,
    "': ' begins a value",
    "put quotes around the whole text, or write it on lines of its own below '|'",
  ],
  [/^Plain value cannot start with/, "means something in YAML", "put quotes around the text"],
  [
    /^Unresolved alias/,
    "'*' refers to an anchor, and there is none",
    "put quotes around text that begins with '*'",
  ],
  [
    /^Unresolved tag/,
    "'!' names a type",
    "put quotes around text that begins with '!'",
  ],
  [
    /at node end$/,
    "not expected here",
    "put quotes around text that holds brackets, braces or commas",
  ],
  [/^Sequence item without - indicator/, "", COLUMN],
  [/must start at the same column/, "", COLUMN],
  [/^Implicit (map )?keys need/, "no key", "a key ends in ': '"],
  [/must not be less indented/, "", "indent the lines below '|' further than their key"],
  [
    /^(Flow|Block) (map|sequence|collection).* (must end with|must be sufficiently)/,
    "",
    "close the bracket or brace",
  ],
  [
    /^Expected (double-quoted property name|property name or)/,
    "",
    "names stand in double quotes, and nothing but a name follows a comma",
  ],
  [/^Unexpected end of JSON/, "the file ends here", "close what is open: quotes, brackets, braces"],
  [/^Unexpected non-whitespace character after JSON/, "", "a file holds one JSON value"],
];

/** What may help with a mistake of syntax, from the parser's own words; `null` where nothing is known. */
export function syntaxHint(cause: string): SyntaxHint | null {
  const found = SYNTAX_HINTS.find(([pattern]) => pattern.test(cause));
  return found === undefined ? null : { label: found[1], help: found[2] };
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
  if (found === "null") return "give it a value, or leave the key out";
  if (key === "jobs" && found === "object") {
    return "make it a list: each job begins with '- id: NAME'";
  }
  if (/^jobs\[/.test(key)) return "a job is a mapping, and begins with '- id: NAME'";
  if (expected === "array" && value !== null) return `make it a list: [${value}]`;
  if (expected === "record" && found === "array") {
    return "write NAME: value, each on a line of its own and without a dash";
  }
  return found === "string" && value !== null && /^(number|int)\b/.test(expected)
    ? numberHint(key, value)
    : null;
}

const IN_SECONDS: ReadonlySet<string> = new Set(
  ["timeout", "max_execution_time", "initial_delay", "max_delay"],
);

function numberHint(key: string, value: string): string | null {
  if (/^-?\d+(\.\d+)?$/.test(value)) return `leave the quotes away: ${value}`;
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
