/** The graph of a plan as a tree by level, at several widths. */
import { planJobs } from "../../../lib/core/plan/plan.ts";
import { dagText, TREE_LINES_MAX } from "../../../lib/view/plan/tree.ts";
import { makeStyle, type Style } from "../../../lib/view/text/style.ts";
import { widthOf } from "../../../lib/view/text/width.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { planOf } from "../../support/trace.ts";
import { sketchWorkflow } from "../../support/workflows.ts";
import { bestTimeOf, escaped } from "../../support/shown_text.ts";

const PLAIN = makeStyle({ color: false, ascii: false });
const ASCII = makeStyle({ color: false, ascii: true });

const PIPELINE = `
  setup
  install after setup
  lint after install
  build_frontend_for_all_browsers after install
  build_backend after install
  test_frontend after build_frontend_for_all_browsers soft lint
  test_backend after build_backend,lint
  docs
  package after test_frontend,test_backend,docs`;

function shown(columns: number, style: Style = PLAIN, jobs = PIPELINE): string {
  return dagText(planOf(jobs), { columns, style }).join("\n");
}

const SNAPSHOTS: readonly (readonly [string, string, string])[] = [
  [
    "at 80 columns",
    shown(80),
    `
 0  setup
 1  └─ install
 2     ├─ lint
 2     ├─ build_frontend_for_all_browsers
 3     │  └─ test_frontend  (also lint)
 4     │     └─ package  (also test_backend, docs)
 2     └─ build_backend
 3        └─ test_backend  (also lint)
 0  docs`,
  ],
  [
    "at 40 columns",
    shown(40),
    `
 0  setup
 1  └─ install
 2     ├─ lint
 2     ├─ build_frontend_for_all_brows…
 3     │  └─ test_frontend  (also lint)
 4     │     └─ package  (also test_ba…
 2     └─ build_backend
 3        └─ test_backend  (also lint)
 0  docs`,
  ],
  [
    "at 200 columns",
    shown(200),
    `
 0  setup
 1  └─ install
 2     ├─ lint
 2     ├─ build_frontend_for_all_browsers
 3     │  └─ test_frontend  (also lint)
 4     │     └─ package  (also test_backend, docs)
 2     └─ build_backend
 3        └─ test_backend  (also lint)
 0  docs`,
  ],
  [
    "in ASCII",
    shown(60, ASCII),
    `
 0  setup
 1  \`- install
 2     +- lint
 2     +- build_frontend_for_all_browsers
 3     |  \`- test_frontend  (also lint)
 4     |     \`- package  (also test_backend, docs)
 2     \`- build_backend
 3        \`- test_backend  (also lint)
 0  docs`,
  ],
];

for (const [name, actual, expected] of SNAPSHOTS) {
  Deno.test(`dagText ${name}`, () => assertEquals(actual, expected.slice(1)));
}

Deno.test("dagText shows what became of each job, where that is known", () => {
  const signs = [{ glyph: "✔", look: "green" }, { glyph: "✗", look: "red" }] as const;
  const lines = dagText(planOf("a\nb after a"), {
    columns: 80,
    style: makeStyle({ color: true, ascii: false }),
    signOf: (job) => signs[job]!,
  });
  assertEquals(lines.map(escaped), [
    "␛[2m 0␛[0m  ␛[32m✔␛[0m a",
    "␛[2m 1␛[0m  ␛[2m└─ ␛[0m␛[31m✗␛[0m b",
  ]);
});

Deno.test("dagText leaves out jobs that are not planned", () => {
  const plan = planJobs(sketchWorkflow([{ id: "a" }, { id: "b", dependencies: ["a"] }]), [1]);
  assertEquals(dagText(plan, { columns: 80, style: PLAIN }), [" 0  b"]);
});

Deno.test("dagText counts what does not fit: many jobs, many below one, many levels", () => {
  const many = Array.from({ length: 1_000 }, (_, i) => `j${i}`).join("\n");
  assertEquals(shown(80, PLAIN, many).split("\n").slice(-2), [" 0  j10", " 0  … 989 more"]);
  const fan = `hub\n${Array.from({ length: 30 }, (_, i) => `j${i} after hub`).join("\n")}`;
  assertEquals(shown(80, PLAIN, fan).split("\n").slice(-2), [" 1  ├─ j10", " 1  └─ … 19 more"]);
  const chain = Array.from({ length: 10_000 }, (_, i) => i === 0 ? "c0" : `c${i} after c${i - 1}`);
  const lines = shown(200, PLAIN, chain.join("\n")).split("\n");
  assertEquals(lines.length, 25);
  assert(lines.at(-1)!.endsWith("└─ … 9,976 more"), lines.at(-1));
  const bushy = Array.from(
    { length: 2_000 },
    (_, i) => i === 0 ? "b0" : `b${i} after b${(i - 1) >> 1}`,
  );
  assert(shown(80, PLAIN, bushy.join("\n")).split("\n").length < 2 * TREE_LINES_MAX);
});

Deno.test("dagText fits any width", () => {
  for (let columns = 40; columns <= 200; columns += 7) {
    for (const line of shown(columns).split("\n")) assert(widthOf(line) < columns, line);
  }
});

Deno.test("dagText of 100,000 jobs is made at once", () => {
  const jobs = Array.from({ length: 100_000 }, (_, i) => i < 9 ? `j${i}` : `j${i} after j${i - 9}`);
  const plan = planOf(jobs.join("\n"));
  assert(bestTimeOf(3, () => dagText(plan, { columns: 80, style: PLAIN })) < 1_000);
});
