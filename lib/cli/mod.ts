/** From arguments to an exit code: what is asked for, and the only catch-all. */
import { within } from "../runtime/port/waiting.ts";
import { causeOf } from "../core/base/cause.ts";
import type { World } from "../runtime/port/world.ts";
import * as say from "../view/command_line/usage.ts";
import { sanitizeText } from "../view/text/sanitize.ts";
import { allCommands, commandNamed, isCommand } from "./command/list.ts";
import { EXIT } from "./base/exit_code.ts";
import type { HelpRequest } from "./help.ts";
import { extractStyleFlags } from "./base/style_flags.ts";
import { runByLibrary } from "./routes.ts";
import { OutputError, UsageError, wantsDebug } from "./base/output.ts";
import { VERSION } from "./base/version.ts";

/** How long the last words of a run that was stopped may take to be read. */
const LAST_WORDS_MS = 2_000;

/** Runs orch with these arguments. Never throws; the exit codes are in `exit_code.ts`. */
export async function runCli(args: readonly string[], given: World): Promise<number> {
  const world = given.env("GITHUB_ACTIONS") === "true"
    ? (await import("./base/command_stream.ts")).guardedWorld(given)
    : given;
  const looked = extractStyleFlags(args, world);
  const code = typeof looked === "string"
    ? await reportError(new UsageError(looked), world)
    : await runCommand(looked.args, looked.world);
  try {
    await flush(world, { patient: code <= EXIT.cannotGoOn });
    return code;
  } catch (error) {
    const failed = await reportError(error, world);
    // The stream that is to say it may be the one that failed; the exit code says it then.
    await world.stderr.flush().catch(() => {});
    return failed;
  }
}

/**
 * Waits until all was read: the end of a run is what a pager is open for, and nothing is at stake any
 * more. Whoever stopped the run by a signal does not wait long for a reader that does not read.
 */
async function flush(world: World, { patient }: { readonly patient: boolean }): Promise<void> {
  const flushed = Promise.all([world.stdout.flush(), world.stderr.flush()]);
  if (patient) return void await flushed;
  await within(world.clock, LAST_WORDS_MS, flushed);
}

async function runCommand(args: readonly string[], world: World): Promise<number> {
  try {
    const help = helpAskedFor(args);
    if (help !== null && isKnown(help.command)) {
      const { showHelp } = await import("./help.ts");
      await showHelp(help, world);
      return EXIT.ok;
    }
    if (help === null && ["--version", "-v"].includes(args[0]!)) {
      world.stdout.write(`${VERSION}\n`);
      return EXIT.ok;
    }
    // Help about what is no command is answered as the command itself.
    const words = help === null ? args : [help.command!];
    const name = words[0]!;
    const records = isCommand(name) ? [await commandNamed(name)] : await allCommands();
    return await runByLibrary(words, records, world);
  } catch (error) {
    return await reportError(error, world);
  }
}

/** What help is wanted: by a flag before or after the command, by the word, or by saying nothing. */
function helpAskedFor(args: readonly string[]): HelpRequest | null {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const all = own.some((arg) => ["--help-all", "--helpAll", "-H"].includes(arg));
  const [first = null, ...rest] = own.filter((arg) => !arg.startsWith("-"));
  if (first === "help") return { command: rest[0] ?? null, all };
  const isAsked = all || args.length === 0 || own.includes("--help") || own.includes("-h");
  return isAsked ? { command: first, all } : null;
}

function isKnown(command: string | null): boolean {
  return command === null || isCommand(command);
}

/** Says in words what the world or we did wrong. */
async function reportError(error: unknown, { stderr, env }: World): Promise<number> {
  const lines = [sanitizeText(`error: ${await wordsOf(error)}`, { color: false })];
  if (!isUsersOrPlatforms(error)) {
    lines.push(say.IS_BUG);
    if (error instanceof Error && wantsDebug({ env })) {
      lines.push(sanitizeText(String(error.stack), { color: false }));
    }
  }
  try {
    stderr.write(`${lines.join("\n")}\n`);
  } catch {
    // Standard error may be what cannot be written to; the exit code says it then.
  }
  return error instanceof UsageError ? EXIT.badInput : EXIT.cannotGoOn;
}

/** What is refused in a state directory is told in a sentence of ours. */
async function wordsOf(error: unknown): Promise<string> {
  if (!(error instanceof Error) || error.name !== "StateRefused") return causeOf(error);
  const { causeInWords } = await import("./base/cause.ts");
  return causeInWords(error);
}

/** Errors of the platform have a name or a code that says it all; anything else is a mistake of ours. */
function isUsersOrPlatforms(error: unknown): boolean {
  if (error instanceof UsageError || error instanceof OutputError) return true;
  return error instanceof Error && (PLATFORM_ERRORS.has(error.name) || "code" in error);
}

const PLATFORM_ERRORS: ReadonlySet<string> = new Set([
  "PermissionDenied",
  "NotCapable",
  "NotFound",
  "AlreadyExists",
  "NotADirectory",
  "FilesystemLoop",
  "ReadOnlyFilesystem",
  "StorageFull",
  "StateRefused",
]);
