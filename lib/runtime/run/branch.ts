/** The branch that `only_if_branch` is about. */
import type { World } from "../port/world.ts";

/** Where CI systems say it, in the order in which they are asked. */
export const BRANCH_VARIABLES = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_BRANCH"] as const;

/** The name of the branch, from the environment or from git in `folder`; `null` where neither knows. */
export async function currentBranch(world: World, folder: string): Promise<string | null> {
  for (const name of BRANCH_VARIABLES) {
    const value = world.env(name);
    if (value) return value;
  }
  // Also right before the first commit; fails on a detached head, which is no branch.
  return await world.processes.query(
    "git",
    ["symbolic-ref", "--short", "--quiet", "HEAD"],
    folder,
  ) || null;
}
