/** A run learns from those before it how long its jobs take, and starts with the longest chain. */
import { assertEquals } from "../support/assert.ts";
import type { Results } from "../cli/results_file.ts";
import { newProject } from "../support/cli.ts";

const JOBS = [
  { id: "quick", command: "true" },
  { id: "slow", command: "sleep 0.2" },
  { id: "slower", command: "sleep 0.4" },
];

function startOrder({ events }: Results): (string | null)[] {
  return events.filter(({ event_type }) => event_type === "job_started").map(({ job_id }) =>
    job_id
  );
}

Deno.test("the second run starts with what took longest in the first", async () => {
  await using project = newProject();
  const first = await project.results(JOBS, "-c", "1");
  assertEquals(startOrder(first), ["quick", "slow", "slower"], "file order, as nothing is known");
  const second = await project.results(JOBS, "-c", "1");
  assertEquals(startOrder(second), ["slower", "slow", "quick"]);
});

Deno.test("an index that is no index costs the order, not the run", async () => {
  await using project = newProject({
    ".orch/history.db": "not a database, and long enough to see",
  });
  const results = await project.results(JOBS, "-c", "1");
  assertEquals(results.counts.success, 3);
  assertEquals(startOrder(results), ["quick", "slow", "slower"]);
});

Deno.test("two runs at a time both get into the index", async () => {
  await using project = newProject();
  project.write("a.yaml", JSON.stringify({ name: "a", jobs: JOBS }));
  project.write("b.yaml", JSON.stringify({ name: "b", jobs: JOBS }));
  const codes = await Promise.all(
    ["a.yaml", "b.yaml"].map((file) => project.orch(["run", file, "-q", "-c", "3"])),
  );
  assertEquals(codes.map(({ code }) => code), [0, 0]);
  const { History } = await import("../../lib/runtime/history.ts");
  using history = await History.open(project.path(".orch/history.db"));
  const names = history.runs({ workflow: null, limit: 9 }).map(({ workflow }) => workflow);
  assertEquals(names.sort(), ["a", "b"]);
});
