/** The library: events and results as a program sees them, and that no callback harms a run. */
import { DatabaseSync } from "node:sqlite";
import {
  loadWorkflow,
  Orchestrator,
  type OrchestratorOptions,
  WorkflowError,
} from "../../lib/mod.ts";
import type { StatusEvent } from "../../lib/mod.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../support/assert.ts";
import { newProject, type Project, ROOT } from "../support/cli.ts";
import { keyPaths } from "../support/docs.ts";
import { runsOf } from "../support/lives.ts";

async function orchestratorOf(
  project: Project,
  jobs: readonly object[],
  options: OrchestratorOptions = {},
): Promise<Orchestrator> {
  const workflow = await loadWorkflow({ name: "test", jobs }, { directory: project.folder });
  return new Orchestrator(workflow, { grace: 5, ...options });
}

/** An event in brief: its name, its job, and what else is said, without times and ids of runs. */
function brief([eventType, data]: StatusEvent): string {
  const { timestamp, run_id, ...facts } = data;
  assertMatch(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertMatch(run_id, /^\d{8}-\d{6}-\w{4}$/);
  const words = Object.entries(facts).map(([key, value]) =>
    key === "duration_seconds" ? (value === null ? "" : "timed") : JSON.stringify(value)
  );
  return [eventType, ...words].join(" ").trimEnd();
}

Deno.test("a callback is told of the eight events, with what the results say of them", async () => {
  await using project = newProject();
  const orchestrator = await orchestratorOf(project, [
    { id: "ok", command: "true" },
    { id: "flaky", command: "test $ORCH_ATTEMPT -gt 1", retry_config: { initial_delay: 0.05 } },
    { id: "bad", command: "exit 3", dependencies: ["ok", "flaky"] },
    { id: "after", command: "true", dependencies: ["bad"] },
    { id: "killed", command: "kill -9 $$", dependencies: ["bad"], conditions: {} },
    { id: "shot", command: "sh -c 'kill -9 $$'; kill -9 $$", dependencies: ["ok"] },
  ], { maxConcurrent: 1 });
  const told: StatusEvent[] = [];
  orchestrator.addStatusCallback((...event) => told.push(event));
  const results = await orchestrator.run();
  assertEquals(results.status, "failed");
  const lines = told.map(brief);
  assertEquals(lines[0], 'run_started "test" 6');
  assertEquals(
    lines.at(-1),
    'run_finished "failed" {"success":2,"failed":2,"cancelled":0,"skipped":2}',
  );
  const of = (id: string) => lines.filter((line) => line.includes(`"${id}"`));
  assertEquals(of("ok"), ['job_started "ok" 1', 'job_completed "ok" 1 timed 0']);
  assertEquals(of("flaky"), [
    'job_started "flaky" 1',
    'job_retrying "flaky" 1 timed 1 "exit code 1" null 0.05',
    'job_started "flaky" 2',
    'job_completed "flaky" 2 timed 0',
  ]);
  assertEquals(of("bad"), ['job_started "bad" 1', 'job_failed "bad" 1 timed 3 "exit code 3" null']);
  assertEquals(of("after"), ['job_skipped "after" "needs bad, which did not succeed"']);
  assertEquals(of("shot").at(-1), 'job_failed "shot" 1 timed null "ended by SIGKILL" "SIGKILL"');
  assertEquals(results.jobs["flaky"]!.attempts, 2);
});

Deno.test("the results are those of orch run, and so is what the run leaves", async () => {
  await using project = newProject({ "w.yaml": "name: w\njobs: [{id: a, command: echo hi}]\n" });
  const orchestrator = new Orchestrator(await loadWorkflow(project.path("w.yaml")));
  const results = await orchestrator.run();
  await project.orch(["run", "w.yaml", "-q", "-o", "r.json"]);
  const merged = ["jobs", "events.*.details"];
  const real = JSON.parse(JSON.stringify(results));
  assertEquals(keyPaths(real, merged), keyPaths(project.json("r.json"), merged));
  assertEquals(results.jobs["a"]!.stdout, "hi\n");
  const { stdout } = await project.orch(["history", "--json"]);
  const runs: readonly { readonly execution_id: string }[] = JSON.parse(stdout).runs;
  assert(runs.some(({ execution_id }) => execution_id === results.execution_id), stdout);
  assertEquals(orchestrator.getEventHistory(), results.events);
});

/** What callbacks do that they should not, and the warning that comes of it. */
const BAD_CALLBACKS: readonly (readonly [string, () => unknown, RegExp | null])[] = [
  ["throws", () => {
    throw new Error("boom\x1b[2J");
  }, /^warning: a status callback failed at job_started: Error: boom␛\[2J$/],
  ["throws nothing", () => {
    throw undefined;
  }, /failed at job_started: undefined$/],
  ["rejects", () => Promise.reject(new TypeError("late")), /job_started: TypeError: late$/],
  ["throws what has no text", () => {
    throw Object.create(null);
  }, /job_started: with a value that has no text$/],
  [
    "rejects with what throws when it is asked",
    () => Promise.reject({ toString: () => Deno.exit }),
    /job_started: with a value that has no text$/,
  ],
  ["never resolves", () => new Promise(() => {}), null],
  ["returns a broken promise", () => ({
    get then() {
      throw new Error("no then");
    },
  }), /job_started: Error: no then$/],
];

for (const [what, callback, warning] of BAD_CALLBACKS) {
  Deno.test(`a callback that ${what} does not harm the run, or other callbacks`, async () => {
    await using project = newProject();
    const warnings: string[] = [];
    const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }], {
      onWarning: (message) => warnings.push(message),
    });
    const told: string[] = [];
    orchestrator.addStatusCallback((eventType) =>
      eventType === "job_started" ? callback() : undefined
    );
    orchestrator.addStatusCallback((eventType) => told.push(eventType));
    assertEquals((await orchestrator.run()).status, "completed");
    assertEquals(told, ["run_started", "job_started", "job_completed", "run_finished"]);
    assertEquals(warnings.length, warning === null ? 0 : 1);
    if (warning !== null) assertMatch(warnings[0]!, warning);
  });
}

