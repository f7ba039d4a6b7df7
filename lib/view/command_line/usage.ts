/**
 * The sentences for mistakes on the command line, and for what the world did not let us do. Loaded at
 * every start, so it needs next to nothing.
 */
import { kebab } from "../../core/base/kebab.ts";
import { sanitizeLine } from "../text/sanitize.ts";

/** Someone who names a file means to run it. */
const FILE_NAME = /\.(ya?ml|json)$/i;

/** Commands as other programs of the kind call them. */
const COMMANDS_ELSEWHERE: Readonly<Record<string, string>> = {
  init: "create",
  new: "create",
  check: "validate",
  lint: "validate",
  dag: "analyze",
  graph: "analyze",
  plan: "analyze",
  start: "run",
  exec: "run",
  continue: "resume",
  retry: "rerun",
  restart: "rerun",
  list: "history",
  ls: "history",
  runs: "history",
  status: "show",
  log: "logs",
  gc: "clean",
  prune: "clean",
};

/** Words for what no command is needed for. */
const STOPPING = new Set(["stop", "cancel", "kill", "abort"]);

/** Flags as other programs of the kind call them. */
const FLAGS_ELSEWHERE: Readonly<Record<string, string>> = {
  jobs: "--max-concurrent",
  parallel: "--max-concurrent",
  concurrency: "--max-concurrent",
  threads: "--max-concurrent",
  cores: "--max-concurrent",
  j: "-c",
  p: "-c",
  env: "--env-file",
  var: "--env-file",
  set: "--env-file",
  e: "--env-file",
  job: "--only",
  target: "--only",
  t: "--only",
  skip: "--skip-tags",
  "just-print": "--dry-run",
  n: "--dry-run",
  silent: "--quiet",
  s: "--quiet",
};

/** There is no such command; `corrections` are those spelt alike. */
export function noCommandText(input: string, corrections: readonly string[]): string {
  if (STOPPING.has(input)) {
    return `error: Unknown command '${input}'\n` +
      "Ctrl-C stops a run; to stop one in another terminal: kill PID (orch show prints the PID)";
  }
  const known = wordElsewhere(COMMANDS_ELSEWHERE, input);
  const near = known.length > 0 ? known : alike(input, corrections);
  const meant = FILE_NAME.test(input) ? [`orch run ${input}`] : near;
  return `error: ${sanitizeLine(`Unknown command '${input}'`)}${meantText(meant)}\nSee orch --help`;
}

/** There is no such flag; `corrections` are names in our code's own spelling. */
export function noFlagText(input: string, corrections: readonly string[]): string {
  const known = wordElsewhere(FLAGS_ELSEWHERE, input);
  const meant = known.length > 0 ? known : alike(input, corrections).map((name) => `--${name}`);
  return sanitizeLine(`Unknown flag --${input}`) + meantText(meant);
}

function wordElsewhere(words: Readonly<Record<string, string>>, input: string): string[] {
  return Object.hasOwn(words, input) ? [words[input]!] : [];
}

/** The library thinks of words that have little in common. */
function alike(input: string, corrections: readonly string[]): string[] {
  return corrections.map(bare).filter((name) => name[0] === input[0] || input.includes(name));
}

/** The library quotes names with backticks and knows flags as our code spells them. */
function bare(name: string): string {
  return kebab(name.replaceAll("`", ""));
}

function meantText(meant: readonly string[]): string {
  return meant.length === 0 ? "" : sanitizeLine(`: did you mean ${meant.join(" or ")}?`);
}

/** There is no such one-letter flag. */
export function noAliasText(input: string): string {
  return sanitizeLine(`Unknown flag -${input}`) + meantText(wordElsewhere(FLAGS_ELSEWHERE, input));
}

/** A flag stands at the end, or before another flag, without the value it takes. */
export function valueMissingText(flag: string): string {
  return `--${flag} needs a value`;
}

/** A flag that may stand once stands again. */
export function flagTwiceText(flag: string): string {
  return `--${flag} is given more than once`;
}

/** An argument is missing. */
export function argumentMissingText(placeholder: string): string {
  return `Missing argument ${placeholder.toUpperCase()}`;
}

/** There is an argument that no parameter takes. */
export function argumentTooManyText(input: string): string {
  return sanitizeLine(`Unexpected argument '${input}'`);
}

/** A value is none of those that a flag takes. */
export function notOneOfText(flag: string, input: string, values: readonly string[]): string {
  return badValueText(flag, input, oneOfText(values));
}

/** An argument is not what a command takes; `why` says what that is. */
export function badArgumentText(input: string, why: string): string {
  return sanitizeLine(`'${input}': ${why}`);
}

