/** Expected texts that are written anew: found wherever they stand, and laid out as they were. */
import { withLiteral } from "./golden_literal.ts";
import { assertEquals } from "./assert.ts";

/** A source, what its text is to become, and the source then. */
const ROWS: readonly (readonly [source: string, old: string, next: string, then: string | null])[] =
  [
    ['f("a b");', "a b", "c", 'f("c");'],
    ["f('a');", "a", 'it\'s "b"', 'f("it\'s \\"b\\"");'],
    ['f("a\\x1b\\u{1f600}");', "a\x1b😀", "b", 'f("b");'],
    ["f(`\n    a\n      b`);", "a\n  b", "c\n\n  d", "f(`\n    c\n\n      d`);"],
    ["f(`\n    a\n`);", "a\n", "b\n", "f(`\n    b\n`);"],
    ["f(`a`);", "a", "`b` ${c} \\ $d", "f(`\\`b\\` \\${c} \\\\ $d`);"],
    ['// "a"\n/* "a" */ f(/["a"]/, "a");', "a", "b", '// "a"\n/* "a" */ f(/["a"]/, "b");'],
    ['f(`x ${g("a")} "a" ${`"a"`}`, "a");', "a", "b", 'f(`x ${g("a")} "a" ${`"a"`}`, "b");'],
    ['f("a" +\n  "b");', "ab", "c", null],
    ["f(1 / 2, `a`, 3 / 4);", "a", "b", "f(1 / 2, `b`, 3 / 4);"],
    ['f("a");\nf("a");\n', "a", "b", 'f("b");\nf("a");\n'],
  ];

for (const [source, old, next, then] of ROWS) {
  Deno.test(`${JSON.stringify(old)} becomes ${JSON.stringify(next)} in ${JSON.stringify(source)}`, () => {
    assertEquals(withLiteral(source, { old, next }), then);
  });
}

Deno.test("of several that say the same, the one in the call is meant", () => {
  const source = 'f("a");\n\ng(\n  "a",\n);\nh("a");\n';
  const changed = withLiteral(source, { old: "a", next: "b", line: 3 });
  assertEquals(changed, 'f("a");\n\ng(\n  "b",\n);\nh("a");\n');
});
