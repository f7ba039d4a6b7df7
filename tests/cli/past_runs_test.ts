/** The commands about runs that were made, on runs that were kept: what they find, print and refuse. */
import { runCli } from "../../lib/cli/mod.ts";
import { realWorld } from "../../lib/runtime/real_world.ts";
import { RUN_FILES } from "../../lib/runtime/run_directory.ts";
import { RunLock } from "../../lib/runtime/run_lock.ts";
import type { RunPlace } from "../../lib/runtime/run_store.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { Captured, newProject, type Project } from "../support/cli.ts";
import { keepRun, type KeptOptions } from "../support/kept_run.ts";
import { START, Story } from "../view/story.ts";

/** A stream that says it is a terminal, and keeps what is written to it. */
class Terminal extends Captured {
  override readonly isTerminal: boolean = true;
}

const [OLD, MID, NEW] = [
  "20261120-103000-aaaa",
  "20261121-103000-bbbb",
  "20261122-103000-cccc",
] as const;
const DAY_MS = 86_400_000;

/** A run of `build` and, if it succeeds, `test`. */
function storyOf(runId: string, at: number, name = "ci"): Story {
  const jobs = [{ id: "build" }, { id: "test", dependencies: ["build"] }];
  return new Story(jobs, { runId, at, workflow: { name } });
}

function succeeded(story: Story): Story {
  for (const id of ["build", "test"]) {
    story.start(id);
    story.pass(2_000);
    story.end(id, { kind: "succeeded" }, { usage: { peakMemoryMb: 12, cpuSeconds: 1 } });
  }
  story.finish("completed");
  return story;
}

function failed(story: Story): Story {
  story.start("build");
  story.pass(500);
  story.end("build", { kind: "exited", code: 2 });
  story.skip("test", { kind: "dependency", dependency: "build", cause: "build" });
  story.finish("failed");
  return story;
}

function died(story: Story): Story {
  story.start("build");
  story.pass(700);
  story.end("build", { kind: "succeeded" });
  story.start("test");
  return story;
}

const OUTPUTS = {
  "build.1.out": "compiled\n",
  "build.1.err": "a warning\n",
  "test.1.out": "half a li",
} as const;

/** An old success of another workflow, then a failure, then a run whose orch died. */
async function threeRuns(
  project: Project,
  options: KeptOptions = { file: project.path("ci.yaml"), outputs: OUTPUTS },
): Promise<RunPlace[]> {
  const state = project.path(".orch");
  return [
    await keepRun(state, succeeded(storyOf(OLD, START - 2 * DAY_MS, "nightly")), {
      ...options,
      file: "/elsewhere/nightly.yaml",
    }),
    await keepRun(state, failed(storyOf(MID, START - DAY_MS)), options),
    await keepRun(state, died(storyOf(NEW, START)), options),
  ];
}

/** The cells of a table, without its head and its dates. */
function cells(table: string): string[] {
  return table.trimEnd().split("\n").slice(1).map((line) =>
    line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "DATE").split(/ {2,}/).join("|")
  );
}

