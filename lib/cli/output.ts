/** What the commands have in common on their way out: styles, problems, files that are written. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { LoadedFile } from "../runtime/load.ts";
import type { OutputStream, World } from "../runtime/world.ts";
import { makeStyle, type Style } from "../view/style.ts";
import { EXIT } from "./exit_code.ts";
import { ASCII_VARIABLE, COLOR_VARIABLE } from "./look_flags.ts";

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

/** Refuses an output path whose folder is not there, before any work is done. */
export function checkOutputPath(world: World, path: string): void {
  const cut = path.lastIndexOf("/");
  const folder = cut < 0 ? "." : path.slice(0, cut) || "/";
  if (world.files.stat(folder)?.isDirectory !== true) {
    throw new UsageError(`Cannot write '${path}': folder '${folder}' does not exist`);
  }
  if (world.files.stat(path)?.isDirectory) {
    throw new UsageError(`Cannot write '${path}': it is a folder`);
  }
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
