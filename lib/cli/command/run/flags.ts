/**
 * The flags of the commands that drive a run: those that `run`, `resume` and `rerun` share stand once, and
 * what differs stands below as small overrides. What they ask for is done by others.
 */
import { DURABILITIES, JOB_OUTPUTS, REPORT_KINDS, UIS } from "../../../core/base/choices.ts";
import { DEFAULT_LIMITS, type RunLimits } from "../../../core/plan/limits.ts";
import {
  reportForms,
  reportWantedText,
  secondsWantedText,
  SIZE_WANTED,
} from "../../../view/command_line/usage.ts";
import type { FlagValues } from "../../base/command.ts";
import {
  CONCURRENT_MAX,
  flag,
  list,
  path,
  PROBLEM_FORMAT,
  STATE_DIR,
  text,
} from "../../base/flags.ts";
import type { ReportRequest } from "../../run/reports.ts";

const GRACE_SECONDS_MAX = 86_400;

/** Seconds. */
function parseGrace(value: string): number {
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds > GRACE_SECONDS_MAX) {
    throw new Error(secondsWantedText(GRACE_SECONDS_MAX));
  }
  return seconds;
}

const SIZE = /^(\d+)([KMG]?)$/i;
const LOG_BYTES_MIN = 1024;

function parseSize(value: string): number {
  const [, digits, unit = ""] = SIZE.exec(value) ?? [];
  const bytes = Number(digits) * 1024 ** ["", "K", "M", "G"].indexOf(unit.toUpperCase());
  if (!(bytes >= LOG_BYTES_MIN) || !Number.isSafeInteger(bytes)) {
    throw new Error(SIZE_WANTED);
  }
  return bytes;
}

function parseReport(value: string): ReportRequest {
  const equals = value.indexOf("=");
  const kind = REPORT_KINDS.find((one) => one === value.slice(0, equals));
  const path = value.slice(equals + 1);
  if (kind === undefined || path === "") throw new Error(reportWantedText(REPORT_KINDS));
  return { kind, path };
}

/** What the three commands share, as `run` has it. */
const SHARED = {
  maxConcurrent: CONCURRENT_MAX,
  output: { ...path("Write the results as JSON to this file", "path", "files"), short: "o" },
  report: {
    kind: "parsed",
    parse: parseReport,
    variadic: true,
    default: [],
    brief: `Write a report: ${reportForms(REPORT_KINDS)}`,
    placeholder: "what",
    isSeldom: true,
    complete: null,
  },
  envFile: {
    kind: "parsed",
    parse: text,
    variadic: true,
    default: [],
    brief: "Read variables for the jobs from a file",
    placeholder: "path",
    isSeldom: true,
    complete: "files",
  },
  ui: { kind: "enum", values: UIS, optional: true, brief: "View of the run", placeholder: "how" },
  live: {
    kind: "boolean",
    optional: true,
    brief: "Same as --ui live, or --ui plain",
    isSeldom: true,
  },
  jobOutput: {
    kind: "enum",
    values: JOB_OUTPUTS,
    optional: true,
    brief: "Job output to show",
    placeholder: "what",
  },
  maxLog: {
    kind: "parsed",
    parse: parseSize,
    default: `${DEFAULT_LIMITS.maxLogBytes / 2 ** 20}M`,
    brief: "Remove the middle of larger logs",
    placeholder: "size",
    isSeldom: true,
    complete: null,
  },
  durability: {
    kind: "enum",
    values: DURABILITIES,
    default: DEFAULT_LIMITS.durability,
    brief: "What the record survives: a crash of orch, or also a power failure",
    placeholder: "what",
    isSeldom: true,
  },
  quiet: { ...flag("Print nothing unless a job fails"), short: "q" },
  verbose: { ...flag("Print every event, and the output of each job"), short: "v" },
  dryRun: flag("Show what would run, and start nothing"),
  format: { ...PROBLEM_FORMAT, isSeldom: true },
  failFast: flag("Stop the run when a job fails"),
  grace: {
    kind: "parsed",
    parse: parseGrace,
    default: String(DEFAULT_LIMITS.graceMs / 1000),
    brief: "Time between asking a job to end and killing it",
    placeholder: "seconds",
    isSeldom: true,
    complete: null,
  },
  stateDir: STATE_DIR,
} as const;

/** Those of which the help of each command has its own order. */
const { dryRun, format, failFast, grace, stateDir, ...FIRST } = SHARED;

/** The flags of `orch run`. */
export const RUN_FLAGS = {
  ...FIRST,
  dryRun,
  format,
  tags: list("Run only jobs with these tags, and their dependencies", "tags"),
  skipTags: list("Skip jobs with one of these tags", "tags"),
  only: list("Run only these jobs, and their dependencies", "jobs"),
  deps: {
    kind: "boolean",
    default: true,
    brief: "Include the dependencies for --only and --tags",
  },
  failFast,
  directory: {
    ...path("Base for relative paths", "dir", "folders"),
    standard: "the file's folder",
    short: "C",
  },
  grace,
  stateDir: { ...stateDir, standard: ".orch beside the file", isSeldom: true },
} as const;

const AS_BEFORE = "as before";

/** The flags of `orch resume`. */
export const RESUME_FLAGS = {
  ...FIRST,
  maxConcurrent: { ...FIRST.maxConcurrent, standard: AS_BEFORE },
  ui: { ...FIRST.ui, isSeldom: true },
  jobOutput: { ...FIRST.jobOutput, isSeldom: true },
  grace: { ...withoutDefault(grace), optional: true, standard: AS_BEFORE },
  failFast: {
    kind: "boolean",
    optional: true,
    brief: failFast.brief,
    standard: AS_BEFORE,
    isSeldom: true,
  },
  format,
  stateDir,
  dryRun,
  asPlanned: flag("Ignore changes to the workflow file"),
  rerunLost: flag("Rerun jobs whose outcome is unknown"),
  assumeDone: flag("Treat jobs whose outcome is unknown as succeeded"),
  repair: { ...flag("Continue from the last good line of a damaged record"), isSeldom: true },
  adopt: { ...flag("Adopt a run from elsewhere"), isSeldom: true },
} as const;

/** The flags of `orch rerun`. */
export const RERUN_FLAGS = {
  ...RESUME_FLAGS,
  failed: flag("Rerun failed and cancelled jobs, and jobs that need them"),
  from: list("Rerun these jobs, and all that depend on them", "jobs"),
  only: list("Rerun these jobs, and no other finished jobs", "jobs"),
} as const;

/** What the commands get for their flags. */
export type RunFlags = FlagValues<typeof RUN_FLAGS>;
export type ResumeFlags = FlagValues<typeof RESUME_FLAGS>;
export type RerunFlags = FlagValues<typeof RERUN_FLAGS>;

/** The limits that the flags ask for; `graceMs` holds where they do not say it. */
export function limitsOf(
  { grace, maxLog, durability }: Pick<ResumeFlags, "grace" | "maxLog" | "durability">,
  graceMs: number = DEFAULT_LIMITS.graceMs,
): RunLimits {
  return {
    graceMs: grace === undefined ? graceMs : grace * 1000,
    maxLogBytes: maxLog,
    durability,
  };
}

function withoutDefault<T extends { readonly default: string }>(flag: T): Omit<T, "default"> {
  const { default: _, ...rest } = flag;
  return rest;
}
