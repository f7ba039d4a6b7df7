/** Jobs in warm shells, with real processes: how they end, and that they know nothing of each other. */
import { sketchLimits } from "../../support/workflows.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { TestPool, until } from "../../support/pool.ts";

Deno.test("a slot tells every exit status from 0 to 255", async () => {
  await using pool = new TestPool();
  const codes = [...Array(256).keys()];
  const ends = await Promise.all(codes.map((code) => pool.run(`exit ${code}`)));
  assertEquals(ends.map(({ how }) => how), codes.map((code) => `exit ${code}`));
});

Deno.test("a slot tells every signal that ends a job", async () => {
  await using pool = new TestPool();
  const signals =
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM XCPU XFSZ VTALRM PROF IO SYS";
  for (const signal of signals.split(" ")) {
    assertEquals((await pool.run(`kill -${signal} $$`)).how, `SIG${signal}`, signal);
  }
});

Deno.test("a slot runs what a shell would", async () => {
  await using pool = new TestPool();
  const rows:
    readonly (readonly [command: string, how: string, stdout: string, stderr?: string])[] = [
      ["true", "exit 0", ""],
      ["/bin/true", "exit 0", ""],
      ["false", "exit 1", ""],
      ["echo a; echo b >&2", "exit 0", "a\n", "b\n"],
      ["echo 'it''s' \"quoted\" \\$HOME", "exit 0", "its quoted $HOME\n"],
      ["cat <<'X'\n$a `b` 'c'\nX\n", "exit 0", "$a `b` 'c'\n"],
      ["echo one\necho two", "exit 0", "one\ntwo\n"],
      ["false\ntrue", "exit 0", ""],
      ["true\nfalse", "exit 1", ""],
      ["set -e\nfalse\necho not here", "exit 1", ""],
      ['echo $# "$@"', "exit 0", "0\n"],
      ["for i in 1 2; do echo $i; done | tr 1 x", "exit 0", "x\n2\n"],
      ["cat", "exit 0", ""],
      ['read line; echo "got $line"', "exit 0", "got \n"],
      ["if", "exit 2", ""],
      ["exec /bin/echo gone", "exit 0", "gone\n"],
      ["trap 'echo bye' EXIT; exit 4", "exit 4", "bye\n"],
      ["[ $$ = \"$(sh -c 'echo $PPID')\" ] && echo own shell", "exit 0", "own shell\n"],
      ["sh -c 'kill -TERM 0' ; echo not reached", "SIGTERM", ""],
      ["(exit 130)", "exit 130", ""],
      ["exit 141", "exit 141", ""],
      [": > /dev/tty", "exit 2", ""],
      ["echo ünïcödé 漢字", "exit 0", "ünïcödé 漢字\n"],
      [`: ${"x".repeat(1_000_000)}; echo long`, "exit 0", "long\n"],
      ["sleep 0.01", "exit 0", ""],
      ["kill -9 $PPID; sleep 5", "SIGKILL", ""],
    ];
  for (const [command, how, stdout, stderr] of rows) {
    const result = await pool.run(command);
    const label = command.slice(0, 60);
    assertEquals([result.how, result.stdout], [how, stdout], label);
    if (stderr !== undefined) assertEquals(result.stderr, stderr, label);
  }
});

Deno.test("a slot says what is missing", async () => {
  await using pool = new TestPool();
  const missing = await pool.run("no-such-program-here");
  assertEquals(missing.how, "exit 127");
  assertStringIncludes(missing.stderr, "no-such-program-here");
  const folder = await pool.run("/tmp");
  assertEquals(folder.how, "exit 126");
});

Deno.test("jobs of one slot cannot see each other", async () => {
  await using pool = new TestPool();
  await pool.run(
    "A=1; export B=2; cd /; umask 077; trap 'echo trapped' EXIT TERM; f() { echo f; }; alias g=ls; set -x",
    {
      environment: { SECRET: "s" },
    },
  );
  const { stdout, stderr } = await pool.run(
    'echo "[$A][$B][$SECRET]"; pwd; umask; f; trap; set | grep -c SECRET',
  );
  const [variables, folder, umask, ...rest] = stdout.split("\n");
  assertEquals([variables, folder, umask], ["[][][]", pool.folder, "0022"]);
  assert(!rest.join("\n").includes("trapped"), rest.join("\n"));
  assert(/f: (command )?not found/.test(stderr), stderr);
});

Deno.test("a job that is asked to stop may clean up", async () => {
  await using pool = new TestPool();
  const job = pool.start(
    "trap 'echo cleaned; exit 5' TERM; echo ready; while :; do sleep 0.05; done",
  );
  await until(() => job.stdout().includes("ready"), "the job is ready");
  job.stop(false);
  const end = await job.ended;
  assertEquals([end.kind, job.stdout()], ["exited", "ready\ncleaned\n"]);
  assertEquals((await pool.run("echo next")).stdout, "next\n");
});

