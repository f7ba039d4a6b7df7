/** A reader that does not read: nothing of a run waits for it but the words. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, type Project, workflow } from "../support/cli.ts";
import { ORCH_QUOTED } from "../support/under_test.ts";

/** More than fits into a pipe, more than once. */
const LOUD = "i=0; while [ $i -lt 4000 ]; do echo line $i of what nobody reads; i=$((i + 1)); done";

const LOUD_JOBS = ["loud_1", "loud_2", "loud_3"].map((id) => ({ id, command: LOUD }));

/** A pipe on the standard error of `./orch run w.yaml -v -o r.json`, read only once there is a file `go`. */
const UNREAD = `mkfifo pipe
  (until test -e go; do sleep 0.02; done; cat) < pipe > read &
  ./orch run w.yaml -v -o r.json 2> pipe & echo $! > pid
  wait $!; echo $? > code; wait`;

function projectWith(...jobs: readonly object[]): Project {
  const project = newProject({ "w.yaml": workflow(...LOUD_JOBS, ...jobs) });
  project.write("orch", `#!/bin/sh\nexec ${ORCH_QUOTED} "$@"\n`, 0o755);
  return project;
}

const needs = LOUD_JOBS.map(({ id }) => id);

Deno.test("a pipe that nobody reads holds up no job and no time limit, and loses no word", async () => {
  await using project = projectWith(
    { id: "slow", command: "sleep 60", timeout: 0.5, dependencies: needs },
    { id: "after", command: "true", dependencies: needs },
  );
  const run = project.shell(UNREAD);
  await project.waitForFile("r.json");
  const { jobs } = project.json("r.json");
  assertEquals(jobs["slow"]!.error_message, "Job timed out after 0.5 seconds");
  assertEquals(jobs["after"]!.status, "success");
  assert(!project.exists("code"), "the last words wait for their reader");

  project.write("go", "");
  await run.finished;
  assertEquals(project.read("code"), "1\n");
  const read = project.read("read");
  assertEquals(read.match(/^ {2}loud_1 \| line \d+ of what nobody reads$/gm)!.length > 1_000, true);
  assertMatch(read, /FAILED {4}slow[^]*✗ 1 failed \(slow\) {3}✔ 4 succeeded[^]*orch rerun /);
});

Deno.test("a signal ends a run that nobody reads, jobs and all", async () => {
  await using project = projectWith(
    { id: "long", command: "touch begun; sleep 60", dependencies: needs },
  );
  const run = project.shell(UNREAD);
  await project.waitForFile("begun");
  Deno.kill(Number(project.read("pid")), "SIGTERM");
  await eventually(() => project.exists("code"), "orch to end");
  assertEquals(project.read("code"), "143\n");
  assertEquals(project.json("r.json").jobs["long"]!.status, "cancelled");
  project.write("go", "");
  await run.finished;
});

Deno.test("a signal ends the wait for the reader of the last words", async () => {
  await using project = projectWith();
  const run = project.shell(UNREAD);
  await project.waitForFile("r.json");
  await eventually(() => !project.exists("code"), "orch to wait");
  Deno.kill(Number(project.read("pid")), "SIGTERM");
  await eventually(() => project.exists("code"), "orch to end");
  assertEquals(project.read("code"), "143\n");
  assertEquals(project.json("r.json").status, "completed");
  project.write("go", "");
  await run.finished;
});

Deno.test("events as JSON wait for their reader, and no job waits with them", async () => {
  const ids = Array.from({ length: 300 }, (_, i) => `a-job-with-a-rather-long-name-${i}`);
  await using project = newProject({
    "w.yaml": workflow(...ids.map((id) => ({ id, command: "true" }))),
  });
  const run = project.shell(`mkfifo pipe
    (until test -e go; do sleep 0.02; done; cat) < pipe > read &
    orch run w.yaml --ui json -o r.json > pipe; echo $? > code; wait`);
  await project.waitForFile("r.json");
  assertEquals(project.json("r.json").counts.success, 300);
  project.write("go", "");
  const { stderr } = await run.finished;
  const events = project.read("read").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([stderr, project.read("code")], ["", "0\n"]);
  assertEquals(events.filter(({ event_type }) => event_type === "job_completed").length, 300);
  assertEquals(events.at(-1).details, { status: "completed" });
});
