/** The command tree: names, flags, help. What a command does is loaded when it is called. */
import {
  buildCommand,
  buildRouteMap,
  type Command,
  type CommandContext,
  type TypedFlagParameter,
} from "@stricli/core";
import type { World } from "../runtime/world.ts";
import type { Shell } from "../view/completion_script.ts";

/** What every command gets as `this`. */
export interface CommandWorld extends CommandContext {
  readonly world: World;
  exitCode: number;
}

/** Examples at the end of a command's help. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "": [
    "orch create --name demo --output demo.yaml",
    "orch run demo.yaml",
    "orch analyze demo.yaml",
  ],
  run: [
    "orch run ci.yaml",
    "orch run ci.yaml -c 8 --fail-fast -o results.json",
    "orch run ci.yaml --only test --dry-run",
    "generate-jobs | orch run -",
  ],
  resume: ["orch resume", "orch resume 20261122-113040-x7k2 --as-planned"],
  rerun: ["orch rerun last --failed", "orch rerun last --from build"],
  analyze: ["orch analyze ci.yaml", "orch analyze ci.yaml --format mermaid > ci.mmd"],
  create: ["orch create --name nightly --output nightly.yaml --template data"],
  validate: ["orch validate ci.yaml workflows/*.yaml"],
  doctor: ["orch doctor", "orch doctor --json"],
  completions: ['eval "$(orch completions bash)"'],
  schema: ["orch schema > orch.schema.json"],
};

const text = (value: string) => value;

/** Ids and tags: `a,b`, or the flag again. */
function list(brief: string, placeholder: string) {
  return { kind: "parsed", parse: text, variadic: ",", default: [], brief, placeholder } as const;
}

function path(brief: string, placeholder: string) {
  return { kind: "parsed", parse: text, optional: true, brief, placeholder } as const;
}

function flag(brief: string) {
  return { kind: "boolean", default: false, withNegated: false, brief } as const;
}

const FILE = {
  kind: "tuple",
  parameters: [{
    brief: "Workflow file, YAML or JSON; - reads standard input",
    parse: text,
    placeholder: "file",
  }],
} as const;

const MOST_JOBS = 10_000;
const MOST_GRACE_SECONDS = 86_400;

function parseConcurrency(value: string): number {
  const jobs = Number(value);
  if (!/^\d+$/.test(value) || jobs < 1 || jobs > MOST_JOBS) {
    throw new Error(`expected a whole number from 1 to ${MOST_JOBS}`);
  }
  return jobs;
}

function parseGrace(value: string): number {
  const seconds = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || seconds > MOST_GRACE_SECONDS) {
    throw new Error(`expected seconds from 0 to ${MOST_GRACE_SECONDS}`);
  }
  return seconds;
}

const SIZE = /^(\d+)([KMG]?)$/i;
const LEAST_LOG_BYTES = 1024;

function parseSize(value: string): number {
  const [, digits, unit = ""] = SIZE.exec(value) ?? [];
  const bytes = Number(digits) * 1024 ** ["", "K", "M", "G"].indexOf(unit.toUpperCase());
  if (!(bytes >= LEAST_LOG_BYTES) || !Number.isSafeInteger(bytes)) {
    throw new Error("expected a size of at least 1K, such as 64M or 2G");
  }
  return bytes;
}

function parseShell(value: string): Shell {
  if (value === "bash" || value === "zsh" || value === "fish") return value;
  throw new Error("expected one of bash, zsh, fish");
}

/** Flags of every command that drives a run. */
const DRIVING = {
  maxConcurrent: {
    kind: "parsed",
    parse: parseConcurrency,
    optional: true,
    brief: "Jobs at a time; default: what the file says, else 4",
    placeholder: "n",
  },
  output: path("Write the results as JSON to this file", "path"),
  live: {
    kind: "boolean",
    optional: true,
    brief: "Redraw a live view; default: on a terminal",
  } satisfies TypedFlagParameter<boolean | undefined>,
  maxLog: {
    kind: "parsed",
    parse: parseSize,
    default: "256M",
    brief: "Cut the middle out of logs that grow over this size",
    placeholder: "size",
  },
  durability: {
    kind: "enum",
    values: ["process", "power"],
    default: "process",
    brief: "What the record survives: orch's death, or a power cut too",
  },
  quiet: flag("Say nothing unless a job fails"),
  verbose: flag("Show every event, and the output of each job as it ends"),
} as const;

const run = buildCommand({
  async loader() {
    const { run } = await import("./run.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof run>[0], file: string) {
      this.exitCode = await run(flags, file, this.world);
    };
  },
  parameters: {
    flags: {
      ...DRIVING,
      dryRun: flag("Show what would run, and start nothing"),
      tags: list("Run the jobs with one of these tags, and what they need", "a,b"),
      skipTags: list("Leave out the jobs with one of these tags", "a,b"),
      only: list("Run these jobs, and what they need", "ids"),
      deps: {
        kind: "boolean",
        default: true,
        brief: "Bring along what --only and --tags need",
      },
      failFast: flag("Stop the run when a job fails"),
      directory: path("Folder that relative paths start from; default: the file's", "dir"),
      grace: {
        kind: "parsed",
        parse: parseGrace,
        default: "10",
        brief: "Seconds between asking a job to end and killing it",
        placeholder: "seconds",
      },
      stateDir: path("Folder to remember runs in; default: .orch beside the file", "dir"),
    },
    positional: FILE,
    aliases: { c: "maxConcurrent", o: "output", C: "directory", q: "quiet", v: "verbose" },
  },
  docs: { brief: "Run a workflow" },
});

