/** The flags that all commands share which drive a run, and what their values may be. */
import type { TypedFlagParameter } from "@stricli/core";
import {
  REPORT_WANTED,
  secondsWantedText,
  SIZE_WANTED,
  wholeNumberText,
} from "../view/usage_message.ts";
import { flag, path, text } from "./command_parts.ts";
import { JOB_OUTPUTS, UIS } from "./run_view.ts";

const MOST_JOBS = 10_000;
const MOST_GRACE_SECONDS = 86_400;

function parseConcurrency(value: string): number {
  const jobs = Number(value);
  if (!/^\d+$/.test(value) || jobs < 1 || jobs > MOST_JOBS) {
    throw new Error(wholeNumberText(MOST_JOBS));
  }
  return jobs;
}

/** Seconds. */
export function parseGrace(value: string): number {
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds > MOST_GRACE_SECONDS) {
    throw new Error(secondsWantedText(MOST_GRACE_SECONDS));
  }
  return seconds;
}

const SIZE = /^(\d+)([KMG]?)$/i;
const LEAST_LOG_BYTES = 1024;

function parseSize(value: string): number {
  const [, digits, unit = ""] = SIZE.exec(value) ?? [];
  const bytes = Number(digits) * 1024 ** ["", "K", "M", "G"].indexOf(unit.toUpperCase());
  if (!(bytes >= LEAST_LOG_BYTES) || !Number.isSafeInteger(bytes)) {
    throw new Error(SIZE_WANTED);
  }
  return bytes;
}

/** The kinds of reports there are. */
const REPORT_KINDS = ["junit", "md"] as const;

/** A report that is to be written. */
export interface ReportWish {
  readonly kind: (typeof REPORT_KINDS)[number];
  readonly path: string;
}

function parseReport(value: string): ReportWish {
  const equals = value.indexOf("=");
  const kind = REPORT_KINDS.find((one) => one === value.slice(0, equals));
  const path = value.slice(equals + 1);
  if (kind === undefined || path === "") throw new Error(REPORT_WANTED);
  return { kind, path };
}

/** Flags of every command that drives a run. */
export const DRIVING = {
  maxConcurrent: {
    kind: "parsed",
    parse: parseConcurrency,
    optional: true,
    brief: "Jobs at a time (default: the file's, else 4)",
    placeholder: "n",
  },
  output: path("Write the results as JSON to this file", "path"),
  report: {
    kind: "parsed",
    parse: parseReport,
    variadic: true,
    default: [],
    brief: "Write a report: junit=PATH or md=PATH",
    placeholder: "what",
  },
  envFile: {
    kind: "parsed",
    parse: text,
    variadic: true,
    default: [],
    brief: "Variables for the jobs, from a file",
    placeholder: "path",
  },
  ui: {
    kind: "enum",
    values: UIS,
    optional: true,
    brief: "View of the run",
    placeholder: "how",
  },
  live: {
    kind: "boolean",
    optional: true,
    brief: "The same as --ui live and --ui plain",
  } satisfies TypedFlagParameter<boolean | undefined>,
  jobOutput: {
    kind: "enum",
    values: JOB_OUTPUTS,
    optional: true,
    brief: "Job output shown",
    placeholder: "what",
  },
  maxLog: {
    kind: "parsed",
    parse: parseSize,
    default: "256M",
    brief: "Cut the middle out of larger logs",
    placeholder: "size",
  },
  durability: {
    kind: "enum",
    values: ["process", "power"],
    default: "process",
    brief: "What the record outlives: the death of orch, or a power cut too",
    placeholder: "what",
  },
  quiet: flag("Print nothing unless a job fails"),
  verbose: flag("Print every event, and the output of each job"),
} as const;
