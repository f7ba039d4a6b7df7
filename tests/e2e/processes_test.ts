/** Jobs that leave something behind, do not want to end, or bring children along. */
import { assert, assertEquals, assertMatch, assertNotMatch } from "../support/assert.ts";
import { eventually, newProject, testNeeding, workflow } from "../support/cli.ts";
import { pastEcho } from "../support/echo.ts";
import { ENTRY } from "../support/under_test.ts";
import { GRANTED } from "../build/bundled.ts";
import { Terminal } from "../support/terminal.ts";

/** A child that would outlive every test, with output of its job still open. */
const LEFTOVER = "sleep 300";

const isLeftover = (commandLine: string) => commandLine === LEFTOVER;

/** How a job leaves a child behind. */
const LEAVES: Readonly<Record<string, string>> = {
  "a child in the background": `${LEFTOVER} &`,
  "a child of a subshell": `(${LEFTOVER} & ) `,
  "a child that ignores TERM": `(trap '' TERM; ${LEFTOVER}; ${LEFTOVER}) & echo`,
  "many children": `for i in 1 2 3 4 5 6 7 8; do ${LEFTOVER} & done`,
};

for (const [name, command] of Object.entries(LEAVES)) {
  Deno.test(`a job ends with its leader, and ${name} is gone after the run`, async () => {
    await using project = newProject({
      "w.yaml": workflow(
        { id: "leaves", command: `${command}\necho done` },
        { id: "next", command: "true", dependencies: ["leaves"] },
        { id: "holds", command: "until test -e go; do sleep 0.01; done" },
      ),
    });
    const run = project.begin(["run", "w.yaml", "-o", "r.json"]);
    await run.stderr.waitFor(/ok +next/);
    await eventually(() => project.processes().some(isLeftover), "it to live while the run does");
    project.write("go", "");
    assertEquals((await run.finished).code, 0);
    assertEquals(project.processes(), []);
    assertMatch(project.json("r.json").jobs["leaves"]!.stdout, /done\n$/);
  });
}

/** A job with children and grandchildren, none of which ends by itself. */
const FAMILY = `sh -c '${LEFTOVER} & ${LEFTOVER}' & (sh -c "${LEFTOVER}" | cat) & : > ready; wait`;

Deno.test("a time limit ends children and grandchildren too", async () => {
  await using project = newProject();
  const { jobs } = await project.results([{ id: "family", command: FAMILY, timeout: 0.3 }]);
  assertEquals(jobs["family"]!.error_message, "Job timed out after 0.3 seconds");
  assertEquals(project.processes(), []);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`${signal} ends children and grandchildren of running jobs, well within the grace`, async () => {
    await using project = newProject({
      "w.yaml": workflow({ id: "family", command: FAMILY }, {
        id: "never",
        command: "touch never",
        dependencies: ["family"],
      }),
    });
    const run = project.spawn(["run", "w.yaml", "-o", "r.json"]);
    await project.waitForFile("ready");
    await eventually(() => project.processes().filter(isLeftover).length === 3, "the family");
    const before = performance.now();
    run.signal(signal);
    const { code } = await run.finished;
    assert(performance.now() - before < 5000, "nobody waited for the grace of 10 seconds");
    assertEquals(code, { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
    assertEquals(project.processes(), []);
    assertEquals(project.exists("never"), false);
    assertEquals(project.json("r.json").counts, {
      success: 0,
      failed: 0,
      cancelled: 2,
      skipped: 0,
    });
  });
}

/** Says that it lives, and does not care for signals. */
const STUBBORN = "trap '' TERM INT HUP; : > ready; while :; do sleep 0.05; done";

Deno.test("a job that ignores TERM is killed after --grace, not before", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "stubborn", command: STUBBORN }) });
  const run = project.spawn(["run", "w.yaml", "--grace", "0.4", "-o", "r.json"]);
  await project.waitForFile("ready");
  run.signal("SIGTERM");
  assertEquals((await run.finished).code, 143);
  const { jobs, events } = project.json("r.json");
  const at = (type: string, n: number) =>
    Date.parse(events.filter(({ event_type }) => event_type === type)[n]!.timestamp);
  const waited = at("job_stopping", 1) - at("job_stopping", 0);
  assert(waited >= 390 && waited < 900, `killed after ${waited} ms`);
  assertEquals(jobs["stubborn"]!.status, "cancelled");
  assertEquals(project.processes(), []);
});

Deno.test("a time limit asks first, then kills, and both are in the events", async () => {
  await using project = newProject();
  const { jobs, events } = await project.results(
    [{ id: "stubborn", command: STUBBORN, timeout: 0.3 }],
    "--grace",
    "0.1",
  );
  const stops = events.filter(({ event_type }) => event_type === "job_stopping");
  assertEquals(stops.map(({ details }) => details["force"]), [false, true]);
  assertEquals(jobs["stubborn"]!.error_message, "Job timed out after 0.3 seconds");
  assertEquals(project.processes(), []);
});

