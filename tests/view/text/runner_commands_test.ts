/** What takes the force out of commands for GitHub's runner. */
import { CommandBreaker } from "../../../lib/view/text/runner_commands.ts";
import { assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";
import { runnerCommands } from "../../support/runner.ts";

function broken(...pieces: readonly string[]): string {
  const breaker = new CommandBreaker();
  const decoder = new TextDecoder();
  return pieces.map((piece) => {
    const bytes = breaker.take(new TextEncoder().encode(piece));
    return decoder.decode(bytes, { stream: true });
  }).join("");
}

const TEXTS: readonly (readonly [text: string, expected: string])[] = [
  ["::set-output name=x::y\n", ": :set-output name=x::y\n"],
  ["a\n  ::error::x\n", "a\n  : :error::x\n"],
  ["progress\r::error::x", "progress\r: :error::x"],
  ["\u00a0\u0085\u200b::error::x", "\u00a0\u0085\u200b: :error::x"],
  [":\u200d:error::x", ":\u200d :error::x"],
  ["\x1b::error::x", "\x1b: :error::x"],
  ["run ##[add-mask]a ##[x]", "run ## [add-mask]a ## [x]"],
  ["####[x]", "#### [x]"],
  [
    "12:00  a: b::c\nstd::string ## [x] #[y] : :z\n",
    "12:00  a: b::c\nstd::string ## [x] #[y] : :z\n",
  ],
  [": : x", ": : x"],
  ["", ""],
];

for (const [text, expected] of TEXTS) {
  Deno.test(`CommandBreaker: ${JSON.stringify(text)}`, () => {
    assertEquals(broken(text), expected);
    assertEquals(broken(...text), expected, "in pieces");
    assertEquals(broken(expected), expected, "once is enough");
  });
}

Deno.test("CommandBreaker leaves the runner no command in random text, and all else as it is", () => {
  const dice = new Dice(12);
  const signs = [
    ":",
    ":",
    "::",
    "#",
    "##[",
    "[",
    "]",
    "a",
    " ",
    "\t",
    "\r",
    "\n",
    "\u200b",
    "é",
    "\0",
  ];
  for (let round = 0; round < 5_000; round++) {
    const pieces = Array.from({ length: dice.between(1, 24) }, () => dice.pick(signs));
    const text = `${pieces.join("")}::`;
    const shown = broken(...pieces, "::");
    assertEquals(runnerCommands(shown), [], JSON.stringify(text));
    assertEquals(shown.replaceAll(" ", ""), text.replaceAll(" ", ""));
  }
});
