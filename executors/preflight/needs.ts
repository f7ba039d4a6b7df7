/**
 * What a run needs to be allowed by Deno: read from the plan alone, before anything is started. A need
 * is named once, with all the jobs that have it. What each kind of job needs is in its own file.
 */
import { referencedNames } from "../../lib/core/workflow/references.ts";
import {
  atValue,
  type DiagnosticPlace,
  NOWHERE,
  type PermissionUse,
} from "../../lib/core/workflow/diagnostic.ts";
import { objectOf, type Permission, straightened } from "../../lib/core/base/permission.ts";
import type { Environment, Job, Workflow } from "../../lib/core/workflow/workflow.ts";
import { BRANCH_VARIABLES } from "../../lib/runtime/run/branch.ts";
import { folderOf, resolvePath } from "../../lib/runtime/port/paths.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import type { Asking, NeedOrigin, RunPlaces } from "../base/job_kind.ts";
import { jobKindOf } from "../mod.ts";
import { shellKey, shellUse } from "./shell_use.ts";

/** The jobs of a run. A plan is one. */
export interface SelectedJobs {
  readonly workflow: Workflow;
  readonly jobs: readonly Job[];
  /** Where each stands in the file's list. */
  readonly fileIndex: readonly number[];
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
  const unknownHosts: { jobId: string; variable: string }[] = [];
  const askings = selected.jobs.map((job, number): Asking => ({
    job,
    places,
    world,
    workflow: selected.workflow,
    add: (permission, origin) => list.add(permission, { ...origin, job: number }),
    addUnknownHost: (variable) => unknownHosts.push({ jobId: job.id, variable }),
  }));
  for (const asking of askings) programNeeds(asking, inShells);
  for (const asking of askings) otherNeeds(asking);
  branchNeeds(list, selected.jobs, world);
  variableNeeds(list, selected);
  return { needs: list.all(), unknownHosts };
}

/** Where something stands: in a job by its number, in the workflow, or nowhere in the document. */
interface Origin extends NeedOrigin {
  readonly job?: number;
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

/** What a job needs that is a process. */
function programNeeds(asking: Asking, inShells: boolean): void {
  const { action } = asking.job;
  const { process, needs } = jobKindOf(action);
  if (process === null) return;
  needs?.(action, asking);
  if (asking.job.processes === "own") {
    asking.add({ kind: "run", program: "unshare" }, { use: "processes", path: ["processes"] });
  }
  const use = inShells ? shellUse(asking.job) : "program";
  if (use === null) return;
  const program = inShells ? "sh" : process.programOf(action, asking);
  asking.add({ kind: "run", program }, { use, path: [shellKey(use, process)] });
}

/** What a job needs that is none. */
function otherNeeds(asking: Asking): void {
  const { action } = asking.job;
  const { process, needs } = jobKindOf(action);
  if (process === null) needs?.(action, asking);
}

/** Who knows the branch: variables of CI systems, then git. */
function branchNeeds(list: NeedList, jobs: readonly Job[], world: World): void {
  const job = jobs.findIndex(({ conditions }) => conditions.onlyIfBranch !== null);
  if (job < 0 || BRANCH_VARIABLES.some((name) => world.env(name))) return;
  const origin = { use: "branch", job, path: ["conditions", "only_if_branch"] } as const;
  for (const name of BRANCH_VARIABLES) list.add({ kind: "env", name }, origin);
  list.add({ kind: "run", program: "git" }, origin);
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
    const known = { ...common, ...environment.job };
    for (const { value, path } of jobKindOf(action).texts?.(action) ?? []) {
      add(referencedNames(value, true), known, path);
    }
  });
}
