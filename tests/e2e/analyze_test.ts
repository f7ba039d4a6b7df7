/** `orch analyze`: the numbers of a graph, its order, and its pictures. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, ROOT, workflow } from "../support/cli.ts";

const SAMPLE = `${ROOT}/examples/sample_workflow.yaml`;

interface AnalysisFile {
  readonly schema: string;
  readonly total_jobs: number;
  readonly execution_levels: number;
  readonly critical_path_length: number;
  readonly critical_path: readonly string[];
  readonly max_parallelism: number;
  readonly is_valid_dag: boolean;
  readonly has_cycles: boolean;
  readonly execution_order: readonly (readonly string[])[];
}

Deno.test("the sample workflow has 14 jobs, 10 levels, a critical path of 9 steps, 3 at most", async () => {
  await using project = newProject();
  const { code, stdout, stderr } = await project.orch(["analyze", SAMPLE]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(
    stdout.split("\n").slice(0, 11),
    `┌──────────────────┬───────────────────────┐
│ Property         │ Value                 │
├──────────────────┼───────────────────────┤
│ Workflow name    │ Sample CI/CD Pipeline │
│ Total jobs       │ 14                    │
│ Valid DAG        │ ✔ yes                 │
│ Has cycles       │ no                    │
│ Execution levels │ 10                    │
│ Critical path    │ 9 steps (10 jobs)     │
│ Max parallelism  │ 3                     │
└──────────────────┴───────────────────────┘`.split("\n"),
  );
  assertStringIncludes(
    stdout,
    `Execution order:
  Level 0: setup
  Level 1: install_deps
  Level 2: lint, build_frontend, build_backend
  Level 3: test_unit_frontend, test_unit_backend, security_scan
  Level 4: test_integration
`,
  );
  assertStringIncludes(stdout, "smoke_test → deploy_production");
});

Deno.test("--json, --format json and -o give the same document", async () => {
  await using project = newProject();
  const json = await project.orch(["analyze", SAMPLE, "--json"]);
  const format = await project.orch(["analyze", SAMPLE, "--format", "json"]);
  const file = await project.orch(["analyze", SAMPLE, "-o", "analysis.json", "--format=table"]);
  assertEquals([json.code, format.code, file.code], [0, 0, 0]);
  assertEquals(format.stdout, json.stdout);
  assertEquals(project.read("analysis.json"), json.stdout);
  assertStringIncludes(file.stdout, "│ Total jobs       │ 14");

  const analysis = JSON.parse(json.stdout) as AnalysisFile;
  assertEquals(analysis.schema, "orch.analysis/v1");
  assertEquals([analysis.is_valid_dag, analysis.has_cycles], [true, false]);
  assertEquals([analysis.total_jobs, analysis.execution_levels], [14, 10]);
  assertEquals([analysis.critical_path_length, analysis.max_parallelism], [9, 3]);
  assertEquals(analysis.critical_path.length, 10);
  assertEquals(analysis.critical_path.at(-1), "deploy_production");
  assertEquals(analysis.execution_order[2], ["lint", "build_frontend", "build_backend"]);
});

const SMALL = workflow(
  { id: "a", name: 'say "hi" <b>', command: "true" },
  { id: "b-2", command: "true", dependencies: ["a"] },
  { id: "c", command: "true", conditions: { skip_if_failed: ["a"] } },
);

/** The format, and the whole of what it prints. */
const PICTURES: Readonly<Record<string, string>> = {
  dot: `digraph "test" {
  rankdir=LR;
  node [shape=box];
  "a" [label="say \\"hi\\" <b>"];
  "b-2" [label="b-2"];
  "c" [label="c"];
  "a" -> "b-2";
  "a" -> "c" [style=dashed];
}
`,
  mermaid: `flowchart LR
  j0["say #34;hi#34; #60;b#62;"]
  j1["b-2"]
  j2["c"]
  j0 --> j1
  j0 -.-> j2
`,
};

for (const [format, expected] of Object.entries(PICTURES)) {
  Deno.test(`--format ${format} draws needs as lines, skip_if_failed as broken ones, any name whole`, async () => {
    await using project = newProject({ "w.yaml": SMALL });
    const { code, stdout } = await project.orch(["analyze", "w.yaml", "--format", format]);
    assertEquals({ code, stdout }, { code: 0, stdout: expected });
  });
}

Deno.test("orch analyze draws the graph by level and the run as it is planned", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: "true" },
      { id: "b", command: "true", dependencies: ["a"] },
      { id: "c", command: "true" },
    ),
  });
  const drawn = async (...flags: string[]) => {
    const { code, stdout } = await project.orch(["analyze", "w.yaml", ...flags]);
    assertEquals(code, 0);
    return stdout.slice(stdout.indexOf("Levels, each job"));
  };
  const tree = "Levels, each job below the jobs it waits for:\n 0  a\n 1  └─ b\n 0  c\n";
  assertEquals(
    await drawn("-c", "1"),
    `${tree}
Planned, 1 at a time, if all jobs took equally long:
   0                        1                         2
a  █████████████████████████
b                           ██████████████████████████
c  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░█████████████████████████
█ runs  ░ waits for room
`,
  );
  assertEquals((await project.orch(["run", "w.yaml", "-q"])).code, 0);
  assertMatch(
    await drawn(),
    /Planned, 4 at a time, from earlier runs: about [\d.]+s\n.*\n(a|c) .*█ +[\d.]+s\n/,
  );
});

Deno.test("orch analyze - reads standard input", async () => {
  await using project = newProject();
  const { code, stdout } = await project.orch(["analyze", "-", "--json"], { stdin: SMALL });
  assertEquals({ code, jobs: (JSON.parse(stdout) as AnalysisFile).total_jobs }, {
    code: 0,
    jobs: 3,
  });
});

Deno.test("a cycle and a missing job are refused in the words of the documentation", async () => {
  await using project = newProject({
    "cycle.yaml": workflow(
      { id: "job1", command: "true", dependencies: ["job2"] },
      { id: "job2", command: "true", dependencies: ["job1"] },
    ),
    "missing.yaml": workflow({ id: "deploy", command: "true", dependencies: ["missing"] }),
  });
  const cycle = await project.orch(["analyze", "cycle.yaml"]);
  assertEquals({ code: cycle.code, stdout: cycle.stdout }, { code: 2, stdout: "" });
  assertStringIncludes(cycle.stderr, "Circular dependency detected: job1 -> job2 -> job1");
  const missing = await project.orch(["analyze", "missing.yaml"]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.stderr, "Job 'deploy' depends on non-existent job 'missing'");
});
