/** The command tree: names, flags, help. What a command does is loaded when it is called. */
import { buildCommand, buildRouteMap, type RouteMap, type TypedFlagParameter } from "@stricli/core";
import { type CommandWorld, FILE, fileOf, flag, list, path, text } from "./command_parts.ts";
import { doctor, MACHINE_EXAMPLES, permissions } from "./machine_commands.ts";
import { clean, events, history, logs, PAST_EXAMPLES, show } from "./past_commands.ts";
import { completeFor, completions, schema, SHELL_EXAMPLES } from "./shell_commands.ts";
import { DRIVING, parseGrace } from "./run_flags.ts";

/** Examples at the end of a command's help. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "": [
    "orch create --name demo --output demo.yaml",
    "orch run demo.yaml",
  ],
  run: [
    "orch run ci.yaml -c 8 --fail-fast -o results.json",
    "generate-jobs | orch run - --only test --dry-run",
  ],
  resume: ["orch resume", "orch resume 20261122-113040-x7k2 --as-planned"],
  rerun: ["orch rerun --failed", "orch rerun last --from build"],
  analyze: ["orch analyze ci.yaml", "orch analyze ci.yaml --format mermaid > ci.mmd"],
  create: ["orch create --name nightly --output nightly.yaml --template data"],
  validate: ["orch validate ci.yaml workflows/*.yaml"],
  explain: ["orch explain E204", "orch explain"],
  why: ["orch why last deploy", "orch why 20261122-113040-x7k2 test --json"],
  ...MACHINE_EXAMPLES,
  ...PAST_EXAMPLES,
  ...SHELL_EXAMPLES,
};

const SELDOM_GOING_ON = [
  ...["envFile", "report", "grace", "maxLog", "durability", "format", "live", "jobOutput", "ui"],
  ...["failFast", "repair", "adopt"],
];

/**
 * Flags that the help of a command leaves to `--help-all`, and under "" commands that the help of orch
 * only names: every help fits a screen.
 */
export const SELDOM: Readonly<Record<string, readonly string[]>> = {
  "": ["clean", "completions", "doctor", "events", "explain", "permissions", "schema"],
  run: ["envFile", "report", "grace", "maxLog", "durability", "format", "live", "stateDir"],
  resume: SELDOM_GOING_ON,
  rerun: SELDOM_GOING_ON,
};

const problemFormat = {
  kind: "enum",
  values: ["text", "json", "github"],
  optional: true,
  brief: "How to show problems of the file",
  placeholder: "form",
} as const;

const run = buildCommand({
  async loader() {
    const { run } = await import("./run.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof run>[0], file?: string) {
      this.exitCode = await run(flags, await fileOf(file, this.world), this.world);
    };
  },
  parameters: {
    flags: {
      ...DRIVING,
      dryRun: flag("Show what would run, and start nothing"),
      format: problemFormat,
      tags: list("Only jobs with one of these tags, and what they need", "a,b"),
      skipTags: list("Leave out jobs with one of these tags", "a,b"),
      only: list("Only these jobs, and what they need", "a,b"),
      deps: {
        kind: "boolean",
        default: true,
        brief: "Whether what --only and --tags need comes along",
      },
      failFast: flag("Stop the run when a job fails"),
      directory: path("Base of relative paths (default: the file's folder)", "dir"),
      grace: {
        kind: "parsed",
        parse: parseGrace,
        default: "10",
        brief: "From asking a job to end to killing it",
        placeholder: "seconds",
      },
      stateDir: path("Where runs are kept (default: .orch beside the file)", "dir"),
    },
    positional: FILE,
    aliases: { c: "maxConcurrent", o: "output", C: "directory", q: "quiet", v: "verbose" },
  },
  docs: { brief: "Run a workflow" },
});

/** Flags of what goes on with a run. */
const GOING_ON = {
  ...DRIVING,
  maxConcurrent: { ...DRIVING.maxConcurrent, brief: "Jobs at a time (default: as before)" },
  grace: {
    kind: "parsed",
    parse: parseGrace,
    optional: true,
    brief: "From asking a job to end to killing it (default: as before)",
    placeholder: "seconds",
  },
  failFast: {
    kind: "boolean",
    optional: true,
    brief: "Stop the run when a job fails (default: as before)",
  } satisfies TypedFlagParameter<boolean | undefined>,
  format: problemFormat,
  stateDir: path("Where runs are kept (default: .orch in sight)", "dir"),
  dryRun: flag("Show what would run, and start nothing"),
  asPlanned: flag("Leave changes of the workflow file alone"),
  rerunLost: flag("Run again what may have done its work unseen"),
  assumeDone: flag("Take what may have done its work unseen as succeeded"),
  repair: flag("Go on from the last good line of a damaged record"),
  adopt: flag("Take a run from elsewhere as your own"),
} as const;