Deno.test("an index of a newer orch is a warning, and no harm to the run", async () => {
  await using project = newProject();
  const warnings: string[] = [];
  const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }], {
    onWarning: (message) => warnings.push(message),
  });
  assertEquals([(await orchestrator.run()).status, warnings], ["completed", []]);
  const path = runsOf(project)[0]!.path.replace(/runs\/[^/]+$/, "history.db");
  {
    using database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
  }
  const again = await orchestratorOf(project, [{ id: "a", command: "true" }], {
    onWarning: (message) => warnings.push(message),
  });
  assertEquals([(await again.run()).status, warnings.length], ["completed", 1]);
  assertMatch(warnings[0]!, /newer version .*\(format 99\).* orch history rebuild --state-dir \//);
});

Deno.test("who does not want to hear of warnings does not harm the run either", async () => {
  await using project = newProject();
  const refuse = () => {
    throw new Error("not interested");
  };
  const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }], {
    onWarning: refuse,
  });
  orchestrator.addStatusCallback(refuse);
  assertEquals((await orchestrator.run()).status, "completed");
});

Deno.test("a callback that is taken back is told no more, and one added twice is told twice", async () => {
  await using project = newProject();
  const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }]);
  let count = 0;
  const callback = (eventType: string) => void (eventType === "run_started" && count++);
  const takeBack = orchestrator.addStatusCallback(callback);
  orchestrator.addStatusCallback(callback);
  await orchestrator.run();
  takeBack();
  await orchestrator.run();
  assertEquals(count, 3);
});

const SLEEPERS = [
  { id: "a", command: "echo > a.ready; exec sleep 60" },
  { id: "b", command: "trap '' TERM; echo > b.ready; while :; do sleep 0.1; done" },
  { id: "c", command: "true", dependencies: ["a"] },
];

Deno.test("cancel() ends the run: gracefully, and with force at once", async () => {
  await using project = newProject();
  const orchestrator = await orchestratorOf(project, SLEEPERS, { grace: 60 });
  const ended: string[] = [];
  orchestrator.addStatusCallback((eventType, data) => {
    if (eventType !== "job_cancelled") return;
    ended.push(data.job_id);
    // The one that listens to TERM has ended; the other one has to be made to.
    if (data.job_id === "a") orchestrator.cancel({ force: true });
  });
  const running = orchestrator.run();
  await Promise.all([project.waitForFile("a.ready"), project.waitForFile("b.ready")]);
  assertEquals(orchestrator.getStatus().jobs, { a: "running", b: "running", c: "pending" });
  orchestrator.cancel();
  const { status, counts } = await running;
  assertEquals([status, counts.cancelled], ["cancelled", 3]);
  assertEquals(ended, ["c", "a", "b"]);
  assertEquals(orchestrator.getStatus().status, "cancelled");
});

