/** Kinds of flags, and the flags and arguments that several commands have. */
import { PROBLEM_FORMATS } from "../../core/base/choices.ts";
import type { World } from "../../runtime/port/world.ts";
import { wholeNumberText } from "../../view/command_line/usage.ts";

/** Any text. */
export const text = (value: string) => value;

/** Ids and tags: `a,b`, or the flag again. */
export function list(brief: string, complete: "jobs" | "tags") {
  return {
    kind: "parsed",
    parse: text,
    variadic: ",",
    default: [],
    placeholder: "a,b",
    brief,
    complete,
  } as const;
}

/** A path that need not be given. */
export function path(brief: string, placeholder: string, complete: "files" | "folders") {
  return { kind: "parsed", parse: text, optional: true, brief, placeholder, complete } as const;
}

/** A switch. */
export function flag(brief: string) {
  return { kind: "boolean", default: false, withNegated: false, brief } as const;
}

/** Where the commands about runs look for them. */
export const STATE_DIR = {
  ...path("Folder of the recorded runs", "dir", "folders"),
  standard: "nearest .orch",
} as const;

/** A run, by its name. */
export const RUN_NAME = {
  brief: "Run id, or how it or its last part starts, or last",
  parse: text,
  placeholder: "run",
  complete: "runs",
} as const;

/** A run; the last one unless it is named. */
export const RUN_OR_LAST = {
  ...RUN_NAME,
  brief: "Run id, or how it or its last part starts",
  default: "last",
} as const;

const SHOWN_MAX = 100_000;

/** A number of things that are listed, or of one of them. */
export function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > SHOWN_MAX) {
    throw new Error(wholeNumberText(SHOWN_MAX));
  }
  return count;
}

/** The workflow file of a command. */
export const FILE = {
  brief: "YAML or JSON, - for stdin",
  parse: text,
  placeholder: "file",
  complete: "workflows",
  optional: true,
  standard: "workflow.yaml",
} as const;

const JOBS_MAX = 10_000;

function parseConcurrency(value: string): number {
  const jobs = Number(value);
  if (!/^\d+$/.test(value) || jobs < 1 || jobs > JOBS_MAX) {
    throw new Error(wholeNumberText(JOBS_MAX));
  }
  return jobs;
}

/** The flag for the number of jobs at a time. */
export const CONCURRENT_MAX = {
  kind: "parsed",
  parse: parseConcurrency,
  optional: true,
  brief: "Jobs at a time",
  standard: "the file's, else 4",
  placeholder: "n",
  short: "c",
  complete: null,
} as const;

/** How to show the problems of a file. */
export const PROBLEM_FORMAT = {
  kind: "enum",
  values: PROBLEM_FORMATS,
  optional: true,
  brief: "Format of reported problems",
  placeholder: "form",
} as const;

/** The file that is meant; see `default_file.ts`. */
export async function fileOf(named: string | undefined, world: World): Promise<string> {
  return named ?? (await import("./default_file.ts")).workflowFile(named, world);
}