const RUN_NAME = {
  brief: "Its id, the beginning of it or of its last part, or last",
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
  docs: { brief: "Resume a run that crashed or was stopped" },
});

const rerun = buildCommand({
  async loader() {
    const { rerun } = await import("./resume.ts");
    return async function (this: CommandWorld, flags: Parameters<typeof rerun>[0], name?: string) {
      this.exitCode = await rerun(flags, name ?? "last", this.world);
    };
  },
  parameters: {
    flags: {
      ...GOING_ON,
      failed: flag("What failed or was cancelled, and what needs it"),
      from: list("These jobs, and all that comes after them", "a,b"),
      only: list("These jobs, and nothing else that is done", "a,b"),
    },
    positional: { kind: "tuple", parameters: [{ ...RUN_NAME, optional: true }] },
    aliases: { c: "maxConcurrent", o: "output", q: "quiet", v: "verbose" },
  },
  docs: { brief: "Run jobs of a run again" },
});

const analyze = buildCommand({
  async loader() {
    const { analyze } = await import("./analyze.ts");
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof analyze>[0],
      file?: string,
    ) {
      this.exitCode = await analyze(flags, await fileOf(file, this.world), this.world);
    };
  },
  parameters: {
    flags: {
      maxConcurrent: {
        ...DRIVING.maxConcurrent,
        brief: "Planned at a time (default: the file's, else 4)",
      },
      output: path("Write the analysis as JSON to this file as well", "path"),
      json: flag("Print JSON: the same as --format json"),
      format: {
        kind: "enum",
        values: ["table", "json", "dot", "mermaid"],
        default: "table",
        brief: "Print",
        placeholder: "form",
      },
    },
    positional: FILE,
    aliases: { c: "maxConcurrent", o: "output" },
  },
  docs: { brief: "Show levels, critical path and planned run of a workflow" },
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
        placeholder: "name",
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
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof validate>[0],
      ...files: string[]
    ) {
      const named = files.length > 0 ? files : [await fileOf(undefined, this.world)];
      this.exitCode = await validate(flags, named, this.world);
    };
  },
  parameters: {
    flags: { format: problemFormat },
    positional: {
      kind: "array",
      parameter: {
        brief: "YAML or JSON, - for stdin (default: workflow.yaml)",
        parse: text,
        placeholder: "file",
      },
    },
  },
  docs: { brief: "Report every problem of workflow files" },
});

const explain = buildCommand({
  async loader() {
    const { explain } = await import("./explain.ts");
    return function (this: CommandWorld, _flags: Record<never, never>, ...codes: string[]) {
      this.exitCode = explain(codes, this.world);
    };
  },
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "Such as E204 (default: all, a line each)",
        parse: text,
        placeholder: "code",
      },
    },
  },
  docs: { brief: "Say what a problem's code means, and how to fix it" },
});

const why = buildCommand({
  async loader() {
    const { why } = await import("./why.ts");
    return async function (
      this: CommandWorld,
      flags: Parameters<typeof why>[0],
      run: string,
      job: string,
    ) {
      this.exitCode = await why(flags, { run, job }, this.world);
    };
  },
  parameters: {
    flags: {
      json: flag("Print JSON"),
      stateDir: path("Where runs are kept (default: .orch in sight)", "dir"),
    },
    positional: {
      kind: "tuple",
      parameters: [RUN_NAME, { brief: "Id of a job", parse: text, placeholder: "job" }],
    },
  },
  docs: { brief: "Say why a job ran, waited, was skipped or was retried" },
});

/** All commands. */
export const commands: RouteMap<CommandWorld> = buildRouteMap({
  routes: {
    run,
    analyze,
    create,
    validate,
    explain,
    resume,
    rerun,
    history,
    show,
    why,
    logs,
    events,
    clean,
    permissions,
    doctor,
    schema,
    completions,
    __complete: completeFor(() => commands),
  },
  docs: {
    hideRoute: { __complete: true },
    brief: "Runs workflows of jobs in parallel, in the order their dependencies ask for",
  },
});
