/** Jobs without a shell: the pool and its processes. */
import type { RunLimits } from "../../../lib/core/plan/limits.ts";
import { sketchLimits } from "../../support/workflows.ts";
import { DirectPool } from "../../../lib/runtime/process/direct_pool.ts";
import type { Launch } from "../../../lib/runtime/port/world.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { howOf, TestPool, until } from "../../support/pool.ts";

const directPool = (limits: Partial<RunLimits> = {}) =>
  new TestPool({ limits: sketchLimits({ graceMs: 300, ...limits }) }, DirectPool);

/** A shell is only one more program here. */
const sh = (text: string): Launch => ({ kind: "program", program: "sh", args: ["-c", text] });

/** What is started, how it ends, and what it prints. */
const RUNS: readonly (readonly [string | Launch, how: string, stdout: string])[] = [
  ["echo hello world", "exit 0", "hello world\n"],
  ["  echo   a\tb  ", "exit 0", "a b\n"],
  ["true", "exit 0", ""],
  ["false", "exit 1", ""],
  ["pwd", "exit 0", "<folder>\n"],
  ["[ 1 = 1 ]", "not_started", ""],
  ["test 1 = 2", "exit 1", ""],
  ["printenv TEST", "exit 0", "1\n"],
  ["cat", "exit 0", ""],
  ["readlink /proc/self/fd/0", "exit 0", "/dev/null\n"],
  ["echo a; echo b", "not_started", ""],
  ["echo $HOME", "not_started", ""],
  ["cd /", "not_started", ""],
  ["no-such-program-here", "not_started", ""],
  ["/etc/passwd", "not_started", ""],
  ["/tmp", "not_started", ""],
  [sh("echo out; echo err >&2; exit 3"), "exit 3", "out\n"],
  [
    { kind: "program", program: "printf", args: ["<%s>", "a b", "$(x)", "'", ""] },
    "exit 0",
    "<a b><$(x)><'><>",
  ],
  [{ kind: "program", program: "echo", args: ["x".repeat(200_000)] }, "not_started", ""],
];

Deno.test("one program with plain arguments runs as in a shell, and all else is not started", async () => {
  await using pool = directPool();
  for (const [what, how, stdout] of RUNS) {
    const result = await pool.run(what);
    const label = JSON.stringify(what).slice(0, 80);
    assertEquals(
      [result.how, result.stdout],
      [how, stdout.replace("<folder>", pool.folder)],
      label,
    );
    if (result.end.kind === "not_started") assert(result.end.cause.length > 10, result.end.cause);
  }
});

Deno.test("what cannot be started says why", async () => {
  await using pool = directPool();
  const causes: Readonly<Record<string, RegExp>> = {
    "no-such-program-here": /no-such-program-here/,
    "/etc/passwd": /\/etc\/passwd.*[Pp]ermission denied/,
    "echo a | cat": /needs a shell/,
  };
  for (const [command, cause] of Object.entries(causes)) {
    const { end } = await pool.run(command);
    assert(end.kind === "not_started");
    assertMatch(end.cause, cause);
  }
  const { end } = await pool.run("true", { workingDirectory: "/no/such/folder" });
  assert(end.kind === "not_started");
  assertMatch(end.cause, /\/no\/such\/folder/);
});

Deno.test("every exit status and every signal is told", async () => {
  await using pool = directPool();
  const codes = [0, 1, 2, 126, 127, 128, 130, 137, 141, 143, 254, 255];
  const coded = await Promise.all(codes.map((code) => pool.run(sh(`exit ${code}`))));
  assertEquals(coded.map(({ how }) => how), codes.map((code) => `exit ${code}`));
  const signals = ["HUP", "INT", "QUIT", "ABRT", "KILL", "SEGV", "USR1", "PIPE", "ALRM", "TERM"];
  const ended = await Promise.all(
    signals.map((signal) => pool.run(sh(`ulimit -c 0; kill -${signal} $$; sleep 5`))),
  );
  assertEquals(ended.map(({ how }) => how), signals.map((signal) => `SIG${signal}`));
});

