/** What one job does to its slot must cost no other job anything. */
import { assert, assertEquals } from "../../support/assert.ts";
import { TestPool, until } from "../../support/pool.ts";

Deno.test("a slot that was killed while it was idle is not given to the next job", async () => {
  await using pool = new TestPool();
  await pool.run("(while [ ! -e go ]; do sleep 0.01; done; kill -9 0) & true");
  await Deno.writeTextFile(`${pool.folder}/go`, "");
  await until(() => pool.alive().length === 0, "the slot is dead");
  assertEquals((await pool.run("echo hello")).stdout, "hello\n");
});

Deno.test("what an earlier job left behind does not count against the memory of the next", async () => {
  await using pool = new TestPool();
  await pool.run(
    'python3 -c \'x = bytearray(200 * 2**20); open("up", "w"); import time; time.sleep(30)\' & ' +
      "while [ ! -e up ]; do sleep 0.01; done",
  );
  const { how } = await pool.run("sleep 0.6", { memoryMb: 100 });
  assertEquals(how, "exit 0");
});

Deno.test("what an earlier job left behind is not stopped with the next", async () => {
  await using pool = new TestPool();
  await pool.run("sleep 60 & true");
  const left = pool.alive();
  const job = pool.start("sleep 60");
  await until(() => pool.alive().length === 2, "the next job runs");
  job.stop(false);
  assertEquals((await job.ended).kind, "signaled");
  assertEquals(pool.alive(), left);
});

Deno.test("a slot that was stopped (SIGSTOP) does not keep a run from ending", async () => {
  const pool = new TestPool();
  await pool.run("(while [ ! -e go ]; do sleep 0.01; done; kill -STOP 0) & true");
  await Deno.writeTextFile(`${pool.folder}/go`, "");
  const startedAt = performance.now();
  await pool[Symbol.asyncDispose]();
  assert(performance.now() - startedAt < 3_000);
  assertEquals(pool.alive(), []);
});

Deno.test("a job whose files cannot be opened runs on, and the record says that its output is lost", async () => {
  await using pool = new TestPool();
  const ended = pool.pool.start({
    launch: { kind: "shell", text: "echo lost; touch ran" },
    workingDirectory: pool.folder,
    environment: {},
    stdoutPath: `${pool.folder}/gone/a.out`,
    stderrPath: `${pool.folder}/gone/a.err`,
    attemptName: "a.1",
    memoryMb: null,
    cpuPercent: null,
    leaves: false,
    processes: "shared",
  }).ended;
  const end = await ended;
  assert(end.kind === "exited" && end.code === 0, JSON.stringify(end));
  assertEquals(end.process.logLost, true);
  assert((await Deno.stat(`${pool.folder}/ran`)).isFile);
});

Deno.test("a job's own PATH does not keep orch from its shell", async () => {
  await using pool = new TestPool();
  const environment = { PATH: "/nowhere" };
  assertEquals((await pool.run("[ $$ -gt 0 ] && echo own", { environment })).stdout, "own\n");
  assertEquals((await pool.run("echo nice", { environment, cpuPercent: 50 })).stdout, "nice\n");
});

Deno.test("a job that is stopped while its slot is still young ends at once, and harms no job after it", async () => {
  for (let wait = 0; wait < 24; wait++) {
    await using pool = new TestPool();
    const job = pool.start(wait % 2 === 0 ? "sleep 60" : "sleep 60; : $$");
    await new Promise((resolve) => setTimeout(resolve, wait / 8));
    const stoppedAt = performance.now();
    job.stop(false);
    await job.ended;
    assert(performance.now() - stoppedAt < 2_000, "nobody had to kill it");
    assertEquals((await pool.run("umask")).stdout, "0022\n");
    assertEquals((await pool.run(": $$; echo own")).stdout, "own\n");
  }
});
