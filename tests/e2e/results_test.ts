/** The results file: complete, true, and there however the run ended. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, testNeeding, workflow } from "../support/cli.ts";

const RUN_KEYS = [
  ...["counts", "duration_seconds", "end_time", "events", "execution_id", "jobs", "schema"],
  ...["start_time", "status", "workflow"],
];
const JOB_KEYS = [
  ...["attempts", "cpu_seconds", "duration_seconds", "end_time", "error_message", "exit_code"],
  ...["id", "log_path", "max_memory_mb", "name", "reason", "signal", "start_time", "status"],
  ...["stderr", "stdout", "tags"],
];
const EVENT_KEYS = ["details", "event_type", "job_id", "timestamp"];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const MIXED = workflow(
  { id: "good", name: "All well", command: "echo out; echo err >&2", tags: ["x", "y"] },
  { id: "bad", command: "exit 3" },
  { id: "behind", command: "true", dependencies: ["bad"] },
  { id: "far", command: "true", dependencies: ["behind"] },
  { id: "soft", command: "true", conditions: { skip_if_failed: ["bad"] } },
  { id: "branch", command: "true", conditions: { only_if_branch: ["main", "release/*"] } },
);

Deno.test("the results file has every key of the format, and the truth in it", async () => {
  await using project = newProject({ "flows/w.yaml": MIXED });
  const env = { GITHUB_REF_NAME: "topic" };
  const { code } = await project.orch(["run", "flows/w.yaml", "-q", "-o", "r.json"], { env });
  assertEquals(code, 1);
  const results = project.json("r.json");

  assertEquals(Object.keys(results).sort(), RUN_KEYS);
  for (const job of Object.values(results.jobs)) assertEquals(Object.keys(job).sort(), JOB_KEYS);
  for (const event of results.events) assertEquals(Object.keys(event).sort(), EVENT_KEYS);

  const { schema, workflow: of, status, counts } = results;
  assertEquals({ schema, of, status, counts }, {
    schema: "orch.results/v1",
    of: { name: "test", version: "1.0.0", file: "flows/w.yaml" },
    status: "failed",
    counts: { success: 1, failed: 1, cancelled: 0, skipped: 4 },
  });
  const { good, bad, behind, far, soft, branch } = results.jobs;
  assertEquals([good!.name, good!.status, good!.exit_code, good!.attempts, good!.error_message], [
    ...["All well", "success", 0, 1, null],
  ]);
  assertEquals([good!.stdout, good!.stderr, good!.tags], ["out\n", "err\n", ["x", "y"]]);
  assertEquals(project.read(good!.log_path!), "out\n");
  assertEquals([bad!.name, bad!.status, bad!.exit_code, bad!.signal, bad!.error_message], [
    ...["bad", "failed", 3, null, "exit code 3"],
  ]);
  assertEquals([behind!.status, behind!.attempts, behind!.start_time, behind!.log_path], [
    ...["skipped", 0, null, null],
  ]);
  assertMatch(behind!.reason!, /bad/);
  assertMatch(far!.reason!, /behind.*bad/);
  assertMatch(soft!.reason!, /bad/);
  assertMatch(branch!.reason!, /main.*release\/\*.*topic/);
});

Deno.test("times are ISO, in order, and agree with each other and with the events", async () => {
  await using project = newProject({ "w.yaml": MIXED });
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json"]);
  const { start_time, end_time, duration_seconds, jobs, events } = project.json("r.json");
  const times = events.map(({ timestamp }) => timestamp);
  for (const time of [start_time, end_time, ...times]) assertMatch(time, ISO);
  assertEquals(times.toSorted(), times);
  assertEquals([times[0], times.at(-1)], [start_time, end_time]);
  const ms = Date.parse(end_time) - Date.parse(start_time);
  assert(Math.abs(ms / 1000 - duration_seconds) < 0.002);
  for (const { id, start_time: from, end_time: to } of [jobs["good"]!, jobs["bad"]!]) {
    const of = (type: RegExp) =>
      events.find(({ event_type, job_id }) => job_id === id && type.test(event_type))!.timestamp;
    assertEquals([from, to], [of(/job_started/), of(/job_(completed|failed)/)]);
  }
  assertEquals(events.filter(({ job_id }) => job_id === null).map((e) => e.event_type), [
    ...["run_started", "run_finished"],
  ]);
});

Deno.test("a run that is stopped has results too, with what had ended and what had not", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "done", command: "echo early" },
      { id: "running", command: "echo begun; : > ready; sleep 300", dependencies: ["done"] },
      { id: "waiting", command: "true", dependencies: ["running"] },
    ),
  });
  const run = project.spawn(["run", "w.yaml", "-o", "r.json"]);
  await project.waitForFile("ready");
  run.signal("SIGINT");
  assertEquals((await run.finished).code, 130);
  const { status, counts, jobs, events } = project.json("r.json");
  assertEquals({ status, counts }, {
    status: "cancelled",
    counts: { success: 1, failed: 0, cancelled: 2, skipped: 0 },
  });
  assertEquals([jobs["done"]!.stdout, jobs["running"]!.stdout], ["early\n", "begun\n"]);
  assertEquals([jobs["running"]!.attempts, jobs["waiting"]!.attempts], [1, 0]);
  assertEquals(events.find(({ event_type }) => event_type === "run_stopping")!.details, {
    reason: "interrupt",
  });
});

Deno.test("old results are replaced whole, and stay as they are while the run goes on", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "cat r.json" }),
    "r.json": "old",
  });
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json"]);
  assertEquals(project.json("r.json").jobs["a"]!.stdout, "old");
});

testNeeding(["jq"], "the jq line of the documentation finds the failed job", async () => {
  await using project = newProject({ "w.yaml": MIXED });
  const text = `orch run w.yaml -q -o results.json 2> errors.txt
    cat results.json | jq -r '.jobs[] | select(.status == "failed") | .id'`;
  assertEquals((await project.shell(text).finished).stdout, "bad\n");
});

Deno.test("results and reports go to standard output where the path is -", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "echo said" }) });
  const results = await project.orch(["run", "w.yaml", "-o", "-"]);
  assertEquals([results.code, JSON.parse(results.stdout).status], [0, "completed"]);
  const report = await project.orch(["run", "w.yaml", "--report", "junit=-"]);
  assertEquals([report.code, report.stdout.startsWith("<?xml")], [0, true], report.stdout);
  assertEquals(project.exists("-"), false);
});
