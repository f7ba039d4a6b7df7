/**
 * What a command is: one record of its name, its flags and arguments, its texts and where its code is.
 * The command line, the help, the completion and the documents are all made from these records; this file
 * knows none of them.
 */
import type { CommandContext } from "@stricli/core";
import type { World } from "../../runtime/port/world.ts";

/** What every command gets as `this`. */
export interface CommandWorld extends CommandContext {
  readonly world: World;
  /** Loads the records of all commands. */
  allCommands(): Promise<readonly CommandRecord[]>;
  exitCode: number;
}

/** Where the words for a value come from: a list, or what is looked up; `null` for free text. */
export type Completion =
  | readonly string[]
  /** Codes of diagnostics. */
  | "codes"
  | "files"
  | "folders"
  /** Jobs, or tags of jobs, of the workflow file or the run that the line names. */
  | "jobs"
  | "tags"
  | "runs"
  | "workflows"
  | null;

/** What flags of every kind have. */
interface BaseFlag {
  readonly brief: string;
  /** Its one letter. */
  readonly short?: string;
  /** What holds where it is not given, in words, if `default` does not say it. */
  readonly standard?: string;
  /** Leaves it to `--help-all`: every help fits a screen. */
  readonly isSeldom?: boolean;
  readonly optional?: boolean;
}

/** A flag without a value. */
export interface BooleanFlag extends BaseFlag {
  readonly kind: "boolean";
  readonly default?: boolean;
  readonly withNegated?: boolean;
}

/** A flag that takes one of a list. */
export interface ChoiceFlag extends BaseFlag {
  readonly kind: "enum";
  readonly values: readonly string[];
  readonly placeholder: string;
  readonly default?: string;
}

/** A flag whose value is read by `parse`, which throws what the value should be. */
export interface ValueFlag extends BaseFlag {
  readonly kind: "parsed";
  readonly parse: (value: string) => unknown;
  readonly placeholder: string;
  readonly complete: Completion;
  readonly default?: string | readonly string[];
  /** Whether it may stand more than once, or what separates several values in one. */
  readonly variadic?: boolean | string;
}

/** A flag. Its name is that of our code: `maxConcurrent` for `--max-concurrent`. */
export type Flag = BooleanFlag | ChoiceFlag | ValueFlag;

/** An argument. */
export interface Argument {
  readonly brief: string;
  readonly placeholder: string;
  readonly parse: (value: string) => unknown;
  readonly complete: Completion;
  readonly optional?: boolean;
  readonly default?: string;
  /** What holds where it is not given, in words, if `default` does not say it. */
  readonly standard?: string;
}

/** What a command is called with. */
export interface Call<F, A> {
  readonly flags: F;
  readonly args: A;
  readonly world: World;
  /** Loads the records of all commands. */
  allCommands(): Promise<readonly CommandRecord[]>;
}

/** Does what a command is for, and returns the exit code. */
export type Action<F, A> = (call: Call<F, A>) => number | Promise<number>;

/** What every record says. */
interface CommandFacts {
  readonly name: string;
  /** In a few words, for lists and the first line of its help. */
  readonly brief: string;
  /** In a few sentences, for the documents. */
  readonly about: string;
  readonly examples: readonly string[];
  /** Whether the help of orch only names it. */
  readonly isSeldom?: boolean;
  /** Whether it is for programs, and stands in no help. */
  readonly isHidden?: boolean;
  /** Whether the only argument may stand any number of times. */
  readonly repeats?: boolean;
}

/** A command, whatever its flags and arguments are. */
export interface CommandRecord extends CommandFacts {
  readonly flags: Readonly<Record<string, Flag>>;
  readonly args: readonly Argument[];
  /** Loads the code of the command. */
  load(): Promise<Action<unknown, unknown>>;
}

/** What the value of a flag without `variadic` becomes. */
type One<T> = T extends { readonly kind: "boolean" } ? boolean
  : T extends { readonly values: readonly (infer V)[] } ? V
  : T extends { readonly parse: (value: string) => infer V } ? V
  : never;
type Value<T> = T extends { readonly variadic: true | string } ? readonly One<T>[] : One<T>;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly optional: true } ? K : never }[
  keyof F
];

/** What a command gets for these flags. */
export type FlagValues<F> =
  & { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]> }
  & { readonly [K in OptionalKeys<F>]?: Value<F[K]> };

type ArgumentValue<A> = A extends { readonly optional: true } ? One<A> | undefined : One<A>;

/** What a command gets for these arguments. */
type ArgumentValues<A extends readonly Argument[], R> = R extends true
  ? readonly ArgumentValue<A[number]>[]
  : { readonly [I in keyof A]: ArgumentValue<A[I]> };

/** The record of a command whose code gets just the flags and arguments that it names. */
export function command<
  const F extends Readonly<Record<string, Flag>> = Record<never, never>,
  const A extends readonly Argument[] = readonly [],
  const R extends boolean = false,
>(
  record: CommandFacts & {
    readonly flags?: F;
    readonly args?: A;
    readonly repeats?: R;
    load(): Promise<Action<FlagValues<F>, ArgumentValues<A, R>>>;
  },
): CommandRecord {
  return { flags: {}, args: [], ...record, load: record.load as CommandRecord["load"] };
}

/** An argument, not the value of a flag, is not what it should be; the message says what that is. */
export class ArgumentError extends Error {}
