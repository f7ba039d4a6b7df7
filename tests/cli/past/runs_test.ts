/** The commands about runs that were made, on runs that were kept: what they find, print and refuse. */
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import { RunLock } from "../../../lib/runtime/state/run_lock.ts";
import { assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { newProject } from "../../support/cli.ts";
import { keepMany, keepRun } from "../../support/kept_run.ts";
import { START } from "../../support/story.ts";
import { DAY_MS, failed, MID, NEW, OLD, storyOf, threeRuns } from "../../support/three_runs.ts";

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
  ["--workflow ./ci.yaml", [NEW, MID]],
  ["--workflow ../elsewhere/nightly.yaml", [OLD]],
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
  assertStringIncludes((await project.orch(["history"])).stderr, "No runs found");
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

Deno.test("an index that is damaged anywhere is made anew, whatever is asked of it", async () => {
  await using project = newProject();
  await keepMany(project.path(".orch"), 60);
  const ask = ["history", "--job", "job7", "--limit", "60"];
  const expected = await project.orch(ask);
  assertEquals(cells(expected.stdout).length, 61);
  const path = project.path(".orch/history.db");
  const bytes = await Deno.readFile(path);
  const pageBytes = 4_096;
  for (let page = 0; page < bytes.length / pageBytes; page++) {
    const spoilt = bytes.slice();
    spoilt.fill(0xa5, page * pageBytes, (page + 1) * pageBytes);
    await Deno.writeFile(path, spoilt);
    assertEquals(await project.orch(ask), expected, `page ${page}`);
  }
});

/** Command lines that are refused, with exit 2, and what is said. */
const WRONG: readonly (readonly [string, string])[] = [
  ["history rebild", "expected rebuild, or nothing"],
  [
    "history rebuild --json",
    "orch history rebuild rebuilds the whole index: remove the other flags",
  ],
  ["history --limit 0", "--limit: '0': expected a whole number from 1 to 100000"],
  ["show nope", "No run 'nope': orch history lists all runs"],
  ["show 2026", `'2026' may be ${NEW}, ${MID}, ${OLD}: which one?`],
  ["show cccd", `No run 'cccd': did you mean ${NEW}?`],
  ["events last --state-dir none", "No runs in "],
  ["logs last bild", `Run ${NEW} has no job 'bild': did you mean 'build'?`],
  ["logs last --attempt 1", "--attempt needs a job"],
  ["logs last build --attempt 2", "--attempt 2: job 'build' has had 1 attempt"],
  ["logs last build --attempt x", "expected a whole number"],
  ["clean", "Choose runs to remove: --keep N"],
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
    assertStringIncludes(stdout, `next      orch resume ${NEW}\n`);
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

Deno.test("several orch clean at once remove each run once, and none fails", async () => {
  await using project = newProject();
  await keepMany(project.path(".orch"), 60);
  const all = await Promise.all(
    Array.from({ length: 4 }, () => project.orch(["clean", "--keep", "0"])),
  );
  const removed = all.map(({ code, stdout, stderr }) => {
    assertEquals([code, stderr], [0, ""]);
    return Number(/^Removed (\d+) runs?,/.exec(stdout)?.[1] ?? 0);
  });
  assertEquals(removed.reduce((sum, count) => sum + count, 0), 60);
  assertEquals(project.list(".orch/runs"), []);
});
