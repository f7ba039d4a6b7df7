/** Jobs and surroundings that go wrong on purpose: orch stays in charge, and says what happened. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, testNeeding, workflow } from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

const HOLD = "until test -e go; do sleep 0.02; done";
/** Ends by nothing but KILL. */
const STUBBORN = "trap '' TERM INT HUP; : > ready; while :; do sleep 0.05; done";
/** The number of the process group of a job, which is that of its slot's shell. */
const GROUP = "cut -d' ' -f5 /proc/self/stat";
/** While time passes nothing happens that could be waited for. */
const pass = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

testNeeding(["python3"], "a memory hog is named in the results, with its peak", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      {
        id: "hog",
        command: "python3 -c 'x = bytearray(300 * 2**20); import time; time.sleep(30)'",
        resource_limits: { max_memory_mb: 80 },
      },
      { id: "modest", command: "true", resource_limits: { max_memory_mb: 80 } },
    ),
  });
  const { code, stderr } = await project.spawn(["run", "w.yaml", "-o", "r.json"]).finished;
  const { jobs, events } = project.json("r.json");
  const hog = jobs["hog"]! as unknown as { max_memory_mb: number; error_message: string };
  assert(hog.max_memory_mb > 80 && hog.max_memory_mb < 500, `peak ${hog.max_memory_mb}`);
  assertMatch(hog.error_message, /memory.*80 ?MB/);
  assertMatch(stderr, /hog FAILED · .*memory/);
  const end = events.find(({ event_type, job_id }) =>
    event_type === "job_failed" && job_id === "hog"
  );
  assertMatch(JSON.stringify(end!.details), /"out_of_memory"/);
  assertEquals([code, jobs["modest"]!.status], [1, "success"]);
  assertEquals(project.processes(), []);
});

Deno.test("500 MB of output leave orch's memory flat, and its log near --max-log", async () => {
  const flood = "head -c 500000000 /dev/zero | tr '\\0' x; echo; echo the end";
  await using project = newProject({
    "w.yaml": workflow(
      { id: "before", command: HOLD },
      { id: "flood", command: `echo the start; ${flood}`, dependencies: ["before"] },
      { id: "after", command: `rm go; ${HOLD}`, dependencies: ["flood"] },
    ),
  });
  const run = project.spawn(["run", "w.yaml", "--max-log", "1M", "-o", "r.json"]);
  await run.stderr.waitFor(/start +before/);
  const before = peakMb(run.pid!);
  project.write("go", "");
  await run.stderr.waitFor(/start +after/);
  await eventually(() => !project.exists("go"), "the last job to begin");
  const grown = peakMb(run.pid!) - before;
  project.write("go", "");
  assertEquals((await run.finished).code, 0);
  assert(grown < 40, `grew by ${grown} MB`);
  const { jobs, events } = project.json("r.json");
  const log = await Deno.readTextFile(jobs["flood"]!.log_path!);
  assert(log.length < 1.1e6, `${log.length} bytes`);
  const [, cut] = /^the start\nx+\n\[orch: (\d+) bytes cut here\]\nx+\nthe end\n$/.exec(log)!;
  assert(Number(cut) > 300e6, `${cut} bytes cut`);
  const end = events.find(({ event_type, job_id }) =>
    event_type === "job_completed" && job_id === "flood"
  );
  assertMatch(JSON.stringify(end!.details), /"truncated":true/);
});

/** What jobs do to themselves, and how they end. */
const MISCHIEF: Readonly<Record<string, readonly [command: string, code: number, stdout: string]>> =
  {
    "closes its streams": ["exec 0<&- 1>&- 2>&-; sleep 0.05; exit 3", 3, ""],
    "closes all it can": [
      'for n in 0 1 2 3 4 5 6 7 8 9; do eval "exec $n>&-"; done; exit 4',
      4,
      "",
    ],
    "changes its name": [
      "printf renamed >/proc/$$/comm; cat /proc/$$/comm; exit 5",
      5,
      "renamed\n",
    ],
    "takes a name that looks like a state": [
      "printf 'a) Z 1 1 1' >/proc/$$/comm; sleep 0.3; exit 6",
      6,
      "",
    ],
    "reads standard input": ["cat; read line || exit 7", 7, ""],
    "asks for a password": ["(: </dev/tty) 2>/dev/null || echo none; exit 8", 8, "none\n"],
    "goes where it was not sent": ["cd /; rmdir gone 2>/dev/null; echo fine; exit 9", 9, "fine\n"],
    "removes its folder": ['rmdir "$PWD" 2>/dev/null; exit 10', 10, ""],
    "ignores every signal": ["trap '' HUP INT QUIT TERM PIPE; exit 11", 11, ""],
  };