/** A value is not what a flag takes; `why` says what that is. */
export function badValueText(flag: string, input: string, why: string): string {
  return sanitizeLine(`--${flag}: '${input}': ${why}`);
}

/** What a flag for a number of jobs takes. */
export function wholeNumberText(most: number): string {
  return `expected a whole number from 1 to ${most}`;
}

/** What a flag for a time takes. */
export function secondsWantedText(most: number): string {
  return `expected seconds from 0 to ${most}`;
}

/** What takes one of a list. */
export function oneOfText(values: readonly string[]): string {
  return `expected one of ${values.join(", ")}`;
}

/** Names of a list from which one is to be chosen: `a, b or c`. */
export function orText(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

/** How `--report` is written for each kind of report. */
export function reportForms(kinds: readonly string[]): string {
  return orText(kinds.map((kind) => `${kind}=PATH`));
}

/** What `--report` takes. */
export function reportWantedText(kinds: readonly string[]): string {
  return `expected ${reportForms(kinds)}, such as junit=report.xml`;
}

/** What a flag for a size takes. */
export const SIZE_WANTED = "expected a size of at least 1K, such as 64M or 2G";

/** What follows each mistake in flags and arguments. */
export const SEE_HELP = "Add --help to see what this command takes";

/** No workflow file was named, and none has a usual name. */
export function noWorkflowText(looked: readonly string[]): string {
  return [
    "No workflow file given, and none found here",
    `  looked for  ${brief(looked)}`,
    "  run one     orch run FILE",
    `  make one    orch create --name demo --output ${looked[0]}`,
  ].join("\n");
}

/** No workflow file was named, and more than one has a usual name. */
export function whichWorkflowText(found: readonly string[]): string {
  return `No workflow file given, and there is more than one here: choose ${
    found.map((file) => `'${file}'`).join(" or ")
  }`;
}

/** Both flags stand. */
export const QUIET_AND_VERBOSE = "--quiet and --verbose contradict each other: remove one";

/** The name for a new workflow cannot be one. */
export const BAD_NAME = "--name must be one non-empty line of text";

/** The name of a new file says no format. */
export function noFormatText(path: string): string {
  return sanitizeLine(`--output: '${path}' must end in .yaml, .yml or .json`);
}

/** There is something where the new file should be. */
export function existsText(path: string): string {
  return sanitizeLine(`'${path}' already exists; to overwrite it, add --force`);
}

/** What was written, and what to do with it; `command` is safe to paste. */
export function wroteText(path: string, command: string): string {
  return sanitizeLine(`Wrote ${path}. Try it:`) + `\n  ${sanitizeLine(command)}\n`;
}

/** A file cannot be written, and why. */
export function cannotWriteText(path: string, why: string): string {
  return sanitizeLine(`Cannot write '${path}': ${why}`);
}

/** The folder of a file that is to be written is missing. */
export function noFolderText(folder: string): string {
  return `folder '${folder}' does not exist`;
}

/** A file is to be written where a folder is. */
export const IS_FOLDER = "it is a folder";

/** Two documents are to be written to one place. */
export const IS_TAKEN = "another output goes to the same file";

/** A file is to be written over the workflow. */
export const IS_WORKFLOW = "it is the workflow file";

/** A file is to be written over variables. */
export const IS_ENV_FILE = "it is the file of --env-file";

/** A file is to be written over a module of the user's. */
export function isPluginText(type: string): string {
  return `it is the plugin '${type}' of the workflow`;
}

/** A file is to be written over a script of the user's. */
export function isScriptText(jobId: string): string {
  return `it is the script of job '${jobId}'`;
}

/** A device, or what the system shows as files. */
export const NEEDS_ALL =
  "Deno lets orch open it only with --allow-all; use - for standard output, or >(…)";

/** A mistake of ours. */
export const IS_BUG = "This is a bug in orch: please report it with the file and the command line";

/** What can be run in a folder with these workflow files, of those that are looked for. */
export function hereText(found: readonly string[], looked: readonly string[]): string[] {
  const [only] = found;
  if (only === undefined) {
    return [
      `No workflow here: looked for ${brief(looked)}`,
      `To create one: orch create --name demo --output ${looked[0]}`,
    ];
  }
  return found.length === 1
    ? [`Found ${only} here. To run it: orch run`]
    : [`Found ${found.join(" and ")} here. To run one: orch run ${only}`];
}

/** Names of files, the endings alone where the name is that of the one before. */
function brief(files: readonly string[]): string {
  const stem = (file: string | undefined) => file?.replace(/\.\w+$/, "");
  return files.map((file, i) =>
    stem(file) === stem(files[i - 1]) ? file.slice(file.lastIndexOf(".")) : file
  ).join(", ");
}
