/** What GitHub Actions is told: commands, fences, and the page of a step. */
import { summarize } from "../../../lib/core/run/summary.ts";
import { errorCommand, fencedText, groupText } from "../../../lib/view/run/github.ts";
import { actionsSummary } from "../../../lib/view/report/markdown.ts";
import type { OutputTail } from "../../../lib/view/run/ending.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { text } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

const AT = { file: "ci.yaml", position: { line: 14, column: 9, endColumn: 13 } };

/** Commands, and what the runner is sent. */
const COMMANDS: readonly (readonly [name: string, said: string, expected: string])[] = [
  [
    "an error at a place",
    errorCommand({ ...AT, title: "test failed", message: "exit code 1" }),
    "::error file=ci.yaml,line=14,col=9,endColumn=13,title=test failed::exit code 1\n",
  ],
  [
    "an error without a place",
    errorCommand({ ...AT, position: null, title: "t", message: "m" }),
    "::error file=ci.yaml,title=t::m\n",
  ],
  [
    "an error without a file",
    errorCommand({ ...AT, file: null, title: "t", message: "m" }),
    "::error title=t::m\n",
  ],
  [
    "hostile texts",
    errorCommand({ ...AT, file: "a,line=1::b%0A", title: "x::y", message: "100%\n::set-env\x1b" }),
    "::error file=a%2Cline=1%3A%3Ab%250A,line=14,col=9,endColumn=13,title=x%3A%3Ay::100%25␊::set-env␛\n",
  ],
  [
    "a group",
    groupText("✔ ok 50% ##[error]", "::error::x\n::endgroup::\n", "token"),
    "::group::✔ ok 50%25 ## [error]\n::stop-commands::token\n::error::x\n::endgroup::\n::token::\n::endgroup::\n",
  ],
  ["nothing to fence", fencedText("", "token"), ""],
];

for (const [name, said, expected] of COMMANDS) {
  Deno.test(`actions: ${name}`, () => assertEquals(said, expected));
}

function tail(text: string): OutputTail {
  return { text, omittedBytes: 0, path: "/x" };
}

function failedRun(): Story {
  const jobs = ["build", "test", "deploy", "docs", "late"].map((id) => ({ id }));
  const story = new Story(jobs, { workflow: { name: "CI <b>|[x](y) *_`" } });
  story.start("build");
  story.start("test");
  story.pass(4_140);
  story.end("build", { kind: "succeeded" });
  story.pass(60_000);
  story.end("test", {
    kind: "not_started",
    why: { reason: "spawn_failed", cause: "no <sh> | `x`" },
  });
  story.skip("deploy", { kind: "dependency", dependency: "test", cause: "test" });
  story.skip("docs", { kind: "branch", branch: "topic", wanted: ["main"] });
  story.end("late", { kind: "cancelled" });
  story.finish("failed");
  return story;
}

function pageOf(story: Story, bytes = 2 ** 20, tails = [tail("a </pre><script>\n\x1b[31mred\n")]) {
  return actionsSummary(story.state, summarize(story.state), { bytes, tailsOf: () => tails });
}

Deno.test("actionsSummary is a table, what failed first, and its output folded", () => {
  assertEquals(
    pageOf(failedRun()),
    text(`
      ### ✗ CI &lt;b&gt;\\|\\[x\\]\\(y\\) \\*\\_\\\`: FAILED

      1 failed · 1 succeeded · 1 cancelled · 2 skipped · 1:04 wall · run 20261122-103000-x7k2

      | | Job | Result | Time | Attempts |
      |---|---|---|---|---|
      | ✗ | test | failed: could not be started: no &lt;sh&gt; \\| \\\`x\\\` | 1:04 | 1 |
      | ■ | late | cancelled |  | 0 |
      | ⊘ | deploy | skipped: needs test, which did not succeed |  | 0 |
      | ⊘ | docs | skipped: only for branch main, and the branch is topic |  | 0 |
      | ✔ | build | succeeded | 4.1s | 1 |

      <details><summary>✗ test: could not be started: no &lt;sh&gt; | \`x\`</summary>
      <pre>
      a &lt;/pre&gt;&lt;script&gt;
      red
      </pre></details>

      `),
  );
});

Deno.test("actionsSummary shows the last forty lines, or that there are none", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`).join("\n");
  const page = pageOf(failedRun(), 2 ** 20, [tail(lines)]);
  assert(page.includes("<pre>\nline 60\n") && !page.includes("line 59\n"));
  assert(pageOf(failedRun(), 2 ** 20, [tail(" \n")]).includes("(no output)"));
});

/** A run of which every job fails with long output. */
function manyFailures(count: number): Story {
  const ids = Array.from({ length: count }, (_, i) => `job-${i}`);
  const story = new Story(ids.map((id) => ({ id })));
  for (const id of ids) {
    story.start(id);
    story.end(id, { kind: "exited", code: 1 });
  }
  story.finish("failed");
  return story;
}

Deno.test("actionsSummary fits, whatever there is room for, and counts what it leaves out", () => {
  const story = manyFailures(1_200);
  const output = [tail("漢字\n".repeat(40))];
  const sizes = [0, 100, 500, 5_000, 100_000, 2 ** 20].map((bytes) => {
    const page = pageOf(story, bytes, output);
    assert(new TextEncoder().encode(page).length <= bytes, `${bytes} bytes`);
    return page;
  });
  assertEquals(sizes.slice(0, 2), ["", ""]);
  assert(/\| … \| and 1,\d+ more jobs \|[^]*\n… and 1,200 more failed jobs\n$/.test(sizes[3]!));
  assert(/\| … \| and 200 more jobs \|[^]*\n… and [\d,]+ more failed jobs\n$/.test(sizes[4]!));
  assert(sizes[5]!.split("<details>").length > 1_000);
});
