/** `--report`: which commands write which files, also when a run fails or one of them cannot be written. */
import { assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";
import { testWithAll } from "../support/under_test.ts";

const JOBS = workflow(
  { id: "ok", command: "echo fine" },
  {
    id: "bad",
    command: "test -e mended || { printf 'no <good> \\033[31mred\\033[0m\\n'; exit 4; }",
  },
  { id: "after", command: "true", dependencies: ["bad"] },
);

Deno.test("orch run --report writes both kinds, as often as it is said, also of a failed run", async () => {
  await using project = newProject({ "w.yaml": JOBS });
  const flags = ["junit=a.xml", "junit=b.xml", "md=c.md"].flatMap((what) => ["--report", what]);
  const { code } = await project.orch(["run", "w.yaml", "-q", ...flags]);
  assertEquals(code, 1);
  assertEquals(project.read("a.xml"), project.read("b.xml"));
  assertMatch(
    project.read("a.xml"),
    /<testsuite name="test" tests="3" failures="1" errors="0" skipped="1"/,
  );
  assertStringIncludes(project.read("a.xml"), "<system-out>no &lt;good&gt; red\n</system-out>");
  assertStringIncludes(project.read("c.md"), "### ✗ test: FAILED\n");
  assertStringIncludes(project.read("c.md"), "| ✗ | bad | failed: exit code 4 |");
});

Deno.test("a report is written of a run that succeeds, quiet or not", async () => {
  await using project = newProject({ "w.yaml": JOBS, mended: "" });
  for (const quiet of [[], ["-q"]]) {
    const { code } = await project.orch(["run", "w.yaml", ...quiet, "--report", "junit=r.xml"]);
    assertEquals(code, 0);
    assertMatch(project.read("r.xml"), /failures="0" errors="0" skipped="0"/);
    await Deno.remove(project.path("r.xml"));
  }
});

Deno.test("orch rerun --report tells of the run as a whole, with the attempts before", async () => {
  await using project = newProject({ "w.yaml": JOBS });
  await project.orch(["run", "w.yaml", "-q"]);
  project.write("mended", "");
  const { code } = await project.orch([
    "rerun",
    "last",
    "--failed",
    "-q",
    "--report",
    "junit=r.xml",
  ]);
  assertEquals(code, 0);
  const report = project.read("r.xml");
  assertMatch(report, /tests="3" failures="0" errors="0" skipped="0"/);
  assertMatch(report, /<flakyFailure message="exit code 4" type="exited">/);
});

testNeeding(["xmllint"], "a report of a real run is XML", async () => {
  await using project = newProject({ "w.yaml": JOBS });
  await project.orch(["run", "w.yaml", "-q", "--report", "junit=r.xml"]);
  const { code, stderr } = await project.shell("xmllint --noout r.xml").finished;
  assertEquals(code, 0, stderr);
});

testWithAll(
  "one file that cannot be written does not keep the others from being written",
  async () => {
    await using project = newProject({ "w.yaml": JOBS, mended: "" });
    const flags = ["--report", "junit=/dev/full", "--report", "md=r.md", "-o", "/dev/full"];
    const { code, stderr } = await project.orch(["run", "w.yaml", "-q", ...flags]);
    assertEquals(code, 3);
    assertEquals(stderr.match(/Cannot write '\/dev\/full'/g)?.length, 2, stderr);
    assertStringIncludes(project.read("r.md"), "### ✔ test: succeeded");
  },
);

/** What `--report` is given, and what is said before anything is started. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ["junit", /--report: 'junit': expected junit=PATH or md=PATH/],
  ["html=r.html", /--report: 'html=r.html': expected junit=PATH or md=PATH/],
  ["md=", /--report: 'md=': expected junit=PATH or md=PATH/],
  ["junit=no/where.xml", /Cannot write 'no\/where.xml': folder 'no' does not exist/],
];

for (const [value, said] of WRONG) {
  Deno.test(`orch run --report ${value} is refused before the run`, async () => {
    await using project = newProject({ "w.yaml": JOBS });
    const { code, stderr } = await project.orch(["run", "w.yaml", "--report", value]);
    assertEquals(code, 2);
    assertMatch(stderr, said);
    assertEquals(project.exists(".orch"), false);
  });
}
