/**
 * What a run needs to be allowed by Deno: read from the plan alone, before anything is started. A need
 * is named once, with all the jobs that have it. Hosts to which a server redirects cannot be known.
 */
import { referencedNames, resolveStrictly } from "../lib/core/environment.ts";
import {
  atValue,
  type DiagnosticPlace,
  NOWHERE,
  type PermissionUse,
} from "../lib/core/diagnostic.ts";
import { Bug } from "../lib/core/event.ts";
import { objectOf, type Permission, straightened } from "../lib/core/permission.ts";
import type { Environment, HttpAction, Job, Workflow } from "../lib/core/workflow.ts";
import { BRANCH_VARIABLES } from "../lib/runtime/branch.ts";
import { folderOf, isAbsolute, resolvePath } from "../lib/runtime/paths.ts";
import { plainWords } from "../lib/runtime/shell_text.ts";
import { environmentOf } from "../lib/runtime/supervisor.ts";
import type { World } from "../lib/runtime/world.ts";
import { webUrl } from "./http_request.ts";
import { pluginPermissions } from "./plugin_permissions.ts";
import { shellPlace, shellUse } from "./shell_use.ts";
import { scriptPlaces, scriptProgram } from "./script.ts";

/** The jobs of a run. A plan is one. */
export interface SelectedJobs {
  readonly workflow: Workflow;
  readonly jobs: readonly Job[];
  /** Where each stands in the file's list. */
  readonly fileIndex: readonly number[];
}

/** Where a run reads and writes. All paths are absolute. */
export interface RunPlaces {
  /** `null` where the workflow does not come from a file. */
  readonly workflowPath: string | null;
  /** What relative paths of the workflow start from. */
  readonly baseDirectory: string;
  readonly stateDirectory: string;
  /** The results, and reports. */
  readonly outputPaths: readonly string[];
}

/** One thing that a run needs. */
export interface Need {
  readonly permission: Permission;
  readonly use: PermissionUse;
  /** Where in the document it comes from. */
  readonly place: DiagnosticPlace;
  /** The jobs that need it, in file order; none where the run itself does. */
  readonly jobIds: readonly string[];
  /** Whether the run can do without, and only looks another way or knows less. */
  readonly isOptional: boolean;
}

/** All that a run needs, and what cannot be told. */
export interface Needs {
  readonly needs: readonly Need[];
  /** Jobs whose host depends on a variable that is not set here, or may not be read. */
  readonly unknownHosts: readonly { readonly jobId: string; readonly variable: string }[];
}

/** What decides how a screen looks. */
const SCREEN_VARIABLES = ["FORCE_COLOR", "NO_COLOR", "TERM"];

/** What a run of these jobs needs, in shells or as programs that are started directly. */
export function needsOf(
  selected: SelectedJobs,
  places: RunPlaces,
  { world, inShells }: { readonly world: World; readonly inShells: boolean },
): Needs {
  const list = new NeedList(selected);
  placeNeeds(list, selected.jobs, places);
  programNeeds(list, selected.jobs, { places, world, inShells });
  pluginNeeds(list, selected, places);
  branchNeeds(list, selected.jobs, world);
  const unknownHosts = requestNeeds(list, selected.jobs, world);
  variableNeeds(list, selected);
  return { needs: list.all(), unknownHosts };
}

/** Where something stands: in a job by its number, in the workflow, or nowhere in the document. */
interface Origin {
  readonly use: PermissionUse;
  readonly job?: number;
  readonly path?: readonly (string | number)[];
  /** Whether the path begins at the document, also where a job is meant. */
  readonly isWhole?: boolean;
  readonly isOptional?: boolean;
}

/** Collects needs, each once. */
class NeedList {
  readonly #selected: SelectedJobs;
  readonly #needs = new Map<string, Need & { readonly jobIds: string[] }>();

  constructor(selected: SelectedJobs) {
    this.#selected = selected;
  }

  add(asked: Permission, origin: Origin): void {
    const permission = straightened(asked);
    const { use, job, path = [], isWhole = false, isOptional = false } = origin;
    const key = `${permission.kind} ${objectOf(permission)}`;
    const known = this.#needs.get(key);
    const { jobs, fileIndex } = this.#selected;
    const jobIds = known?.jobIds ?? [];
    if (job !== undefined && jobIds.at(-1) !== jobs[job]!.id) jobIds.push(jobs[job]!.id);
    if (known !== undefined && (isOptional || !known.isOptional)) return;
    const place = job !== undefined && !isWhole
      ? atValue("jobs", fileIndex[job]!, ...path)
      : path.length > 0
      ? atValue(...path)
      : NOWHERE;
    this.#needs.set(key, { permission, use, place, jobIds, isOptional });
  }