Deno.test("a job that ignores TERM ends by KILL, with all it started, and its slot is replaced", async () => {
  await using pool = new TestPool();
  const job = pool.start(
    "trap '' TERM; (trap '' TERM; sleep 60) & setsid sleep 60 & echo ready; wait; sleep 60",
  );
  await until(() => job.stdout().includes("ready") && pool.alive().length >= 2, "the job is ready");
  job.stop(false);
  job.stop(true);
  assertEquals((await job.ended).kind, "signaled");
  assertEquals(pool.alive(), []);
  assertEquals((await pool.run("echo next")).stdout, "next\n");
});

Deno.test("a stopped job (SIGSTOP) hears TERM", async () => {
  await using pool = new TestPool();
  const job = pool.start("trap 'echo heard; exit 0' TERM; echo ready; kill -STOP $$; sleep 60");
  await until(() => job.stdout().includes("ready"), "the job is ready");
  job.stop(false);
  await job.ended;
  assertEquals(job.stdout(), "ready\nheard\n");
});

Deno.test("a job ends with its leader, and what it left in its group ends with the run", async () => {
  const pool = new TestPool();
  const startedAt = performance.now();
  const { how, stdout } = await pool.run("sleep 60 & echo started");
  assertEquals([how, stdout], ["exit 0", "started\n"]);
  assert(performance.now() - startedAt < 5_000);
  assertEquals(pool.alive().length, 1);
  await pool[Symbol.asyncDispose]();
  assertEquals(pool.alive(), []);
});

Deno.test("a timed-out job's daemon in a session of its own is stopped with it", async () => {
  await using pool = new TestPool();
  const job = pool.start(
    "setsid sh -c 'trap \"\" TERM; sleep 60' & (setsid setsid sleep 60 &) ; echo ready; sleep 60",
  );
  await until(() => job.stdout().includes("ready") && pool.alive().length >= 4, "the daemons run");
  job.stop(false);
  job.stop(true);
  await job.ended;
  assertEquals(pool.alive(), []);
});

Deno.test("a memory hog is killed and told with its peak", async () => {
  await using pool = new TestPool();
  const hog = "python3 -c 'x = bytearray(400 * 2**20); import time; time.sleep(30)'";
  const { end } = await pool.run(hog, { memoryMb: 100 });
  assertEquals(end.kind, "out_of_memory");
  if (end.kind !== "out_of_memory") return;
  assert(end.peakMb > 100 && end.limitMb === 100, JSON.stringify(end));
  assert(["sampled", "cgroup"].includes(end.process.memoryLimit ?? ""));
  assertEquals(pool.alive(), []);
});

Deno.test("usage: processor time and peak memory are told", async () => {
  await using pool = new TestPool();
  const { end } = await pool.run(
    "python3 -c 'import time; x = bytearray(60 * 2**20)\nt = time.time()\nwhile time.time() - t < 0.6: pass'",
  );
  assert(end.kind === "exited");
  assert((end.usage.cpuSeconds ?? 0) > 0.3, JSON.stringify(end));
  assert((end.usage.peakMemoryMb ?? 0) > 50, JSON.stringify(end));
});

Deno.test("a job with a share of the processor gives way, and the record says so", async () => {
  await using pool = new TestPool();
  const { end, stdout } = await pool.run("nice", { cpuPercent: 50 });
  assert(end.kind === "exited");
  if (end.process.cpuLimit === "nice") assertEquals(stdout, "10\n");
  else assertEquals(end.process.cpuLimit, "cgroup");
});

Deno.test("a flood of output is cut in the middle while it goes on", async () => {
  await using pool = new TestPool({
    limits: sketchLimits({ graceMs: 300, maxLogBytes: 1_000_000 }),
  });
  const { end, stdout } = await pool.run("echo first; timeout 2 yes 0123456789abcdef; echo last");
  assert(end.kind === "exited" && end.process.truncated === true);
  assert(stdout.startsWith("first\n") && stdout.endsWith("last\n"));
  assert(stdout.includes("bytes cut here]") && stdout.length < 50_000_000);
});

Deno.test("more jobs than slots: a thousand in four shells", async () => {
  await using pool = new TestPool();
  const jobs = Array.from({ length: 4 }, async (_, k) => {
    for (let i = 0; i < 100; i++) {
      assertEquals((await pool.run(`echo ${k}.${i}`)).stdout, `${k}.${i}\n`);
    }
  });
  await Promise.all(jobs);
});
