/** The program as a step of GitHub Actions. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";

const FAILING = workflow(
  { id: "good", command: "echo '::set-output name=x::y'" },
  { id: "bad", command: "echo why; exit 3", dependencies: ["good"] },
);

Deno.test("GitHub Actions gets groups, an error at its place, fences, and a page for the step", async () => {
  await using project = newProject({ "ci/w.yaml": FAILING, "summary.md": "before\n" });
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: project.folder,
    GITHUB_STEP_SUMMARY: project.path("summary.md"),
  };
  const { code, stdout, stderr } = await project.spawn(["run", "ci/w.yaml"], { env }).finished;
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^::group::.*✔ ok {8}good .*\n::stop-commands::(\w{32})\n::set-output name=x::y\n::\1::\n::endgroup::\n/m,
  );
  const line = FAILING.split("\n").findIndex((text) => text.includes('"bad"')) + 1;
  assertMatch(
    stderr,
    new RegExp(
      `^::error file=ci/w.yaml,line=${line},col=\\d+,endColumn=\\d+,title=bad failed::exit code 3$`,
      "m",
    ),
  );
  assertMatch(stderr, /\n::stop-commands::(\w{32})\n\n──── bad FAILED[^]*\n::\1::\n$/);
  const page = project.read("summary.md");
  assertMatch(page, /^before\n### ✗ test: FAILED\n/);
  assertStringIncludes(page, "| ✗ | bad | failed: exit code 3 |");
  assertStringIncludes(page, "<pre>\nwhy\n</pre></details>");
});

Deno.test("GitHub Actions gets nothing more where events or silence are asked for", async () => {
  await using project = newProject({ "w.yaml": FAILING, "summary.md": "" });
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: project.path("summary.md") };
  for (const ui of ["json", "quiet"]) {
    const { stdout, stderr } = await project.orch(["run", "w.yaml", "--ui", ui], { env });
    assertEquals(`${stdout}${stderr}`.includes("::group::"), false);
  }
  assertEquals(project.read("summary.md"), "");
});

Deno.test("--job-output none shows no line of any job, not even of one that failed", async () => {
  await using project = newProject({ "w.yaml": FAILING });
  const { stderr } = await project.orch(["run", "w.yaml", "--job-output", "none"]);
  assertMatch(stderr, /bad FAILED · exit code 3/);
  assertEquals(/^why$|no output/m.test(stderr), false, stderr);
});
