/** What a program may say about a run, and whether it can be meant. */
import { DEFAULT_LIMITS, type RunLimits } from "../core/plan/limits.ts";
import { isVariableName } from "../core/workflow/references.ts";
import { optionText } from "../view/run/notice.ts";

/** How a workflow is run. What is not said is as `orch run` has it. */
export interface OrchestratorOptions {
  /** Jobs at a time; what the workflow says unless said, else 4. */
  readonly maxConcurrent?: number;
  /** Ids of the jobs to run, with what they need. */
  readonly only?: readonly string[];
  /** Tags of the jobs to run, with what they need. */
  readonly tags?: readonly string[];
  /** Tags of the jobs to leave out, which count as done. */
  readonly skipTags?: readonly string[];
  /** Whether what `only` and `tags` need comes along; true unless said. */
  readonly withDependencies?: boolean;
  /** Whether a job that fails stops the run. */
  readonly failFast?: boolean;
  /** Where the run is remembered; `.orch` in the workflow's folder unless said. */
  readonly stateDirectory?: string;
  /** Seconds between asking a job to end and killing it; 10 unless said. */
  readonly grace?: number;
  /** Bytes near which logs are cut in their middle; 256 MiB unless said. */
  readonly maxLogBytes?: number;
  /** Variables for every job, beneath those of the environment and of the workflow. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Cancels the run when it is aborted. */
  readonly signal?: AbortSignal;
  /** Is told, in a line, what a run outlives and somebody should know; stderr unless said. */
  readonly onWarning?: (message: string) => void;
}

/** The limits that are asked for; those that are not said are as `orch run` has them. */
export function limitsOf({ grace, maxLogBytes }: OrchestratorOptions): RunLimits {
  const standard = DEFAULT_LIMITS;
  return {
    ...standard,
    graceMs: grace === undefined ? standard.graceMs : grace * 1000,
    maxLogBytes: maxLogBytes ?? standard.maxLogBytes,
  };
}

/** What each option must be, in words, and whether a value is that. */
const RULES:
  readonly (readonly [keyof OrchestratorOptions, string, (value: unknown) => boolean])[] = [
    ["maxConcurrent", "a whole number from 1 on", isCount],
    ["only", "a list of ids", isTexts],
    ["tags", "a list of tags", isTexts],
    ["skipTags", "a list of tags", isTexts],
    ["grace", "a number of seconds from 0 on", isSeconds],
    ["maxLogBytes", "a whole number from 1 on", isCount],
    ["variables", "a mapping of names to texts, neither with a zero byte", isVariables],
  ];

/** Throws a `TypeError` for the first option with a value that it cannot have. */
export function checkOptions(options: OrchestratorOptions): void {
  for (const [name, expected, isRight] of RULES) {
    const value = options[name];
    if (value !== undefined && !isRight(value)) throw new TypeError(optionText(name, expected));
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isSeconds(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isVariables(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.entries(value).every(([name, text]) =>
      isVariableName(name) && typeof text === "string" && !text.includes("\0")
    );
}
