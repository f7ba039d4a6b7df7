/** From the bytes of a file to plain data, or to diagnostics with places. */
import type { Diagnostic, DiagnosticPlace } from "../../../lib/core/workflow/diagnostic.ts";
import { decodeDocument, type DocumentFormat } from "../../../lib/runtime/load/decode.ts";
import { assert, assertEquals, assertMatch, assertNotEquals } from "../../support/assert.ts";

/** A place in short: line:column, or the path. */
function where(place: DiagnosticPlace): string {
  if (place.at === "position") return `${place.position.line}:${place.position.column}`;
  return "path" in place ? `/${place.path.join("/")}` : place.at;
}

/** Diagnostics in short: the code, its facts, the place, and the places that belong to it. */
function brief(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ detail, place, related }) => {
    const { code, ...facts } = detail;
    const others = related.map((one) => ` (${one.role} ${where(one.place)})`).join("");
    return `${code} ${where(place)} ${Object.values(facts).join(" ")}${others}`;
  });
}

async function decode(source: string | Uint8Array, format: DocumentFormat): Promise<unknown> {
  const bytes = typeof source === "string" ? new TextEncoder().encode(source) : source;
  const checked = await decodeDocument(bytes, format);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
  return checked.ok ? checked.value : brief(checked.diagnostics);
}

function reads(format: DocumentFormat, name: string, source: string, expected: unknown): void {
  Deno.test(`decodeDocument reads ${format}: ${name}`, async () => {
    assertEquals(await decode(source, format), expected);
  });
}

function refuses(
  format: DocumentFormat,
  name: string,
  source: string | Uint8Array,
  ...expected: string[]
): void {
  Deno.test(`decodeDocument refuses ${format}: ${name}`, async () => {
    assertEquals(await decode(source, format), expected);
  });
}

