/** What is wanted at the end of a command line, row by row. */
import {
  type CommandSpec,
  type Wanted,
  wantedAt,
} from "../../../lib/view/command_line/completion.ts";
import { assertEquals } from "../../support/assert.ts";

const COMMANDS: Readonly<Record<string, CommandSpec>> = {
  run: {
    brief: "Run",
    flags: {
      only: { kind: "parsed", brief: "Only", variadic: ",", default: [] },
      output: { kind: "parsed", brief: "Output" },
      maxLog: { kind: "parsed", brief: "Most", default: "1M" },
      quiet: { kind: "boolean", brief: "Quiet", default: false, withNegated: false },
      deps: { kind: "boolean", brief: "Needs", default: true },
      format: { kind: "enum", brief: "How", values: ["table", "text", "json"] },
      pick: { kind: "enum", brief: "Which", values: ["a", "b"], variadic: "," },
    },
    aliases: { o: "output", q: "quiet" },
    positional: ["file"],
    repeats: false,
  },
  check: { brief: "Check", flags: {}, aliases: {}, positional: ["file"], repeats: true },
  doctor: { brief: "Look", flags: {}, aliases: {}, positional: [], repeats: false },
};

/** In short: the words, or what value or argument, with what was typed of it in brackets. */
function brief(wanted: Wanted): string {
  switch (wanted.kind) {
    case "words":
      return wanted.candidates.map(({ word }) => word).join(" ");
    case "value":
      return `--${wanted.flag} ${wanted.prefix}[${wanted.partial}]`;
    case "argument":
      return `${wanted.name} [${wanted.partial}] after ${wanted.line.args.join(" ") || "none"}`;
  }
}

const FLAGS = "--only --output --max-log --quiet --deps --format --pick --help";

/** The line, cut at spaces, and what is wanted at its end. */
const ROWS: readonly (readonly [string, string])[] = [
  ["", "run check doctor"],
  ["d", "doctor"],
  ["-", "--help --version"],
  ["--v", "--version"],
  ["nope ", ""],
  ["run ", "file [] after none"],
  ["run w", "file [w] after none"],
  ["run w.yaml ", ""],
  ["run w.yaml -", FLAGS],
  ["run -q w.yaml -", FLAGS.replace("--quiet ", "")],
  ["run --only a w.yaml -", FLAGS],
  ["run --no", "--no-deps"],
  ["run --deps --no", ""],
  ["run --only ", "--only []"],
  ["run --only a,b,c", "--only a,b,[c]"],
  ["run --only=a,b", "--only --only=a,[b]"],
  ["run --only = a", "--only [a]"],
  ["run --only =", "--only []"],
  ["run = ", ""],
  ["run --output a,b", "--output [a,b]"],
  ["run -o ", "--output []"],
  ["run -qo ", "--output []"],
  ["run -o - ", "file [] after none"],
  ["run -z ", "file [] after none"],
  ["run --max-log ", "--maxLog []"],
  ["run --maxLog=1", "--maxLog --maxLog=[1]"],
  ["run --quiet=", ""],
  ["run --format t", "table text"],
  ["run --format=j", "--format=json"],
  ["run --pick a,", "a,a a,b"],
  ["run --no-deps ", "file [] after none"],
  ["run -- ", "file [] after none"],
  ["run -- -x", "file [-x] after none"],
  ["run - ", ""],
  ["check a b ", "file [] after a b"],
  ["doctor ", ""],
];

for (const [line, expected] of ROWS) {
  Deno.test(`at the end of 'orch ${line}' stands: ${expected || "nothing"}`, () => {
    assertEquals(brief(wantedAt(line.split(" "), COMMANDS)), expected);
  });
}

Deno.test("the values before the cursor are known, whatever way they were written", () => {
  const wanted = wantedAt(["run", "-o", "x", "--max-log=2M", "w.yaml", "--only", ""], COMMANDS);
  assertEquals(wanted.kind === "value" ? wanted.line.values : {}, { output: "x", maxLog: "2M" });
  assertEquals(wanted.kind === "value" ? wanted.line.args : [], ["w.yaml"]);
});
