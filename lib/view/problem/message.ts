/**
 * The sentences for mistakes in a workflow file or on the command line: for each code what is wrong,
 * what stands under the carets, and what to do next. Those for values (E3xx) are in `value_message.ts`.
 * Titles state what is wanted and what was found. The texts that the user's document gives for E204
 * and E205 stand word for word.
 */
import type { DiagnosticDetail, LocatedDiagnostic } from "../../core/workflow/diagnostic.ts";
import { unreachable } from "../../core/base/bug.ts";
import { bytesText, grouped } from "../text/format.ts";
import { syntaxHint, typeHint } from "./syntax_hint.ts";
import { KEY_TEXTS } from "./key_text.ts";
import { type ValueDetail, valueMessage } from "./value_message.ts";
import { pluginMessage } from "./plugin_message.ts";
import { sanitizeLine } from "../text/sanitize.ts";
import { asWritten, type DiagnosticMessage, hex, meant, quoted, say } from "../text/phrases.ts";

/** Cycles longer than this are shown with a gap. */
const CYCLE_SHOWN_LENGTH_MAX = 12;

/**
 * Says what `detail` means, in lines that are safe to print. `written` is the text of the file at its
 * place, where there is any: a number is quoted as it stands there.
 */
export function diagnosticMessage(
  detail: DiagnosticDetail,
  written: string | null = null,
): DiagnosticMessage {
  switch (detail.code[1]) {
    case "1":
      return fileMessage(detail as FileDetail);
    case "2":
      return shapeMessage(detail as ShapeDetail, written);
    case "3":
      return valueMessage(detail as ValueDetail, written);
    default:
      return commandLineMessage(detail as CommandLineDetail);
  }
}

type FileDetail = Extract<DiagnosticDetail, { code: `E1${string}` }>;
type ShapeDetail = Extract<DiagnosticDetail, { code: `E2${string}` }>;
type CommandLineDetail = Extract<DiagnosticDetail, { code: `E4${string}` }>;

function fileMessage(detail: FileDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E101":
      return unreadableMessage(detail);
    case "E102": {
      const [size, limit] = [bytesText(detail.bytes), bytesText(detail.limitBytes)];
      const help = "a workflow describes jobs; keep their data in files of its own";
      return say(`File must be at most ${limit} large: found ${size}`, "", help);
    }
    case "E103":
      return say(
        detail.encoding === "utf-16"
          ? "File must be UTF-8: found UTF-16"
          : `File must be UTF-8: the byte at offset ${grouped(detail.byteOffset)} is not`,
        "",
        "save it as UTF-8",
      );
    case "E104":
      return say(
        `File must not contain control characters: found ${hex(detail.character)}`,
        "",
        "remove it",
      );
    case "E105": {
      const { title = detail.cause, label = "", help = null } = syntaxHint(detail.cause) ?? {};
      return say(`Invalid ${detail.format.toUpperCase()}: ${title}`, label, help);
    }
    case "E106":
      return say(
        "File must contain one YAML document: found more",
        "a second document starts here",
        "put each workflow into its own file",
      );
    case "E107":
      return say(`Duplicate key ${quoted(detail.key)}`, "again here", "remove one of the two");
    case "E108":
      return detail.problem === "cycle"
        ? say("Alias refers to itself", "", "write the value out instead")
        : say("Too much alias expansion", "", "write the repeated parts out, or use fewer aliases");
    case "E109":
      return say(
        `Values must be nested at most ${detail.limit} levels deep: found level ${detail.depth}`,
      );
    case "E110":
      return say(
        detail.found === "nothing"
          ? "The file is empty"
          : `Expected a mapping with 'name' and 'jobs': found ${detail.found}`,
        "",
        detail.found === "a list"
          ? "put 'name: NAME' and 'jobs:' above the list"
          : "write one to start from: orch create --name demo --output demo.yaml",
      );
    case "E111":
      return say(`Key ${quoted(detail.key)} is reserved`, "", "use another name");
    default:
      return unreachable(detail);
  }
}

