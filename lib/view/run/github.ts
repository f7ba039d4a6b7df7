/**
 * The language of GitHub Actions: lines on an output stream that the runner takes for commands
 * (https://docs.github.com/actions/reference/workflow-commands). What is not ours is fenced, so that no
 * job gives commands through us.
 */
import type { SourcePosition } from "../../core/workflow/diagnostic.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** GitHub shows so many annotations of one step. */
export const ANNOTATIONS_MAX = 10;

/** Something that the runner shows beside the code. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
  /** As seen from the root of the repository; `null` where there is no file. */
  readonly file: string | null;
  /** Where in the file; `null` where that is not known. */
  readonly position: SourcePosition | null;
}

/** A command that marks an error. Nothing in it can begin a command of its own. */
export function errorCommand({ title, message, file, position }: Annotation): string {
  const properties = file === null ? [] : [`file=${propertyText(file)}`];
  if (file !== null && position !== null) {
    const { line, column, endColumn } = position;
    properties.push(`line=${line}`, `col=${column}`, `endColumn=${endColumn}`);
  }
  properties.push(`title=${propertyText(title)}`);
  return `::error ${properties.join(",")}::${dataText(message)}\n`;
}

/** Whole lines, folded under a title; commands in them are fenced off by `token`. */
export function groupText(title: string, text: string, token: string): string {
  return `::group::${dataText(title)}\n${fencedText(text, token)}::endgroup::\n`;
}

/** Whole lines in which the runner looks for no command. No one else may know `token`. */
export function fencedText(text: string, token: string): string {
  return text === "" ? "" : `::stop-commands::${token}\n${text}::${token}::\n`;
}

/** Said where the page of a step cannot be written. */
export function summaryLostText(cause: string): string {
  return sanitizeLine(`warning: cannot write the step summary: ${cause}`);
}

function dataText(text: string): string {
  return sanitizeLine(text).replaceAll("%", "%25").replaceAll("##[", "## [");
}

function propertyText(text: string): string {
  return dataText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