Deno.test("what was to be killed before the run began is killed, whatever is asked for after that", async () => {
  await using project = newProject();
  const deaf = { id: "deaf", command: "trap '' TERM; until test -e never; do sleep 0.02; done" };
  const orchestrator = await orchestratorOf(project, [deaf], { grace: 60 });
  const run = orchestrator.run();
  orchestrator.cancel({ force: true });
  orchestrator.cancel();
  assertEquals((await run).status, "cancelled");
  const events = orchestrator.getEventHistory().map((event) => JSON.stringify(event));
  assertEquals(events.filter((text) => text.includes('"kill"')).length, 1);
});

Deno.test("a run is cancelled by its signal, also by one that was aborted before", async () => {
  await using project = newProject();
  const early = await orchestratorOf(project, SLEEPERS.slice(0, 1), {
    grace: 0.1,
    signal: AbortSignal.abort(),
  });
  assertEquals((await early.run()).status, "cancelled");

  const controller = new AbortController();
  const { signal } = controller;
  const orchestrator = await orchestratorOf(project, SLEEPERS.slice(0, 1), { grace: 0.1, signal });
  orchestrator.addStatusCallback((eventType) => {
    if (eventType === "job_started") controller.abort();
  });
  assertEquals((await orchestrator.run()).status, "cancelled");
  orchestrator.cancel();
});

Deno.test("getStatus() tells of a run before, while and after it is under way", async () => {
  await using project = newProject();
  const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }]);
  const none = { pending: 0, running: 0, success: 0, failed: 0, cancelled: 0, skipped: 0 };
  assertEquals(orchestrator.getStatus(), {
    run_id: null,
    status: "pending",
    counts: { ...none, pending: 1 },
    jobs: { a: "pending" },
  });
  assertEquals(orchestrator.getEventHistory(), []);
  const seen: string[] = [];
  orchestrator.addStatusCallback((eventType) => {
    seen.push(
      `${eventType} ${orchestrator.getStatus().status} ${orchestrator.getStatus().jobs["a"]}`,
    );
  });
  const { execution_id } = await orchestrator.run();
  assertEquals(seen.slice(-2), [
    "job_completed completed success",
    "run_finished completed success",
  ]);
  assertMatch(seen[1]!, /^job_started running running$/);
  const { run_id, status, counts } = orchestrator.getStatus();
  assertEquals([run_id, status, counts.success], [execution_id, "completed", 1]);
});

Deno.test("an orchestrator does one run at a time, and may do another", async () => {
  await using project = newProject();
  const orchestrator = await orchestratorOf(project, [{ id: "a", command: "true" }]);
  const first = orchestrator.run();
  await assertRejects(() => orchestrator.run(), Error, "one run at a time");
  const [one, two] = [await first, await orchestrator.run()];
  assert(one.execution_id !== two.execution_id);
  assertEquals([one.status, two.status], ["completed", "completed"]);
});

Deno.test("variables reach jobs beneath those of the environment and of the workflow", async () => {
  await using project = newProject();
  const variables = { OWN: "own", PATH: "/nowhere", SET: "beneath" };
  const orchestrator = await orchestratorOf(project, [{
    id: "a",
    command: "echo $OWN $SET $REF; command -v sh >/dev/null && echo path kept",
    environment: { SET: "by the job", REF: "<$OWN>" },
  }], { variables });
  assertEquals(
    (await orchestrator.run()).jobs["a"]!.stdout,
    "own by the job <own>\npath kept\n",
  );
});

Deno.test("loadWorkflow() rejects with every problem of a file, and their places", async () => {
  await using project = newProject({
    "w.yaml":
      "name: w\njobs:\n  - id: a\n    comand: x\n  - id: b\n    command: x\n    dependencies: [c]\n",
  });
  const error = await assertRejects(() => loadWorkflow(project.path("w.yaml")), WorkflowError);
  assertEquals(
    error.problems.map(({ code, line, column, help }) => ({ code, line, column, help })),
    [
      { code: "E202", line: 4, column: 5, help: "did you mean 'command'?" },
      { code: "E204", line: 7, column: 20, help: "did you mean 'a'?" },
    ],
  );
  assertStringIncludes(error.message, "error[E204]: Job 'b' depends on non-existent job 'c'");
  assertStringIncludes(error.message, "7 |     dependencies: [c]");
});

Deno.test("loadWorkflow() takes URLs and objects, and refuses what is neither", async () => {
  await using project = newProject({
    "a b.json": '{"name": "w", "jobs": [{"id": "a", "command": "x"}]}',
  });
  const url = new URL(`file://${project.folder}/a%20b.json`);
  const loaded = await loadWorkflow(url);
  assertEquals([loaded.path, loaded.directory], [project.path("a b.json"), project.folder]);
  await assertRejects(() => loadWorkflow(new URL("https://example.com/w.yaml")), TypeError);
  const made = await assertRejects(
    () => loadWorkflow({ name: "w", jobs: [{ id: 7 }] }),
    WorkflowError,
  );
  assertEquals(made.problems.map(({ code, line }) => ({ code, line })), [{
    code: "E201",
    line: null,
  }]);
  const missing = await assertRejects(() => loadWorkflow(project.path("none.yaml")), WorkflowError);
  assertEquals(missing.problems[0]!.code, "E101");
});

