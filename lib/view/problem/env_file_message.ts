/** The sentences about files of environment variables. Values, which may be secrets, are never shown. */
import type { EnvFileMistake } from "../../core/workflow/env_file.ts";
import { unreachable } from "../../core/base/bug.ts";
import { counted } from "../text/format.ts";
import { shellWord } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";

/** Mistakes shown of one file. */
const SHOWN_MAX = 20;

/** Why a file cannot be read at all. */
export function envFileUnreadableText(file: string, cause: string): string {
  return sanitizeLine(`--env-file: Cannot read ${quoted(file)}: ${cause}`);
}

/** Deno does not let orch read a file; with these flags it does. */
export function envFileNotAllowedText(file: string, flags: readonly string[]): string {
  return sanitizeLine(
    `--env-file: orch may not read ${quoted(file)}: add ${flags.map(shellWord).join(" ")}`,
  );
}

/** All that is wrong with a file, a line each. */
export function envFileText(file: string, mistakes: readonly EnvFileMistake[]): string {
  const lines = mistakes.slice(0, SHOWN_MAX).map((mistake) =>
    sanitizeLine(`${file}:${mistake.line}: ${mistakeText(mistake)}`)
  );
  const more = mistakes.length - lines.length;
  if (more > 0) lines.push(`and ${counted(more, "more mistake")}`);
  return `--env-file cannot be used; nothing was started\n${lines.join("\n")}`;
}

function mistakeText({ problem, name }: EnvFileMistake): string {
  switch (problem) {
    case "no_equals":
      return "expected NAME=VALUE";
    case "name":
      return "invalid variable name before '=': use letters, digits and '_', and do not start with a digit";
    case "unclosed":
      return `the value of ${name} starts with a quote that is never closed`;
    case "after_quote":
      return `the value of ${name} continues after its closing quote`;
    case "nul":
      return `the value of ${name} contains U+0000, which a variable cannot`;
    default:
      return unreachable(problem);
  }
}
