/** References to variables: what they stand for, and what is none. */
import {
  isVariableName,
  referenceMistake,
  resolveReferences,
  resolveStrictly,
} from "../../../lib/core/workflow/references.ts";
import { assertEquals } from "../../support/assert.ts";

const VARIABLES: Readonly<Record<string, string>> = {
  A: "1",
  AB: "2",
  _x9: "3",
  EMPTY: "",
  MONEY: "$A ${A}",
};

function lookup(name: string): string | undefined {
  return Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
}

Deno.test("resolveReferences() replaces what is a reference and nothing else", () => {
  const rows: [string, string][] = [
    ["", ""],
    ["plain", "plain"],
    ["$A", "1"],
    ["${A}", "1"],
    ["$AB", "2"],
    ["${A}B", "1B"],
    ["$A$AB", "12"],
    ["/opt:$A:$AB/x", "/opt:1:2/x"],
    ["$_x9-$A", "3-1"],
    ["$A.b", "1.b"],
    ["$NONE", ""],
    ["${NONE}", ""],
    ["${NONE:-x}", "x"],
    ["${NONE:-}", ""],
    ["${NONE:-a b:-c}", "a b:-c"],
    ["${EMPTY:-x}", "x"],
    ["${EMPTY}", ""],
    ["${A:-x}", "1"],
    ["${NONE:-$A}", "$A"],
    ["$$", "$"],
    ["$$A", "$A"],
    ["$$$A", "$1"],
    ["$$$$", "$$"],
    ["$", "$"],
    ["a$", "a$"],
    ["$5 $-x $ y", "$5 $-x $ y"],
    ["$(nproc)", "$(nproc)"],
    ["`date`", "`date`"],
    ["$MONEY", "$A ${A}"],
    ["$\u00e9", "$\u00e9"],
    ["\u{1f680}$A\u{1f680}", "\u{1f680}1\u{1f680}"],
    ["$A\n$A", "1\n1"],
    ["${A", "${A"],
  ];
  for (const [value, expected] of rows) {
    assertEquals(resolveReferences(value, lookup), expected, value);
  }
});

Deno.test("resolveStrictly() takes braces only, and tells of what is missing", () => {
  const rows: [string, { text: string } | { missing: string }][] = [
    ["", { text: "" }],
    ["https://x/${A}?q=${AB}", { text: "https://x/1?q=2" }],
    ["$A $$ $5 $", { text: "$A $$ $5 $" }],
    ["$${A}", { text: "$1" }],
    ["${NONE}", { missing: "NONE" }],
    ["${A}${NONE}${OTHER}", { missing: "NONE" }],
    ["${NONE:-x}", { text: "x" }],
    ["${NONE:-}", { text: "" }],
    ["[${NONE:-}]", { text: "[]" }],
    ["${EMPTY}", { text: "" }],
    ["${EMPTY:-x}", { text: "x" }],
    ["${MONEY}", { text: "$A ${A}" }],
  ];
  for (const [value, expected] of rows) {
    assertEquals(resolveStrictly(value, lookup), expected, value);
  }
});

Deno.test("referenceMistake() finds the first reference that cannot be read", () => {
  const rows: [string, string | null, string | null][] = [
    // value, mistake, mistake where only braces count
    ["$A ${A} ${A:-x} $$ $5", null, null],
    ["${", "unclosed ${", "unclosed ${"],
    ["x ${A", "unclosed ${A", "unclosed ${A"],
    ["${}", "name ${}", "name ${}"],
    ["${1A}", "name ${1A}", "name ${1A}"],
    ["${A-x} ${", "name ${A-x}", "name ${A-x}"],
    ["${A b}", "name ${A b}", "name ${A b}"],
    ["${:-x}", "name ${:-x}", "name ${:-x}"],
    ["$${", null, "unclosed ${"],
    ["$${A", null, "unclosed ${A"],
  ];
  const told = (mistake: ReturnType<typeof referenceMistake>) =>
    mistake === null ? null : `${mistake.problem} ${mistake.text}`;
  for (const [value, mistake, braced] of rows) {
    assertEquals(told(referenceMistake(value)), mistake, value);
    assertEquals(told(referenceMistake(value, true)), braced, `${value}, braces only`);
  }
});

Deno.test("isVariableName() knows what a shell could name", () => {
  const rows: [string, boolean][] = [
    ["A", true],
    ["_", true],
    ["a_B9", true],
    ["", false],
    ["9a", false],
    ["A-B", false],
    ["A B", false],
    ["A=B", false],
    ["A\n", false],
    ["\u00c9", false],
  ];
  for (const [name, expected] of rows) assertEquals(isVariableName(name), expected, name);
});

Deno.test("resolveReferences() reads a long value in no time", () => {
  const value = "$A".repeat(200_000);
  const startedAt = performance.now();
  assertEquals(resolveReferences(value, lookup).length, 200_000);
  const ms = performance.now() - startedAt;
  assertEquals(ms < 2_000, true, `${ms} ms`);
});
