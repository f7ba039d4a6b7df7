/** What helps with mistakes of syntax and with values of the wrong type. */
import { decodeDocument } from "../../lib/runtime/decode.ts";
import { parseWorkflow } from "../../lib/core/parse_workflow.ts";
import { diagnosticMessage } from "../../lib/view/diagnostic_message.ts";
import { syntaxHint } from "../../lib/view/hint_message.ts";
import { assertEquals } from "../support/assert.ts";

/** What is said under the carets and as help, for the first mistake of a text. */
async function hintFor(text: string, format: "yaml" | "json"): Promise<string> {
  const decoded = await decodeDocument(new TextEncoder().encode(text), format);
  if (decoded.ok) throw new Error("nothing is wrong with it");
  const { label, help } = diagnosticMessage(decoded.diagnostics[0]!.detail);
  return `${label} = ${help ?? ""}`;
}

const COLUMN = " = lines that belong together begin in the same column";

/** Texts as people write them, with the real words of the parsers in between. */
const SYNTAX: readonly (readonly ["yaml" | "json", string, string])[] = [
  ["yaml", "jobs:\n\t- id: a\n", "a tab = indent with spaces"],
  [
    "yaml",
    'name: "demo\njobs: []\n',
    "opens here and is never closed = close the quote, or leave it away",
  ],
  [
    "yaml",
    "command: echo a: b\n",
    "': ' begins a value = put quotes around the whole text, or write it on lines of its own below '|'",
  ],
  ["yaml", "command: @make\n", "means something in YAML = put quotes around the text"],
  ["yaml", "command: %d\n", "means something in YAML = put quotes around the text"],
  [
    "yaml",
    "command: *.sh\n",
    "'*' refers to an anchor, and there is none = put quotes around text that begins with '*'",
  ],
  [
    "yaml",
    "command: !x y\n",
    "'!' names a type = put quotes around text that begins with '!'",
  ],
  [
    "yaml",
    "environment: {A: ${HOME}}\n",
    "not expected here = put quotes around text that holds brackets, braces or commas",
  ],
  ["yaml", "jobs:\n  - id: a\n   command: b\n", COLUMN],
  [
    "yaml",
    "a: 1\n b: 2\nc: 3\n",
    "': ' begins a value = put quotes around the whole text, or write it on lines of its own below '|'",
  ],
  ["yaml", "a:\n  b: 1\n c: 2\n", COLUMN],
  ["yaml", "a: 1\nb\n", "no key = a key ends in ': '"],
  ["yaml", "tags: [a, b\n", " = close the bracket or brace"],
  [
    "json",
    '{"a": 1,}',
    " = names stand in double quotes, and nothing but a name follows a comma",
  ],
  [
    "json",
    "{a: 1}",
    " = names stand in double quotes, and nothing but a name follows a comma",
  ],
  ["json", '{"a": 1', " = "],
  ["json", '{"a": ', "the file ends here = close what is open: quotes, brackets, braces"],
  ["json", "{} {}", " = a file holds one JSON value"],
];

for (const [format, text, expected] of SYNTAX) {
  Deno.test(`a hint for ${JSON.stringify(text)} as ${format}`, async () => {
    assertEquals(await hintFor(text, format), expected);
  });
}

Deno.test("syntaxHint() keeps still about words it does not know", () => {
  assertEquals(syntaxHint("Something went wrong"), null);
});

/** A key of a job or of the file, and what helps; "" where nothing is said. */
const TYPES: readonly (readonly [object, string])[] = [
  [{ dependencies: "build" }, "make it a list: [build]"],
  [{ tags: "a, b" }, "make it a list: [a, b]"],
  [{ timeout: null }, "give it a value, or leave the key out"],
  [{ dependencies: null }, "give it a value, or leave the key out"],
  [{ timeout: "300" }, "leave the quotes away: 300"],
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
  [{ environment: ["A=1"] }, "write NAME: value, each on a line of its own and without a dash"],
  [{ environment: "A=1" }, ""],
  [{ command: ["a", "b"] }, ""],
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
    "make it a list: each job begins with '- id: NAME'",
  );
  assertEquals(help(["build"]), "a job is a mapping, and begins with '- id: NAME'");
});
