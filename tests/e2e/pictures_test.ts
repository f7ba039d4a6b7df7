/** The pictures of `orch show`: a run in time, and its levels. */
import { assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

Deno.test("orch show draws the run in time, and its levels where they are asked for", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "build", command: "true" },
      { id: "test", command: "exit 1", dependencies: ["build"] },
      { id: "ship", command: "true", dependencies: ["test"] },
    ),
  });
  await project.orch(["run", "w.yaml", "-q"]);
  const { code, stdout } = await project.orch(["show"]);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /\n\nTime\n +0 .*\n✔ build +█+ +[\d.]+s\n✗ test +█+ +[\d.]+s\n█ runs\n$/,
  );
  assertEquals(stdout.includes("Levels"), false);
  const graph = await project.orch(["show", "last", "--graph"]);
  assertMatch(
    graph.stdout,
    /\nLevels, .*\n 0 {2}✔ build\n 1 {2}└─ ✗ test\n 2 {5}└─ ⊘ ship\n\nTime\n/,
  );
  const json = await project.orch(["show", "last", "--json", "--graph"]);
  assertEquals(JSON.parse(json.stdout).counts.failed, 1);
});

Deno.test("orch show draws no bar for a single job", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "only", command: "true" }) });
  await project.orch(["run", "w.yaml", "-q"]);
  assertEquals((await project.orch(["show"])).stdout.includes("Time"), false);
});
