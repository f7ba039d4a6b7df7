/** What is said where output is not shown whole. */
import { bytesText, counted } from "../text/format.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** In the place of the beginning of a log. */
export function omittedText(bytes: number, path: string): string {
  return `… ${bytesText(bytes)} before this: ${sanitizeLine(path)}`;
}

/** In the place of what a job printed faster than it could be shown. */
export function skippedText(bytes: number, path: string): string {
  return `… ${bytesText(bytes)} not shown: ${sanitizeLine(path)}`;
}

/** In the place of lines that nobody read in time. */
export function lostText(lines: number): string {
  return `… ${counted(lines, "line")} not shown: they were not read in time\n`;
}