Deno.test("what a job does to itself does no harm to its record or to the jobs after it", async () => {
  await using project = newProject();
  const rows = Object.entries(MISCHIEF);
  const { jobs } = await project.results(
    rows.flatMap(([, [command]], i) => [
      { id: `does_${i}`, command },
      { id: `next_${i}`, command: "echo next" },
    ]),
    ...["-c", "1"],
  );
  for (const [i, [name, [, code, stdout]]] of rows.entries()) {
    const job = jobs[`does_${i}`]!;
    assertEquals([job.exit_code, job.stdout], [code, stdout], name);
    assertEquals(jobs[`next_${i}`]!.stdout, "next\n", `after one that ${name}`);
  }
});

Deno.test("a job is stopped with all it started, whatever it calls itself", async () => {
  const renamed = "printf 'a) Z 1 1 1' >/proc/$$/comm; trap '' TERM; sleep 65; sleep 65";
  await using project = newProject();
  const { jobs } = await project.results(
    [{
      id: "a",
      command: `setsid sh -c "${renamed.replaceAll("$", "\\$")}" & ${renamed}`,
      timeout: 0.5,
    }],
    ...["--grace", "0.1"],
  );
  assertEquals(jobs["a"]!.error_message, "Job timed out after 0.5 seconds");
  assertEquals(project.processes(), []);
});

Deno.test("where files run out, all jobs run all the same, fewer at a time, and one warning says so", async () => {
  const jobs = Array.from(
    { length: 200 },
    (_, i) => ({ id: `j${i}`, command: "sleep 0.02; echo x" }),
  );
  await using project = newProject({ "w.yaml": workflow(...jobs) });
  // Deno itself needs about 35; fifty slots would need three each.
  const run = project.shell("ulimit -n 64; orch run w.yaml -c 50 -o r.json");
  const { code, stderr } = await run.finished;
  assertEquals(project.json("r.json").counts.success, 200, stderr.slice(0, 2_000));
  const warnings = stderr.match(/^warning: the machine cannot start more processes now .*$/gm) ??
    [];
  assertMatch(warnings[0] ?? "", /Too many open files.*continuing with \d+ at a time/);
  assertEquals([code, warnings.length], [0, 1]);
  const own = `orch-${project.json("r.json").execution_id}`;
  assert(!(await controlGroups()).includes(own), "no control group is left");
});

testNeeding(["tmux"], "the second Ctrl-C on a terminal kills at once", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "stubborn", command: STUBBORN },
      { id: "asks", command: "(: </dev/tty) 2>/dev/null || : > no-terminal; sleep 60" },
    ),
  });
  await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
  await terminal.type("./orch run w.yaml -c 2 --grace 600 -o r.json; echo code=$?");
  await project.waitForFile("ready");
  await project.waitForFile("no-terminal");
  await terminal.press("C-c");
  await terminal.waitFor(/Ctrl-C again kills them now/);
  await eventually(() => !project.processes().includes("sleep 60"), "the other job to end");
  assertEquals(project.exists("r.json"), false, "the stubborn one is waited for");
  // Sooner it would be taken for an echo of the first.
  await pass(400);
  await terminal.press("C-c");
  await terminal.waitFor(/code=130\n/);
  assertMatch(await terminal.scrollback(), /killing all running jobs now/);
  assertEquals(project.json("r.json").counts.cancelled, 2);
  assertEquals(project.processes(), []);
});

