/** The structure of a workflow as a table, as data and as pictures. */
import { analyzePlan } from "../../../lib/core/plan/analysis.ts";
import { type Plan, planJobs } from "../../../lib/core/plan/plan.ts";
import {
  analysisDocument,
  analysisText,
  dotText,
  dryRunText,
  mermaidText,
  picturesText,
  runPicturesText,
} from "../../../lib/view/plan/analysis.ts";
import { makeStyle, type Style } from "../../../lib/view/text/style.ts";
import { widthOf } from "../../../lib/view/text/width.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../../support/assert.ts";
import { type JobSketch, sketchWorkflow } from "../../support/workflows.ts";
import { escaped, text } from "../../support/shown_text.ts";

const STYLE = makeStyle({ color: false, ascii: false });
const ASCII = makeStyle({ color: false, ascii: true });

function planOf(
  jobs: readonly JobSketch[],
  workflow: Parameters<typeof sketchWorkflow>[1] = {},
  selected?: readonly number[],
): Plan {
  return planJobs(sketchWorkflow(jobs, workflow), selected ?? [...jobs.keys()]);
}

function analysisOf(plan: Plan, style: Style = STYLE): string {
  return analysisText(plan, analyzePlan(plan), style);
}

const PIPELINE: readonly JobSketch[] = [
  { id: "setup" },
  { id: "lint", dependencies: ["setup"] },
  { id: "build", dependencies: ["setup"], tags: ["slow"], name: "Build it" },
  {
    id: "test",
    dependencies: ["build"],
    conditions: { skipIfFailed: ["lint"], onlyIfBranch: null },
  },
];

Deno.test("analysisText is a table, the order and the critical path", () => {
  assertEquals(
    analysisOf(planOf(PIPELINE, { name: "CI/CD Pipeline" })),
    text(`
      ┌──────────────────┬──────────────────┐
      │ Property         │ Value            │
      ├──────────────────┼──────────────────┤
      │ Workflow name    │ CI/CD Pipeline   │
      │ Total jobs       │ 4                │
      │ Valid DAG        │ ✔ yes            │
      │ Has cycles       │ no               │
      │ Execution levels │ 3                │
      │ Critical path    │ 2 steps (3 jobs) │
      │ Max parallelism  │ 2                │
      └──────────────────┴──────────────────┘

      Execution order:
        Level 0: setup
        Level 1: lint, build
        Level 2: test

      Critical path:
        setup → lint → test
    `),
  );
});

Deno.test("analysisText in ASCII", () => {
  assertEquals(
    analysisOf(planOf(PIPELINE), ASCII),
    text(`
      +------------------+------------------+
      | Property         | Value            |
      +------------------+------------------+
      | Workflow name    | test             |
      | Total jobs       | 4                |
      | Valid DAG        | + yes            |
      | Has cycles       | no               |
      | Execution levels | 3                |
      | Critical path    | 2 steps (3 jobs) |
      | Max parallelism  | 2                |
      +------------------+------------------+

      Execution order:
        Level 0: setup
        Level 1: lint, build
        Level 2: test

      Critical path:
        setup -> lint -> test
    `),
  );
});

Deno.test("analysisText in colour", () => {
  const shown = analysisOf(planOf([{ id: "a" }]), makeStyle({ color: true, ascii: false }));
  assertEquals(escaped(shown).split("\n").slice(-6), [
    "␛[1mExecution order:␛[0m",
    "  Level 0: a",
    "",
    "␛[1mCritical path:␛[0m",
    "  a",
    "",
  ]);
});

Deno.test("analysisText keeps its table in shape around any name", () => {
  const names = ["漢字".repeat(40), "e\u0301".repeat(100), "a\x1b[2Jb\r\n\u202ec", "x"];
  for (const style of [STYLE, ASCII]) {
    for (const name of names) {
      const table = analysisOf(planOf(PIPELINE, { name }), style).split("\n").slice(0, 11);
      const widths = new Set(table.map(widthOf));
      assertEquals(widths.size, 1, table.join("\n"));
      assert([...widths][0]! <= 90);
      // deno-lint-ignore no-control-regex -- as they are what must not be there
      assert(table.every((line) => !/[\x00-\x1f\u202e]/.test(line)));
    }
  }
});

