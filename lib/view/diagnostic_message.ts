/**
 * The sentences for mistakes in a workflow file or on the command line: for each code what is wrong,
 * what stands under the carets, and what to do next. Texts that the user's document gives are word
 * for word: E204, E205, E308.
 */
import { type DiagnosticDetail, type LocatedDiagnostic } from "../core/diagnostic.ts";
import { unreachable } from "../core/event.ts";
import { bytesText, grouped } from "./format.ts";

/** The words of one diagnostic. */
export interface DiagnosticMessage {
  readonly title: string;
  /** Under the carets; empty where the title says it all. */
  readonly label: string;
  readonly help: string | null;
}

/** Cycles longer than this are shown with a gap. */
const LONGEST_CYCLE_SHOWN = 12;

/** Says what `detail` means. */
export function diagnosticMessage(detail: DiagnosticDetail): DiagnosticMessage {
  switch (detail.code[1]) {
    case "1":
      return fileMessage(detail as FileDetail);
    case "2":
      return shapeMessage(detail as ShapeDetail);
    case "3":
      return valueMessage(detail as ValueDetail);
    default:
      return commandLineMessage(detail as CommandLineDetail);
  }
}

type FileDetail = Extract<DiagnosticDetail, { code: `E1${string}` }>;
type ShapeDetail = Extract<DiagnosticDetail, { code: `E2${string}` }>;
type ValueDetail = Extract<DiagnosticDetail, { code: `E3${string}` }>;
type CommandLineDetail = Extract<DiagnosticDetail, { code: `E4${string}` }>;

function say(title: string, label = "", help: string | null = null): DiagnosticMessage {
  return { title, label, help };
}

function meant(suggestion: string | null): string | null {
  return suggestion === null ? null : `did you mean '${suggestion}'?`;
}

function fileMessage(detail: FileDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E101":
      return unreadableMessage(detail);
    case "E102":
      return say(
        `The file is too large: ${bytesText(detail.bytes)}, at most ${
          bytesText(detail.limitBytes)
        }`,
        "",
        "a workflow describes jobs; keep their data in files of its own",
      );
    case "E103":
      return say(
        detail.encoding === "utf-16"
          ? "The file is UTF-16, expected UTF-8"
          : `The file is not valid UTF-8 at byte ${grouped(detail.byteOffset)}`,
        "",
        "save it as UTF-8",
      );
    case "E104":
      return say(`Control character ${hex(detail.character)} in the file`, "here", "remove it");
    case "E105":
      return say(`Not valid ${detail.format.toUpperCase()}: ${detail.cause}`, "here");
    case "E106":
      return say(
        "More than one YAML document in the file",
        "a second begins here",
        "a file holds one workflow",
      );
    case "E107":
      return say(`Key '${detail.key}' stands twice`, "again here", "keep one of the two");
    case "E108":
      return detail.problem === "cycle"
        ? say("Alias refers to itself", "here")
        : say("Too much alias expansion", "", "write the repeated parts out, or use fewer aliases");
    case "E109":
      return say(`Nested deeper than ${detail.limit} levels`, "here");
    case "E110":
      return say(
        `Expected a mapping with 'name' and 'jobs', found ${detail.found}`,
        "",
        "orch create --name demo --output demo.yaml writes a file to start from",
      );
    case "E111":
      return say(`Key '${detail.key}' is reserved`, "here", "use another name");
    default:
      return unreachable(detail);
  }
}

function unreadableMessage(detail: Extract<FileDetail, { code: "E101" }>): DiagnosticMessage {
  switch (detail.problem) {
    case "missing":
      return say(
        `No such file: '${detail.file}'`,
        "",
        "check the path, or make one: orch create --name demo --output demo.yaml",
      );
    case "folder":
      return say(`'${detail.file}' is a folder, expected a workflow file`);
    case "unreadable":
      return say(`Cannot read '${detail.file}': ${detail.cause}`);
    default:
      return unreachable(detail.problem);
  }
}

