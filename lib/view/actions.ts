/**
 * The language of GitHub Actions: lines on an output stream that the runner takes for commands
 * (https://docs.github.com/actions/reference/workflow-commands). What is not ours is fenced, so that no
 * job gives commands through us.
 */
import { visibleLine } from "./visible.ts";

/** Something that the runner shows beside the code. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
  /** As seen from the root of the repository; `null` where there is no file. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** A command that marks an error. */
export function errorCommand({ title, message, file, line, column }: Annotation): string {
  const properties = [
    ...(file === null ? [] : [`file=${propertyText(file)}`]),
    ...(file === null || line === null ? [] : [`line=${line}`]),
    ...(file === null || column === null ? [] : [`col=${column}`]),
    `title=${propertyText(title)}`,
  ];
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

/** A line of ours in which names of others may look like a command. */
export function harmlessLine(line: string): string {
  // Commands of the old kind may begin anywhere in a line.
  return line.replace(/^(\s*):(?=:)/, "$1: ").replaceAll("##[", "## [");
}

function dataText(text: string): string {
  return visibleLine(text).replaceAll("%", "%25").replaceAll("##[", "## [");
}

function propertyText(text: string): string {
  return dataText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