function unreadableMessage(detail: Extract<FileDetail, { code: "E101" }>): DiagnosticMessage {
  switch (detail.problem) {
    case "missing":
      return say(
        `Cannot read '${detail.file}': no such file`,
        "",
        "check the path, or make one: orch create --name demo --output demo.yaml",
      );
    case "folder":
      return say(`Cannot read '${detail.file}': it is a folder`, "", "name a workflow file");
    case "unreadable":
      return say(`Cannot read '${detail.file}': ${detail.cause}`);
    default:
      return unreachable(detail.problem);
  }
}

/** The names that the schema gives to types, in words. */
const TYPE_NAMES: Readonly<Record<string, readonly string[]>> = {
  string: ["text"],
  number: ["a number"],
  int: ["a whole number"],
  boolean: ["true", "false"],
  object: ["a mapping"],
  record: ["a mapping"],
  array: ["a list"],
  null: ["no value"],
};

/** `string or number` becomes `text or a number`. */
function wantedText(types: string): string {
  const names = new Set(types.split(" or ").flatMap((type) => TYPE_NAMES[type] ?? [type]));
  const last = [...names].at(-1)!;
  names.delete(last);
  return names.size === 0 ? last : `${[...names].join(", ")} or ${last}`;
}

function wrongTypeMessage(
  detail: Extract<ShapeDetail, { code: "E201" }>,
  written: string | null,
): DiagnosticMessage {
  const value = asWritten(detail.value ?? "", written);
  const found = {
    string: `the text ${quoted(value)}`,
    number: `the number ${value}`,
    boolean: value,
  }[detail.found] ?? TYPE_NAMES[detail.found]?.[0] ?? detail.found;
  const subject = detail.key === undefined ? "Value" : quoted(detail.key);
  const title = `${subject} must be ${wantedText(detail.expected)}: found ${found}`;
  return say(title, "", detail.quoteIt ? `quote it: "${value}"` : typeHint(detail));
}

function shapeMessage(detail: ShapeDetail, written: string | null): DiagnosticMessage {
  switch (detail.code) {
    case "E201":
      return wrongTypeMessage(detail, written);
    case "E202":
      return say(
        `Unknown key ${quoted(detail.key)} in ${mappingName(detail.owner)}`,
        "",
        meant(detail.suggestion) ?? keyOfJob(detail) ?? `known keys: ${detail.known.join(", ")}`,
      );
    case "E203":
      return say(
        `Missing key '${detail.key}' in ${mappingName(detail.owner)}`,
        `needs '${detail.key}'`,
        MISSING_KEY_HELP[detail.key] ?? null,
      );
    case "E204": {
      const relation = detail.relation === "dependency"
        ? "depends on non-existent job"
        : "has skip_if_failed on non-existent job";
      return say(
        `Job ${quoted(detail.jobId)} ${relation} ${quoted(detail.missing)}`,
        "no such job",
        meant(detail.suggestion) ?? "add a job with this id, or remove the reference",
      );
    }
    case "E205":
      return say(
        `Circular dependency detected: ${cycleText(detail.cycle)}`,
        "",
        detail.cycle.length === 1
          ? "a job cannot wait for itself: remove the dependency"
          : "each of these waits for the next: remove one of the dependencies",
      );
    case "E206":
      return detail.jobId === detail.otherId
        ? say(
          `Duplicate job id ${quoted(detail.jobId)}`,
          "again here",
          "give each job its own id",
        )
        : say(
          `Job ids ${quoted(detail.otherId)} and ${quoted(detail.jobId)} differ only in case`,
          "",
          "their log files would collide on some systems: rename one",
        );
    case "E207":
      return badIdMessage(detail);
    case "E208":
      return say(
        `Unknown job type ${quoted(detail.jobType)}`,
        "",
        meant(detail.suggestion) ?? `known types: ${detail.known.join(", ")}`,
      );
    case "E209":
      return wrongKeyMessage(detail);
    case "E210":
      return say("The list of jobs is empty", "", "add at least one job");
    case "E211":
    case "E212":
    case "E213":
      return pluginMessage(detail);
    default:
      return unreachable(detail);
  }
}

/** A job that is not indented ends at its first line: its other keys count as those of the workflow. */
function keyOfJob({ key, owner }: Extract<ShapeDetail, { code: "E202" }>): string | null {
  if (owner !== "workflow" || !Object.hasOwn(KEY_TEXTS, `jobs.*.${key}`)) return null;
  return `it is a key of a job: indent it as far as 'id'`;
}

