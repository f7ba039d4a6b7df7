/**
 * The deciding half of the test runner: what a command line asks for, in which order files run, and what
 * their outputs add up to. Starts nothing and reads nothing.
 */

/** What a command line asks for. */
export interface Wish {
  /** Files and folders; empty for all. */
  readonly paths: readonly string[];
  /** What every `deno test` is told besides. */
  readonly flags: readonly string[];
}

/** Flags of `deno test` whose value may be a word of its own. */
const WITH_VALUE = ["--filter", "--reporter"];

/** Reads a command line: paths, and flags of `deno test`. */
export function wishOf(args: readonly string[]): Wish {
  const paths: string[] = [];
  const flags: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (!word.startsWith("-")) paths.push(word);
    else if (WITH_VALUE.includes(word) && i + 1 < args.length) flags.push(word, args[++i]!);
    else flags.push(word);
  }
  return { paths, flags };
}

/** A file of tests, and with which orch it runs. */
export interface TestFile {
  readonly path: string;
  /** With the bundle in the place of the sources. */
  readonly shipped: boolean;
  /** Nothing else may run beside it. */
  readonly alone: boolean;
}

/** Files that may run beside each other, the longest first, and those that then have the machine alone. */
export function inOrder(
  files: readonly TestFile[],
  seconds: Readonly<Record<string, number>>,
): { readonly together: readonly TestFile[]; readonly alone: readonly TestFile[] } {
  const secondsOf = ({ path }: TestFile) => seconds[path] ?? 1;
  return {
    together: files.filter(({ alone }) => !alone).sort((a, b) => secondsOf(b) - secondsOf(a)),
    alone: files.filter(({ alone }) => alone),
  };
}

/** What became of tests. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly passedSteps: number;
  readonly failedSteps: number;
}

/** No tests. */
export const NONE: Tally = { passed: 0, failed: 0, ignored: 0, passedSteps: 0, failedSteps: 0 };

/** Both together. */
export function sum(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    ignored: a.ignored + b.ignored,
    passedSteps: a.passedSteps + b.passedSteps,
    failedSteps: a.failedSteps + b.failedSteps,
  };
}

/** The output of one `deno test`, taken apart. */
export interface Report {
  /** A line for each test. */
  readonly lines: string;
  /** What failed, and why; empty where nothing did. */
  readonly errors: string;
  /** Names of what failed, each with its place. */
  readonly failures: readonly string[];
  /** `null` where it ended before it could count. */
  readonly tally: Tally | null;
}

const LAST_LINE =
  /^(?:ok|FAILED) \| (\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?(?: \| (\d+) ignored)?/;

/** Takes the output of `deno test` apart. */
export function reportOf(output: string): Report {
  const lines = output.split("\n");
  // deno-lint-ignore no-control-regex -- colours
  const plain = lines.map((line) => line.replace(/\x1b\[[\d;]*m/g, ""));
  const last = plain.findLastIndex((line) => LAST_LINE.test(line));
  const errors = plain.findLastIndex((line) => line.trim() === "ERRORS");
  const failures = plain.findLastIndex((line) => line.trim() === "FAILURES");
  const end = last < 0 ? lines.length : last;
  const [, ...counts] = LAST_LINE.exec(plain[last] ?? "") ?? [];
  const [passed, passedSteps, failed, failedSteps, ignored] = counts.map((n) => Number(n ?? 0));
  return {
    lines: text(lines.slice(0, errors < 0 ? end : errors)),
    errors: errors < 0 ? "" : text(lines.slice(errors + 1, failures < 0 ? end : failures)),
    failures: failures < 0 ? [] : plain.slice(failures + 1, end).filter((line) => line !== ""),
    tally: passed === undefined ? null : {
      passed,
      failed: failed!,
      ignored: ignored!,
      passedSteps: passedSteps!,
      failedSteps: failedSteps!,
    },
  };
}

/** The last line of all, in the form that `deno test` gives its own. */
export function lastLine(tally: Tally, isGood: boolean, milliseconds: number): string {
  const steps = (count: number) =>
    count === 0 ? "" : ` (${count} ${count === 1 ? "step" : "steps"})`;
  const parts = [
    isGood ? "ok" : "FAILED",
    `${tally.passed} passed${steps(tally.passedSteps)}`,
    `${tally.failed} failed${steps(tally.failedSteps)}`,
    ...(tally.ignored > 0 ? [`${tally.ignored} ignored`] : []),
  ];
  const seconds = Math.round(milliseconds / 1000);
  const time = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${parts.join(" | ")} (${time})`;
}

function text(lines: readonly string[]): string {
  return lines.join("\n").trim();
}