Deno.test("the record says that nothing contains the job and nothing holds it to limits", async () => {
  await using pool = directPool();
  const { end } = await pool.run("true", { memoryMb: 100, cpuPercent: 50 });
  assert(end.kind === "exited");
  assertEquals(end.process, { containment: "direct", memoryLimit: "none", cpuLimit: "none" });
  assertEquals(end.usage, { peakMemoryMb: null, cpuSeconds: null });
});

Deno.test("output of each stream is added to its own file, which is private", async () => {
  await using pool = directPool();
  const { stdout, stderr } = await pool.run(sh("seq 1 100000; seq 5 >&2; printf last"));
  assertEquals(stdout, `${Array.from({ length: 100_000 }, (_, i) => i + 1).join("\n")}\nlast`);
  assertEquals(stderr, "1\n2\n3\n4\n5\n");
  const { mode } = await Deno.stat(`${pool.folder}/j1.1.out`);
  assertEquals(mode! & 0o777, 0o600);
});

Deno.test("a flood of output is cut in the middle, while it goes on and at its end", async () => {
  await using pool = directPool({ maxLogBytes: 1_000_000 });
  const job = pool.start(
    sh("echo first; head -c 80000000 /dev/zero | tr '\\0' x; : > flooded; exec sleep 60"),
  );
  await until(() => exists(`${pool.folder}/flooded`), "all is written");
  await until(
    () => (size(`${pool.folder}/j1.1.out`) ?? 0) <= 1_000_000,
    "it is cut while the job runs",
  );
  job.stop(true);
  const end = await job.ended;
  assert(end.kind === "signaled" && end.process.truncated === true, JSON.stringify(end));
  assertMatch(job.stdout(), /^first\nx+\n\[orch: \d+ bytes cut here\]\nx+$/);
  const short = await pool.run(sh("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo last"));
  assert(short.stdout.length < 1_000_000 && short.stdout.endsWith("xlast\n"));
});

/** Paths of logs that cannot be written. */
for (const path of ["/no/such/folder/log", "/dev/full", "/"]) {
  Deno.test(`a log that cannot be written (${path}) does not disturb the job`, async () => {
    await using pool = directPool();
    const job = pool.pool.start({
      launch: sh("seq 1 300000 && seq 1 300000 >&2 && exit 7"),
      workingDirectory: "/",
      environment: {},
      stdoutPath: path,
      stderrPath: path,
      attemptName: "a.1",
      memoryMb: null,
      cpuPercent: null,
      leaves: false,
      processes: "shared",
    });
    const end = await job.ended;
    assertEquals(howOf(end), "exit 7");
    assert(end.kind === "exited" && end.process.logLost === true, JSON.stringify(end));
  });
}

Deno.test("a job ends with its leader, and what it left in its group ends with the run", async () => {
  const pool = directPool();
  const { how, stdout } = await pool.run(sh("sleep 63 & echo $!; exit 4"));
  assertEquals(how, "exit 4");
  assertEquals(stateOf(Number(stdout)), "S");
  const stubborn = await pool.run(
    sh("(trap '' TERM; kill -STOP $(exec sh -c 'echo $PPID'); sleep 63) & echo $!"),
  );
  await until(() => stateOf(Number(stubborn.stdout)) === "T", "it is stopped");
  assertEquals(pool.alive().length, 2);
  await pool[Symbol.asyncDispose]();
  assertEquals([pool.alive(), pool.notices], [[], []]);
});

