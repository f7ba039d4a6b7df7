/** Levels, critical path and parallelism, by hand and for the sample workflow. */
// @ts-types="../../../lib/types/std_yaml_parse.d.ts"
import { parse } from "@std/yaml/parse";
import { analyzePlan } from "../../../lib/core/plan/analysis.ts";
import { parseWorkflow } from "../../../lib/core/workflow/parse.ts";
import { planJobs } from "../../../lib/core/plan/plan.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { planOf } from "../../support/trace.ts";

Deno.test("analyzePlan() tells levels, critical path and parallelism", () => {
  const rows: [string, Record<string, number>, string, string, number][] = [
    // jobs, durations, levels, critical path, parallelism
    ["", {}, "", "", 0],
    ["a", {}, "a", "a", 1],
    ["b after a\na", {}, "a | b", "a b", 1],
    ["a\nb after a\nc after a\nd after b,c", {}, "a | b c | d", "a b d", 2],
    ["a\nb after a\nc after a\nd after b,c", { b: 1, c: 2 }, "a | b c | d", "a c d", 2],
    ["a\nb after a\nc after a,b\nd soft c", {}, "a | b | c | d", "a b c d", 1],
    ["x\na\nb after a", {}, "x a | b", "a b", 2],
    ["x\na\nb after a", { x: 9, a: 1, b: 1 }, "x a | b", "x", 2],
    ["a\nb after a", { a: 0, b: 0 }, "a | b", "a b", 1],
  ];
  for (const [jobs, known, levels, path, most] of rows) {
    const analysis = analyzePlan(planOf(jobs, ({ id }) => known[id] ?? null));
    assertEquals(
      [
        analysis.levels.map((level) => level.join(" ")).join(" | "),
        analysis.criticalPath.join(" "),
        analysis.maxParallelism,
      ],
      [levels, path, most],
      `${jobs} ${JSON.stringify(known)}`,
    );
  }
});

Deno.test("analyzePlan() tells of the sample workflow", async () => {
  const text = await Deno.readTextFile(new URL("../../data/sample_workflow.yaml", import.meta.url));
  const parsed = parseWorkflow(parse(text));
  assert(parsed.ok);
  const analysis = analyzePlan(planJobs(parsed.value, [...parsed.value.jobs.keys()]));
  assertEquals(parsed.value.jobs.length, 14);
  assertEquals(analysis.maxParallelism, 3);
  assertEquals(analysis.criticalPath.length - 1, 9, "steps");
  assertEquals(analysis.levels.map((level) => level.join(" ")), [
    "setup",
    "install_deps",
    "lint build_frontend build_backend",
    "test_unit_frontend test_unit_backend security_scan",
    "test_integration",
    "test_e2e",
    "package",
    "deploy_staging",
    "smoke_test",
    "deploy_production",
  ]);
});

Deno.test("parseWorkflow() reads the sample workflow as its author meant it", async () => {
  const text = await Deno.readTextFile(new URL("../../data/sample_workflow.yaml", import.meta.url));
  const parsed = parseWorkflow(parse(text));
  assert(parsed.ok);
  const [setup, install, lint] = parsed.value.jobs;
  assertEquals(
    [setup!.retry.maxAttempts, install!.retry.maxAttempts, lint!.retry.maxAttempts],
    [2, 3, 4],
  );
  assertEquals([setup!.timeoutMs, setup!.limits.maxMemoryMb, setup!.tags], [60_000, 512, [
    "setup",
    "infrastructure",
  ]]);
  assertEquals(install!.environment, {
    workflow: { NODE_ENV: "production", CI: "true" },
    job: { NPM_CONFIG_CACHE: "/tmp/.npm" },
  });
});
