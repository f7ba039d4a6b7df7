/**
 * Why control groups, or controllers of theirs, do not hold jobs on this machine: the first thing in the
 * way of each. Pure: whoever asks has looked.
 */

/** Controllers that orch has a use for. */
export type Controller = "memory" | "cpu" | "pids";

/** Something that is in the way. */
export interface CgroupProblem {
  readonly cause: LackCause;
  /** Which controllers it keeps from orch; none where it is the groups themselves. */
  readonly controllers: readonly Controller[];
}

/** What can be in the way of the groups themselves, and of controllers. */
export type LackCause =
  | "not_linux"
  | "no_shell"
  | "not_mounted"
  | "read_only"
  | "not_writable"
  | "old_kernel"
  | "not_permitted"
  | "refused"
  | "disabled"
  | "version_1"
  | "not_delegated"
  | "shared";

/** What was found. Texts are those of the kernel's files; empty where one cannot be read. */
export interface ControlFacts {
  readonly isLinux: boolean;
  /** Jobs enter their groups by a shell. */
  readonly hasShell: boolean;
  /** Whether Deno lets orch itself read and write there. */
  readonly isPermitted: boolean;
  /** /proc/self/cgroup */
  readonly ownGroups: string;
  /** /proc/cgroups */
  readonly known: string;
  /** /proc/sys/kernel/osrelease */
  readonly kernel: string;
  /** The group of version 2 that orch is in; `null` where version 2 is not mounted. */
  readonly group: GroupFacts | null;
  /** The controllers of a group that orch has made on trial; `null` where it could make none. */
  readonly held: ReadonlySet<Controller> | null;
}

/** What was found of a group. */
export interface GroupFacts {
  readonly isReadOnly: boolean;
  readonly isWritable: boolean;
  /** cgroup.controllers */
  readonly offered: string;
  /** cgroup.procs without orch; `null` where nobody could look. */
  readonly others: string | null;
}

const CONTROLLERS: readonly Controller[] = ["memory", "cpu", "pids"];

/** All that is in the way: of the groups first, then of controllers. Nothing where the kernel holds jobs. */
export function controlLacks(facts: ControlFacts): CgroupProblem[] {
  if (!facts.isLinux) return [{ cause: "not_linux", controllers: [] }];
  if (!facts.hasShell) return [{ cause: "no_shell", controllers: [] }];
  const groups = lackOfGroups(facts);
  const byCause = new Map<LackCause, Controller[]>();
  for (const controller of CONTROLLERS) {
    if (facts.held?.has(controller)) continue;
    const cause = problemOf(controller, facts, groups);
    if (cause !== null) byCause.set(cause, [...byCause.get(cause) ?? [], controller]);
  }
  return [
    ...groups === null ? [] : [{ cause: groups, controllers: [] }],
    ...[...byCause].map(([cause, controllers]) => ({ cause, controllers })),
  ];
}

function lackOfGroups({ held, group, kernel, isPermitted }: ControlFacts): LackCause | null {
  if (held !== null) return null;
  if (group === null) return "not_mounted";
  if (group.isReadOnly) return "read_only";
  if (!group.isWritable) return "not_writable";
  if (isOlder(kernel, [5, 14])) return "old_kernel";
  return isPermitted ? "refused" : "not_permitted";
}

/** What keeps one controller from orch, beside what keeps the groups from it. */
function problemOf(
  controller: Controller,
  { known, ownGroups, group, held }: ControlFacts,
  groups: LackCause | null,
): LackCause | null {
  if (new RegExp(`^${controller}\\s+\\d+\\s+\\d+\\s+0$`, "m").test(known)) return "disabled";
  // A line for each hierarchy of version 1, with its controllers; that of version 2 names none.
  const hierarchies = [...ownGroups.matchAll(/^\d+:([^:]*):/gm)].map(([, names]) =>
    names!.split(",")
  );
  if (hierarchies.some((names) => names.includes(controller))) return "version_1";
  // With another group, or another right, the rest may be different.
  if (group === null || (groups !== null && groups !== "not_permitted")) return null;
  if (!group.offered.trim().split(" ").includes(controller)) return "not_delegated";
  if (held === null) return null;
  return group.others === "" ? "refused" : "shared";
}

/** Whether a kernel, such as `6.1.0-13-amd64`, is older than a version; false where it cannot be told. */
function isOlder(kernel: string, [major, minor]: readonly [number, number]): boolean {
  const [, ownMajor, ownMinor] = /^(\d+)\.(\d+)/.exec(kernel)?.map(Number) ?? [];
  if (ownMajor === undefined || ownMinor === undefined) return false;
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}
