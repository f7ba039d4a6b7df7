/** What shells read of us: only words that mean the same without quotes, and the scripts themselves. */
import { SHELLS } from "../../../lib/core/base/choices.ts";
import {
  candidatesText,
  completionScript,
} from "../../../lib/view/command_line/completion_script.ts";
import { assertEquals, assertMatch, assertNotMatch } from "../../support/assert.ts";

Deno.test("an answer has what the shell adds, then a word per line, its meaning after a tab", () => {
  const candidates = [{ word: "run", brief: "Run\x1b[31m it" }, { word: "--only=a,b", brief: "" }];
  assertEquals(candidatesText("words", candidates), "words\nrun\tRun␛[31m it\n--only=a,b\n");
  assertEquals(candidatesText("files", []), "files\n");
});

Deno.test("words that a shell would read as something else are left out", () => {
  const words = [
    "$(touch x)",
    "`x`",
    "a b",
    "a;b",
    "a\tb",
    "a\nb",
    "~",
    "*",
    "'",
    '"',
    "\\",
    "!x",
    "",
  ];
  assertEquals(candidatesText("words", words.map((word) => ({ word, brief: "" }))), "words\n");
});

for (const shell of SHELLS) {
  Deno.test(`the script for ${shell} says how to use it, and names no other shell's words`, () => {
    const script = completionScript(shell);
    assertMatch(script, new RegExp(`^(#compdef orch\n)?# Completion of orch for ${shell}\\. `));
    assertMatch(script, new RegExp(`orch completions ${shell}`));
    assertMatch(script, /orch __complete -- /);
    assertNotMatch(script, /\\\$\{/);
  });
}
