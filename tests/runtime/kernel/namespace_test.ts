/** Jobs with processes of their own: what they see, how they end, and that all of them end with the job. */
import { findNamespace, isNamespace } from "../../../lib/runtime/kernel/namespace.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { isAlive } from "../../support/families.ts";
import { newTag, shellFolder, SHELLS, tagged } from "../../support/hiding.ts";
import { TestPool, until } from "../../support/pool.ts";
import { testNeeding } from "../../support/cli.ts";

const OWN = { processes: "own" } as const;

/** A test that needs namespaces; where the system refuses them it says so. */
function testInNamespace(name: string, fn: () => Promise<void>): void {
  const isThere = isNamespace(findNamespace());
  if (isThere) return testNeeding(["unshare"], name, fn);
  Deno.test({ name: `${name} (needs process namespaces)`, ignore: true, fn });
}

testInNamespace(
  "a job with processes of its own sees no others, and is not the first of them",
  async () => {
    await using pool = new TestPool();
    const { stdout, how } = await pool.run("ls /proc | grep -c '^[0-9]'; echo $$; exit 3", OWN);
    const [count, pid] = stdout.trim().split("\n").map(Number);
    assert(count! < 6 && pid! > 1, stdout);
    assertEquals(how, "exit 3");
    assert(Number((await pool.run("ls /proc | grep -c '^[0-9]'")).stdout) > count!);
  },
);

/** Commands, and how they end, in a slot as in a namespace. */
const ENDS: Readonly<Record<string, string>> = {
  "true": "exit 0",
  "exit 7": "exit 7",
  "exit 143": "exit 143",
  "exit 130": "exit 130",
  "kill -TERM $$": "SIGTERM",
  "kill -KILL $$": "SIGKILL",
  "kill -INT $$": "SIGINT",
  "kill -HUP $$; sleep 60": "SIGHUP",
  "kill -SEGV $$": "SIGSEGV",
  "/bin/true": "exit 0",
  "/nowhere/program": "exit 127",
  // The first process cannot be killed from within.
  "kill -KILL 1; exit 4": "exit 4",
};

for (const [command, expected] of Object.entries(ENDS)) {
  testInNamespace(`in a namespace, '${command}' ends as ${expected}`, async () => {
    await using pool = new TestPool();
    assertEquals((await pool.run(command, OWN)).how, expected);
    // The slot is warm still.
    assertEquals((await pool.run("echo next", OWN)).stdout, "next\n");
  });
}

/** How a job may hide what it starts. */
const HIDDEN = [
  "sleep 600.TAG &",
  "setsid sleep 600.TAG & setsid sleep 600.TAG &",
  "(trap '' TERM; exec env -i setsid sh -c 'sleep 600.TAG; sleep 600.TAG') &",
];

for (const shell of SHELLS) {
  testNeeding(
    [shell, "unshare"],
    `${shell}: whatever is in a namespace ends with its job, however that ends`,
    async () => {
      if (!isNamespace(findNamespace())) return;
      const folder = await Deno.makeTempDir({ prefix: "orch-own-" });
      const path = Deno.env.get("PATH")!;
      Deno.env.set("PATH", `${shellFolder(shell, folder)}:${path}`);
      try {
        await using pool = new TestPool();
        for (const command of HIDDEN) {
          const tag = newTag();
          const text = command.replaceAll("TAG", tag);
          const { how } = await pool.run(`${text} sleep 0.1`, OWN);
          assertEquals(how, "exit 0");
          await until(() => tagged(tag).length === 0, `all is gone with its job: ${command}`);
          for (const force of [false, true]) {
            const job = pool.start(`${text} echo ready; sleep 600.${tag}`, OWN);
            await until(() => job.stdout() !== "", "it runs");
            job.stop(false);
            if (force) job.stop(true);
            await job.ended;
            await until(
              () => tagged(tag).length === 0,
              `all is gone when it is stopped: ${command}`,
            );
          }
        }
      } finally {
        Deno.env.set("PATH", path);
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

testInNamespace("a job in a namespace hears that it is to end, and ends in order", async () => {
  await using pool = new TestPool();
  const job = pool.start(
    "trap 'echo tidy; exit 5' TERM; echo ready; while :; do sleep 0.02; done",
    OWN,
  );
  await until(() => job.stdout() !== "", "it runs");
  job.stop(false);
  const end = await job.ended;
  assertEquals([end.kind === "exited" && end.code, job.stdout()], [5, "ready\ntidy\n"]);
});

testInNamespace("a pause holds a job in a namespace, and it goes on after it", async () => {
  await using pool = new TestPool();
  const job = pool.start("while :; do echo; sleep 0.01; done", OWN);
  await until(() => job.stdout().length > 3, "it runs");
  await pool.pool.freeze();
  await until(() => /^[TD]*T[TD]*$/.test(pool.states()), "it stands still");
  const before = job.stdout().length;
  pool.pool.thaw();
  await until(() => job.stdout().length > before, "it goes on");
  job.stop(true);
  await job.ended;
});

testInNamespace(
  "memory and processor time of a job in a namespace are its own, and memory is held",
  async () => {
    await using pool = new TestPool();
    const spin = "import time; x = bytearray(60 * 2**20)\nt = time.process_time()\n" +
      "while time.process_time() - t < 0.4: pass";
    const { end } = await pool.run(`python3 -c '${spin}'`, OWN);
    assert(end.kind === "exited", JSON.stringify(end));
    assert((end.usage.cpuSeconds ?? 0) > 0.3, JSON.stringify(end));
    const peak = end.usage.peakMemoryMb ?? 0;
    assert(peak > 50 && peak < 100, JSON.stringify(end));
    const greedy = await pool.run(
      "python3 -c 'import time; x = bytearray(90 * 2**20); time.sleep(5)'",
      {
        ...OWN,
        memoryMb: 40,
      },
    );
    assertEquals(greedy.how, "out_of_memory");
  },
);

testInNamespace("a slot in a namespace is kept for jobs of its kind", async () => {
  await using pool = new TestPool();
  const namespaceOf = async (processes: "own" | "shared") =>
    (await pool.run("readlink /proc/self/ns/pid", { processes })).stdout;
  const outside = await namespaceOf("shared");
  const inside = await namespaceOf("own");
  assertMatch(inside, /^pid:/);
  assert(inside !== outside);
  assertEquals(await namespaceOf("own"), inside);
  assertEquals(await namespaceOf("shared"), outside);
});

testInNamespace("a namespace whose keeper is killed ends with all that is in it", async () => {
  await using pool = new TestPool();
  const tag = newTag();
  const job = pool.start(`env -i setsid sleep 600.${tag} & sleep 600.${tag}`, OWN);
  await until(() => tagged(tag).length === 2, "it runs");
  const stat = await Deno.readTextFile(`/proc/${tagged(tag).at(-1)}/stat`);
  // The group of the job is that of its slot.
  const groups = await Promise.all(
    tagged(tag).map(async (pid) =>
      Number((await Deno.readTextFile(`/proc/${pid}/stat`)).replace(/^.*\) /s, "").split(" ")[2])
    ),
  );
  const keeper = groups.find((group) => !tagged(tag).includes(group))!;
  assert(isAlive(keeper), stat);
  Deno.kill(keeper, "SIGKILL");
  assertEquals((await job.ended).kind, "signaled");
  await until(() => tagged(tag).length === 0, "all is gone");
});
