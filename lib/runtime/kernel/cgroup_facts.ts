/**
 * Looks at what `core/base/cgroup_problem.ts` judges by. Deno lets a program read there only with every
 * permission; without, a shell reads for us, so that the answer is the one behind the permission.
 */
import type { ControlFacts, GroupFacts } from "../../core/base/cgroup_problem.ts";
import { groupAt, RunCgroup } from "./cgroup.ts";
import { isGranted } from "../port/permissions.ts";
import type { Processes } from "../port/world.ts";

/** Looks, and makes a group on trial. */
export async function controlFacts(
  processes: Pick<Processes, "hasShell" | "query">,
): Promise<ControlFacts> {
  const hasShell = processes.hasShell();
  const isLinux = Deno.build.os === "linux";
  const isPermitted = isLinux && await readItself("/proc/self/cgroup") !== "";
  const askShell = (text: string, path: string) =>
    processes.query("sh", ["-c", text, "sh", path], "/");
  const read = async (path: string) =>
    isPermitted ? await readItself(path) : await askShell('cat -- "$1"', path) ?? "";
  const mayLook = isLinux && hasShell;
  const [mounts, ownGroups, known, kernel] = await Promise.all(
    ["/proc/self/mountinfo", "/proc/self/cgroup", "/proc/cgroups", "/proc/sys/kernel/osrelease"]
      .map((path) => mayLook ? read(path) : ""),
  ) as [string, string, string, string];
  const path = groupAt(mounts, ownGroups);
  const group: GroupFacts | null = path === null ? null : {
    isReadOnly: isReadOnly(mounts),
    isWritable: await askShell('[ -w "$1" ]', path) !== null,
    offered: await read(`${path}/cgroup.controllers`),
    others: isPermitted ? without(await read(`${path}/cgroup.procs`), Deno.pid) : null,
  };
  const trial = isPermitted ? RunCgroup.open(`probe-${Deno.pid}`) : null;
  trial?.close();
  return {
    isLinux,
    hasShell,
    isPermitted,
    ownGroups,
    known,
    kernel,
    group,
    held: trial?.controllers ?? null,
  };
}

/** Whether version 2 is mounted so that nobody may write there, by /proc/self/mountinfo. */
export function isReadOnly(mounts: string): boolean {
  const [, own = "", shared = ""] =
    /^\d+ \d+ \S+ \S+ \S+ (\S+)(?: .*)? - cgroup2 \S+ (\S+)$/m.exec(mounts) ?? [];
  return `${own},${shared}`.split(",").includes("ro");
}

async function readItself(path: string): Promise<string> {
  if (!isGranted({ kind: "read", path })) return "";
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

/** A list of processes without one of them. */
function without(list: string, pid: number): string {
  return list.split("\n").filter((line) => line !== String(pid)).join("\n").trim();
}
