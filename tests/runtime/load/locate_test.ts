/** Paths of diagnostics become lines and columns of the text. */
import {
  AT_DOCUMENT,
  atKey,
  atValue,
  type Diagnostic,
  diagnosticAt,
  type DiagnosticPlace,
  type SourcePosition,
} from "../../../lib/core/workflow/diagnostic.ts";
import { locateDiagnostics } from "../../../lib/runtime/load/locate.ts";
import { inFileOrder } from "../../../lib/view/problem/text.ts";
import { assert, assertEquals } from "../../support/assert.ts";

function brief(position: SourcePosition | null): string | null {
  return position && `${position.line}:${position.column}-${position.endColumn}`;
}

function check(name: string, text: string, place: DiagnosticPlace, expected: string | null): void {
  Deno.test(`locateDiagnostics ${name}`, async () => {
    const diagnostic = diagnosticAt(place, { code: "E403" }, [{ role: "edge", name: "n", place }]);
    const [located] = await locateDiagnostics(text, [diagnostic]);
    assertEquals(located!.detail, diagnostic.detail);
    assertEquals(brief(located!.position), expected);
    assertEquals(located!.related.map((one) => brief(one.position)), [expected]);
  });
}

const yaml = `# A pipeline
name: "x"
global_config:
  timeout: 3
defaults: &defaults
  timeout: 60
  environment: {CI: "true"}
jobs:
  - id: build
    command: |
      make
      make test
    dependencies: [setup, lint]
  - <<: *defaults
    command:
    tags: *defaults
    environment: {A: b}
`;
const json = `{
  "name": "x",
  "jobs": [
    {"id": "build", "timeout": 5}
  ]
}
`;

check("points at the document", yaml, AT_DOCUMENT, "1:1-2");
check("leaves a position as it is", yaml, {
  at: "position",
  position: { line: 7, column: 3, endColumn: 9 },
}, "7:3-9");
check("finds a scalar", yaml, atValue("global_config", "timeout"), "4:12-13");
check("finds a quoted scalar with its quotes", yaml, atValue("name"), "2:7-10");
check("finds a key", yaml, atKey("global_config", "timeout"), "4:3-10");
check("finds an item of a list", yaml, atValue("jobs", 0, "dependencies", 1), "13:27-31");
check("points at the header of a script", yaml, atValue("jobs", 0, "command"), "10:14-15");
check("points at the first line of a mapping", yaml, atValue("jobs", 0), "9:5-14");
check("points at the root's first key", yaml, atValue(), "2:1-10");
check("points at the key of an empty value", yaml, atValue("jobs", 1, "command"), "15:5-12");
check("points at an alias", yaml, atValue("jobs", 1, "tags"), "16:11-20");
check("goes through an alias", yaml, atValue("jobs", 1, "tags", "timeout"), "6:12-14");
check("finds a merged value where it stands", yaml, atValue("jobs", 1, "timeout"), "6:12-14");
check(
  "prefers an own key to a merged one",
  yaml,
  atValue("jobs", 1, "environment", "A"),
  "17:22-23",
);
check("points at a job's first key for a missing one", yaml, atKey("jobs", 0, "name"), "9:5-7");
check("points at the root's first key for a missing one", yaml, atKey("version"), "2:1-5");
check("points at a mapping's key for a missing one", yaml, atValue("global_config", "x"), "3:1-14");
check("points at a list's key for a missing item", yaml, atValue("jobs", 9, "id"), "8:1-5");
check("points at the key of a scalar for what it lacks", yaml, atValue("name", "x"), "2:1-5");
check("finds a scalar of JSON", json, atValue("jobs", 0, "timeout"), "4:32-33");
check("finds a key of JSON", json, atKey("jobs", 0, "id"), "4:6-10");
check("points at a job's first key in JSON", json, atKey("jobs", 0, "command"), "4:6-10");
check(
  "ends at the end of a line that ends with CR LF",
  "a:\r\n  - b\r\n  - c\r\n",
  atValue("a"),
  "2:3-6",
);
check("finds numbers that are keys", "a: {1: x}\n", atValue("a", "1"), "1:8-9");
check("finds what it can behind an error", "a: 1\nb: 'open\n", atValue("a"), "1:4-5");
check("gives up where nothing can be read", "[".repeat(5_000), atValue("a"), null);
check("gives up on a text of many megabytes", " ".repeat(9 * 1024 * 1024), atValue("a"), null);
check("survives a merge of itself", "a: &a {<<: *a}\n", atValue("a", "b"), "1:1-2");