/** Refuses within a time that is generous, as test machines are busy. */
function refusesAtOnce(name: string, makeSource: () => string, ...expected: string[]): void {
  Deno.test(`decodeDocument refuses at once: ${name}`, async () => {
    const bytes = new TextEncoder().encode(makeSource());
    for (const format of ["yaml", "unknown"] as const) {
      const startedAt = performance.now();
      const found = await decode(bytes, format);
      const tookMs = performance.now() - startedAt;
      assertEquals(found, expected);
      assert(tookMs < 800, `took ${tookMs} ms`);
    }
  });
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const lines = (...text: string[]) => text.join("\n") + "\n";

// Encodings.
refuses(
  "yaml",
  "UTF-16, little end first",
  new Uint8Array([0xff, 0xfe, 97, 0]),
  "E103 document utf-16 0",
);
refuses(
  "json",
  "UTF-16, big end first",
  new Uint8Array([0xfe, 0xff, 0, 97]),
  "E103 document utf-16 0",
);
refuses(
  "yaml",
  "a byte that is no UTF-8",
  new Uint8Array([...utf8("a: é\nb: x"), 0xe9, ...utf8("\n")]),
  "E103 2:5 invalid utf-8 10",
);
refuses(
  "yaml",
  "a character cut off at the end",
  new Uint8Array([...utf8("\ufeffa: "), 0xe2, 0x82]),
  "E103 1:4 invalid utf-8 6",
);
refuses(
  "yaml",
  "a character cut off by another",
  new Uint8Array([...utf8("a: "), 0xef, 0xbf, 97]),
  "E103 1:4 invalid utf-8 3",
);
reads("yaml", "with a UTF-8 byte order mark", "\ufeffa: 1\n", { a: 1 });
reads("json", "with a UTF-8 byte order mark", '\ufeff{"a": 1}', { a: 1 });
refuses("yaml", "NUL in the text", "a: 1\nb: x\0y\n", "E104 2:5 0");
refuses("json", "escape in the text", '{"a": "\x1b[31m"}', "E104 1:8 27");
refuses("yaml", "control character by escape", 'a: "\\0"\nb: "\\e"\n', "E307 /a 0", "E307 /b 27");
refuses("json", "control character by escape", '{"a\\u0007": 1}', "E307 /a\x07 7");

// Roots.
for (const format of ["yaml", "json", "unknown"] as const) {
  refuses(format, "an empty file", "", "E110 document nothing");
  refuses(format, "only blank lines", " \n\n", "E110 document nothing");
  refuses(format, "a root of null", "null", "E110 document nothing");
  refuses(format, "a list at the root", '["a"]', "E110 / a list");
  refuses(format, "a number at the root", "12", "E110 / a number");
}
refuses("yaml", "only comments", "# nothing\n", "E110 document nothing");
refuses("yaml", "a text at the root", "hello\n", "E110 / a string");

// What YAML 1.2 says, whichever parser reads it.
reads("yaml", "with a comment, a marker and an end", "# c\n---\na: 1\n...\n", { a: 1 });
reads("yaml", "numbers of today", "a: 0777\nb: [0x1F, 0o17]\nc: -.5\nd: 09\n", {
  a: 777,
  b: [31, 15],
  c: -.5,
  d: 9,
});
reads("yaml", "texts that were numbers once", "a: 1_000\nb: 0b11\nc: 1:30\nd: -0x1F\n", {
  a: "1_000",
  b: "0b11",
  c: "1:30",
  d: "-0x1F",
});
reads("yaml", "texts that were other things once", "a: no\nb: 2026-01-02\nc: '0777'\nd: =\n", {
  a: "no",
  b: "2026-01-02",
  c: "0777",
  d: "=",
});
reads("yaml", "a version that is a number", "a: 1.10\n", { a: 1.1 });
reads("yaml", "tabs in a script", "a: |\n  if\n  \tthen\nb:\t1\n", { a: "if\n\tthen\n", b: 1 });
reads("yaml", "shell text with signs of YAML", "a: ls *.ts && cat <<EOF # & *x\n", {
  a: "ls *.ts && cat <<EOF",
});
reads("yaml", "a merge key", "d: &d {x: 1, y: 1}\na:\n  <<: *d\n  y: 2\n", {
  d: { x: 1, y: 1 },
  a: { x: 1, y: 2 },
});
reads("yaml", "merge keys and odd numbers", "d: &d {x: 0777}\na: {<<: [*d]}\n", {
  d: { x: 777 },
  a: { x: 777 },
});
reads("yaml", "many aliases", `d: &d 1\na: [${"*d,".repeat(50)}]\n`, {
  d: 1,
  a: Array(50).fill(1),
});
reads("unknown", "JSON", '{"a": 1}', { a: 1 });
reads("unknown", "YAML", "a: 1\n", { a: 1 });
reads("unknown", "YAML that begins like JSON", "{a: 1}\n", { a: 1 });

// Numbers.
refuses(
  "yaml",
  "numbers that lose digits",
  "a: 9007199254740993\nb: 1e400\nc: .nan\nd: -.inf\n",
  "E303 /a 9007199254740992",
  "E303 /b Infinity",
  "E303 /c NaN",
  "E303 /d -Infinity",
);
refuses("json", "numbers that lose digits", '{"a": 1e400}', "E303 /a Infinity");

// Reserved keys.
refuses("yaml", "__proto__", "__proto__: {polluted: 1}\n", "E111 /__proto__ __proto__");
refuses("json", "__proto__", '{"__proto__": {"polluted": 1}}', "E111 /__proto__ __proto__");
refuses(
  "yaml",
  "constructor and prototype",
  "constructor: {prototype: {polluted: 1}}\n",
  "E111 /constructor constructor",
  "E111 /constructor/prototype prototype",
);
refuses(
  "yaml",
  "a reserved key by merging",
  "<<: {__proto__: {polluted: 1}}\n",
  "E111 /<</__proto__ __proto__",
);
refuses("yaml", "a reserved key read carefully", "__proto__: 0777\n", "E111 /__proto__ __proto__");

// Duplicate keys.
refuses("yaml", "a duplicate key", "a: 1\nb: 2\na: 3\n", "E107 3:1 a (first 1:1)");
refuses(
  "yaml",
  "all duplicate keys at once",
  lines("jobs:", "  - id: a", "    id: b", "    id: c", "name: x", "name: y"),
  "E107 3:5 id (first 2:5)",
  "E107 4:5 id (first 2:5)",
  "E107 6:1 name (first 5:1)",
);
refuses("yaml", "keys that become the same text", '1: a\n"1": b\n', "E107 2:1 1 (first 1:1)");
refuses("json", "a duplicate key", '{"a": ":",\n "a": 2}', "E107 2:2 a (first 1:2)");
refuses(
  "json",
  "an escaped duplicate",
  '{"a\\"": 1, "b": {"a\\"": 1, "a\\u0022" : 2}}',
  'E107 1:28 a" (first 1:18)',
);
refuses("unknown", "a duplicate key of JSON", '{"a": 1, "a": 2}', "E107 1:10 a (first 1:2)");
reads(
  "json",
  "equal keys of different objects",
  '[{"a": ":"}, {"a": "\\\\"}]'.replace(/^/, '{"l":') + "}",
  {
    l: [{ a: ":" }, { a: "\\" }],
  },
);

// Tabs and several documents.
const tab = (at: string) => `E105 ${at} yaml Tabs are not allowed as indentation`;
refuses("yaml", "a tab as indentation", "a:\n\tb: 1\n", tab("2:1"));
refuses("yaml", "a tab behind spaces", "a:\n  b: 1\n  \tc: 2\n", tab("3:3"));
refuses(
  "yaml",
  "a tab behind a dash",
  "a:\n  -\tb: 1\n    c: 2\n",
  tab("2:4"),
  "E105 3:5 yaml All mapping items must start at the same column",
);
refuses(
  "yaml",
  "a tab behind a script",
  "a: |\n  x\n\tb: 1\n",
  "E105 3:1 yaml Block scalar lines must not be less indented than their first line",
);
refuses("yaml", "a second document", "a: 1\n---\nb: 2\n", "E106 2:1 ");
refuses("yaml", "an empty second document", "a: 1\n---\n", "E106 2:1 ");
refuses("yaml", "a document behind an end", "a: 1\n...\nb: 2\n", "E106 3:1 ");

// Syntax.
refuses(
  "yaml",
  "every error, not the first alone",
  "a: b: c\nd: @x\ne: 'open\n",
  "E105 1:5 yaml Nested mappings are not allowed in compact mappings",
  "E105 2:4 yaml Plain value cannot start with reserved character @",
  "E105 3:4 yaml Missing closing 'quote",
);
refuses(
  "yaml",
  "two pairs on one line, once",
  'name: "x" version: 1\nd: @x @y\n',
  "E105 1:18 yaml Nested mappings are not allowed in compact mappings",
  "E105 2:4 yaml Plain value cannot start with reserved character @",
);
refuses(
  "yaml",
  "a quote that nothing closes, where it opens",
  'name: "x\njobs:\n  - id: a\n',
  'E105 1:7 yaml Missing closing "quote',
);
refuses(
  "yaml",
  "a quoted text that goes on too far left",
  'a:\n  b: "x\ny"\n',
  'E105 2:6 yaml Missing closing "quote',
  "E105 3:1 yaml Implicit map keys need to be followed by map values",
);
refuses("yaml", "an unknown tag", "a: !foo 1\n", "E105 1:4 yaml Unresolved tag: !foo");
refuses("yaml", "an unknown alias", "a: *nobody\n", "E105 1:4 yaml Unresolved alias: nobody");
refuses(
  "yaml",
  "what only the fast parser minds",
  "a: 1\nb: x\x7f\n",
  "E105 2:6 yaml Stream contains non-printable characters",
);
const json = (at: string, cause: string) => `E105 ${at} json ${cause}`;
refuses(
  "json",
  "a comma too many",
  '{\n  "a": 1,\n}',
  json("3:1", "Expected double-quoted property name"),
);
refuses("json", "an unknown word", '{\n  "a": undefined\n}', json("2:8", "Unexpected token 'u'"));
refuses("json", "a comment", '// x\n{"a": 1}', json("1:1", "Unexpected token '/'"));
refuses("json", "an end too early", '{"a": ', json("1:7", "Unexpected end of JSON input"));
refuses(
  "json",
  "more behind the end",
  '{"a": 1} x',
  json("1:10", "Unexpected non-whitespace character after JSON"),
);
refuses(
  "json",
  "errors on several lines",
  '{\n  "a": undefined,\n  "b": {"c": "x" "d": 1}\n}',
  json("2:8", "Unexpected token 'u'"),
  json("3:14", "Block collections are not allowed within flow collections"),
);

// Aliases.
refuses("yaml", "a cycle", "a: &x {self: *x}\n", "E108 /a/self cycle");
refuses("yaml", "a cycle by merging", "a: &x\n  <<: *x\n", "E108 /a/<< cycle");
refuses("yaml", "a cycle read carefully", "n: 0777\na: &x [*x]\n", "E108 /a/0 cycle");

function laughs(open: string, close: string): string {
  const levels = [..."bcdefghij"].map((name, index) =>
    `${name}: &${name} ${open}[${Array(10).fill("*" + "abcdefghi"[index])}]${close}`
  );
  return lines("a: &a {k: lol}", ...levels);
}
refusesAtOnce("a billion laughs", () => laughs("", ""), "E108 /g bomb");
refusesAtOnce("a billion laughs by merging", () => laughs("{<<: ", "}"), "E108 /g bomb");
refusesAtOnce(
  "ten million aliases",
  () => `a: &x 1\nb: [${"*x,".repeat(10_000_000)}]`,
  "E108 2:300005 bomb",
);

// Nesting.
const deep = (at: string) => `E109 ${at} 65 64`;
refusesAtOnce("5,000 lists that open", () => "[".repeat(5_000), deep("1:65"));
refusesAtOnce("5,000 mappings that open", () => "{a: ".repeat(5_000), deep("1:257"));
refusesAtOnce("100,000 dashes and a tab", () => "- ".repeat(100_000) + "\t", deep("1:129"));
refusesAtOnce("a million dashes", () => "- ".repeat(1_000_000), deep("1:129"));
refusesAtOnce(
  "3,000 levels of indentation",
  () => lines(...Array.from({ length: 3_000 }, (_, level) => " ".repeat(level) + "a:")),
  deep("65:65"),
);
refuses("json", "5,000 lists that open", "[".repeat(5_000), deep("1:65"));
refuses(
  "json",
  "nesting that closes",
  `{"a": ${"[".repeat(64)}${"]".repeat(64)}}`,
  deep(`/a${"/0".repeat(63)}`),
);
reads("json", "nesting at the limit", `{"a": ${"[".repeat(63)}${"]".repeat(63)}}`, {
  a: Array.from({ length: 63 }).reduce<unknown[]>((inner, _, i) => i === 0 ? [] : [inner], []),
});
refuses(
  "yaml",
  "depth behind another error",
  `a: 1\na: 2\nb: ${"[".repeat(1_900)}`,
  deep("3:67"),
);

Deno.test("decodeDocument reads 10,000 jobs in no time", async () => {
  const job = (i: number) =>
    `  - id: job-${i}\n    command: "make t-${i} > out/${i}.txt"\n    dependencies: [a, b, c]\n`;
  const source = "name: x\njobs:\n" + Array.from({ length: 10_000 }, (_, i) => job(i)).join("");
  const startedAt = performance.now();
  assertNotEquals(await decode(source, "yaml"), null);
  assert(performance.now() - startedAt < 2_000);
});

Deno.test("decodeDocument reads a long text of numbers written in hexadecimal, and finds its mistakes", async () => {
  const source = (job: (i: number) => string) =>
    `name: x\njobs:\n${Array.from({ length: 11_000 }, (_, i) => job(i)).join("")}last: 0x2\n`;
  const right = (i: number) => `  - id: job-${i} # ${"-".repeat(70)}\n    timeout: 0x1F\n`;
  assert(source(right).length > 2 ** 20);
  const expected = Array.from({ length: 11_000 }, (_, i) => ({ id: `job-${i}`, timeout: 31 }));
  assertEquals(await decode(source(right), "yaml"), { name: "x", jobs: expected, last: 2 });
  const wrong = (i: number) => i === 10_500 ? `  - id: a\n    tags: 'x' tag: 0x1\n` : right(i);
  assertMatch(String(await decode(source(wrong), "yaml")), /^E105 21004:18 /);
});
