/** Sentences about flags that say how a run or a text is to look. */
import { sanitizeLine } from "../text/sanitize.ts";
import { quoted } from "../text/phrases.ts";
import { oneOfText } from "./usage.ts";

/** A time for colour that there is not. */
export function badColorText(when: string, known: readonly string[]): string {
  return `--color: ${sanitizeLine(quoted(when))}: ${oneOfText(known)}`;
}

/** Two flags that ask for different views. */
export function differentViewsText(one: string, other: string): string {
  return `${one} and ${other} choose different views: remove one`;
}

/** `--verbose` beside a view that does not say more. */
export function verboseInVainText(ui: string): string {
  return `--verbose has no effect with --ui ${ui}: remove one`;
}

/** `--job-output` beside a view that prints nothing. */
export function jobOutputInVainText(mode: string, ui: string): string {
  return `--job-output ${mode} shows job output, and --ui ${ui} does not: remove one`;
}

/** `-C` names no folder. */
export function noDirectoryText(directory: string): string {
  return sanitizeLine(`-C: folder '${directory}' does not exist`);
}
