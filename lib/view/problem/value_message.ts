/**
 * The sentences for values that a workflow file must not hold: E3xx. That of E308 begins as the user's
 * document has it, word for word.
 */
import type { DiagnosticDetail } from "../../core/workflow/diagnostic.ts";
import { unreachable } from "../../core/base/bug.ts";
import { grouped } from "../text/format.ts";
import { permissionMessage } from "./permission_message.ts";
import { asWritten, type DiagnosticMessage, hex, meant, quoted, say } from "../text/phrases.ts";

/** The mistakes in values. */
export type ValueDetail = Extract<DiagnosticDetail, { code: `E3${string}` }>;

const BOUNDS = { at_least: "at least", more_than: "more than", at_most: "at most" } as const;

/** What people mean by a zero, and how to say it. */
const ZERO_MEANT: Readonly<Record<string, string>> = {
  timeout: "for no time limit, remove the key",
  max_execution_time: "for no time limit, remove the key",
  max_attempts: "for no retry, write 1: the first attempt counts",
  max_concurrent_jobs: "for as many as there are processors, write $(nproc)",
};

/** Says what is wrong with a value. */
export function valueMessage(detail: ValueDetail, written: string | null): DiagnosticMessage {
  switch (detail.code) {
    case "E301": {
      const bound = `${BOUNDS[detail.bound]} ${grouped(detail.limit)}`;
      const title = `'${detail.key}' must be ${bound}: found ${asWritten(detail.value, written)}`;
      return say(title, "", detail.value === "0" ? ZERO_MEANT[detail.key] ?? null : null);
    }
    case "E302": {
      const known = `'${detail.key}' must be one of ${detail.known.join(", ")}`;
      return say(`${known}: found ${quoted(detail.value)}`, "", meant(detail.suggestion));
    }
    case "E303":
      if (detail.written !== undefined) {
        return say(
          `A job would get ${quoted(detail.value)} instead of ${quoted(detail.written)}`,
          "",
          `quote it to keep it as written: "${detail.written}"`,
        );
      }
      return say(
        `Number ${asWritten(detail.value, written)} cannot be represented exactly`,
        "",
        "quote it if it is text; otherwise use a smaller number",
      );
    case "E304":
      return expressionMessage(detail);
    case "E305":
      return detail.problem === "unclosed"
        ? say(
          `Variable reference ${quoted(detail.text)} has no closing brace`,
          "",
          "write ${NAME}; for a dollar sign write $$",
        )
        : say(
          `Variable reference ${quoted(detail.text)} does not name a variable`,
          "",
          "write ${NAME} or ${NAME:-default}",
        );
    case "E306":
      return detail.problem === "syntax"
        ? say(
          `Cannot read ${quoted(detail.url)} as a URL`,
          "",
          "write it with its scheme: https://example.com/path",
        )
        : say(`URL must begin with http or https: found ${quoted(detail.url)}`);
    case "E307":
      return say(
        `Text must not contain control characters: found ${hex(detail.character)}`,
        "",
        "remove it",
      );
    case "E308":
      return insufficientMessage(detail);
    case "E309":
      return detail.kind === "variable"
        ? say(
          `Invalid name of an environment variable: ${quoted(detail.name)}`,
          "",
          "use letters, digits and '_', and do not start with a digit",
        )
        : say(
          `HTTP header ${quoted(detail.name)} cannot be sent`,
          "",
          "no spaces or line breaks in names, no line breaks in values",
        );
    case "E310":
      return say(`'${detail.key}' is empty`, "", "give it a value, or remove the key");
    case "E312":
      return say(
        `Job '${detail.jobId}' requires '${detail.limit}', which cannot be enforced on this machine`,
        "",
        "orch doctor explains why; with 'enforce: best-effort' the job runs anyway",
      );
    case "E314":
      return say(
        `Job ${quoted(detail.jobId)} cannot leave a process running: all its processes end with it`,
        "",
        detail.saidBy === "job"
          ? "remove 'leaves' or 'processes'"
          : "remove 'leaves', or add 'processes: shared' to the job",
      );
    case "E315":
      return namespaceMessage(detail);
    case "E311":
      return permissionMessage(detail);
    case "E313":
      return linkerVariableMessage(detail);
    default:
      return unreachable(detail);
  }
}

function namespaceMessage(detail: Extract<ValueDetail, { code: "E315" }>): DiagnosticMessage {
  const wanted = `Job ${quoted(detail.jobId)} needs its own process namespace`;
  const otherwise = "with 'processes: shared' it sees all processes of the machine";
  switch (detail.lack) {
    case "platform":
      return say(`${wanted}, which only Linux has`, "", otherwise);
    case "not_permitted":
      return say(`${wanted}: orch may not start 'unshare'`, "", "add --allow-run=unshare");
    case "missing":
      return say(
        `${wanted}: the program 'unshare' is missing`,
        "",
        `install util-linux; ${otherwise}`,
      );
    case "refused":
      return say(
        `${wanted}, which the system refuses: ${detail.cause}`,
        "",
        `orch doctor shows what to do; ${otherwise}`,
      );
    default:
      return unreachable(detail.lack);
  }
}

function linkerVariableMessage(detail: Extract<ValueDetail, { code: "E313" }>): DiagnosticMessage {
  const { variable, jobId, setBy } = detail;
  const without = "start orch with a plain --allow-run, without a list of programs, or";
  switch (setBy) {
    case "job":
      return say(
        `Job '${jobId}' sets ${variable}: orch is not allowed to start programs with it`,
        "",
        `${without} remove it`,
      );
    case "workflow":
      return say(
        `The workflow sets ${variable}: orch is not allowed to start programs with it`,
        "",
        `${without} remove it`,
      );
    case "environment":
      return say(
        `${variable} is set in the environment: orch is not allowed to start programs with it`,
        "",
        `${without} unset it: env -u ${variable} …`,
      );
    default:
      return unreachable(setBy);
  }
}

function insufficientMessage(detail: Extract<ValueDetail, { code: "E308" }>): DiagnosticMessage {
  const { jobId, needed, available, availableFrom } = detail;
  const unit = detail.resource === "memory" ? "MB" : "% CPU";
  const whose = availableFrom === "workflow" ? "this workflow may use" : "this machine has";
  return say(
    `Insufficient resources to start job '${jobId}': it needs ${needed} ${unit}, ${whose} ${available} ${unit}`,
    "more than is available",
    availableFrom === "workflow"
      ? "lower it, or raise global_config.resource_limits"
      : "lower it, or run on a larger machine",
  );
}

function expressionMessage(detail: Extract<ValueDetail, { code: "E304" }>): DiagnosticMessage {
  const expression = quoted(detail.expression);
  switch (detail.problem) {
    case "syntax":
      return say(
        `'max_concurrent_jobs' must be a number of jobs: found ${expression}`,
        "",
        "a whole number, or nproc with + - * /: $(nproc), $(($(nproc) * 2))",
      );
    case "zero":
      return say(`'max_concurrent_jobs' must not divide by zero: found ${expression}`);
    case "range":
      return say(`'max_concurrent_jobs' must be at most 10,000: found ${expression}`);
    default:
      return unreachable(detail.problem);
  }
}
