/** The test runner: what it is asked for, in which order it works, and that it hides no failure. */
import { ALONE, LOOSE, SECONDS, SHIPPED } from "../../tools/test_lanes.ts";
import { inOrder, lastLine, NONE, reportOf, sum, wishOf } from "../../tools/test_plan.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, ROOT } from "../support/cli.ts";
import { runProgram } from "./bundled.ts";

Deno.test("the runner hands flags on, with their values, and takes all else for paths", () => {
  assertEquals(wishOf([]), { paths: [], flags: [] });
  assertEquals(wishOf(["tests/core", "--filter", "a b", "--fail-fast", "x_test.ts"]), {
    paths: ["tests/core", "x_test.ts"],
    flags: ["--filter", "a b", "--fail-fast"],
  });
  assertEquals(wishOf(["--filter=x", "--filter"]), {
    paths: [],
    flags: ["--filter=x", "--filter"],
  });
});

Deno.test("long files begin first, and those that measure have the machine alone", () => {
  const files = ["a", "m", "b", "c"].map((path) => ({ path, shipped: false, alone: path === "m" }));
  const { together, alone } = inOrder(files, { b: 9, c: 5 });
  assertEquals(together.map(({ path }) => path), ["b", "c", "a"]);
  assertEquals(alone.map(({ path }) => path), ["m"]);
});

Deno.test("all that the runner knows of files is about files that are there", async () => {
  for (const path of [...ALONE, ...LOOSE, ...SHIPPED, ...Object.keys(SECONDS)]) {
    await Deno.stat(`${ROOT}/${path}`);
  }
});

/** The output of a `deno test`, and what is read in it: passed, failed, ignored and steps. */
const LAST_LINES: readonly (readonly [string, readonly number[] | null])[] = [
  ["ok | 5 passed | 0 failed (12ms)", [5, 0, 0, 0]],
  ["ok | 1 passed (2 steps) | 0 failed | 3 ignored (1m2s)", [1, 0, 3, 2]],
  ["FAILED | 4 passed (1 step) | 2 failed (1 step) (3s)", [4, 2, 0, 1]],
  ["\x1b[31mFAILED\x1b[0m | 4 passed | 1 failed \x1b[38;5;245m(3s)\x1b[0m", [4, 1, 0, 0]],
  ["ok | 0 passed | 0 failed | 7 filtered out (1ms)", [0, 0, 0, 0]],
  ["running 5 tests from ./x.ts", null],
  ["", null],
];

for (const [line, expected] of LAST_LINES) {
  Deno.test(`the runner reads ${JSON.stringify(line)}`, () => {
    const { tally } = reportOf(`a ... ok\n\n${line}\n\n`);
    const read = tally && [tally.passed, tally.failed, tally.ignored, tally.passedSteps];
    assertEquals(read, expected as number[] | null);
  });
}

Deno.test("the last line has the form of one file's", () => {
  const tally = sum({ ...NONE, passed: 3, passedSteps: 1 }, { ...NONE, passed: 2, ignored: 1 });
  assertEquals(
    lastLine(tally, true, 217_600),
    "ok | 5 passed (1 step) | 0 failed | 1 ignored (3m38s)",
  );
  assertEquals(lastLine({ ...NONE, failed: 1 }, false, 900), "FAILED | 0 passed | 1 failed (1s)");
  assertEquals(reportOf(lastLine(tally, true, 0)).tally, tally);
});

/** Runs the runner over a folder with these files, as `deno task test FOLDER` does. */
async function runTests(files: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  await using project = newProject(files);
  const args = ["run", "--allow-all", `${ROOT}/tools/test.ts`, project.folder, ...flags];
  const options = { cwd: ROOT, env: { NO_COLOR: "1", ORCH_UNDER_TEST: "" } };
  return await runProgram([Deno.execPath(), ...args], options);
}

const GOOD = 'Deno.test("good", () => {});\n';

Deno.test("the runner adds up what it runs", async () => {
  const { code, stdout } = await runTests({
    "a_test.ts": GOOD + 'Deno.test("steps", async (t) => void await t.step("one", () => {}));\n',
    "deep/b_test.ts": `${GOOD}Deno.test.ignore("lacks something", () => {});\n`,
    "no_tests.ts": 'throw new Error("not run");\n',
  });
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /^good \.\.\. ok/m);
  assertMatch(stdout, /\nok \| 3 passed \(1 step\) \| 0 failed \| 1 ignored \(\d+s\)\n$/);
});

Deno.test("the runner fails where a test fails, a file crashes, leaks or does not compile", async () => {
  const bad = {
    "fails_test.ts": `${GOOD}Deno.test("bad", () => { throw new Error("because"); });\n`,
    "crashes_test.ts": `${GOOD}Deno.test("ends all", () => Deno.kill(Deno.pid, "SIGKILL"));\n`,
    "leaks_test.ts": 'Deno.test("leaks", () => void Deno.openSync("."));\n',
    "loads_test.ts": 'throw new Error("at once");\n',
  };
  const { code, stdout } = await runTests({ ...bad, "good_test.ts": GOOD });
  assertEquals(code, 1);
  assertMatch(stdout, /ERRORS in \S+fails_test\.ts\n[^]*Error: because/);
  assertMatch(stdout, /FAILURES\n[^]*\nbad => \S*fails_test\.ts/);
  assertMatch(stdout, /\nleaks => \S*leaks_test\.ts/);
  assertMatch(stdout, /crashes_test\.ts ended with 137 before all was tested\n/);
  assertMatch(stdout, /Error: at once/);
  // Both tests of the file that crashed are lost with it.
  assertMatch(stdout, /\nFAILED \| 2 passed \| 4 failed \(\d+s\)\n$/);
  const untyped = await runTests({
    "x_test.ts": 'Deno.test("x", () => { const n: number = ""; });',
  });
  assertEquals(untyped.code, 1, untyped.stdout);
  assertMatch(untyped.stderr, /not assignable/);
});

Deno.test("the runner hands a filter on, and fails where nothing has such a name", async () => {
  const files = { "a_test.ts": `${GOOD}Deno.test("other", () => {});\n` };
  const one = await runTests(files, "--filter", "other");
  assertMatch(one.stdout, /\nok \| 1 passed \| 0 failed \(\d+s\)\n$/);
  const none = await runTests(files, "--filter", "no such test");
  assertEquals([none.code, none.stdout], [1, "No test is called so\n"]);
  const missing = await runProgram([
    ...[Deno.execPath(), "run", "--allow-all", `${ROOT}/tools/test.ts`, "tests/no_such_folder"],
  ], { cwd: ROOT });
  assertEquals(missing.code, 2);
  assert(/^error: No such file/.test(missing.stdout), missing.stdout);
});
