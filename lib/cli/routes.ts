/** Command lines by the library: the tree of commands, what it finds wrong, in our words, and its exit codes. */
import { causeOf } from "../core/base/cause.ts";
import {
  type Application,
  ArgumentScannerError,
  buildApplication,
  buildCommand,
  buildRouteMap,
  type Command,
  ExitCode,
  formatMessageForArgumentScannerError,
  type RouteMap,
  run,
  text_en,
} from "@stricli/core";
import type { World } from "../runtime/port/world.ts";
import * as say from "../view/command_line/usage.ts";
import { ArgumentError, type CommandRecord, type CommandWorld } from "./base/command.ts";
import { EXIT } from "./base/exit_code.ts";
import { allCommands, PROGRAM } from "./command/list.ts";

/**
 * Runs the command that these words name, or says that it is none of `records`. Returns the exit code, and
 * throws what the command throws.
 */
export async function runByLibrary(
  words: readonly string[],
  records: readonly CommandRecord[],
  world: World,
): Promise<number> {
  const { stdout, stderr } = world;
  const context = {
    process: { stdout, stderr, exitCode: null as number | string | null },
    world,
    allCommands,
    exitCode: EXIT.ok as number,
  };
  await run(applicationOf(records), words.flatMap(splitAttached), context);
  if (context.process.exitCode === ExitCode.InvalidArgument) stderr.write(`${say.SEE_HELP}\n`);
  return toExitCode(context.process.exitCode, context.exitCode);
}

/** `-c8` as `-c 8`: the library knows values of short flags only as arguments of their own. */
function splitAttached(arg: string): string[] {
  return /^-c\d+$/.test(arg) ? ["-c", arg.slice(2)] : [arg];
}

/** The library with these commands. */
function applicationOf(records: readonly CommandRecord[]): Application<CommandWorld> {
  return buildApplication<CommandWorld>(routesOf(records), {
    name: PROGRAM.name,
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
}

/** These commands as the library takes them. */
function routesOf(records: readonly CommandRecord[]): RouteMap<CommandWorld> {
  return buildRouteMap({
    routes: Object.fromEntries(records.map((record) => [record.name, commandOf(record)])),
    docs: {
      brief: PROGRAM.brief,
      hideRoute: Object.fromEntries(records.map(({ name, isHidden = false }) => [name, isHidden])),
    },
  });
}

/** The library checks parameters against the types of a function, which a list of commands does not have. */
type Parameters = Command<CommandWorld>["parameters"];
type Flags = NonNullable<Parameters["flags"]>;
type Positional = NonNullable<Parameters["positional"]>;

function commandOf({ brief, flags, args, repeats, load }: CommandRecord): Command<CommandWorld> {
  const shorts = Object.entries(flags).flatMap(([name, { short }]) =>
    short === undefined ? [] : [[short, name]]
  );
  const positional = repeats
    ? { kind: "array", parameter: args[0] }
    : { kind: "tuple", parameters: args };
  const parameters: Parameters = {
    flags: flags as Flags,
    aliases: Object.fromEntries(shorts),
    positional: positional as Positional,
  };
  return buildCommand<Readonly<Record<string, unknown>>, readonly unknown[], CommandWorld>({
    async loader() {
      const act = await load();
      return async function (this: CommandWorld, flags, ...args) {
        const { world, allCommands } = this;
        this.exitCode = await act({ flags, args, world, allCommands });
      };
    },
    parameters: parameters as never,
    docs: { brief },
  });
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
        : say.badValueText(externalFlagNameOrPlaceholder, input, causeOf(exception)),
  });
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
