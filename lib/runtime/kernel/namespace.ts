/**
 * Process namespaces (Linux): a job in one sees no processes but its own, and whatever is in it ends with its
 * first process, however it hides. Whether the system allows them is found out by making one.
 */
import type { NamespaceLack } from "../../core/base/namespace_lack.ts";
import { isGranted } from "../port/permissions.ts";

/** It ends with the program that keeps it; what is mounted outside later shows inside, and not the other way. */
const NAMESPACE = ["--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "slave"];
/** What an ordinary user needs in addition. */
const OF_USERS = ["--user", "--map-current-user"];

/** The program that makes a namespace, with its arguments, before the program that runs in it. */
export type NamespaceWords = readonly [program: string, ...args: string[]];

let found: NamespaceWords | NamespaceLack | null = null;

/** The words that make one here, or why none do. Tried once. */
export function findNamespace(): NamespaceWords | NamespaceLack {
  return found ??= tryAll();
}

function tryAll(): NamespaceWords | NamespaceLack {
  if (Deno.build.os !== "linux") return { kind: "platform" };
  const program = "unshare";
  if (!isGranted({ kind: "run", program })) return { kind: "not_permitted" };
  let cause = "";
  // The plain form is for root, and loses nothing.
  for (const args of [NAMESPACE, [...OF_USERS, ...NAMESPACE]]) {
    try {
      const { success, stderr } = new Deno.Command(program, {
        args: [...args, "true"],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).outputSync();
      if (success) return [program, ...args];
      cause = new TextDecoder().decode(stderr).trim().split("\n").at(-1)!;
    } catch {
      return { kind: "missing" };
    }
  }
  return { kind: "refused", cause };
}

/** Whether these are words. */
export function isNamespace(found: NamespaceWords | NamespaceLack): found is NamespaceWords {
  return Array.isArray(found);
}