Deno.test("analysisText counts what does not fit: levels, ids of a level, the path", () => {
  const chain = Array.from({ length: 41 }, (_, i): JobSketch => ({
    id: `c${i}`,
    dependencies: i === 0 ? [] : [`c${i - 1}`],
  }));
  const wide = Array.from({ length: 1_300 }, (_, i): JobSketch => ({ id: `w${i}` }));
  const lines = analysisOf(planOf([...chain, ...wide])).split("\n");
  assertStringIncludes(
    lines.find((line) => line.includes("Level 0"))!,
    "Level 0: c0, w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10 and 1,289 more",
  );
  const at = lines.findIndex((line) => line.includes("levels …"));
  assertEquals(lines.slice(at - 1, at + 4), [
    "  Level 35: c35",
    "  … 2 more levels …",
    "  Level 38: c38",
    "  Level 39: c39",
    "  Level 40: c40",
  ]);
  assertMatch(lines.at(-2)!, /^ {2}c0 → c1 → .* → c19 → … 18 more … → c38 → c39 → c40$/);
});

Deno.test("analysisText shows 40 levels and a path of 24 jobs whole", () => {
  const chain = (length: number) =>
    Array.from({ length }, (_, i): JobSketch => ({
      id: `c${i}`,
      dependencies: i === 0 ? [] : [`c${i - 1}`],
    }));
  assert(!/more/.test(analysisOf(planOf(chain(24)))));
  assert(!/more levels/.test(analysisOf(planOf(chain(40)))));
});

Deno.test("dryRunText says what would run", () => {
  const plan = planOf(PIPELINE, { name: "CI\n漢" }, [0, 2]);
  const options = { concurrency: 4, style: STYLE };
  assertEquals(
    dryRunText(plan, analyzePlan(plan), options),
    text(`
      CI␊漢: 2 of 4 jobs would run, 4 at a time
        Level 0: setup
        Level 1: build
      Dry run: nothing was started
    `),
  );
  const all = planOf([{ id: "a" }]);
  assertStringIncludes(
    dryRunText(all, analyzePlan(all), options),
    "test: 1 job would run, 4 at a time\n",
  );
});

const PLANNED = { concurrency: 4, lengthMs: 48_000, known: 12, jobs: 14 };

/** What is known of a planned run, and how its picture is called. */
const TITLES: readonly (readonly [Partial<typeof PLANNED>, string])[] = [
  [{}, "Planned, 4 at a time, from earlier runs, of 12 of 14 jobs: about 48.0s"],
  [{ known: 14 }, "Planned, 4 at a time, from earlier runs: about 48.0s"],
  [{ known: 0 }, "Planned, 4 at a time, if all jobs took equally long:"],
];

for (const [change, expected] of TITLES) {
  Deno.test(`picturesText says: ${expected}`, () => {
    const options = { planned: { ...PLANNED, ...change }, style: STYLE };
    assertEquals(
      picturesText([" 0  a"], ["a  ██"], options),
      `\nLevels, each job below the jobs it waits for:\n 0  a\n\n${expected}\na  ██\n`,
    );
  });
}

Deno.test("runPicturesText leaves away what is empty", () => {
  assertEquals(
    runPicturesText({ tree: [" 0  a"], timeline: ["a  ██"] }, STYLE),
    "\nLevels, each job below the jobs it waited for\n 0  a\n\nTime\na  ██\n",
  );
  assertEquals(runPicturesText({ tree: [], timeline: [] }, STYLE), "");
});