Deno.test("a group whose last member has ended is not signalled at the end of the run", async () => {
  const pool = directPool();
  const { stdout } = await pool.run(sh("sleep 63 & echo $!"));
  Deno.kill(Number(stdout), "SIGKILL");
  await until(() => stateOf(Number(stdout)) === null, "nobody is left");
  await pool.run("true");
  const { kill } = Deno;
  const killed: string[] = [];
  Deno.kill = (pid, signal) => {
    if (signal !== (0 as unknown as Deno.Signal)) killed.push(`${signal} ${pid}`);
    kill(pid, signal);
  };
  try {
    await pool[Symbol.asyncDispose]();
  } finally {
    Deno.kill = kill;
  }
  assertEquals(killed, []);
});

Deno.test("a job that is asked to stop may clean up", async () => {
  await using pool = directPool();
  const job = pool.start(
    sh("trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.02; done"),
  );
  await until(() => job.stdout() === "ready\n", "it is ready");
  job.stop(false);
  assertEquals([howOf(await job.ended), job.stdout()], ["exit 5", "ready\ncleaned\n"]);
});

Deno.test("a job that ignores TERM ends by KILL, with its children", async () => {
  await using pool = directPool();
  const job = pool.start(sh("trap '' TERM; sleep 63 & echo $!; while :; do sleep 0.02; done"));
  await until(() => job.stdout() !== "", "it is ready");
  job.stop(false);
  job.stop(true);
  assertEquals(howOf(await job.ended), "SIGKILL");
  assertEquals(stateOf(Number(job.stdout())), null);
});

Deno.test("a job that was stopped has ended when all of its group has", async () => {
  await using pool = directPool();
  const job = pool.start(
    sh("(trap '' TERM; echo $$; while :; do sleep 0.05; done) & exec sleep 63"),
  );
  await until(() => job.stdout() !== "", "it is ready");
  const leader = Number(job.stdout());
  let over = false;
  job.ended.then(() => over = true);
  job.stop(false);
  await until(() => stateOf(leader) === null, "the leader is gone");
  assert(pool.alive().length > 0 && !over);
  job.stop(true);
  assertEquals(howOf(await job.ended), "SIGTERM");
  assertEquals(pool.alive(), []);
});

Deno.test("a stopped job (SIGSTOP) hears TERM", async () => {
  await using pool = directPool();
  const job = pool.start(sh("trap 'exit 6' TERM; echo $$; kill -STOP $$; sleep 60"));
  await until(() => stateOf(Number(job.stdout())) === "T", "it is stopped");
  job.stop(false);
  assertEquals(howOf(await job.ended), "exit 6");
});

Deno.test("all jobs stand still, and go on", async () => {
  await using pool = directPool();
  const jobs = [1, 2].map(() => pool.start(sh("echo $$; exec sleep 63")));
  await until(() => jobs.every((job) => job.stdout() !== ""), "they run");
  const states = () => jobs.map((job) => stateOf(Number(job.stdout()))).join("");
  await pool.pool.freeze();
  await until(() => states() === "TT", "they are stopped");
  pool.pool.thaw();
  await until(() => states() === "SS", "they go on");
  for (const job of jobs) job.stop(true);
  await Promise.all(jobs.map(({ ended }) => ended));
});

Deno.test("a job that has ended is not signalled again, whoever has its number now", async () => {
  await using pool = directPool();
  const job = pool.start("true");
  await job.ended;
  const { kill } = Deno;
  const killed: number[] = [];
  Deno.kill = (pid) => void killed.push(pid);
  try {
    job.stop(false);
    job.stop(true);
    await pool.pool.freeze();
    pool.pool.thaw();
  } finally {
    Deno.kill = kill;
  }
  assertEquals(killed, []);
});

function exists(path: string): boolean {
  return size(path) !== null;
}

function size(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch {
    return null;
  }
}

/** The letter for what a process does; `null` where it has ended. */
function stateOf(pid: number): string | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const state = stat.charAt(stat.lastIndexOf(")") + 2);
    return state === "Z" || state === "X" ? null : state;
  } catch {
    return null;
  }
}
