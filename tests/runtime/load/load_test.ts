/** From a file to a workflow: what is not looked at again, and what only the text itself can tell. */
import { atValue } from "../../../lib/core/workflow/diagnostic.ts";
import { hashOf, loadChanged, loadWorkflow } from "../../../lib/runtime/load/load.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeWorld } from "../../support/fake_world.ts";

const TEXT = "name: w\njobs: [{id: a, command: echo}]\n";

function worldWith(text: string): FakeWorld {
  const world = new FakeWorld();
  world.files.write("/work/w.yaml", text);
  return world;
}

Deno.test("hashOf() is SHA-256", async () => {
  assertEquals(
    await hashOf(new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("loadChanged() gives nothing for the file that is known, whatever is in it", async () => {
  for (const text of [TEXT, "jobs: [", ""]) {
    const known = await hashOf(new TextEncoder().encode(text));
    assertEquals(await loadChanged(worldWith(text), "/work/w.yaml", known), null);
  }
});

Deno.test("loadChanged() reads and checks any other", async () => {
  const known = await hashOf(new TextEncoder().encode(TEXT));
  for (const hash of [undefined, "", known.toUpperCase(), known.slice(1)]) {
    const loaded = await loadChanged(worldWith(TEXT), "/work/w.yaml", hash);
    assert(loaded?.workflow.ok);
    assertEquals([loaded.file, loaded.folder, loaded.workflow.value.name], [
      "/work/w.yaml",
      "/work",
      "w",
    ]);
  }
  const broken = await loadChanged(worldWith("jobs: 7"), "/work/w.yaml", known);
  assertEquals([broken?.workflow.ok, broken?.bytes?.length], [false, 7]);
  const missing = await loadChanged(new FakeWorld(), "/work/none.yaml", known);
  assertEquals([missing?.workflow.ok, missing?.bytes], [false, null]);
});

Deno.test("loadWorkflow() refuses variables that a job would get as other text", async () => {
  const environment = "{A: 1.10, B: 7, C: '1.10', D: [x]}";
  const text = `name: w\njobs: [{id: a, command: echo, environment: ${environment}}]\n`;
  const wrong = await loadWorkflow(worldWith(text), "/work/w.yaml");
  assert(!wrong.workflow.ok);
  const codes = wrong.workflow.diagnostics.map(({ detail }) => detail.code);
  assertEquals(codes, ["E201", "E303"], "all problems at once");
  const right = text.replace(", D: [x]", "");
  const { workflow } = await loadWorkflow(worldWith(right), "/work/w.yaml");
  assert(!workflow.ok);
  assertEquals(workflow.diagnostics.map(({ detail }) => detail), [
    { code: "E303", value: "1.1", written: "1.10" },
  ]);
  const quoted = await loadWorkflow(worldWith(right.replace("1.10", "'1.10'")), "/work/w.yaml");
  assert(quoted.workflow.ok);
  assertEquals(quoted.workflow.value.jobs[0]!.environment.job, { A: "1.10", B: "7", C: "1.10" });
});

Deno.test("loadWorkflow() refuses such variables also in a few jobs of a long file", async () => {
  const job = (i: number, environment: string) =>
    `  - id: job-${i}\n    command: echo\n    environment: ${environment}\n`;
  const jobs = Array.from(
    { length: 2_000 },
    (_, i) => job(i, i === 1_500 ? "{A: 1.10}" : i === 1_700 ? "*odd" : "{A: 7}"),
  );
  const text = `name: w\nglobal_config:\n  environment: &odd {B: 010}\njobs:\n${jobs.join("")}`;
  assert(text.length > 2 ** 16);
  const { workflow } = await loadWorkflow(worldWith(text), "/work/w.yaml");
  assert(!workflow.ok);
  assertEquals(workflow.diagnostics.map(({ detail, place }) => [detail, place]), [
    [{ code: "E303", value: "10", written: "010" }, atValue("global_config", "environment", "B")],
    [{ code: "E303", value: "1.1", written: "1.10" }, atValue("jobs", 1_500, "environment", "A")],
    [{ code: "E303", value: "10", written: "010" }, atValue("jobs", 1_700, "environment", "B")],
  ]);
});