/** The names that the schema gives to types, in words. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  null: "nothing",
};

function typeName(types: string): string {
  return types.split(" or ").map((type) => TYPE_NAMES[type] ?? type).join(" or ");
}

function shapeMessage(detail: ShapeDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E201": {
      const value = detail.value === null || detail.found === "null" ? "" : ` ${detail.value}`;
      return say(
        `Expected ${typeName(detail.expected)}, found ${typeName(detail.found)}${value}`,
        "here",
        detail.quoteIt ? `quote it: "${detail.value}"` : null,
      );
    }
    case "E202":
      return say(
        `Unknown key '${detail.key}' in ${mappingName(detail.owner)}`,
        "not a key of the format",
        meant(detail.suggestion) ?? `known keys: ${detail.known.join(", ")}`,
      );
    case "E203":
      return say(
        `Key '${detail.key}' is missing in ${mappingName(detail.owner)}`,
        `needs '${detail.key}'`,
      );
    case "E204":
      return say(
        detail.relation === "dependency"
          ? `Job '${detail.jobId}' depends on non-existent job '${detail.missing}'`
          : `Job '${detail.jobId}' has skip_if_failed on non-existent job '${detail.missing}'`,
        "no such job",
        meant(detail.suggestion),
      );
    case "E205":
      return say(
        `Circular dependency detected: ${cycleText(detail.cycle)}`,
        "",
        "each of these waits for the next: remove one of the dependencies",
      );
    case "E206":
      return detail.jobId === detail.otherId
        ? say(
          `Job id '${detail.jobId}' stands twice`,
          "again here",
          "give each job an id of its own",
        )
        : say(
          `Job ids '${detail.otherId}' and '${detail.jobId}' differ only in case`,
          "here",
          "their files would be the same on some systems: rename one",
        );
    case "E207":
      return badIdMessage(detail);
    case "E208":
      return say(
        `Unknown job type '${detail.jobType}'`,
        "here",
        meant(detail.suggestion) ?? `known types: ${detail.known.join(", ")}`,
      );
    case "E209":
      return detail.problem === "missing"
        ? say(
          `Job '${detail.jobId}' of type ${detail.jobType} needs '${detail.key}'`,
          `needs '${detail.key}'`,
        )
        : say(
          `Key '${detail.key}' does not belong to a job of type ${detail.jobType}`,
          "here",
          detail.key === "http"
            ? "set job_type: http, or remove it"
            : `a ${detail.jobType} job takes '${
              detail.jobType === "script" ? "script_path" : "command"
            }'`,
        );
    case "E210":
      return say("The list of jobs is empty", "here", "add at least one job");
    default:
      return unreachable(detail);
  }
}

function mappingName(owner: string): string {
  if (owner === "workflow") return "the workflow";
  return owner === "job" ? "the job" : `'${owner}'`;
}

function badIdMessage(detail: Extract<ShapeDetail, { code: "E207" }>): DiagnosticMessage {
  const allowed =
    "an id is 1 to 64 letters, digits, '_', '.' or '-', and begins with a letter, a digit or '_'";
  switch (detail.problem) {
    case "pattern":
      return say(`Not a job id: '${detail.jobId}'`, "here", allowed);
    case "length":
      return say(`Job id of ${detail.jobId.length} characters, at most 64`, "here", allowed);
    case "reserved":
      return say(`Job id '${detail.jobId}' is a device name on Windows`, "here", "choose another");
    default:
      return unreachable(detail.problem);
  }
}

function cycleText(cycle: readonly string[]): string {
  const closed = [...cycle, cycle[0]!];
  if (closed.length <= LONGEST_CYCLE_SHOWN) return closed.join(" -> ");
  const [start, end] = [closed.slice(0, 6), closed.slice(-3)];
  const gap = `… ${grouped(closed.length - 9)} more …`;
  return [...start, gap, ...end].join(" -> ");
}

const BOUNDS = { at_least: "at least", more_than: "more than", at_most: "at most" } as const;

function valueMessage(detail: ValueDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E301":
      return say(
        `'${detail.key}' must be ${BOUNDS[detail.bound]} ${
          grouped(detail.limit)
        }: current value is ${detail.value}`,
        "here",
      );
    case "E302":
      return say(
        `'${detail.key}' cannot be '${detail.value}'`,
        "here",
        meant(detail.suggestion) ?? `one of ${detail.known.join(", ")}`,
      );
    case "E303":
      return say(
        `Number ${detail.value} cannot be kept exactly`,
        "here",
        "quote it if it is text, else use a smaller one",
      );
    case "E304":
      return expressionMessage(detail);
    case "E305":
      return detail.problem === "unclosed"
        ? say(
          `'${detail.text}' has no closing brace`,
          "here",
          "write ${NAME}; for a dollar sign write $$",
        )
        : say(
          `'${detail.text}' is not a reference to a variable`,
          "here",
          "write ${NAME} or ${NAME:-default}",
        );
    case "E306":
      return detail.problem === "syntax"
        ? say(
          `Not a URL: '${detail.url}'`,
          "here",
          "write it with its scheme: https://example.com/path",
        )
        : say(`Not an http or https URL: '${detail.url}'`, "here");
    case "E307":
      return say(`Control character ${hex(detail.character)} in a text`, "here", "remove it");
    case "E308": {
      const [unit, source] = [detail.resource === "memory" ? "MB" : "% CPU", detail.availableFrom];
      const whose = source === "workflow" ? "this workflow may use" : "this machine has";
      return say(
        `Insufficient resources to start job '${detail.jobId}': it needs ${detail.needed} ${unit}, ${whose} ${detail.available} ${unit}`,
        "more than there is",
        source === "workflow"
          ? "lower it, or raise global_config.resource_limits"
          : "lower it, or run on a larger machine",
      );
    }
    case "E309":
      return detail.kind === "variable"
        ? say(
          `Not a name for an environment variable: '${detail.name}'`,
          "here",
          "letters, digits and '_', not beginning with a digit",
        )
        : say(
          `Not a valid HTTP header: '${detail.name}'`,
          "here",
          "no spaces or line breaks in names, no line breaks in values",
        );
    case "E310":
      return say(`'${detail.key}' is empty`, "here", "give it a value, or leave the key out");
    default:
      return unreachable(detail);
  }
}

function expressionMessage(detail: Extract<ValueDetail, { code: "E304" }>): DiagnosticMessage {
  switch (detail.problem) {
    case "syntax":
      return say(
        `Not a number of jobs: '${detail.expression}'`,
        "here",
        "a whole number, or nproc with + - * /: $(nproc), $(($(nproc) * 2))",
      );
    case "zero":
      return say(`Division by zero in '${detail.expression}'`, "here");
    case "range":
      return say(`'${detail.expression}' is more than 10,000 jobs at a time`, "here");
    default:
      return unreachable(detail.problem);
  }
}

function commandLineMessage(detail: CommandLineDetail): DiagnosticMessage {
  switch (detail.code) {
    case "E401":
      return say(`No job '${detail.jobId}' for ${detail.option}`, "", meant(detail.suggestion));
    case "E402":
      return say(
        `No job has the tag '${detail.tag}' of ${detail.option}`,
        "",
        meant(detail.suggestion),
      );
    case "E403":
      return say(
        "No job is left to run",
        "",
        "--only, --tags and --skip-tags together leave nothing",
      );
    default:
      return unreachable(detail);
  }
}

function hex(character: number): string {
  return `U+${character.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** What a related place says beside its position. */
export function relatedText(
  role: LocatedDiagnostic["related"][number]["role"],
  name: string,
  next: string,
): string {
  switch (role) {
    case "first":
      return `'${name}' stands here first`;
    case "edge":
      return `'${name}' depends on '${next}'`;
    case "suggestion":
      return `'${name}' stands here`;
    default:
      return unreachable(role);
  }
}
