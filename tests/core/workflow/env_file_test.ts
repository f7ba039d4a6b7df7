/** Files of environment variables: what is read, and the line of every mistake. */
import { readEnvFile } from "../../../lib/core/workflow/env_file.ts";
import { assertEquals } from "../../support/assert.ts";

/** A file, and what it sets. */
const FILES: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["nothing", "", {}],
  ["comments and empty lines", "# A=1\n\n   \n  # B=2", {}],
  ["plain values", "A=1\nB = two words \nC=", { A: "1", B: "two words", C: "" }],
  ["comments after values", "A=1 # one\nB=a#b\nC=# all", { A: "1", B: "a#b", C: "" }],
  ["export", "export A=1\n  export\tB=2", { A: "1", B: "2" }],
  ["equals signs in values", "URL=https://x/?a=b&c=d==", { URL: "https://x/?a=b&c=d==" }],
  ["dollars as they are", 'A=$HOME ${B} $(id)\nB="$A"', { A: "$HOME ${B} $(id)", B: "$A" }],
  ["single quotes", "A='a \\n \"b\" # c $D' # x", { A: 'a \\n "b" # c $D' }],
  ["double quotes", 'A="a\\n\\t\\"b\\" \\\\ \\$C \\x # d"', { A: 'a\n\t"b" \\ $C \\x # d' }],
  ["several lines", "A='1\n2'\nB=\"3\n\n4\"\nC=5", { A: "1\n2", B: "3\n\n4", C: "5" }],
  ["a quote in the middle", "A=it's\nB=5\"", { A: "it's", B: '5"' }],
  ["the last of equal names", "A=1\nA=2", { A: "2" }],
  ["Windows line ends and a byte order mark", "\ufeffA=1\r\nB='2\r\n3'\r\n", { A: "1", B: "2\n3" }],
  ["no line end at the end", "A=1", { A: "1" }],
  ["names like those of objects", "__proto__=1\nconstructor=2", {
    ["__proto__"]: "1",
    constructor: "2",
  }],
];

for (const [what, text, expected] of FILES) {
  Deno.test(`readEnvFile() takes ${what}`, () => {
    const { variables, mistakes } = readEnvFile(text);
    assertEquals(mistakes, []);
    assertEquals([...variables], Object.entries(expected));
  });
}

/** A file, its mistakes as `line problem name`, and the names it sets all the same. */
const MISTAKES: readonly (readonly [string, readonly string[], string])[] = [
  ["A=1\nhello world\nB=2", ["2 no_equals null"], "A B"],
  ["export A\nB", ["1 no_equals null", "2 no_equals null"], ""],
  ["1A=1\na-b=2\n=3", ["1 name null", "2 name null", "3 name null"], ""],
  ["A='1\nB=2\nC=3", ["1 unclosed A"], "B C"],
  ['A="1\\"\nB=2', ["1 unclosed A"], "B"],
  ["A='1' 2\nB='x\ny'z\nC=3", ["1 after_quote A", "2 after_quote B"], "C"],
  ["A=a\0b", ["1 nul A"], ""],
  ["A='1\n2'\n?", ["3 no_equals null"], "A"],
];

for (const [text, expected, names] of MISTAKES) {
  Deno.test(`readEnvFile() finds the lines of ${JSON.stringify(text)}`, () => {
    const { variables, mistakes } = readEnvFile(text);
    assertEquals(mistakes.map(({ line, problem, name }) => `${line} ${problem} ${name}`), [
      ...expected,
    ]);
    assertEquals([...variables.keys()].join(" "), names);
  });
}
