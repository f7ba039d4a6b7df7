/** The conditions of a job: which branch it is for. `skip_if_failed` is an edge of the graph: see `plan.ts`. */
// @ts-types="../../types/std_glob_to_regexp.d.ts"
import { globToRegExp } from "@std/path/glob-to-regexp";

/**
 * Whether `branch` matches one of the names or globs in `wanted`: `*` stands for anything but a
 * slash, `**` for anything. An unknown branch (`null`) matches none.
 */
export function branchMatches(branch: string | null, wanted: readonly string[]): boolean {
  if (branch === null) return false;
  return wanted.some((pattern) =>
    pattern === branch || globToRegExp(pattern, { os: "linux" }).test(branch)
  );
}
