/** `orch logs` and `orch clean` on runs that were kept. */
import { runCli } from "../../../lib/cli/mod.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import { RunLock } from "../../../lib/runtime/state/run_lock.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { Captured } from "../../support/captured.ts";
import { newProject } from "../../support/cli.ts";
import { keepRun } from "../../support/kept_run.ts";
import { START, Story } from "../../support/story.ts";
import { DAY_MS, died, MID, NEW, OLD, storyOf, threeRuns } from "../../support/three_runs.ts";

/** A stream that says it is a terminal, and keeps what is written to it. */
class Terminal extends Captured {
  override readonly isTerminal: boolean = true;
}

/** Command lines, and what stands on stdout and stderr. */
const LOGS: readonly (readonly [string, stdout: string, stderr: string])[] = [
  ["logs last build", "compiled\n", "a warning\n"],
  ["logs last build --stderr", "a warning\n", ""],
  ["logs last build --attempt 1", "compiled\n", "a warning\n"],
  [
    "logs",
    "build | compiled\ntest | half a li\n",
    "build | a warning\norch: the output of test stops where orch ended\n",
  ],
  ["logs last test", "half a li", "orch: the output of test stops where orch ended\n"],
  [
    "logs last --follow",
    "build | compiled\ntest | half a li\n",
    `build | a warning\norch: orch is no longer running this run; to continue: orch resume ${NEW}\n`,
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
    "orch: the output of a is lost, at least in part: its files could not be opened, or no space was left for them",
    "orch: the middle of the output of b was removed because it exceeded --max-log",
    `orch: the output of c is missing: '${path}/jobs/c.1.out' does not exist`,
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

Deno.test("orch clean removes no runs of several places together", async () => {
  await using project = newProject();
  await threeRuns(project);
  await keepRun(project.path("sub/.orch"), storyOf("20261101-000000-eeee", START));
  const { code, stderr } = await project.orch(["clean", "--keep", "0"]);
  assertEquals([code, stderr], [
    2,
    "error: There are runs in .orch, sub/.orch: choose one with --state-dir\n",
  ]);
  const named = await project.orch(["clean", "--keep", "0", "--state-dir", "sub/.orch"]);
  assertEquals(named.code, 0);
  assertEquals([project.list(".orch/runs").length, project.list("sub/.orch/runs")], [3, []]);
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