  all(): Need[] {
    return [...this.#needs.values()];
  }
}

function placeNeeds(list: NeedList, jobs: readonly Job[], places: RunPlaces): void {
  const { workflowPath, baseDirectory, stateDirectory, outputPaths } = places;
  if (workflowPath !== null) list.add({ kind: "read", path: workflowPath }, { use: "file" });
  jobs.forEach(({ workingDirectory }, job) => {
    const path = resolvePath(baseDirectory, workingDirectory);
    list.add({ kind: "read", path }, { use: "folder", job, path: ["working_directory"] });
  });
  list.add({ kind: "read", path: stateDirectory }, { use: "state" });
  list.add({ kind: "write", path: stateDirectory }, { use: "state" });
  for (const outputPath of outputPaths) {
    // It is written beside its place, and then put there.
    const folder = folderOf(outputPath);
    list.add({ kind: "read", path: folder }, { use: "output" });
    list.add({ kind: "write", path: folder }, { use: "output" });
  }
  for (const name of SCREEN_VARIABLES) {
    list.add({ kind: "env", name }, { use: "variable", isOptional: true });
  }
  if (jobs.some(({ limits }) => limits.maxMemoryMb !== null)) {
    list.add({ kind: "sys", name: "systemMemoryInfo" }, { use: "memory", isOptional: true });
  }
}

interface Surroundings {
  readonly places: RunPlaces;
  readonly world: World;
  readonly inShells: boolean;
}

function programNeeds(list: NeedList, jobs: readonly Job[], surroundings: Surroundings): void {
  const { places, world, inShells } = surroundings;
  jobs.forEach((job, number) => {
    const { action } = job;
    if (action.type === "http" || action.type === "plugin") return;
    if (action.type === "script") scriptNeeds(list, number, { job, places, world });
    if (action.type === "python") {
      for (const name of ["ORCH_PYTHON", "PYTHONPATH"]) {
        if (world.env(name) === undefined) continue;
        list.add({ kind: "env", name }, { use: "variable", job: number, isOptional: true });
      }
    }
    if (job.processes === "own") {
      const path = ["processes"];
      list.add({ kind: "run", program: "unshare" }, { use: "processes", job: number, path });
    }
    const use = inShells ? shellUse(job) : "program";
    if (use === null) return;
    list.add({ kind: "run", program: inShells ? "sh" : programOf(job, places, world) }, {
      use,
      job: number,
      path: shellPlace(use, action),
    });
  });
}

/** The program that starts for a job; `sh` where only a shell will do. */
function programOf(job: Job, { baseDirectory }: RunPlaces, world: World): string {
  const { action } = job;
  const folder = resolvePath(baseDirectory, job.workingDirectory);
  const named = (program: string) => programOnPath(program, { job, folder, world });
  switch (action.type) {
    case "python":
      return named(
        environmentOf(job, world)["ORCH_PYTHON"] ?? world.env("ORCH_PYTHON") ?? "python3",
      );
    case "script": {
      const program = scriptProgram(action.scriptPath);
      return program === null
        ? findScript(scriptPlaces(action.scriptPath, folder, baseDirectory), world)
        : named(program);
    }
    case "command":
      return named(plainWords(action.command)?.[0] ?? "sh");
    case "http":
    case "plugin":
      throw new Bug("this is done by no program");
  }
}

/**
 * The program as it has to be named: by its path where the job has a PATH of its own and orch, with
 * its, would find another or none.
 */
function programOnPath(
  program: string,
  { job, folder, world }: {
    readonly job: Job;
    readonly folder: string;
    readonly world: World;
  },
): string {
  if (program.includes("/")) return resolvePath(folder, program);
  const path = environmentOf(job, world)["PATH"];
  if (path === undefined) return program;
  const own = world.env("PATH")?.split(":") ?? [];
  for (const place of path.split(":").filter(isAbsolute)) {
    const candidate = resolvePath(place, program);
    const mayLook = world.may({ kind: "read", path: candidate });
    if (mayLook && world.files.stat(candidate)?.isFile === true) {
      return own.includes(place) ? program : candidate;
    }
    if (!mayLook && world.may({ kind: "run", program: candidate })) return candidate;
  }
  return program;
}

function scriptNeeds(
  list: NeedList,
  number: number,
  { job, places, world }: Omit<Surroundings, "inShells"> & { readonly job: Job },
): void {
  if (job.action.type !== "script") return;
  const folder = resolvePath(places.baseDirectory, job.workingDirectory);
  const path = findScript(
    scriptPlaces(job.action.scriptPath, folder, places.baseDirectory),
    world,
  );
  list.add({ kind: "read", path }, { use: "script", job: number, path: ["script_path"] });
}

/** The first that is there, as far as orch may look; else the first. */
function findScript(paths: readonly string[], world: World): string {
  const isThere = (path: string) =>
    world.may({ kind: "read", path }) && world.files.stat(path)?.isFile === true;
  return paths.find(isThere) ?? paths[0]!;
}

/** What orch hands on to the workers of plugins, and their modules. */
function pluginNeeds(
  list: NeedList,
  { workflow, jobs }: SelectedJobs,
  { baseDirectory }: RunPlaces,
): void {
  jobs.forEach(({ action }, job) => {
    if (action.type !== "plugin") return;
    const { plugin } = action;
    const index = workflow.plugins.findIndex(({ type }) => type === plugin.type);
    // With it the code beside it, which it may import and which is looked at before.
    const path = folderOf(resolvePath(baseDirectory, plugin.path));
    const origin = { job, isWhole: true } as const;
    list.add({ kind: "read", path }, {
      ...origin,
      use: "module",
      path: ["plugins", index, "path"],
    });
    for (const permission of pluginPermissions(plugin, baseDirectory)) {
      const path = ["plugins", index, "permissions", permission.kind];
      list.add(permission, { ...origin, use: "plugin", path });
    }
  });
}

/** Who knows the branch: variables of CI systems, then git. */
function branchNeeds(list: NeedList, jobs: readonly Job[], world: World): void {
  const job = jobs.findIndex(({ conditions }) => conditions.onlyIfBranch !== null);
  if (job < 0 || BRANCH_VARIABLES.some((name) => world.env(name))) return;
  const origin = { use: "branch", job, path: ["conditions", "only_if_branch"] } as const;
  for (const name of BRANCH_VARIABLES) list.add({ kind: "env", name }, origin);
  list.add({ kind: "run", program: "git" }, origin);
}

function requestNeeds(
  list: NeedList,
  jobs: readonly Job[],
  world: World,
): Needs["unknownHosts"] {
  const unknown: { jobId: string; variable: string }[] = [];
  jobs.forEach((job, number) => {
    const { action } = job;
    if (action.type !== "http") return;
    const own = environmentOf(job, world);
    const url = addressOf(action.url, (name) => own[name] ?? world.env(name));
    if (url === null) return;
    if ("variable" in url) {
      unknown.push({ jobId: job.id, variable: url.variable });
      return;
    }
    const isSecure = url.protocol === "https:";
    const host = `${url.hostname}:${url.port || (isSecure ? "443" : "80")}`;
    list.add({ kind: "net", host }, { use: "request", job: number, path: ["command"] });
    for (const name of proxyVariables(isSecure)) {
      if (!world.env(name)) continue;
      list.add({ kind: "env", name }, { use: "variable", job: number, isOptional: true });
    }
  });
  return unknown;
}

/** Stands for a variable that is not known. */
const UNKNOWN = "unknown-to-orch";

/**
 * The address of a request as far as its host goes, or the variable on which the host depends and
 * which is not known; `null` where it is no address.
 */
function addressOf(
  text: string,
  lookup: (name: string) => string | undefined,
): URL | { readonly variable: string } | null {
  const missing: string[] = [];
  for (;;) {
    const address = resolveStrictly(
      text,
      (name) => missing.includes(name) ? UNKNOWN : lookup(name),
    );
    if ("missing" in address) {
      missing.push(address.missing);
      continue;
    }
    const url = webUrl(address.text);
    const isKnown = url !== null && !`${url.host}${url.protocol}`.includes(UNKNOWN);
    if (isKnown || missing.length === 0) return url;
    return { variable: missing[0]! };
  }
}

function proxyVariables(isSecure: boolean): string[] {
  return ["ALL_PROXY", isSecure ? "HTTPS_PROXY" : "HTTP_PROXY"].flatMap((name) => [
    name,
    name.toLowerCase(),
  ]);
}

/** Variables of orch itself that values of the file refer to. */
function variableNeeds(list: NeedList, { workflow, jobs }: SelectedJobs): void {
  const common = workflow.global.environment;
  for (const [key, value] of Object.entries(common)) {
    for (const name of referencedNames(value)) {
      const path = ["global_config", "environment", key];
      list.add({ kind: "env", name }, { use: "variable", path });
    }
  }
  jobs.forEach((job, number) => {
    const { environment, action } = job;
    const add = (names: readonly string[], known: Environment, path: readonly string[]) => {
      for (const name of names) {
        if (Object.hasOwn(known, name)) continue;
        list.add({ kind: "env", name }, { use: "variable", job: number, path });
      }
    };
    for (const [key, value] of Object.entries(environment.job)) {
      add(referencedNames(value), common, ["environment", key]);
    }
    if (action.type !== "http") return;
    const known = { ...common, ...environment.job };
    for (const { value, path } of requestTexts(action)) {
      add(referencedNames(value, true), known, path);
    }
  });
}

function requestTexts(
  { url, headers, body }: HttpAction,
): { readonly value: string; readonly path: readonly string[] }[] {
  return [
    { value: url, path: ["command"] },
    ...Object.entries(headers).map(([name, value]) => ({
      value,
      path: ["http", "headers", name],
    })),
    ...(body === null ? [] : [{ value: body, path: ["http", "body"] }]),
  ];
}
