/** What helps with mistakes of syntax and with values of the wrong type. */
import { decodeDocument } from "../../../lib/runtime/load/decode.ts";
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import { diagnosticMessage } from "../../../lib/view/problem/message.ts";
import { syntaxHint } from "../../../lib/view/problem/syntax_hint.ts";
import { assertEquals } from "../../support/assert.ts";

/** Where the first mistake of a text is, what it is, what is said under the carets, and the help. */
async function hintFor(text: string, format: "yaml" | "json"): Promise<string> {
  const decoded = await decodeDocument(new TextEncoder().encode(text), format);
  if (decoded.ok) throw new Error("nothing is wrong with it");
  const { detail, place } = decoded.diagnostics[0]!;
  const { title, label, help } = diagnosticMessage(detail);
  const at = place.at === "position" ? `${place.position.line}:${place.position.column}` : place.at;
  return `${at} ${title} ^ ${label} = ${help ?? ""}`;
}

const ALIGN = "wrong indentation ^  = start the keys of a mapping in the same column";
const JSON_RULES = "JSON allows no comments, no single quotes, and no comma after the last entry";
const KEY =
  "expected 'key: value' ^ no ': ' here = put a space after the colon; indent lines below '|' further than their key";
const COLON =
  "': ' in a value without quotes ^  = put quotes around the whole value, or write it below '|' on lines of its own";
const QUOTE = "put quotes around the whole value";

/** Texts as people write them, with the real words of the parsers in between; the place of the carets. */
const SYNTAX: readonly (readonly ["yaml" | "json", string, string, string])[] = [
  ["yaml", "jobs:\n\t- id: a\n", "2:1", "a tab in the indentation ^ this is a tab = use spaces"],
  [
    "yaml",
    'name: "demo\njobs: []\n',
    "1:7",
    "a quote is never closed ^ opens here = add the closing quote, or remove this one",
  ],
  ["yaml", "command: echo a: b\n", "1:16", COLON],
  ["yaml", "command: a\nname: b\ndescription: note:\n", "3:18", COLON],
  [
    "yaml",
    "command: @make\n",
    "1:10",
    `a value without quotes cannot begin with '@' ^  = ${QUOTE}`,
  ],
  ["yaml", "command: %d\n", "1:10", `a value without quotes cannot begin with '%' ^  = ${QUOTE}`],
  [
    "yaml",
    "command: *.sh\n",
    "1:10",
    `no anchor '&.sh' for this alias ^ YAML reads '*' as an alias = if it is text, ${QUOTE}`,
  ],
  [
    "yaml",
    "command: !x y\n",
    "1:10",
    `unknown tag '!x' ^ YAML reads '!' as a tag = if it is text, ${QUOTE}`,
  ],
  [
    "yaml",
    "environment: {A: ${HOME}}\n",
    "1:19",
    `text after the end of a value ^ the value ends before this = ${QUOTE}`,
  ],
  [
    "yaml",
    "command: 'echo it's'\n",
    "1:19",
    `text after a closing quote or bracket ^ the value ends before this = ${QUOTE}; inside '…' write '' for a single quote`,
  ],
  ["yaml", "jobs:\n  - id: a\n   command: b\n", "3:4", ALIGN],
  ["yaml", "jobs:\n  - id: a\n      command: b\n", "3:7", ALIGN],
  ["yaml", "a: 1\n b: 2\nc: 3\n", "2:2", ALIGN],
  ["yaml", "a:\n  b: 1\n c: 2\n", "3:2", ALIGN],
  ["yaml", "a: 1\nb\n", "2:1", KEY],
  ["yaml", "jobs:\n  - id:a\n    command: b\n", "2:5", KEY],
  [
    "yaml",
    "tags: [a, b\n",
    "2:1",
    "missing ']' ^ still open here = close the bracket or brace",
  ],
  ["json", '{"a": 1,}', "1:9", `expected a key in double quotes ^  = ${JSON_RULES}`],
  ["json", "{a: 1}", "1:2", `expected a key in double quotes ^  = ${JSON_RULES}`],
  ["json", '{"a": [1,]}', "1:10", `unexpected ']' ^  = ${JSON_RULES}`],
  ["json", '{"a": 1', "1:8", "expected ',' or '}' ^  = put a comma between two entries"],
  ["json", '{"a": 1\n "b": 2}', "2:2", "expected ',' or '}' ^  = put a comma between two entries"],
  [
    "json",
    '{"a": ',
    "1:7",
    "the file ends too early ^ the file ends here = close all quotes, brackets and braces",
  ],
  ["json", "{} {}", "1:4", "text after the end of the value ^  = a file holds one JSON value"],
];

