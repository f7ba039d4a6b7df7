/** Which branches a pattern means. */
import { branchMatches } from "../../../lib/core/run/branch.ts";
import { assert, assertEquals } from "../../support/assert.ts";

Deno.test("branchMatches() takes names and globs", () => {
  const rows: [string, string, boolean][] = [
    // branch, pattern
    ["main", "main", true],
    ["main", "Main", false],
    ["xmain", "main", false],
    ["main2", "main", false],
    ["main", "", false],
    ["feature/x", "feature/*", true],
    ["feature/x/y", "feature/*", false],
    ["feature/x/y", "feature/**", true],
    ["feature", "feature/*", false],
    ["feature/x", "*", false],
    ["feature/x", "**", true],
    ["main", "*", true],
    ["v1", "v?", true],
    ["v10", "v?", false],
    ["release-1.0", "release-[0-9]*", true],
    ["release-x", "release-[0-9]*", false],
    ["dev", "{main,dev}", true],
    ["a.b", "a.b", true],
    ["axb", "a.b", false],
    ["a+b", "a+b", true],
    ["main", "[", false],
    ["[", "[", true],
    ["x", "+(", false],
    ["fix[1]", "fix[1]", true],
  ];
  for (const [branch, pattern, expected] of rows) {
    assertEquals(branchMatches(branch, [pattern]), expected, `${branch} ~ ${pattern}`);
  }
});

Deno.test("branchMatches() is content with one of several", () => {
  assert(branchMatches("dev", ["main", "d*"]));
  assert(!branchMatches("test", ["main", "d*"]));
  assert(!branchMatches("main", []));
});

Deno.test("branchMatches() matches an unknown branch with nothing", () => {
  for (const pattern of ["main", "*", "**", "", "null"]) assert(!branchMatches(null, [pattern]));
});