/** Flags of what goes on with a run. */
const GOING_ON = {
  ...DRIVING,
  maxConcurrent: { ...DRIVING.maxConcurrent, brief: "Jobs at a time; default: as before" },
  grace: {
    kind: "parsed",
    parse: parseGrace,
    optional: true,
    brief: "Seconds between asking a job to end and killing it; default: as before",
    placeholder: "seconds",
  },
  stateDir: path("Folder in which the run is remembered", "dir"),
  asPlanned: flag("Leave changes of the workflow file alone"),
  rerunLost: flag("Run again what may have done its work, also if not idempotent"),
  assumeDone: flag("Take what may have done its work as succeeded, if not idempotent"),
  repair: flag("Go on from the last good line of a damaged journal"),
} as const;

const RUN_NAME = {
  brief: "Run: its id or the beginning of it, or last",
  parse: text,
  placeholder: "run",
} as const;

const resume = buildCommand({
  async loader() {
    const { resume } = await import("./resume.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof resume>[0], name?: string) {
      this.exitCode = await resume(flags, name, this.world);
    };
  },
  parameters: {
    flags: GOING_ON,
    positional: { kind: "tuple", parameters: [{ ...RUN_NAME, optional: true }] },
    aliases: { c: "maxConcurrent", o: "output", q: "quiet", v: "verbose" },
  },
  docs: { brief: "Go on with a run that died or was stopped" },
});

const rerun = buildCommand({
  async loader() {
    const { rerun } = await import("./resume.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof rerun>[0], name: string) {
      this.exitCode = await rerun(flags, name, this.world);
    };
  },
  parameters: {
    flags: {
      ...GOING_ON,
      failed: flag("Run the failed and cancelled jobs again, and what they kept from running"),
      from: list("Run these jobs again, and all that comes after them", "ids"),
      only: list("Run these jobs again, and nothing else that is done", "ids"),
    },
    positional: { kind: "tuple", parameters: [RUN_NAME] },
    aliases: { c: "maxConcurrent", o: "output", q: "quiet", v: "verbose" },
  },
  docs: { brief: "Run jobs of a run again" },
});

const analyze = buildCommand({
  async loader() {
    const { analyze } = await import("./analyze.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof analyze>[0], file: string) {
      this.exitCode = await analyze(flags, file, this.world);
    };
  },
  parameters: {
    flags: {
      output: path("Write the analysis as JSON to this file as well", "path"),
      json: flag("Print JSON: the same as --format json"),
      format: {
        kind: "enum",
        values: ["table", "json", "dot", "mermaid"],
        default: "table",
        brief: "How to show it",
      },
    },
    positional: FILE,
    aliases: { o: "output" },
  },
  docs: { brief: "Show levels, order and critical path of a workflow" },
});

const create = buildCommand({
  async loader() {
    const { create } = await import("./create.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof create>[0]) {
      this.exitCode = await create(flags, this.world);
    };
  },
  parameters: {
    flags: {
      name: { kind: "parsed", parse: text, brief: "Name of the workflow", placeholder: "name" },
      output: {
        kind: "parsed",
        parse: text,
        brief: "File to write: .yaml or .json",
        placeholder: "file",
      },
      template: {
        kind: "enum",
        values: ["ci", "data", "http", "minimal"],
        default: "ci",
        brief: "What to start from",
      },
      force: flag("Overwrite the file if it exists"),
    },
    aliases: { n: "name", o: "output", t: "template", f: "force" },
  },
  docs: { brief: "Write a workflow file to start from" },
});

const validate = buildCommand({
  async loader() {
    const { validate } = await import("./validate.ts");
    return async function (this: CommandWorld, _flags: Record<never, never>, ...files: string[]) {
      this.exitCode = await validate(files, this.world);
    };
  },
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "Workflow files", parse: text, placeholder: "file" },
      minimum: 1,
    },
  },
  docs: { brief: "Report every problem of workflow files" },
});

const doctor = buildCommand({
  async loader() {
    const { doctor } = await import("./doctor.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof doctor>[0]) {
      this.exitCode = await doctor(flags, this.world);
    };
  },
  parameters: { flags: { json: flag("Print JSON") } },
  docs: { brief: "Say what this machine can run and enforce, and why not" },
});

const schema = buildCommand({
  async loader() {
    const { schema } = await import("./schema.ts");
    return function (this: CommandWorld) {
      this.exitCode = schema(this.world);
    };
  },
  parameters: {},
  docs: { brief: "Print the JSON Schema of workflow files, for editors" },
});

const completions = buildCommand({
  async loader() {
    const { completions } = await import("./completions.ts");
    return function (this: CommandWorld, _flags: Record<never, never>, shell: Shell) {
      this.exitCode = completions(shell, this.world);
    };
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ brief: "bash, zsh or fish", parse: parseShell, placeholder: "shell" }],
    },
  },
  docs: { brief: "Print the script by which a shell completes orch" },
});

const complete: Command<CommandWorld> = buildCommand({
  async loader() {
    const { complete } = await import("./complete.ts");
    return async function (
      this: CommandWorld,
      _flags: Record<never, never>,
      ...words: string[]
    ) {
      this.exitCode = await complete(words, { tree: commands, world: this.world });
    };
  },
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "Words after orch", parse: text, placeholder: "word" },
    },
  },
  docs: { brief: "What the completion scripts ask" },
});

/** All commands. */
export const commands = buildRouteMap({
  routes: {
    ...{ run, resume, rerun, analyze, create, validate, doctor, schema, completions },
    __complete: complete,
  },
  docs: {
    hideRoute: { __complete: true },
    brief: "Runs workflows of jobs in parallel, in the order their dependencies ask for",
  },
});
