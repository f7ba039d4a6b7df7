/**
 * What there is to know of a kind of job beside its keys: how an attempt starts, and what that takes of the
 * machine and of Deno's permissions. Each kind has one such record, `mod.ts` has them all; nobody else asks
 * which kind a job is of. What the core knows of a kind is in `lib/core/workflow/kinds/`.
 */
import type { PermissionUse } from "../../lib/core/workflow/diagnostic.ts";
import type { Permission } from "../../lib/core/base/permission.ts";
import type { Action, Job, Workflow } from "../../lib/core/workflow/workflow.ts";
import type { Executor } from "../../lib/runtime/port/attempt.ts";
import type { Enforcement, Processes, World } from "../../lib/runtime/port/world.ts";

/** One kind of job. */
export interface JobKind<A extends Action> {
  /** Starts an attempt. */
  readonly start: Executor<A>;
  /** How its work becomes a process; `null` where it is none. */
  readonly process: JobProcess<A> | null;
  /** Adds what a job needs to be allowed beside the program that starts for it. */
  needs?(action: A, asking: Asking): void;
  /** The texts beside its variables that may refer to variables of orch, in braces. */
  texts?(action: A): readonly PlacedText[];
  /** What holds a job to its limits here; `null` where they hold nothing. */
  enforcement(processes: Processes): Limiting | null;
}

/** Work that a process does. */
export interface JobProcess<A extends Action> {
  /** The key that says what starts. */
  readonly key: string;
  /** Whether only a shell can read it. */
  isShellText(action: A): boolean;
  /** The program that starts where there is no shell. */
  programOf(action: A, looking: Looking): string;
}

/** What enforces the limits of a job. */
export type Limiting = Pick<Enforcement, "memory" | "cpu">;

/** A text in a job, and its path there. */
export interface PlacedText {
  readonly value: string;
  readonly path: readonly string[];
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

/** What one job is looked at with. */
export interface Looking {
  readonly job: Job;
  readonly places: RunPlaces;
  readonly world: World;
}

/** As `Looking`, with a place for the answers. */
export interface Asking extends Looking {
  readonly workflow: Workflow;
  /** Adds a need of the job. */
  add(permission: Permission, origin: NeedOrigin): void;
  /** Adds that the host of a request depends on a variable that is not known. */
  addUnknownHost(variable: string): void;
}

/** What a need is for, and what asks for it. */
export interface NeedOrigin {
  readonly use: PermissionUse;
  readonly path?: readonly (string | number)[];
  /** Whether the path begins at the document, not at the job. */
  readonly isWhole?: boolean;
  readonly isOptional?: boolean;
}