Deno.test("--grace 0 kills at once what does not end at once", async () => {
  await using project = newProject();
  const { jobs } = await project.results(
    [{ id: "stubborn", command: STUBBORN, timeout: 0.3 }],
    "--grace",
    "0",
  );
  assertEquals(jobs["stubborn"]!.status, "failed");
});

Deno.test("the second Ctrl-C kills at once", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "one", command: STUBBORN }, { id: "two", command: STUBBORN }),
  });
  const run = project.spawn(["run", "w.yaml", "--grace", "600", "-o", "r.json"]);
  await project.waitForFile("ready");
  run.signal("SIGINT");
  await run.stderr.waitFor(/Ctrl-C again kills them now/);
  // Npx doubles a signal, and what comes that quickly counts as one press.
  run.signal("SIGINT");
  await pastEcho();
  assertNotMatch(run.stderr.text, /killing all running jobs now/);
  run.signal("SIGINT");
  const { code, stderr } = await run.finished;
  assertEquals(code, 130);
  assertMatch(stderr, /killing all running jobs now/);
  assertEquals(project.processes(), []);
  assertEquals(project.json("r.json").status, "cancelled");
});

testNeeding(["tmux"], "Ctrl-C twice on a terminal asks, then kills at once", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "one", command: STUBBORN },
      { id: "two", command: `setsid ${LEFTOVER} & ${LEFTOVER}` },
    ),
  });
  await using terminal = await Terminal.open(project, { columns: 120, rows: 24 });
  await terminal.type("./orch run w.yaml --grace 600 -o r.json; echo code=$?");
  await project.waitForFile("ready");
  await eventually(() => project.processes().filter(isLeftover).length === 2, "both children");
  await terminal.press("C-c");
  await terminal.waitFor(/Ctrl-C again kills them now/);
  await pastEcho();
  await terminal.press("C-c");
  await terminal.waitFor(/code=130\nready>/);
  assertMatch(await terminal.scrollback(), /killing all running jobs now/);
  assertEquals([project.processes(), project.json("r.json").status], [[], "cancelled"]);
  // The terminal is given back: what is typed is read, and shown.
  await terminal.type("echo typed");
  await terminal.waitFor(/echo typed\ntyped\n/);
});

Deno.test("a job may clean up when it is told to end, and that is not success", async () => {
  const command =
    "trap 'echo cleaned; : > cleaned; exit 0' TERM; : > ready; while :; do sleep 0.05; done";
  await using project = newProject({ "w.yaml": workflow({ id: "tidy", command }) });
  const run = project.spawn(["run", "w.yaml", "-o", "r.json"]);
  await project.waitForFile("ready");
  run.signal("SIGINT");
  assertEquals((await run.finished).code, 130);
  assertEquals(project.exists("cleaned"), true);
  const { status, stdout } = project.json("r.json").jobs["tidy"]!;
  assertEquals({ status, stdout }, { status: "cancelled", stdout: "cleaned\n" });
});

Deno.test("a stopped job is woken up so that it can end", async () => {
  const command = ": > ready; kill -STOP $$; echo woken";
  await using project = newProject({ "w.yaml": workflow({ id: "frozen", command }) });
  const run = project.spawn(["run", "w.yaml", "-o", "r.json"]);
  await project.waitForFile("ready");
  run.signal("SIGTERM");
  assertEquals((await run.finished).code, 143);
});

Deno.test("a stop while a job waits for its next attempt cancels it", async () => {
  await using project = newProject({
    "w.yaml": workflow({
      id: "flaky",
      command: "exit 1",
      retry_config: { max_attempts: 2, initial_delay: 60 },
    }),
  });
  const run = project.begin(["run", "w.yaml", "-o", "r.json"]);
  await run.stderr.waitFor(/retry +flaky/);
  run.signal("SIGINT");
  assertEquals((await run.finished).code, 130);
  const { status, attempts } = project.json("r.json").jobs["flaky"]!;
  assertEquals({ status, attempts }, { status: "cancelled", attempts: 1 });
});

// With all permissions control groups kill at once; with those of the tasks a look at the processes comes first.
for (const flags of [["--allow-all"], GRANTED]) {
  Deno.test(`the third signal leaves at once, and takes the jobs along, with ${flags[0]}`, async () => {
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: STUBBORN }) });
    const orch = [Deno.execPath(), "run", ...flags, ENTRY];
    const run = project.spawnProgram([...orch, "run", "w.yaml", "--grace", "600"]);
    await project.waitForFile("ready");
    run.signal("SIGTERM");
    await run.stderr.waitFor(/terminated \(SIGTERM\)/);
    for (const signal of ["SIGINT", "SIGHUP"] as const) run.signal(signal);
    assertEquals((await run.finished).code, 143);
    await eventually(() => project.processes().length === 0, "the killed job to be gone");
  });
}

Deno.test("a job that has ended is not signalled again, whoever has its number now", async () => {
  await using project = newProject();
  const { events, status } = await project.results([
    { id: "quick", command: "true", timeout: 0.2 },
    { id: "slow", command: "sleep 0.4" },
  ]);
  assertEquals(events.some(({ event_type }) => event_type === "job_stopping"), false);
  assertEquals(status, "completed");
});
