/** `orch doctor`, and limits that a job requires. */
import { checkEnforceable } from "../../executors/programs.ts";
import { planJobs } from "../../lib/core/plan.ts";
import type { Enforcement } from "../../lib/runtime/world.ts";
import { findingsText } from "../../lib/view/doctor_text.ts";
import { makeStyle } from "../../lib/view/style.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";
import { FakeWorld } from "../support/fake_world.ts";
import { sketchWorkflow } from "../support/workflows.ts";

Deno.test("orch doctor names what can be enforced here, as text and as JSON", async () => {
  await using project = newProject();
  const text = await project.orch(["doctor"]);
  assertEquals([text.code, text.stderr], [0, ""]);
  for (const topic of ["processors", "containment", "memory limit", "cpu limit", "python3"]) {
    assertStringIncludes(text.stdout, topic);
  }
  const json = await project.orch(["doctor", "--json"]);
  const { findings } = JSON.parse(json.stdout);
  assert(findings.some((finding: { topic: string }) => finding.topic === "memory_limit"));
});

Deno.test("findingsText() gives every way of enforcing a meaning of its own", () => {
  const style = makeStyle({ color: false, ascii: true });
  const values = [
    ["containment", "cgroup"],
    ["containment", "process_group"],
    ["containment", "direct"],
    ["memory_limit", "cgroup"],
    ["memory_limit", "sampled"],
    ["memory_limit", "none"],
    ["cpu_limit", "cgroup"],
    ["cpu_limit", "nice"],
    ["cpu_limit", "none"],
  ] as const;
  const texts = values.map(([topic, value]) =>
    findingsText("1", [{ topic, state: "fair", value }], style)
  );
  assertEquals(new Set(texts).size, values.length);
  values.forEach(([, value], i) =>
    assert(!texts[i]!.endsWith(` ${value}\n`), `${value} stands for itself`)
  );
});

Deno.test("checkEnforceable() refuses a limit that nothing enforces, where the job requires it", () => {
  const rows: readonly (readonly [Enforcement["memory"], Enforcement["cpu"], string])[] = [
    ["cgroup", "cgroup", ""],
    ["sampled", "cgroup", ""],
    ["none", "cgroup", "max_memory_mb"],
    ["sampled", "nice", "max_cpu_percent"],
    ["none", "none", "max_memory_mb max_cpu_percent"],
  ];
  const limits = { maxMemoryMb: 10, maxCpuPercent: 50, maxConcurrentJobs: null };
  for (const [memory, cpu, expected] of rows) {
    for (const enforce of ["require", "best-effort"] as const) {
      const plan = planJobs(sketchWorkflow([{ id: "a", limits, enforce }, { id: "b", enforce }]), [
        0,
        1,
      ]);
      const { processes } = new FakeWorld();
      processes.enforcement = () => ({ containment: "process_group", memory, cpu });
      const found = checkEnforceable(plan, processes).map(({ detail }) =>
        detail.code === "E312" ? detail.limit : ""
      );
      assertEquals(
        found.join(" "),
        enforce === "require" ? expected : "",
        `${memory} ${cpu} ${enforce}`,
      );
    }
  }
});

Deno.test("orch run refuses before anything starts what it cannot enforce, or runs it as best it can", async () => {
  await using project = newProject();
  const job = { id: "a", command: "touch started", resource_limits: { max_cpu_percent: 50 } };
  project.write("w.yaml", workflow({ ...job, enforce: "require" }));
  const refused = await project.orch(["run", "w.yaml"]);
  if (refused.code === 2) {
    assertStringIncludes(refused.stderr, "error[E312]: Job 'a' requires 'max_cpu_percent'");
    assert(!project.exists("started"));
  }
  project.write("w.yaml", workflow({ ...job, enforce: "best-effort" }));
  assertEquals((await project.orch(["run", "w.yaml"])).code, 0);
  project.write("w.yaml", workflow({ ...job, enforce: "sometimes" }));
  const wrong = await project.orch(["validate", "w.yaml"]);
  assertStringIncludes(wrong.stderr, "'enforce' must be one of require, best-effort");
});
