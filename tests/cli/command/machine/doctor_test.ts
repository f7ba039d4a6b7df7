/** `orch doctor`, and limits that a job requires. */
import { checkEnforceable } from "../../../../executors/preflight/enforceable.ts";
import { planJobs } from "../../../../lib/core/plan/plan.ts";
import type { CgroupProblem } from "../../../../lib/core/base/cgroup_problem.ts";
import { doctor } from "../../../../lib/cli/command/machine/doctor_impl.ts";
import type { Enforcement } from "../../../../lib/runtime/port/world.ts";
import { findingsText } from "../../../../lib/view/command_line/doctor.ts";
import { makeStyle } from "../../../../lib/view/text/style.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../support/assert.ts";
import { newProject, workflow } from "../../../support/cli.ts";
import { FakeWorld } from "../../../support/fake_world.ts";
import { text } from "../../../support/shown_text.ts";
import { widthOf } from "../../../../lib/view/text/width.ts";
import { sketchWorkflow } from "../../../support/workflows.ts";

Deno.test("orch doctor names what can be enforced here, as text and as JSON", async () => {
  await using project = newProject();
  const { code, stdout, stderr } = await project.orch(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  for (const topic of ["processors", "containment", "memory limit", "cpu limit", "python3"]) {
    assertStringIncludes(stdout, topic);
  }
  for (const line of stdout.split("\n")) assert(widthOf(line) <= 80, line);
  const json = await project.orch(["doctor", "--json"]);
  const { findings } = JSON.parse(json.stdout);
  assert(findings.some((finding: { topic: string }) => finding.topic === "memory_limit"));
});

Deno.test("findingsText() gives every way of enforcing a meaning of its own", () => {
  const style = makeStyle({ color: false, ascii: true });
  const values = [
    ["containment", "cgroup"],
    ["containment", "mark"],
    ["containment", "process_group"],
    ["after_kill", "guarded"],
    ["own_processes", "namespace"],
    ["own_processes", "platform"],
    ["own_processes", "not_permitted"],
    ["own_processes", "missing"],
    ["own_processes", "refused"],
    ["containment", "direct"],
    ["memory_limit", "cgroup"],
    ["memory_limit", "sampled"],
    ["memory_limit", "none"],
    ["cpu_limit", "cgroup"],
    ["cpu_limit", "nice"],
    ["cpu_limit", "none"],
    ["process_limit", "cgroup"],
    ["process_limit", "none"],
  ] as const;
  const texts = values.map(([topic, value]) =>
    findingsText("1", [{ topic, state: "fair", value }], style)
  );
  assertEquals(new Set(texts).size, values.length);
  values.forEach(([, value], i) =>
    assert(!texts[i]!.endsWith(` ${value}\n`), `${value} stands for itself`)
  );
});

/** Causes, and what they keep from orch. */
const LACKS: readonly CgroupProblem[] = [
  ...(["not_linux", "no_shell", "not_mounted", "read_only", "not_writable", "old_kernel"] as const),
  ...(["not_permitted", "refused"] as const),
].map((cause): CgroupProblem => ({ cause, controllers: [] })).concat(
  (["refused", "disabled", "version_1", "not_delegated", "shared"] as const).map((cause) => ({
    cause,
    controllers: ["memory", "cpu", "pids"],
  })),
);

Deno.test("orch doctor says of each cause what it is and what to do, in lines of at most 80 columns", async () => {
  const texts = await Promise.all(LACKS.map(async (lack) => {
    const world = new FakeWorld();
    world.processes.controlLacks = () => Promise.resolve([lack]);
    world.processes.answer = `Python ${"3.11 ".repeat(20)}`;
    assertEquals(await doctor({ json: false }, world), 0);
    return world.stdout.text.slice(world.stdout.text.indexOf("control groups"));
  }));
  assertEquals(new Set(texts).size, LACKS.length);
  for (const [i, text] of texts.entries()) {
    const { cause, controllers } = LACKS[i]!;
    assert(!text.includes(cause), `${cause} stands for itself`);
    assertEquals(text.includes("memory, cpu, pids: "), controllers.length > 0);
    for (const line of text.split("\n")) assert(widthOf(line) <= 80, line);
  }
});

Deno.test("orch doctor: a machine whose controllers belong to version 1", async () => {
  const world = new FakeWorld();
  world.processes.controlLacks = () =>
    Promise.resolve([
      { cause: "not_permitted", controllers: [] },
      { cause: "version_1", controllers: ["memory", "pids"] },
    ]);
  await doctor({ json: false }, world);
  const from = world.stdout.text.indexOf("\n", world.stdout.text.indexOf("shell")) + 1;
  assertEquals(
    world.stdout.text.slice(from, world.stdout.text.indexOf("✗ python3")),
    text(`
      ○ containment    process groups and a mark in the environment: a process that
                       leaves both (env -i setsid) is not found
      ✔ after kill     if orch is killed, its guards end running jobs; jobs run on
                       until orch resume only if all three guards are killed at the
                       same moment
      ✔ own processes  a job with 'processes: own' has a process namespace, and all
                       processes in it end with the job
      ○ memory limit   max_memory_mb is enforced by measuring every 250 ms and killing
      ○ cpu limit      max_cpu_percent only lowers the priority of a job (nice)
      ○ process limit  only its time limit stops a job that starts processes without
                       end
      ○ control groups Deno lets orch write there only with all permissions
          → deno run --allow-all main.ts run FILE
      ○ control groups memory, pids: in use by control groups of version 1
          → boot with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=all
    `).trimEnd() + "\n",
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

Deno.test("orch doctor tells a program from another that answers in its place", async () => {
  const world = new FakeWorld();
  const answers: Readonly<Record<string, string>> = {
    python3: "Python 3.13.5\n",
    node: "deno 2.9.6 (stable)\nv8 14\n",
    git: "git version 2.47.3\n",
  };
  world.processes.query = (program) => Promise.resolve(answers[program] ?? null);
  await doctor({ json: false }, world);
  assertEquals(
    world.stdout.text.slice(world.stdout.text.indexOf("✔ python3")),
    text(`
      ✔ python3        Python 3.13.5
      ✗ bash           missing
      ○ node           not node itself: 'deno 2.9.6 (stable)' answers in its place
      ✔ git            git version 2.47.3
    `).trimEnd() + "\n",
  );
});
