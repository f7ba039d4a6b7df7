/** The words of `orch permissions`: a command line that can be copied, and what it cannot say. */
import { unreachable } from "../../core/base/bug.ts";
import { counted } from "../text/format.ts";
import { shellWord } from "../text/shell_word.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** A command line in its parts. */
export interface CommandLine {
  /** Deno, and what it is to do. */
  readonly start: readonly string[];
  readonly flags: readonly string[];
  /** The program, and its arguments. */
  readonly end: readonly string[];
}

/** What a reader of the command line should know. */
export type PermissionNote =
  /** A shell starts any program: the list of programs confines nothing. */
  | { readonly kind: "shell"; readonly jobIds: readonly string[] }
  /** Limits that only shells can be held to, where there will be none. */
  | { readonly kind: "limits"; readonly jobIds: readonly string[] }
  /** The host of a request cannot be told. */
  | { readonly kind: "unknown_host"; readonly jobId: string; readonly variable: string }
  /** It cannot stand in a list, so that its flag allows all. */
  | { readonly kind: "comma"; readonly object: string }
  /** This is a compiled program, which no flag confines. */
  | { readonly kind: "built_in" };

/** The command, a flag to a line, to be copied into a shell. */
export function commandText({ start, flags, end }: CommandLine): string {
  const parts = [start, ...flags.map((flag) => [flag]), end];
  return `${parts.map((words) => words.map(shellWord).join(" ")).join(" \\\n  ")}\n`;
}

/** One line for each note. */
export function notesText(notes: readonly PermissionNote[]): string {
  return notes.map((note) => `note: ${sanitizeLine(noteWords(note))}\n`).join("");
}

function noteWords(note: PermissionNote): string {
  switch (note.kind) {
    case "shell":
      return `${
        subject(note.jobIds)
      } can only run in sh, which starts any program and reads any file: ` +
        "jobs are not confined";
    case "limits":
      return `${
        subject(note.jobIds)
      } can only be held to limits in a shell, with --allow-run=sh: ` +
        "without it, resources are only reserved";
    case "unknown_host":
      return `job '${note.jobId}' sends a request to a host that depends on ${note.variable}, ` +
        "which is not known here: add the host to --allow-net";
    case "comma":
      return `'${note.object}' contains a comma and cannot be part of a list: its flag allows everything`;
    case "built_in":
      return "the permissions of this program are fixed; use orch.js, the single file for Deno, to restrict them";
    default:
      return unreachable(note);
  }
}

/** `job 'a' and 2 more jobs`. */
function subject([first, ...others]: readonly string[]): string {
  return `job '${first}'${others.length > 0 ? ` and ${counted(others.length, "more job")}` : ""}`;
}
