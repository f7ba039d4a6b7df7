/** From arguments to an exit code: the command tree, the help, and the only catch-all. */
import {
  ArgumentScannerError,
  buildApplication,
  ExitCode,
  formatMessageForArgumentScannerError,
  run,
  text_en,
} from "@stricli/core";
import type { World } from "../runtime/world.ts";
import * as say from "../view/usage_message.ts";
import { visibleText } from "../view/visible.ts";
import { ArgumentError, type CommandWorld } from "./command_parts.ts";
import { commands } from "./commands.ts";
import { EXIT } from "./exit_code.ts";
import type { HelpRequest } from "./help.ts";
import { takeLook } from "./look_flags.ts";
import { OutputError, UsageError, wantsDebug } from "./output.ts";
import { VERSION } from "./version.ts";

/** How long the last words of a run that was stopped may take to be read. */
const LAST_WORDS_MS = 2_000;

const application = buildApplication<CommandWorld>(commands, {
  name: "orch",
  versionInfo: { currentVersion: VERSION },
  scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
  documentation: { caseStyle: "convert-camel-to-kebab" },
  localization: {
    text: {
      ...text_en,
      // Both go on to the catch-all below.
      exceptionWhileRunningCommand: rethrow,
      exceptionWhileLoadingCommandFunction: rethrow,
      exceptionWhileParsingArguments: (error) => `error: ${argumentProblem(error)}`,
      noCommandRegisteredForInput: ({ input, corrections }) =>
        say.noCommandText(input, corrections),
    },
  },
});

/** Runs orch with these arguments. Never throws; the exit codes are in `exit_code.ts`. */
export async function runCli(args: readonly string[], given: World): Promise<number> {
  const world = given.env("GITHUB_ACTIONS") === "true"
    ? (await import("./command_stream.ts")).guardedWorld(given)
    : given;
  const looked = takeLook(args, world);
  const code = typeof looked === "string"
    ? reportError(new UsageError(looked), world)
    : await runCommand(looked.args, looked.world);
  try {
    await flush(world, { patient: code <= EXIT.cannotGoOn });
    return code;
  } catch (error) {
    const failed = reportError(error, world);
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
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = world.clock.callAt(world.clock.now() + LAST_WORDS_MS, resolve);
  await Promise.race([flushed, promise]);
  cancel();
}

async function runCommand(args: readonly string[], world: World): Promise<number> {
  const { stdout, stderr } = world;
  const context = {
    process: { stdout, stderr, exitCode: null as number | string | null },
    world,
    exitCode: EXIT.ok as number,
  };
  try {
    const help = helpAskedFor(args);
    if (help !== null && isKnown(help.command)) {
      const { showHelp } = await import("./help.ts");
      showHelp(help, world);
      return EXIT.ok;
    }
    const words = help === null ? args.flatMap(splitAttached) : [help.command!];
    await run(application, words, context);
    if (context.process.exitCode === ExitCode.InvalidArgument) stderr.write(`${say.SEE_HELP}\n`);
    return toExitCode(context.process.exitCode, context.exitCode);
  } catch (error) {
    return reportError(error, world);
  }
}

/** `-c8` as `-c 8`: the library knows values of short flags only as arguments of their own. */
function splitAttached(arg: string): string[] {
  return /^-c\d+$/.test(arg) ? ["-c", arg.slice(2)] : [arg];
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
  return command === null || commands.getRoutingTargetForInput(command) !== undefined;
}

function rethrow(error: unknown): never {
  throw error;
}

function argumentProblem(error: unknown): string {
  if (!(error instanceof ArgumentScannerError)) return String(error);
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input, corrections }) => say.noFlagText(input, corrections),
    AliasNotFoundError: ({ input }) => say.noAliasText(input),
    UnsatisfiedFlagError: ({ externalFlagName }) => say.valueMissingText(externalFlagName),
    UnexpectedFlagError: ({ externalFlagName }) => say.flagTwiceText(externalFlagName),
    UnsatisfiedPositionalError: ({ placeholder }) => say.argumentMissingText(placeholder),
    UnexpectedPositionalError: ({ input }) => say.argumentTooManyText(input),
    EnumValidationError: ({ externalFlagName, input, values }) =>
      say.notOneOfText(externalFlagName, input, values),
    ArgumentParseError: ({ externalFlagNameOrPlaceholder, input, exception }) =>
      exception instanceof ArgumentError
        ? say.badArgumentText(input, exception.message)
        : say.badValueText(externalFlagNameOrPlaceholder, input, messageOf(exception)),
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The library's negative codes all mean that the command line was wrong, or that we were. */
function toExitCode(parsed: number | string | null, command: number): number {
  switch (parsed) {
    case ExitCode.Success:
      return command;
    case ExitCode.InvalidArgument:
    case ExitCode.UnknownCommand:
      return EXIT.badInput;
    default:
      return EXIT.cannotGoOn;
  }
}

/** Says in words what the world or we did wrong. */
function reportError(error: unknown, { stderr, env }: World): number {
  const lines = [visibleText(`error: ${messageOf(error)}`, { color: false })];
  if (!isUsersOrPlatforms(error)) {
    lines.push(say.IS_BUG);
    if (error instanceof Error && wantsDebug({ env })) {
      lines.push(visibleText(String(error.stack), { color: false }));
    }
  }
  try {
    stderr.write(`${lines.join("\n")}\n`);
  } catch {
    // Standard error may be what cannot be written to; the exit code says it then.
  }
  return error instanceof UsageError ? EXIT.badInput : EXIT.cannotGoOn;
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
]);