Deno.test("orch history lists all runs, newest first, those too that no index holds", async () => {
  await using project = newProject();
  await threeRuns(project);
  const { code, stdout, stderr } = await project.orch(["history"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(cells(stdout), [
    `${NEW}|ci|DATE|unfinished|1 ok, 1 open`,
    `${MID}|ci|DATE|failed|0.50s|0 ok, 1 failed, 1 skipped`,
    `${OLD}|nightly|DATE|completed|4.0s|2 ok`,
  ]);
});

/** Flags, and the runs they leave. */
const FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ["--limit 2", [NEW, MID]],
  ["--limit 1", [NEW]],
  ["--workflow ci", [NEW, MID]],
  ["--workflow ci.yaml", [NEW, MID]],
  ["--workflow nightly", [OLD]],
  ["--workflow nightly.yaml", [OLD]],
  ["--workflow /elsewhere/nightly.yaml", [OLD]],
  ["--workflow yaml", []],
  ["--workflow ci --limit 1", [NEW]],
];

for (const [flags, expected] of FILTERS) {
  Deno.test(`orch history ${flags} lists ${expected.length}, as text and as JSON`, async () => {
    await using project = newProject({ "ci.yaml": "" });
    await threeRuns(project);
    const text = await project.orch(["history", ...flags.split(" ")]);
    assertEquals(cells(text.stdout).map((line) => line.split("|")[0]), [...expected]);
    const json = await project.orch(["history", ...flags.split(" "), "--json"]);
    const { runs } = JSON.parse(json.stdout);
    assertEquals(runs.map((run: { execution_id: string }) => run.execution_id), [...expected]);
    assertEquals([text.code, json.code, json.stderr], [0, 0, ""]);
  });
}

Deno.test("orch history --workflow finds the runs beside a file that is far away", async () => {
  await using project = newProject({ "a/b/c/d/ci.yaml": "" });
  const file = project.path("a/b/c/d/ci.yaml");
  await keepRun(project.path("a/b/c/d/.orch"), failed(storyOf(MID, START)), { file });
  assertStringIncludes((await project.orch(["history"])).stderr, "No runs here");
  const { stdout } = await project.orch(["history", "--workflow", "a/b/c/d/ci.yaml"]);
  assertEquals(cells(stdout).length, 1);
});

Deno.test("orch history --job shows one job over time, those too of runs that died", async () => {
  await using project = newProject();
  await threeRuns(project);
  const { stdout } = await project.orch(["history", "--job", "build"]);
  assertEquals(cells(stdout), [
    `${NEW}|DATE|success|0.70s|1`,
    `${MID}|DATE|failed|0.50s|1`,
    `${OLD}|DATE|success|2.0s|1|12 MB`,
    "3 runs: successes took 0.70s (p50), 2.0s (p90), 33 % failed",
  ]);
  const json = await project.orch(["history", "--job", "test", "--json"]);
  const document = JSON.parse(json.stdout);
  assertEquals([document.job, document.p50_seconds, document.failed_share], ["test", 2, 0]);
  assertEquals(document.runs.map((run: { status: string }) => run.status), ["skipped", "success"]);
});

/** What is said where there is nothing to list. */
const NOTHING: readonly (readonly [string, string])[] = [
  ["history --job bild", "No run of job 'bild' is known: did you mean 'build'?\n"],
  [
    "history --workflow nihgtly",
    "No run of workflow 'nihgtly' is known: did you mean 'nightly'?\n",
  ],
  ["history --state-dir none", "No runs in "],
];

for (const [commandLine, says] of NOTHING) {
  Deno.test(`orch ${commandLine}: says so on stderr, and nothing on stdout`, async () => {
    await using project = newProject();
    await threeRuns(project);
    const { code, stdout, stderr } = await project.orch(commandLine.split(" "));
    assertEquals([code, stdout], [0, ""]);
    assertStringIncludes(stderr, says);
    const json = await project.orch([...commandLine.split(" "), "--json"]);
    assertEquals([json.code, JSON.parse(json.stdout).runs], [0, []]);
  });
}

Deno.test("orch history rebuild makes the index anew and says what is in it", async () => {
  await using project = newProject();
  await threeRuns(project);
  const { code, stdout } = await project.orch(["history", "rebuild"]);
  assertEquals(code, 0);
  assertEquals(
    stdout,
    `Rebuilt ${project.path(".orch/history.db")}: 2 runs; 1 run without an end left out\n`,
  );
});

/** Command lines that are refused, with exit 2, and what is said. */
const WRONG: readonly (readonly [string, string])[] = [
  ["history rebild", "expected rebuild, or nothing"],
  [
    "history rebuild --json",
    "orch history rebuild makes the whole index anew: leave the flags out",
  ],
  ["history --limit 0", "--limit: '0': expected a whole number from 1 to 100000"],
  ["show nope", "No run 'nope': orch history lists them"],
  ["show 2026", `'2026' may be ${NEW}, ${MID}, ${OLD}: which one?`],
  ["show cccd", `No run 'cccd': did you mean ${NEW}?`],
  ["events last --state-dir none", "No runs in "],
  ["logs last bild", `Run ${NEW} has no job 'bild': did you mean 'build'?`],
  ["logs last --attempt 1", "--attempt is of one job: name it"],
  ["logs last build --attempt 2", "--attempt 2: job 'build' has had 1 attempt"],
  ["logs last build --attempt x", "expected a whole number"],
  ["clean", "Say what may go: --keep N or --older-than 30d"],
  ["clean --keep -1", "--keep: '-1'"],
  ["clean --older-than month", "expected an age such as 90m, 12h, 30d or 8w"],
];

for (const [commandLine, says] of WRONG) {
  Deno.test(`orch ${commandLine} is refused with exit 2`, async () => {
    await using project = newProject();
    await threeRuns(project);
    const { code, stdout, stderr } = await project.orch(commandLine.split(" "));
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, says);
  });
}