/** How to begin what every file must have. */
const MISSING_KEY_HELP: Readonly<Record<string, string>> = {
  name: "add a line: name: NAME",
  jobs: "list the jobs below 'jobs:', each starting with '- id: NAME'",
  id: "start the job with '- id: NAME'",
};

function mappingName(owner: string): string {
  if (owner === "workflow") return "the workflow";
  return owner === "job" || owner === "plugin" ? `the ${owner}` : quoted(owner);
}

/** What would be an id but for its spaces. */
const ID_WITH_SPACES = /^\w[\w.-]*( [\w.-]+)+$/;

function badIdMessage(detail: Extract<ShapeDetail, { code: "E207" }>): DiagnosticMessage {
  const allowed =
    "an id is 1 to 64 letters, digits, '_', '.' or '-', and starts with a letter, a digit or '_'";
  switch (detail.problem) {
    case "pattern": {
      const joined = detail.jobId.replaceAll(" ", "_");
      const help = ID_WITH_SPACES.test(detail.jobId) ? `${allowed}: '${joined}'` : allowed;
      return say(`Invalid job id ${quoted(detail.jobId)}`, "", help);
    }
    case "length":
      return say(
        `Job id must have at most 64 characters: found ${grouped(detail.jobId.length)}`,
        "",
        allowed,
      );
    case "reserved":
      return say(`Job id '${detail.jobId}' is a device name on Windows`, "", "choose another");
    default:
      return unreachable(detail.problem);
  }
}

function wrongKeyMessage(detail: Extract<ShapeDetail, { code: "E209" }>): DiagnosticMessage {
  const { jobId, jobType, key } = detail;
  if (detail.problem === "missing") {
    const begin = key === "script_path" ? "script_path: ./FILE" : `${key}: …`;
    return say(
      `Job ${quoted(jobId)} of type '${jobType}' needs '${key}'`,
      `needs '${key}'`,
      `add a line '${begin}' in the same column as 'id'`,
    );
  }
  if (detail.problem === "of_plugin") {
    return say(
      `Key '${key}' does not belong to a job of type '${jobType}', which a plugin provides`,
      "",
      "put the keys of a plugin under 'with'",
    );
  }
  if (detail.problem === "no_process") {
    return say(
      `Key '${key}' does not belong to a job of type '${jobType}', which starts no process`,
      "",
      "remove it",
    );
  }
  return say(`Key '${key}' does not belong to a job of type '${jobType}'`, "", instead(detail));
}

function instead(detail: Extract<ShapeDetail, { code: "E209" }>): string {
  if (detail.key === "with") return "it is only for job types of plugins: remove it";
  if (detail.problem !== "unexpected") return "remove it";
  const { needed, ofType } = detail;
  return ofType === null
    ? `use '${needed}', or another job_type`
    : `set job_type: ${ofType}, or remove it`;
}

function cycleText(cycle: readonly string[]): string {
  const closed = [...cycle, cycle[0]!];
  if (closed.length <= CYCLE_SHOWN_LENGTH_MAX) return closed.join(" -> ");
  const [start, end] = [closed.slice(0, 6), closed.slice(-3)];
  const gap = `… ${grouped(closed.length - 9)} more …`;
  return [...start, gap, ...end].join(" -> ");
}

function commandLineMessage(detail: CommandLineDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E401":
      return say(
        `${detail.option} names a job that does not exist: ${quoted(detail.jobId)}`,
        "",
        meant(detail.suggestion),
      );
    case "E402":
      return say(
        `${detail.option} names a tag that no job has: ${quoted(detail.tag)}`,
        "",
        meant(detail.suggestion),
      );
    case "E403":
      return say(
        "No job is left to run",
        "",
        "--only, --tags and --skip-tags together exclude every job",
      );
    default:
      return unreachable(detail);
  }
}

/** What a related place says beside its position. */
export function relatedText(
  role: LocatedDiagnostic["related"][number]["role"],
  name: string,
  next: string,
): string {
  switch (role) {
    case "first":
      return sanitizeLine(`${quoted(name)} is first defined here`);
    case "edge":
      return sanitizeLine(`${quoted(name)} depends on ${quoted(next)}`);
    case "suggestion":
      return sanitizeLine(`${quoted(name)} is defined here`);
    default:
      return unreachable(role);
  }
}
