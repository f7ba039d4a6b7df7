/** Problems of a file as they are printed: in its order, with the lines they are about. */
import {
  atValue,
  diagnosticAt,
  type DiagnosticDetail,
  type LocatedDiagnostic,
  type SourcePosition,
} from "../../../lib/core/workflow/diagnostic.ts";
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import type { Permission } from "../../../lib/core/base/permission.ts";
import { locateDiagnostics } from "../../../lib/runtime/load/locate.ts";
import { diagnosticsText } from "../../../lib/view/problem/text.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
} from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";

const PLAIN = makeStyle({ color: false, ascii: false });

function at(line: number, column: number, endColumn = column + 1): SourcePosition {
  return { line, column, endColumn };
}

function located(
  detail: DiagnosticDetail,
  position: SourcePosition | null,
  related: LocatedDiagnostic["related"] = [],
): LocatedDiagnostic {
  return { detail, position, related };
}

/** One diagnostic, without the blank line and the count that follow. */
function frameOf(source: string | null, diagnostic: LocatedDiagnostic, style = PLAIN): string {
  const all = diagnosticsText({ file: "ci.yml", text: source }, [diagnostic], style);
  const more = `More about this: orch explain ${diagnostic.detail.code}`;
  const end = `\n\n1 problem in ci.yml; nothing was started\n${
    style.color ? `\x1b[2m${more}\x1b[0m` : more
  }\n`;
  assert(all.endsWith(end), all);
  return all.slice(0, -end.length);
}

function check(
  name: string,
  source: string | null,
  diagnostic: LocatedDiagnostic,
  expected: string,
): void {
  Deno.test(`diagnosticsText ${name}`, () => {
    assertEquals(frameOf(source, diagnostic), text(expected));
  });
}

const PIPELINE = `name: x
jobs:
  - id: build
  - id: test
    dependencies: [bulid, lint]
`;

check(
  "shows the line, carets with a label, the place of the suggestion and help",
  PIPELINE,
  located(
    {
      code: "E204",
      jobId: "test",
      missing: "bulid",
      relation: "dependency",
      suggestion: "build",
    },
    at(5, 20, 25),
    [{ role: "suggestion", name: "build", position: at(3, 9, 14) }],
  ),
  `
  error[E204]: Job 'test' depends on non-existent job 'bulid'
   --> ci.yml:5:20
    |
  5 |     dependencies: [bulid, lint]
    |                    ^^^^^ no such job
    = note: 'build' is defined here (ci.yml:3:9)
    = help: did you mean 'build'?`,
);

check(
  "shows what is missing at the end of the file where the text ends",
  "name: x\njobs: [  \n\n",
  located({ code: "E105", format: "yaml", cause: "x" }, at(4, 1)),
  `
  error[E105]: Invalid YAML: x
   --> ci.yml:2:8
    |
  2 | jobs: [
    |        ^`,
);

check(
  "leaves the label away where the title says it all",
  "jobs: []\n",
  located({ code: "E210" }, at(1, 1, 5)),
  `
  error[E210]: The list of jobs is empty
   --> ci.yml:1:1
    |
  1 | jobs: []
    | ^^^^
    = help: add at least one job`,
);

check(
  "quotes a number as the file has it",
  "version: 1.10\n",
  located(
    {
      code: "E201",
      key: "version",
      expected: "string",
      found: "number",
      value: "1.1",
      quoteIt: true,
    },
    at(1, 10, 14),
  ),
  `
  error[E201]: 'version' must be text: found the number 1.10
   --> ci.yml:1:10
    |
  1 | version: 1.10
    |          ^^^^
    = help: quote it: "1.10"`,
);

check(
  "shows each edge of a cycle with its place",
  PIPELINE,
  located({ code: "E205", cycle: ["a", "b"] }, at(5, 20, 25), [
    { role: "edge", name: "a", position: at(5, 20, 25) },
    { role: "edge", name: "b", position: null },
  ]),
  `
  error[E205]: Circular dependency detected: a -> b -> a
   --> ci.yml:5:20
    |
  5 |     dependencies: [bulid, lint]
    |                    ^^^^^
    = note: 'a' depends on 'b' (ci.yml:5:20)
    = note: 'b' depends on 'a'
    = help: each of these waits for the next: remove one of the dependencies`,
);

check(
  "names only the first eight edges of a long cycle",
  null,
  located(
    { code: "E205", cycle: Array.from({ length: 10 }, (_, i) => `j${i}`) },
    null,
    Array.from({ length: 10 }, (_, i) => ({ role: "edge", name: `j${i}`, position: null })),
  ),
  `
  error[E205]: Circular dependency detected: j0 -> j1 -> j2 -> j3 -> j4 -> j5 -> j6 -> j7 -> j8 -> j9 -> j0
   --> ci.yml
    = note: 'j0' depends on 'j1'
    = note: 'j1' depends on 'j2'
    = note: 'j2' depends on 'j3'
    = note: 'j3' depends on 'j4'
    = note: 'j4' depends on 'j5'
    = note: 'j5' depends on 'j6'
    = note: 'j6' depends on 'j7'
    = note: 'j7' depends on 'j8'
    = note: and 2 more
    = help: each of these waits for the next: remove one of the dependencies`,
);

check(
  "shows no frame for a blank line",
  "\n\nname: x\n",
  located({ code: "E110", found: "nothing" }, at(1, 1)),
  `
  error[E110]: The file is empty
   --> ci.yml:1:1
    = help: write one to start from: orch create --name demo --output demo.yaml`,
);

check(
  "does not take the carriage returns of Windows for part of the line",
  "name: x\r\njobs: []\r\n",
  located({ code: "E210" }, at(2, 1, 5)),
  `
  error[E210]: The list of jobs is empty
   --> ci.yml:2:1
    |
  2 | jobs: []
    | ^^^^
    = help: add at least one job`,
);

check(
  "puts carets under wide characters and behind tabs",
  "\tname: 名前 x # comment\n",
  located({ code: "E310", key: "name" }, at(1, 8, 10)),
  `
  error[E310]: 'name' is empty
   --> ci.yml:1:8
    |
  1 |  name: 名前 x # comment
    |        ^^^^
    = help: give it a value, or remove the key`,
);

check(
  "makes control characters visible without shifting the carets",
  "name: \x1b[31mred\x1b[0m\u202e\n",
  located({ code: "E104", character: 0x1b }, at(1, 7)),
  `
  error[E104]: File must not contain control characters: found U+001B
   --> ci.yml:1:7
    |
  1 | name: ␛[31mred␛[0m�
    |       ^
    = help: remove it`,
);

check(
  "cuts a long line on both sides of the place",
  `${"a".repeat(200)}BAD${"z".repeat(200)}`,
  located({ code: "E303", value: "1" }, at(1, 201, 204)),
  `
  error[E303]: Number 1 cannot be represented exactly
   --> ci.yml:1:201
    |
  1 | …${"a".repeat(40)}BAD${"z".repeat(57)}…
    | ${" ".repeat(41)}^^^
    = help: quote it if it is text; otherwise use a smaller number`,
);

check(
  "cuts carets where the line is cut",
  `x: ${"y".repeat(5000)}`,
  located({ code: "E310", key: "x" }, at(1, 4, 5004)),
  `
  error[E310]: 'x' is empty
   --> ci.yml:1:4
    |
  1 | x: ${"y".repeat(97)}…
    |    ${"^".repeat(97)}
    = help: give it a value, or remove the key`,
);

Deno.test("diagnosticsText colours code, title, place and carets", () => {
  const style = makeStyle({ color: true, ascii: false });
  assertEquals(
    escaped(frameOf("jobs: []\n", located({ code: "E210" }, at(1, 1, 5)), style)),
    text(`
      ␛[31merror[E210]␛[0m␛[1m: The list of jobs is empty␛[0m
       ␛[34m-->␛[0m ci.yml:1:1
        ␛[34m|␛[0m
      ␛[34m1␛[0m ␛[34m|␛[0m jobs: []
        ␛[34m|␛[0m ␛[31m^^^^␛[0m
        ␛[34m=␛[0m help: add at least one job`),
  );
});

Deno.test("diagnosticsText follows the order of the file, what has no place first", () => {
  const found = [at(10, 1), at(2, 2_000_000), null, at(2, 5)].map((position) =>
    located({ code: "E210" }, position)
  );
  const places = diagnosticsText({ file: "ci.yml", text: null }, found, PLAIN)
    .split("\n").filter((line) => line.includes("-->")).map((line) => line.trim());
  assertEquals(places, [
    "--> ci.yml",
    "--> ci.yml:2:5",
    "--> ci.yml:2:2000000",
    "--> ci.yml:10:1",
  ]);
});

Deno.test("diagnosticsText shows twenty problems and counts the others", () => {
  const problems = (count: number) =>
    diagnosticsText(
      { file: "ci.yml", text: null },
      Array.from({ length: count }, (_, i) => located({ code: "E210" }, at(i + 1, 1))),
      PLAIN,
    );
  const frames = (shown: string) => shown.match(/^error/gm)!.length;
  assertEquals(frames(problems(20)), 20);
  assertNotMatch(problems(20), /more problem/);
  assertEquals(frames(problems(21)), 20);
  assertStringIncludes(
    problems(21),
    "\nand 1 more problem\n\n21 problems in ci.yml; nothing was started\n",
  );
  assertStringIncludes(problems(1234), "\nand 1,214 more problems\n\n1,234 problems in");
});

Deno.test("diagnosticsText names the codes that occur most", () => {
  const codes = ["E210", "E403", "E106", "E403", "E110", "E106", "E106"] as const;
  const problems = codes.map((code) =>
    located(code === "E110" ? { code, found: "a list" } : { code }, null)
  );
  const shown = diagnosticsText({ file: "ci.yml", text: null }, problems, PLAIN);
  assert(shown.endsWith("\nMore about this: orch explain E106 E403 E210\n"), shown);
});

Deno.test("diagnosticsText makes the name of the file safe to print", () => {
  const shown = diagnosticsText(
    { file: "a\x1b[2J\n.yml", text: null },
    [located({ code: "E210" }, null)],
    PLAIN,
  );
  assertStringIncludes(shown, "--> a␛[2J␊.yml\n");
  assertStringIncludes(shown, "1 problem in a␛[2J␊.yml; nothing was started\n");
});

Deno.test("diagnosticsText says what parsing finds, with the words of the file", async () => {
  const source = text(`
    name: 1.10
    jobs:
      - id: build
        command: make
        tags: [0x10, ok]
  `);
  const checked = parseWorkflow({
    name: 1.1,
    jobs: [{ id: "build", command: "make", tags: [16, "ok"] }],
  });
  assert(!checked.ok);
  const found = await locateDiagnostics(source, checked.diagnostics);
  assertEquals(
    diagnosticsText({ file: "ci.yml", text: source }, found, PLAIN),
    text(`
      error[E201]: 'name' must be text: found the number 1.10
       --> ci.yml:1:7
        |
      1 | name: 1.10
        |       ^^^^
        = help: quote it: "1.10"

      error[E201]: 'tags[0]' must be text: found the number 0x10
       --> ci.yml:5:12
        |
      5 |     tags: [0x10, ok]
        |            ^^^^
        = help: quote it: "0x10"

      2 problems in ci.yml; nothing was started
      More about this: orch explain E201
    `),
  );
});

Deno.test("diagnosticsText takes no long time for a long line", () => {
  const line = "\x1b]8;;\r".repeat(20_000);
  const found = Array.from({ length: 20 }, () => diagnosticAt(atValue(), { code: "E210" }))
    .map(({ detail }) => located(detail, at(1, 60_000, 90_000)));
  const startedAt = performance.now();
  diagnosticsText({ file: "ci.yml", text: line }, found, PLAIN);
  assert(performance.now() - startedAt < 200);
});

Deno.test("diagnosticsText ends with the flags that allow all that is missing, where that is more than one thing", () => {
  const missing = (permission: Permission) =>
    located({ code: "E311", permission, use: "program", jobIds: ["a"] }, null);
  const lastLines = (diagnostics: readonly LocatedDiagnostic[]) =>
    diagnosticsText({ file: "ci.yml", text: null }, diagnostics, PLAIN).split("\n\n").at(-1);
  const one = missing({ kind: "run", program: "make" });
  assertEquals(
    lastLines([one]),
    "1 problem in ci.yml; nothing was started\nMore about this: orch explain E311\n",
  );
  const more = [
    missing({ kind: "read", path: "/x/\x1b[2J" }),
    missing({ kind: "read", path: "/x" }),
    missing({ kind: "run", program: "git" }),
    located({ code: "E210" }, null),
  ];
  assertEquals(
    lastLines([one, ...more]),
    "5 problems in ci.yml; nothing was started\nTo allow all of it, add --allow-read=/x --allow-run=git,make\nMore about this: orch explain E311 E210\n",
  );
});
