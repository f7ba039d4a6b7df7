/** Slots are never idle while there is something to start. */
import { assertEquals } from "../support/assert.ts";
import type { Results } from "../support/results_file.ts";
import { newProject } from "../support/cli.ts";

Deno.test("500 short jobs, 50 at a time: 50 are live until fewer than 50 are left", async () => {
  await using project = newProject();
  const jobs = Array.from({ length: 500 }, (_, i) => ({ id: `j${i}`, command: "sleep 0.01" }));
  const results = await project.results(jobs, "-c", "50");
  assertEquals(results.counts.success, 500);
  const { most, idle } = slots(results, { jobs: 500, at: 50 });
  assertEquals({ most, idle }, { most: 50, idle: [] });
});

/** How many attempts were live at most, and every end at which a slot stood idle without need. */
function slots({ events }: Results, run: { readonly jobs: number; readonly at: number }) {
  let [live, started, most] = [0, 0, 0];
  const idle: string[] = [];
  for (const { event_type, job_id } of events) {
    if (event_type === "job_started") {
      started++;
      most = Math.max(most, ++live);
    } else if (event_type === "job_completed") {
      if (live < run.at && started < run.jobs) idle.push(`${live} live when ${job_id} ended`);
      live--;
    }
  }
  return { most, idle };
}

Deno.test("max_concurrent_jobs of a job holds for all while it runs, and no longer", async () => {
  await using project = newProject();
  const jobs = Array.from({ length: 8 }, (_, i) => ({ id: `j${i}`, command: "sleep 0.05" }));
  const careful = {
    id: "careful",
    command: "sleep 0.05",
    resource_limits: { max_concurrent_jobs: 2 },
  };
  const { events } = await project.results([careful, ...jobs], "-c", "6");
  let [live, beside, most] = [new Set<string>(), 0, 0];
  for (const { event_type, job_id } of events) {
    if (event_type === "job_started") live = new Set([...live, job_id!]);
    if (event_type === "job_completed") live = new Set([...live].filter((id) => id !== job_id));
    most = Math.max(most, live.size);
    if (live.has("careful")) beside = Math.max(beside, live.size);
  }
  assertEquals({ beside, most }, { beside: 2, most: 6 });
});

Deno.test("memory reservations wait for each other, and one that can never fit is refused", async () => {
  await using project = newProject({
    "w.yaml": JSON.stringify({
      name: "n",
      global_config: { resource_limits: { max_memory_mb: 100 } },
      jobs: ["a", "b", "c"].map((id) => ({
        id,
        command: "sleep 0.05",
        resource_limits: { max_memory_mb: 60 },
      })),
    }),
  });
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json"]);
  assertEquals(slots(project.json("r.json"), { jobs: 0, at: 0 }).most, 1);

  project.write(
    "big.yaml",
    project.read("w.yaml").replace('"max_memory_mb":60', '"max_memory_mb":101'),
  );
  const { code, stderr } = await project.orch(["run", "big.yaml"]);
  assertEquals([code, /Insufficient resources to start job 'a'/.test(stderr)], [2, true]);
});
