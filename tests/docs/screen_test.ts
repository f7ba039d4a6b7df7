/** The screen that README.md shows is what the program draws at that moment of that run. */
import { loadWorkflow } from "../../lib/runtime/load/load.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { framePlan, liveFrame } from "../../lib/view/live/frame.ts";
import { settledLine } from "../../lib/view/live/permanent_lines.ts";
import { makeStyle } from "../../lib/view/text/style.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ROOT } from "../support/cli.ts";
import { blocksOf } from "../support/docs.ts";
import { Story } from "../support/story.ts";

const README = Deno.readTextFileSync(`${ROOT}/README.md`);
const STYLE = makeStyle({ color: false, ascii: false });

/** Milliseconds that the jobs took in the run before. */
const EXPECTED = {
  setup: 270,
  install_deps: 430,
  lint: 210,
  build_frontend: 680,
  build_backend: 520,
  test_unit_frontend: 410,
  test_unit_backend: 510,
  test_integration: 710,
  security_scan: 410,
  test_e2e: 1_000,
  package: 410,
  deploy_staging: 510,
  smoke_test: 210,
  deploy_production: 610,
};

/** The sample workflow, while its tests run for the second time. */
async function sampleRun(): Promise<Story> {
  const { workflow } = await loadWorkflow(realWorld(), `${ROOT}/examples/sample_workflow.yaml`);
  assert(workflow.ok);
  const { jobs, ...rest } = workflow.value;
  const story = new Story(jobs, { workflow: rest, expected: EXPECTED });
  const run = (ms: number, ...ids: readonly string[]) => {
    for (const id of ids) story.start(id);
    story.pass(ms);
  };
  run(270, "setup");
  story.end("setup", { kind: "succeeded" });
  run(430, "install_deps");
  story.end("install_deps", { kind: "succeeded" });
  run(210, "lint", "build_frontend", "build_backend");
  story.end("lint", { kind: "succeeded" });
  story.pass(310);
  story.end("build_backend", { kind: "succeeded" });
  run(160, "test_unit_backend");
  story.end("build_frontend", { kind: "succeeded" });
  run(180, "test_unit_frontend", "security_scan");
  return story;
}

const OUTPUT: Readonly<Record<string, string>> = {
  test_unit_frontend: "Running frontend unit tests...",
  test_unit_backend: "Running backend unit tests...",
  security_scan: "Running security scans...",
};

Deno.test("README.md: the screen it shows is the one that is drawn", async () => {
  const { state, events, now } = await sampleRun();
  const settled = events.map((event) => settledLine(event, state, STYLE)).filter((line) => line);
  const frame = liveFrame(state, {
    now,
    columns: 100,
    rows: 24,
    style: STYLE,
    plan: framePlan(state.plan),
    processors: 4,
    hasUsage: true,
    lastLineOf: (jobId) => OUTPUT[jobId] ?? "",
    usageOf: (jobId) =>
      jobId === "test_unit_backend" ? { memoryBytes: 2 ** 21, cpuPercent: 1 } : null,
  });
  const shown = blocksOf(README).find(({ language }) => language === "screen")?.text;
  assertEquals(shown, `${[...settled, ...frame].join("\n")}\n`);
});
