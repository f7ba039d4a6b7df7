/** orch and its reaper are killed, and the jobs live on: what ended counts, what lives is ended first. */
import { ownCgroup } from "../../lib/runtime/kernel/cgroup.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import {
  eventually,
  newProject,
  type Project,
  ROOT,
  type Running,
  workflow,
} from "../support/cli.ts";
import { killAll, outcomesOf, runOf, stateOf, statusesOf } from "../support/lives.ts";
import { ENTRY, testWithAll } from "../support/under_test.ts";

const HOLD = "until test -e go; do sleep 0.02; done";
/** Says that the first attempt has begun; any other has nothing to do. */
const FIRST =
  "echo $ORCH_JOB_ID >> begun; [ $ORCH_ATTEMPT = 1 ] || exit 0; : > ready_$ORCH_JOB_ID; ";
const FLAGS = ["--no-live", "-c", "8"];

/** Starts a run and kills all of orch once these jobs have begun. */
async function abandon(
  project: Project,
  jobs: readonly (Readonly<Record<string, unknown>> & {
    readonly id: string;
    readonly command: string;
  })[],
  ...flags: readonly string[]
): Promise<Running> {
  project.write("w.yaml", workflow(...jobs));
  const orch = project.spawn(["run", "w.yaml", ...FLAGS, ...flags]);
  for (const { id, command } of jobs) {
    if (command.startsWith(FIRST)) await project.waitForFile(`ready_${id}`);
  }
  await killAll(project, orch);
  return orch;
}

/** The lines that slots have written about ends. */
function endsIn(project: Project): string[] {
  const { path } = runOf(project);
  const files = project.list(path).filter((name) => name.startsWith("ends-"));
  return files.flatMap((name) => project.read(`${path}/${name}`).trimEnd().split("\n")).sort();
}

async function isEmptied(project: Project): Promise<void> {
  await eventually(() => project.processes().length === 0, "the end of all processes");
  const parent = ownCgroup();
  if (parent === null) return;
  const left = (await Array.fromAsync(Deno.readDir(parent))).map(({ name }) => name)
    .filter((name) => name.endsWith(runOf(project).runId));
  assertEquals(left, [], "no control group is left");
}

Deno.test("a job that ends while nobody looks counts as it ended, and is not run again", async () => {
  await using project = newProject();
  const held = (rest: string) => `${FIRST}${HOLD}; ${rest}`;
  await abandon(project, [
    { id: "done", command: held("exit 0") },
    { id: "next", command: "echo next >> begun", dependencies: ["done"] },
    { id: "fails", command: held("exit 5") },
    { id: "never", command: "echo never >> begun", dependencies: ["fails"] },
    {
      id: "retried",
      command: held("exit 6"),
      retry_config: { max_attempts: 2, initial_delay: 0.05 },
    },
    { id: "killed", command: held("kill -9 $$") },
  ]);
  project.write("go", "");
  await eventually(() => endsIn(project).length === 4, "the ends of all jobs");
  assertEquals(endsIn(project), ["done.1 0 .", "fails.1 5 .", "killed.1 137 .", "retried.1 6 ."]);
  const { code, stderr } = await project.spawn(["resume", ...FLAGS]).finished;
  const state = await stateOf(runOf(project));
  assertEquals(statusesOf(state), [
    ...["done success", "next success", "fails failed", "never skipped", "retried success"],
    "killed failed",
  ]);
  assertEquals([...outcomesOf(state)], [
    ["done.1", "succeeded"],
    ["next.1", "succeeded"],
    ["fails.1", "exited"],
    ["retried.1", "exited"],
    ["retried.2", "succeeded"],
    ["killed.1", "exited"],
  ]);
  const begun = project.read("begun").trimEnd().split("\n").sort();
  assertEquals(begun, ["done", "fails", "killed", "next", "retried", "retried"]);
  assertEquals([code, /start +done/.test(stderr)], [1, false]);
  const [done] = state.attempts[0]!;
  assert(done!.endedAt < state.finishedAt! && done!.endedAt > done!.startedAt, "it ended before");
  await isEmptied(project);
});