/** A workflow of so many jobs, each with two mistakes, and one before them. */
function longText(jobs: number): { text: string; diagnostics: Diagnostic[] } {
  const entries = Array.from(
    { length: jobs },
    (_, i) =>
      `  - id: j${i}\n    comand: x\n    dependencies: [${i % 7 === 6 ? "b" : "a"}, none]\n`,
  );
  const diagnostics = entries.flatMap((_, i) => [
    diagnosticAt(atValue("jobs", i, "dependencies", 1), {
      code: "E305",
      text: `${i}`,
      problem: "name",
    }, [{ role: "edge", name: "a", place: atValue("jobs", (i * 31) % jobs, "id") }]),
    diagnosticAt(atKey("jobs", i, "comand"), { code: i % 1_000 === 999 ? "E106" : "E403" }),
  ]);
  diagnostics.push(diagnosticAt(atKey("nmae"), { code: "E403" }));
  return { text: `nmae: x\njobs:\n${entries.join("")}last: 1\n`, diagnostics };
}

Deno.test("locateDiagnostics finds all places of a long text", async () => {
  const { text, diagnostics } = longText(8_000);
  const lines = text.split("\n");
  const located = await locateDiagnostics(text, diagnostics);
  const shown = located.map(({ position }) =>
    position && lines[position.line - 1]!.slice(position.column - 1, position.endColumn - 1)
  );
  assertEquals(shown, [...Array(8_000).fill(["none", "comand"]).flat(), "nmae"]);
  assertEquals(located[14]!.position?.line, 2 + 3 * 7 + 3);
  assertEquals(brief(located[2]!.related[0]!.position), `${3 + 3 * 31}:9-12`);
});

Deno.test("locateDiagnostics places exactly what is shown, and all in the order of the file", async () => {
  const { text, diagnostics } = longText(8_000);
  const all = inFileOrder(await locateDiagnostics(text, diagnostics));
  const shown = { diagnostics: 20, related: 0 };
  const some = inFileOrder(await locateDiagnostics(text, diagnostics, shown));
  assertEquals(some.length, all.length);
  for (let i = 0; i < 20; i++) {
    assertEquals(some[i]!.detail, all[i]!.detail);
    assertEquals(some[i]!.position, all[i]!.position);
  }
  const codes = (located: typeof all) => [...new Set(located.map(({ detail }) => detail.code))];
  assertEquals(codes(some), codes(all));
  const beyond = some.findLast(({ related }) => related.length > 0)!;
  assertEquals(beyond.related.map(({ name, position }) => [name, position]), [["a", null]]);
});

Deno.test("locateDiagnostics points into a text of many megabytes where the jobs are in block style", async () => {
  const { text, diagnostics } = longText(160_000);
  assert(text.length > 8 * 1024 * 1024);
  const far = diagnostics[2 * 150_000]!;
  const [located] = await locateDiagnostics(text, [far]);
  assertEquals(brief(located!.position), `${2 + 3 * 150_000 + 3}:23-27`);
});

Deno.test("locateDiagnostics finds thousands of mistakes in one mapping", async () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `v${i}`);
  const text = `environment: {${
    names.map((name) => `${name}: 1`).join(", ")
  }, <<: {w: 2}, v7: 3}\n`;
  const places = [...names, "w"].map((name) => atValue("environment", name));
  const started = performance.now();
  const located = await locateDiagnostics(
    text,
    places.map((place) => diagnosticAt(place, { code: "E403" })),
  );
  const shown = located.map(({ position }) => text[position!.column - 1]);
  assertEquals(shown, [...names.map(() => "1"), "2"]);
  assert(performance.now() - started < 15_000);
});