Deno.test("loadWorkflow() says what it takes to whom hands in something else", async () => {
  for (const [source, found] of [[7, "number"], [undefined, "undefined"], [() => 1, "function"]]) {
    await assertRejects(
      () => loadWorkflow(source as string),
      TypeError,
      `Expected a path, a file: URL or an object: found ${found}`,
    );
  }
});

/** Options that cannot be meant, and what is said of them. */
const BAD_OPTIONS: readonly (readonly [object, string])[] = [
  [{ maxConcurrent: 0 }, "The option 'maxConcurrent' must be a whole number from 1 on"],
  [{ maxConcurrent: -1 }, "The option 'maxConcurrent' must be"],
  [{ maxConcurrent: 1.5 }, "The option 'maxConcurrent' must be"],
  [{ maxConcurrent: NaN }, "The option 'maxConcurrent' must be"],
  [{ maxConcurrent: "2" }, "The option 'maxConcurrent' must be"],
  [{ grace: -1 }, "The option 'grace' must be a number of seconds from 0 on"],
  [{ grace: NaN }, "The option 'grace' must be"],
  [{ grace: Infinity }, "The option 'grace' must be"],
  [{ maxLogBytes: 0 }, "The option 'maxLogBytes' must be a whole number from 1 on"],
  [{ only: "a" }, "The option 'only' must be a list of ids"],
  [{ tags: [7] }, "The option 'tags' must be a list of tags"],
  [{ skipTags: {} }, "The option 'skipTags' must be a list of tags"],
  [{ variables: { "A B": "x" } }, "The option 'variables' must be a mapping of names to texts"],
  [{ variables: { A: 1 } }, "The option 'variables' must be"],
  [{ variables: { A: "a\0b" } }, "The option 'variables' must be"],
];

Deno.test("an option with a value that it cannot have is refused at once", async () => {
  const workflow = await loadWorkflow({ name: "w", jobs: [{ id: "a", command: "true" }] });
  for (const [options, message] of BAD_OPTIONS) {
    assertThrows(() => new Orchestrator(workflow, options), TypeError, message);
  }
  const right = { maxConcurrent: 1, grace: 0, only: [], variables: { A_1: "" }, maxLogBytes: 1 };
  new Orchestrator(workflow, right);
});

Deno.test("a program of another folder imports the library by its path, and needs no more for it", async () => {
  await using project = newProject({
    "deno.json": JSON.stringify({
      imports: { "@orch/orch": `${ROOT}/lib/mod.ts` },
      unstable: ["worker-options"],
    }),
    "own.js": "export default { run: () => ({ outputs: { n: 1 } }) };",
    "p.ts": `import { loadWorkflow, Orchestrator, type StatusEventType } from "@orch/orch";
      const told: StatusEventType[] = [];
      const workflow = await loadWorkflow({
        name: "w",
        plugins: [{ type: "own", path: "./own.js" }],
        jobs: [{ id: "a", command: "echo a" }, { id: "b", job_type: "own", dependencies: ["a"] }],
      });
      const orchestrator = new Orchestrator(workflow, { maxConcurrent: 2 });
      orchestrator.addStatusCallback((eventType) => told.push(eventType));
      const { status, jobs } = await orchestrator.run();
      console.log(JSON.stringify([status, jobs.a?.stdout, jobs.b?.outputs, told.length]));`,
  });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--check", "--quiet", "--allow-all", "p.ts"],
    cwd: project.folder,
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals({ code, errors }, { code: 0, errors: "" });
  assertEquals(JSON.parse(printed!), ["completed", "a\n", { n: 1 }, 6]);
});

Deno.test("run() rejects before anything is started where the workflow cannot run as it is", async () => {
  await using project = newProject();
  const hungry = { resource_limits: { max_memory_mb: 900_000_000 } };
  const tooMuch = await orchestratorOf(project, [{ id: "a", command: "true", ...hungry }]);
  const error = await assertRejects(() => tooMuch.run(), WorkflowError, "Insufficient resources");
  assertEquals(error.problems.map(({ code }) => code), ["E308"]);
  const none = await orchestratorOf(project, [{ id: "a", command: "true" }], { only: ["b"] });
  await assertRejects(() => none.run(), WorkflowError);
  assertEquals(project.exists(".orch"), false);
});