Deno.test("orch show shows the last run, or the one that is named by any part that tells it", async () => {
  await using project = newProject();
  await threeRuns(project);
  for (const name of [[], ["last"], ["20261122"], ["cccc"], ["c"], [NEW]]) {
    const { code, stdout, stderr } = await project.orch(["show", ...name]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `run       ${NEW}\nworkflow  ci (ci.yaml)\nstatus    unfinished`);
    assertStringIncludes(stdout, `go on     orch resume ${NEW}\n`);
  }
});

Deno.test("orch show tells a run that an orch works on from one that it does not", async () => {
  await using project = newProject();
  const [, , last] = await threeRuns(project);
  {
    using _lock = RunLock.acquire(RUN_FILES.lock(last!.path), { startedAt: 1 });
    const { stdout } = await project.orch(["show"]);
    assertStringIncludes(stdout, `status    running (process ${Deno.pid})\n`);
    assertStringIncludes((await project.orch(["history"])).stdout, "  running  ");
    assertEquals(JSON.parse((await project.orch(["show", "--json"])).stdout).status, "running");
  }
  assertEquals(JSON.parse((await project.orch(["show", "--json"])).stdout).status, "unfinished");
});

Deno.test("orch events lists all events, as lines and as JSON", async () => {
  await using project = newProject();
  await threeRuns(project);
  const lines = await project.orch(["events", "bbbb"]);
  assertEquals([lines.code, lines.stderr], [0, ""]);
  const words = lines.stdout.trimEnd().split("\n").map((line) => line.slice(25));
  assertEquals(words, [
    `▶ run       ci: 2 jobs, 4 at a time (run ${MID})`,
    "○ ready     build",
    "▶ start     build",
    "✗ FAILED    build after 0.50s: exit code 2",
    "⊘ skipped   test: needs build, which did not succeed",
    "▶ end       FAILED",
  ]);
  const json = await project.orch(["events", "bbbb", "--json"]);
  const events = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(events.length, words.length);
  assertEquals(events[3], {
    timestamp: new Date(START - DAY_MS + 500).toISOString(),
    event_type: "job_failed",
    job_id: "build",
    details: { attempt: 1, outcome: { kind: "exited", code: 2 } },
  });
});

/** Command lines, and what stands on stdout and stderr. */
const LOGS: readonly (readonly [string, stdout: string, stderr: string])[] = [
  ["logs last build", "compiled\n", "a warning\n"],
  ["logs last build --stderr", "a warning\n", ""],
  ["logs last build --attempt 1", "compiled\n", "a warning\n"],
  [
    "logs",
    "build | compiled\ntest | half a li\n",
    "build | a warning\norch: the output of test ends where orch ended\n",
  ],
  ["logs last test", "half a li", "orch: the output of test ends where orch ended\n"],
  [
    "logs last --follow",
    "build | compiled\ntest | half a li\n",
    `build | a warning\norch: the run is unfinished and nobody works on it; orch resume ${NEW} goes on with it\n`,
  ],
  ["logs bbbb build --follow", "compiled\n", "a warning\n"],
  [
    "logs bbbb test",
    "",
    "orch: test has no output: it was skipped: needs build, which did not succeed\n",
  ],
  [
    "logs bbbb test --follow",
    "",
    "orch: test has no output: it was skipped: needs build, which did not succeed\n",
  ],
];

for (const [commandLine, stdout, stderr] of LOGS) {
  Deno.test(`orch ${commandLine} prints what was written, each stream to its own`, async () => {
    await using project = newProject();
    await threeRuns(project);
    assertEquals(await project.orch(commandLine.split(" ")), { code: 0, stdout, stderr });
  });
}