Deno.test("what still lives is ended by resume and runs again, whatever it makes of TERM", async () => {
  await using project = newProject();
  const jobs = [
    { id: "program", command: `${FIRST}exec sleep 61` },
    { id: "shell", command: `${FIRST}while :; do (sleep 0.05); done` },
    { id: "busy", command: `${FIRST}while :; do :; done` },
    { id: "own_shell", command: `${FIRST}echo $$; while :; do sleep 0.05; done` },
    {
      id: "cleans",
      command: `${FIRST}trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.05; done`,
    },
    { id: "stubborn", command: `${FIRST}trap '' TERM; while :; do sleep 0.05; done` },
    { id: "leaves", command: `${FIRST}setsid sleep 62 & (sleep 63 & sleep 63)& wait` },
    { id: "stopped", command: `${FIRST}kill -STOP 0; sleep 64` },
  ];
  await abandon(project, jobs, "--grace", "0.4");
  const began = performance.now();
  const { code, stderr } = await project.spawn(["resume", ...FLAGS]).finished;
  assertEquals(code, 0, stderr);
  assert(performance.now() - began > 400, "the stubborn one has its grace");
  assertMatch(stderr, /^Stopping \d+ processes of run .* that outlived orch\n/);
  const outcomes = [...outcomesOf(await stateOf(runOf(project)))];
  assertEquals(
    outcomes,
    jobs.flatMap(({ id }) => [[`${id}.1`, "lost"], [`${id}.2`, "succeeded"]]),
  );
  const { stdout } = runOf(project).filesOf("cleans", 1);
  assertEquals(project.read(stdout), "cleaned\n");
  await isEmptied(project);
});

Deno.test("so it is where Deno may not look at processes itself", async () => {
  await using project = newProject();
  const jobs = [
    { id: "program", command: `${FIRST}exec sleep 61` },
    { id: "busy", command: `${FIRST}while :; do :; done` },
  ];
  await abandon(project, jobs, "--grace", "0.4");
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [, permissions] = /deno run (.*?) "/.exec(tasks.orch.command)!;
  const orch = `"$deno" run ${permissions} ${ENTRY}`;
  const { code, stderr } = await project.shell(`${orch} resume ${FLAGS.join(" ")}`).finished;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^Stopping \d+ processes/);
  assertEquals(outcomesOf(await stateOf(runOf(project))).get("busy.1"), "lost");
  await eventually(() => project.processes().length === 0, "the end of all processes");
});

Deno.test("a job that dies of our TERM is never taken for one that ended by itself", async () => {
  for (let time = 0; time < 5; time++) {
    await using project = newProject();
    const jobs = Array.from({ length: 8 }, (_, i) => ({
      id: `j${i}`,
      command: FIRST + (i % 2 === 0 ? "exec sleep 65" : "while :; do sleep 0.01; done"),
    }));
    await abandon(project, jobs);
    const { code, stderr } = await project.spawn(["resume", ...FLAGS]).finished;
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "8 succeeded");
    for (const line of endsIn(project)) assertMatch(line, /^j\d\.1 \d+ 1\.$|^j\d\.2 0 \.$/);
    await isEmptied(project);
  }
});

testWithAll(
  "what has left its group, its session and its environment is ended by its mark",
  async () => {
    await using project = newProject();
    const command = `${FIRST}env -i setsid sleep 66.25 & wait`;
    await abandon(project, [{ id: "hides", command }], "--grace", "0.4");
    await eventually(() => sleepers("66.25").length === 1, "what hides");
    const { code, stderr } = await project.spawn(["resume", ...FLAGS]).finished;
    assertEquals(sleepers("66.25"), [], stderr);
    assertEquals(code, 0, stderr);
    await isEmptied(project);
  },
);

/** Processes that sleep for so long: their environment does not tell whose they are. */
function sleepers(seconds: string): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`) === `sleep\0${seconds}\0`;
    } catch {
      return false;
    }
  }).map(Number);
}