Deno.test("analysisDocument is the analysis as data", () => {
  const plan = planOf(PIPELINE, { name: "CI", version: "2.0", description: "d" });
  assertEquals(analysisDocument(plan, analyzePlan(plan), "ci.yml"), {
    schema: "orch.analysis/v1",
    workflow: { name: "CI", version: "2.0", description: "d", file: "ci.yml" },
    total_jobs: 4,
    is_valid_dag: true,
    has_cycles: false,
    execution_levels: 3,
    critical_path_length: 2,
    critical_path: ["setup", "lint", "test"],
    max_parallelism: 2,
    execution_order: [["setup"], ["lint", "build"], ["test"]],
    jobs: [
      job("setup", { name: "setup" }),
      job("lint", { name: "lint", dependencies: ["setup"] }),
      job("build", { name: "Build it", dependencies: ["setup"], tags: ["slow"] }),
      job("test", { name: "test", dependencies: ["build"], skip_if_failed: ["lint"] }),
    ],
  });
  function job(id: string, change: object): object {
    return { id, job_type: "command", dependencies: [], skip_if_failed: [], tags: [], ...change };
  }
});

/** Jobs whose names mean something to Graphviz or to Mermaid. */
const AWKWARD: readonly JobSketch[] = [
  { id: "a.b-c", name: 'say "hi" \\' },
  { id: "end", name: "a & b &lt; <b>x</b>", dependencies: ["a.b-c"] },
  { id: "1", name: "#quot; `md` %%{init: {}}%% -->", dependencies: ["a.b-c"] },
  {
    id: "graph",
    name: "two\nlines\r\x1b[2J\u202e",
    dependencies: ["end"],
    conditions: { skipIfFailed: ["1"], onlyIfBranch: null },
  },
];

Deno.test("dotText quotes whatever means something to Graphviz", () => {
  assertEquals(
    dotText(planOf(AWKWARD, { name: 'a "b"\n\\' })),
    text(`
      digraph "a \\"b\\"␊\\\\" {
        rankdir=LR;
        node [shape=box];
        "a.b-c" [label="say \\"hi\\" \\\\"];
        "end" [label="a &amp; b &amp;lt; <b>x</b>"];
        "1" [label="#quot; \`md\` %%{init: {}}%% -->"];
        "graph" [label="two␊lines␍␛[2J�"];
        "a.b-c" -> "end";
        "a.b-c" -> "1";
        "end" -> "graph";
        "1" -> "graph" [style=dashed];
      }
    `),
  );
});

Deno.test("mermaidText writes whatever means something to Mermaid as an entity", () => {
  assertEquals(
    mermaidText(planOf(AWKWARD)),
    text(`
      flowchart LR
        j0["say #34;hi#34; #92;"]
        j1["a #38; b #38;lt; #60;b#62;x#60;/b#62;"]
        j2["#35;quot; #96;md#96; #37;#37;{init: {}}#37;#37; --#62;"]
        j3["two␊lines␍␛[2J�"]
        j0 --> j1
        j0 --> j2
        j1 --> j3
        j2 -.-> j3
    `),
  );
});

Deno.test("dotText and mermaidText stay one statement to a line for any name", () => {
  const signs = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
  const jobs: readonly JobSketch[] = [
    { id: "a", name: signs },
    { id: "b", name: [...signs].reverse().join(""), dependencies: ["a"] },
  ];
  const dot = dotText(planOf(jobs, { name: signs })).trimEnd().split("\n");
  assertEquals(dot.length, 7);
  const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
  assertMatch(dot[0]!, new RegExp(`^digraph ${quoted} \\{$`));
  for (const line of dot.slice(3, 5)) {
    assertMatch(line, new RegExp(`^  ${quoted} \\[label=${quoted}\\];$`));
  }
  const mermaid = mermaidText(planOf(jobs)).trimEnd().split("\n");
  assertEquals(mermaid.length, 4);
  for (const line of mermaid.slice(1, 3)) {
    assertMatch(line, /^ {2}j\d\["(?:#\d+;|[^"#<>&\\`%])*"\]$/);
  }
  assertEquals(mermaid[3], "  j0 --> j1");
});
