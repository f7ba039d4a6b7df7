/** What the commands have in common on their way out: styles, problems, files that are written. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { LoadedFile } from "../runtime/load.ts";
import { resolvePath } from "../runtime/paths.ts";
import type { OutputStream, World } from "../runtime/world.ts";
import { makeStyle, type Style } from "../view/style.ts";
import { EXIT } from "./exit_code.ts";

/** A mistake on the command line, already in words; ends the command with exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The world did not let us write what was asked for; ends the command with exit 3. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** How text on this stream may look: NO_COLOR, then FORCE_COLOR, then TERM and whether it is a terminal. */
export function styleFor(stream: OutputStream, world: World): Style {
  const dumb = world.env("TERM") === "dumb";
  return makeStyle({ color: forcedColor(world) ?? (stream.isTerminal && !dumb), ascii: dumb });
}

/** What the user's environment asks for; `null` where it asks for nothing. */
function forcedColor({ env }: World): boolean | null {
  if (env("NO_COLOR")) return false;
  const force = env("FORCE_COLOR");
  return force ? force !== "0" && force !== "false" : null;
}

/** Prints all problems of a file on stderr and returns the exit code. */
export async function reportProblems(
  world: World,
  loaded: LoadedFile,
  diagnostics: readonly Diagnostic[],
): Promise<number> {
  const [{ locate }, { diagnosticsText }] = await Promise.all([
    import("../runtime/load.ts"),
    import("../view/diagnostic_text.ts"),
  ]);
  const { text, located } = await locate(loaded, diagnostics);
  const style = styleFor(world.stderr, world);
  world.stderr.write(diagnosticsText({ file: loaded.file, text }, located, style));
  return EXIT.badInput;
}

/** Refuses flags of a run that cannot go together, or cannot work. */
export function checkRunFlags(
  { quiet, verbose, output }: {
    readonly quiet: boolean;
    readonly verbose: boolean;
    readonly output?: string;
  },
  world: World,
): void {
  if (quiet && verbose) {
    throw new UsageError("--quiet and --verbose ask for opposite things: leave one out");
  }
  if (output !== undefined) checkOutputPath(world, output);
}

/** Refuses an output path whose folder is not there, before any work is done. */
export function checkOutputPath(world: World, path: string): void {
  const cut = path.lastIndexOf("/");
  const folder = cut < 0 ? "." : path.slice(0, cut) || "/";
  if (isNoFolder(folder, world)) {
    throw new UsageError(`Cannot write '${path}': folder '${folder}' does not exist`);
  }
  if (isFolder(path, world)) {
    throw new UsageError(`Cannot write '${path}': it is a folder`);
  }
}

/** Whether there is a folder, as far as orch may look: what it may not see is refused elsewhere. */
function isFolder(path: string, world: World): boolean {
  return world.may({ kind: "read", path }) && world.files.stat(path)?.isDirectory === true;
}

/** Whether it can be seen that there is no such folder. */
export function isNoFolder(path: string, world: World): boolean {
  return world.may({ kind: "read", path }) && !isFolder(path, world);
}

/** A path of the command line, absolute; `null` where none is given. */
export function absolutePath(path: string | undefined, { cwd }: World): string | null {
  return path === undefined ? null : resolvePath(cwd(), path);
}

/** Writes a file that the user asked for, whole or not at all. */
export function writeOutput(world: World, path: string, text: string): void {
  try {
    world.files.replace(path, text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new OutputError(`Cannot write '${path}': ${cause}`);
  }
}

/** A document as JSON text, ending in a newline. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A path below the folder orch was started in is shown from there. */
export function pathFromHere(path: string, world: World): string {
  const here = `${world.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}
