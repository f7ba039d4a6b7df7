/** Golden words about files of environment variables. */
import type { EnvFileMistake } from "../../../lib/core/workflow/env_file.ts";
import {
  envFileNotAllowedText,
  envFileText,
  envFileUnreadableText,
} from "../../../lib/view/problem/env_file_message.ts";
import { assertEquals } from "../../support/assert.ts";
import { text } from "../../support/shown_text.ts";

Deno.test("envFileText tells every mistake with its line, and no value", () => {
  const mistakes: readonly EnvFileMistake[] = [
    { line: 1, problem: "no_equals", name: null },
    { line: 3, problem: "name", name: null },
    { line: 4, problem: "unclosed", name: "A" },
    { line: 9, problem: "after_quote", name: "B" },
    { line: 10, problem: "nul", name: "C" },
  ];
  assertEquals(
    `${envFileText("ci.env", mistakes)}\n`,
    text(`
      --env-file cannot be used; nothing was started
      ci.env:1: expected NAME=VALUE
      ci.env:3: invalid variable name before '=': use letters, digits and '_', and do not start with a digit
      ci.env:4: the value of A starts with a quote that is never closed
      ci.env:9: the value of B continues after its closing quote
      ci.env:10: the value of C contains U+0000, which a variable cannot
    `),
  );
});

Deno.test("envFileText shows twenty mistakes and counts the rest", () => {
  const mistakes = Array.from({ length: 23 }, (_, i) => (
    { line: i + 1, problem: "no_equals", name: null } as const
  ));
  const lines = envFileText("x", mistakes).split("\n");
  assertEquals(lines.slice(-2), ["x:20: expected NAME=VALUE", "and 3 more mistakes"]);
});

Deno.test("envFileNotAllowedText says what allows it", () => {
  assertEquals(
    envFileNotAllowedText("my vars.env", ["--allow-read=my vars.env"]),
    "--env-file: orch may not read 'my vars.env': add '--allow-read=my vars.env'",
  );
});

Deno.test("envFileUnreadableText says which and why", () => {
  assertEquals(
    envFileUnreadableText("a\nb.env", "no such file"),
    "--env-file: Cannot read 'a␊b.env': no such file",
  );
});
