/** What the commands have in common on their way out: styles, problems, files that are written. */
import type { ProblemFormat } from "../../core/base/choices.ts";
import type { Diagnostic } from "../../core/workflow/diagnostic.ts";
import type { LoadedFile } from "../../runtime/load/load.ts";
import { normalPath, resolvePath, STDIN } from "../../runtime/port/paths.ts";
import type { OutputStream, World } from "../../runtime/port/world.ts";
import type { CheckedFile } from "../../view/problem/report.ts";
import { makeStyle, type Style } from "../../view/text/style.ts";
import { jsonText } from "../../view/text/json_text.ts";
import { EXIT } from "./exit_code.ts";
import { ASCII_VARIABLE, COLOR_VARIABLE } from "./style_flags.ts";

/** A mistake on the command line, already in words; ends the command with exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The world did not let us write what was asked for; ends the command with exit 3. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/**
 * How text on this stream may look. For colour `--color` (ORCH_COLOR) has the first word, then NO_COLOR,
 * then FORCE_COLOR, then TERM and whether it is a terminal.
 */
export function styleFor(stream: OutputStream, world: World): Style {
  const dumb = world.env("TERM") === "dumb";
  return makeStyle({
    color: forcedColor(world) ?? (stream.isTerminal && !dumb),
    ascii: dumb || isOn(world.env(ASCII_VARIABLE)),
  });
}

/** What the user asks for; `null` where that is nothing. */
function forcedColor(world: World): boolean | null {
  const when = world.env(COLOR_VARIABLE);
  if (when === "always" || when === "never") return when === "always";
  if (world.env("NO_COLOR")) return false;
  const force = world.env("FORCE_COLOR");
  return force ? isOn(force) : null;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** A file that was checked, with its problems in place, as far as this format shows them. */
export async function checkedFile(
  loaded: LoadedFile,
  diagnostics: readonly Diagnostic[],
  format?: ProblemFormat,
): Promise<CheckedFile> {
  const [{ locate }, { SHOWN_AS_TEXT }] = await Promise.all([
    import("../../runtime/load/load.ts"),
    import("../../view/problem/text.ts"),
  ]);
  const shown = format === undefined || format === "text" ? SHOWN_AS_TEXT : undefined;
  const { text, located } = await locate(loaded, diagnostics, shown);
  return { source: { file: loaded.file, text }, jobs: null, problems: located };
}

/**
 * Prints all problems of a file and returns the exit code: text on stderr, the rest on stdout. Where no
 * format is asked for it is text, with annotations in GitHub Actions.
 */
export async function reportProblems(
  world: World,
  loaded: LoadedFile,
  diagnostics: readonly Diagnostic[],
  format?: ProblemFormat,
): Promise<number> {
  const checked = await checkedFile(loaded, diagnostics, format);
  if (format === "json") {
    const { diagnosticsDocument } = await import("../../view/problem/report.ts");
    world.stdout.write(jsonText(diagnosticsDocument([checked])));
  } else {
    await printProblems(world, checked, format);
  }
  return EXIT.badInput;
}

/** Prints the problems of one file for people, or as annotations. */
export async function printProblems(
  world: World,
  { source, problems }: CheckedFile,
  format: Exclude<ProblemFormat, "json"> | undefined,
): Promise<void> {
  if (format !== "github") {
    const { diagnosticsText } = await import("../../view/problem/text.ts");
    world.stderr.write(diagnosticsText(source, problems, styleFor(world.stderr, world)));
    if (format === "text" || world.env("GITHUB_ACTIONS") !== "true") return;
  }
  const [{ githubAnnotations }, { ANNOTATIONS_MAX }, { commandsOf }] = await Promise.all([
    import("../../view/problem/report.ts"),
    import("../../view/run/github.ts"),
    import("./command_stream.ts"),
  ]);
  const [stream, most] = format === "github"
    ? [world.stdout, Infinity]
    : [world.stderr, ANNOTATIONS_MAX];
  const { file } = source;
  const place = file === STDIN
    ? file
    : pathInRepository(normalPath(resolvePath(world.cwd(), file)), world);
  commandsOf(stream).write(githubAnnotations({ ...source, file: place }, problems, most));
}

/** An absolute path as seen from the root of the repository, from where annotations look for files. */
export function pathInRepository(path: string, world: World): string {
  const root = `${world.env("GITHUB_WORKSPACE") ?? world.cwd()}/`;
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Whether there is a folder, as far as orch may look: what it may not see is refused elsewhere. */
export function isFolder(path: string, world: World): boolean {
  return world.may({ kind: "read", path }) && world.files.stat(path)?.isDirectory === true;
}

/** Whether it can be seen that there is no such folder. */
export function isNoFolder(path: string, world: World): boolean {
  return world.may({ kind: "read", path }) && !isFolder(path, world);
}

/** A path below the folder orch was started in is shown from there. */
export function pathFromHere(path: string, world: World): string {
  const here = `${world.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

/** Whether the user wants to know why things are as they are. */
export function wantsDebug({ env }: Pick<World, "env">): boolean {
  return env("LOG_LEVEL")?.toUpperCase() === "DEBUG";
}