testNeeding(
  ["tmux"],
  "Ctrl-Z stops the jobs with orch, and time limits too, until fg",
  async () => {
    const ticks = "i=0; while [ $i -lt 40 ]; do sleep 0.02; i=$((i + 1)); echo $i >> ticks; done";
    await using project = newProject({
      "w.yaml": workflow({ id: "ticks", command: ticks, timeout: 3 }),
    });
    await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
    await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
    await project.waitForFile("ticks");
    await terminal.press("C-z");
    await terminal.waitFor(/Stopped/);
    assertEquals(await terminal.isCursorVisible(), true);
    const before = project.read("ticks");
    // Longer than the time limit.
    await pass(3_200);
    assertEquals(project.read("ticks"), before, "the job stands still");
    await terminal.type("fg");
    await eventually(() => project.exists("r.json"), "the end of the run");
    const { jobs } = project.json("r.json");
    assertEquals([jobs["ticks"]!.status, jobs["ticks"]!.error_message], ["success", null]);
    assertEquals(project.read("ticks").trim().split("\n").length, 40);
    await terminal.waitFor(/✔ ticks +[0-2]\.\d+s\n[^]*[0-2]\.\d+s of work/);
    assertEquals(await terminal.isCursorVisible(), true);
    await eventually(() => project.processes().length === 0, "orch to have ended");
  },
);

Deno.test("a job that was stopped from outside, slot and all, ends in order", async () => {
  const command =
    `trap 'echo cleaned; exit 0' TERM; ${GROUP} > group; while :; do sleep 0.02; done`;
  await using project = newProject({ "w.yaml": workflow({ id: "frozen", command }) });
  const run = project.spawn(["run", "w.yaml", "--grace", "600", "-o", "r.json"]);
  await eventually(() => project.exists("group") && project.read("group") !== "", "the job");
  const group = Number(project.read("group"));
  Deno.kill(-group, "SIGSTOP");
  await eventually(() => statOf(group)[0] === "T", "the slot to stand still");
  run.signal("SIGTERM");
  assertEquals((await run.finished).code, 143);
  const { status, stdout } = project.json("r.json").jobs["frozen"]!;
  assertEquals([status, stdout], ["cancelled", "cleaned\n"]);
});

Deno.test("the shell of a slot that is killed from outside fails its own job, and the run goes on", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "hit", command: `${GROUP} > group; (trap '' HUP; sleep 66) & sleep 66` },
      { id: "beside", command: HOLD },
      { id: "later", command: "echo later", dependencies: ["beside"] },
      { id: "needs_it", command: "true", dependencies: ["hit"] },
    ),
  });
  const run = project.spawn(["run", "w.yaml", "-c", "2", "-o", "r.json"]);
  await eventually(() => project.exists("group") && project.read("group") !== "", "the job");
  Deno.kill(Number(project.read("group")), "SIGKILL");
  await run.stderr.waitFor(/FAILED +hit .*SIGKILL/);
  assertEquals(project.processes().filter((command) => command === "sleep 66"), []);
  project.write("go", "");
  assertEquals((await run.finished).code, 1);
  const { jobs, counts } = project.json("r.json");
  assertEquals([jobs["hit"]!.signal, jobs["later"]!.stdout], ["SIGKILL", "later\n"]);
  assertEquals(counts, { success: 2, failed: 1, cancelled: 0, skipped: 1 });
});

Deno.test("a reaper that is killed from outside is replaced, and does its work", async () => {
  const grace = "0.3";
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: STUBBORN }, {
      id: "b",
      command: "setsid sleep 67 & sleep 67",
    }),
  });
  const run = project.spawn(["run", "w.yaml", "-c", "2", "--grace", grace]);
  await project.waitForFile("ready");
  const isReaper = (pid: number) => /eval "\$GUARD".*first\0/s.test(read(`/proc/${pid}/cmdline`));
  const [first] = childrenOf(run.pid!).filter(isReaper);
  Deno.kill(first!, "SIGKILL");
  await eventually(
    () => childrenOf(run.pid!).some((pid) => pid !== first && isReaper(pid)),
    "another reaper",
  );
  Deno.kill(run.pid!, "SIGKILL");
  await run.finished;
  await eventually(() => project.processes().length === 0, "all of it to be gone");
});

/** The most memory that a process has had at a time. */
function peakMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))![1]) / 1024;
}

/** The fields of /proc/pid/stat from the third on: state, parent, group. */
function statOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function childrenOf(parent: number): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
    .filter((pid) => pid > 0 && statOf(pid)[1] === String(parent));
}

/** All control groups at the top, where there are any. */
async function controlGroups(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]) {
    try {
      for await (const { name } of Deno.readDir(folder)) {
        found.push(name);
      }
    } catch {
      // There are none.
    }
  }
  return found;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
