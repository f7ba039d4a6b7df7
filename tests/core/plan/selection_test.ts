/** Which jobs a command line selects. */
import { EVERYTHING, type Selection, selectJobs } from "../../../lib/core/plan/selection.ts";
import { assertEquals } from "../../support/assert.ts";
import { type JobSketch, sketchWorkflow } from "../../support/workflows.ts";
import { brief } from "../../support/brief.ts";

const JOBS: JobSketch[] = [
  { id: "setup", tags: ["base"] },
  { id: "lint", tags: ["fast"] },
  { id: "build", dependencies: ["setup"], tags: ["slow", "base"] },
  {
    id: "test",
    dependencies: ["build"],
    tags: ["slow"],
    conditions: { skipIfFailed: ["lint"], onlyIfBranch: null },
  },
  { id: "deploy", dependencies: ["test"] },
];

function select(selection: Partial<Selection>): string | string[] {
  const selected = selectJobs(sketchWorkflow(JOBS), { ...EVERYTHING, ...selection });
  if (!selected.ok) return brief(selected.diagnostics);
  return selected.value.map((index) => JOBS[index]!.id).join(" ");
}

Deno.test("selectJobs() selects by id and tag, with what that needs", () => {
  const alone = { withDependencies: false };
  const rows: [Partial<Selection>, string][] = [
    [{}, "setup lint build test deploy"],
    [alone, "setup lint build test deploy"],
    [{ only: ["build"] }, "setup build"],
    [{ only: ["build"], ...alone }, "build"],
    [{ only: ["build", "build"], ...alone }, "build"],
    [{ only: ["deploy"] }, "setup build test deploy"],
    [{ only: ["deploy", "lint"], ...alone }, "lint deploy"],
    [{ tags: ["fast"] }, "lint"],
    [{ tags: ["slow"] }, "setup build test"],
    [{ tags: ["slow"], ...alone }, "build test"],
    [{ tags: ["fast", "base"], ...alone }, "setup lint build"],
    [{ only: ["deploy"], tags: ["fast"], ...alone }, "lint deploy"],
    [{ skipTags: ["slow"] }, "setup lint deploy"],
    [{ skipTags: ["slow", "fast"] }, "setup deploy"],
    [{ only: ["deploy"], skipTags: ["base"] }, "test deploy"],
    [{ tags: ["slow"], skipTags: ["base"], ...alone }, "test"],
  ];
  for (const [selection, ids] of rows) {
    assertEquals(select(selection), ids, JSON.stringify(selection));
  }
});

Deno.test("selectJobs() tells of all names there are not", () => {
  const rows: [Partial<Selection>, ...string[]][] = [
    [
      { only: ["biuld", "Lint", "nothing"] },
      "E401 --only biuld build @ document",
      "E401 --only Lint lint @ document",
      "E401 --only nothing  @ document",
    ],
    [
      { tags: ["slwo", "fasst"], skipTags: ["bases", "slow"] },
      "E402 --tags slwo slow @ document",
      "E402 --tags fasst fast @ document",
      "E402 --skip-tags bases base @ document",
    ],
    [
      { only: ["x_y_z"], tags: ["t_u_v"] },
      "E401 --only x_y_z  @ document",
      "E402 --tags t_u_v  @ document",
    ],
  ];
  for (const [selection, ...expected] of rows) assertEquals(select(selection), expected);
});

Deno.test("selectJobs() refuses to select nothing", () => {
  assertEquals(select({ only: ["lint"], skipTags: ["fast"] }), ["E403 @ document"]);
  assertEquals(select({ tags: ["fast"], skipTags: ["fast"] }), ["E403 @ document"]);
});

Deno.test("selectJobs() takes along a chain of 100,000 dependencies", () => {
  const jobs = Array.from({ length: 100_000 }, (_, i) => ({
    id: `j${i}`,
    dependencies: i === 0 ? [] : [`j${i - 1}`],
  }));
  const selected = selectJobs(sketchWorkflow(jobs), { ...EVERYTHING, only: ["j99999"] });
  assertEquals(selected.ok && selected.value.length, 100_000);
});