for (const [format, text, place, expected] of SYNTAX) {
  Deno.test(`a hint for ${JSON.stringify(text)} as ${format}`, async () => {
    assertEquals(
      await hintFor(text, format),
      `${place} Invalid ${format.toUpperCase()}: ${expected}`,
    );
  });
}

Deno.test("syntaxHint() keeps still about words it does not know", () => {
  assertEquals(syntaxHint("Something went wrong"), null);
});

/** A key of a job or of the file, and what helps; "" where nothing is said. */
const TYPES: readonly (readonly [object, string])[] = [
  [{ dependencies: "build" }, "make it a list: [build]"],
  [{ tags: "a, b" }, "make it a list: [a, b]"],
  [{ timeout: null }, "give it a value, or remove the key"],
  [{ dependencies: null }, "give it a value, or remove the key"],
  [{ timeout: "300" }, "remove the quotes: 300"],
  [{ timeout: "5m" }, "write seconds as a plain number: 300"],
  [{ timeout: "1.5h" }, "write seconds as a plain number: 5400"],
  [{ timeout: "90 seconds" }, "write seconds as a plain number: 90"],
  [{ timeout: "2 Minutes" }, "write seconds as a plain number: 120"],
  [{ timeout: "500ms" }, "write seconds as a plain number: 0.5"],
  [{ timeout: "1d" }, "write seconds as a plain number: 86400"],
  [{ timeout: "soon" }, "write seconds as a plain number"],
  [{ retry_config: { initial_delay: "1s" } }, "write seconds as a plain number: 1"],
  [{ retry_config: { max_attempts: "many" } }, ""],
  [{ retry_config: { max_attempts: 1.5 } }, ""],
  [{ resource_limits: { max_memory_mb: "2GB" } }, "write megabytes as a plain number: 2048"],
  [{ resource_limits: { max_memory_mb: "512Mi" } }, "write megabytes as a plain number: 512"],
  [{ resource_limits: { max_memory_mb: "much" } }, "write megabytes as a plain number"],
  [{ resource_limits: { max_cpu_percent: "50%" } }, "write percent as a plain number: 50"],
  [{ environment: ["A=1"] }, "write one 'NAME: value' per line, without dashes"],
  [{ environment: "A=1" }, ""],
  [
    { command: ["a", "b"] },
    "join the commands with '&&', or write them below 'command: |', one per line",
  ],
  [{ dependencies: [{ id: "b" }] }, "list only the ids of the jobs: [build, lint]"],
  [{ conditions: { skip_if_failed: [["b"]] } }, "list only the ids of the jobs: [build, lint]"],
  [{ dependencies: [1] }, 'quote it: "1"'],
  [{ retry_config: 3 }, "write a mapping: {max_attempts: 3}"],
  [{ idempotent: "yes" }, "write true"],
  [{ idempotent: "off" }, "write false"],
  [{ idempotent: "False" }, "remove the quotes: false"],
  [{ idempotent: "maybe" }, "write true or false"],
  [{ run: "make" }, "did you mean 'command'?"],
  [{ name: 7 }, 'quote it: "7"'],
];

for (const [job, expected] of TYPES) {
  Deno.test(`a hint for ${JSON.stringify(job)}`, () => {
    const parsed = parseWorkflow({ name: "w", jobs: [{ id: "a", command: "true", ...job }] });
    assertEquals(
      parsed.ok ? null : diagnosticMessage(parsed.diagnostics[0]!.detail).help ?? "",
      expected,
    );
  });
}

Deno.test("a hint for jobs that are no list of mappings", () => {
  const help = (jobs: unknown) => {
    const parsed = parseWorkflow({ name: "w", jobs });
    return parsed.ok ? null : diagnosticMessage(parsed.diagnostics[0]!.detail).help;
  };
  assertEquals(
    help({ build: { command: "make" } }),
    "make it a list: each job starts with '- id: NAME'",
  );
  assertEquals(help(["build"]), "a job is a mapping that starts with '- id: NAME'");
});