Deno.test("orch logs says what became of output that is lost, cut or gone", async () => {
  await using project = newProject();
  const story = new Story([{ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" }]);
  const containment = "process_group" as const;
  for (const id of ["a", "b", "c", "d"]) story.start(id);
  story.end("a", { kind: "succeeded" }, { process: { containment, logLost: true } });
  story.end("b", { kind: "succeeded" }, { process: { containment, truncated: true } });
  story.end("c", { kind: "succeeded" });
  const why = { reason: "script_missing", path: "x.sh" } as const;
  story.end("d", { kind: "not_started", why });
  story.finish("failed");
  const { path } = await keepRun(project.path(".orch"), story, { outputs: { "b.1.out": "b\n" } });
  const { code, stdout, stderr } = await project.orch(["logs"]);
  assertEquals([code, stdout], [0, "b | b\n"]);
  assertEquals(stderr.trimEnd().split("\n"), [
    "orch: the output of a is lost: its files could not be opened",
    "orch: the middle of the output of b was cut out: it grew over --max-log",
    `orch: the output of c is gone: '${path}/jobs/c.1.out' is not there`,
    "orch: d has no output: script 'x.sh' does not exist",
  ]);
});

Deno.test("on a terminal output does nothing but show, in its colours if those are wanted", async () => {
  await using project = newProject();
  const output = "\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07\r\n";
  const story = died(storyOf(NEW, START));
  await keepRun(project.path(".orch"), story, { outputs: { "build.1.out": output } });
  for (
    const [color, expected] of [["1", "\x1b[31mred\x1b[0m ␛[2J␛]0;title␇\x1b[0m\n"], [
      "",
      "red ␛[2J␛]0;title␇\n",
    ]]
  ) {
    const stdout = new Terminal();
    const env = (name: string) => name === "NO_COLOR" && color === "" ? "1" : undefined;
    const world = {
      ...realWorld(),
      stdout,
      stderr: new Captured(),
      env,
      cwd: () => project.folder,
    };
    assertEquals(await runCli(["logs", "last", "build"], world), 0);
    assertEquals(stdout.text, expected);
  }
});

Deno.test("orch clean removes what the rules let go, and nothing that runs", async () => {
  await using project = newProject();
  const places = await threeRuns(project);
  await project.orch(["history"]);
  const long = new Date(Date.now() - 40 * DAY_MS);
  for (const { path } of places.slice(0, 2)) {
    await Deno.utime(RUN_FILES.journal(path), long, long);
  }
  const clean = async (...flags: string[]) => (await project.orch(["clean", ...flags])).stdout;
  assertStringIncludes(await clean("--keep", "0", "--dry-run"), "Would remove 3 runs and free ");
  assertEquals(project.list(".orch/runs"), [OLD, MID, NEW]);
  assertEquals(await clean("--keep", "3"), "Nothing to remove; kept 3\n");
  assertEquals(await clean("--older-than", "41d"), "Nothing to remove; kept 3\n");
  assert(
    /^Removed 1 run, freed .* KiB; kept 2\n$/.test(
      await clean("--keep", "2", "--older-than", "30d"),
    ),
  );
  assertEquals(project.list(".orch/runs"), [MID, NEW]);
  {
    using _lock = RunLock.acquire(RUN_FILES.lock(places[2]!.path), { startedAt: 1 });
    assertStringIncludes(await clean("--keep", "0"), "Removed 1 run");
    assertEquals(project.list(".orch/runs"), [NEW]);
    assertEquals(await clean("--keep", "0"), "Nothing to remove; kept 1, of which 1 running\n");
  }
  const { stdout } = await project.orch(["history", "--json"]);
  assertEquals(JSON.parse(stdout).runs.length, 1);
});

Deno.test("orch clean says which run it could not remove, and exits 3", async () => {
  await using project = newProject();
  const [first] = await threeRuns(project);
  await Deno.mkdir(RUN_FILES.lock(first!.path));
  const { code, stdout, stderr } = await project.orch(["clean", "--keep", "0"]);
  assertEquals(code, 3);
  assertStringIncludes(stdout, "Removed 2 runs");
  assertStringIncludes(stderr, `error: Cannot remove run ${OLD}: `);
});

Deno.test("none of these commands writes anything but the index", async () => {
  await using project = newProject();
  const [first] = await threeRuns(project);
  const before = project.list(`.orch/runs/${first!.runId}`);
  for (const line of ["history", "show", "show --json", "events", "logs", "history --job build"]) {
    await project.orch(line.split(" "));
  }
  await project.orch(["clean", "--keep", "0", "--dry-run"]);
  assertEquals(project.list(`.orch/runs/${first!.runId}`), before);
  assertEquals(project.list(".orch").filter((name) => !name.startsWith("history.db")), ["runs"]);
});
