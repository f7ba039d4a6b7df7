/**
 * Control groups: what is written where, against a kernel in miniature that runs everywhere, and that
 * nothing gets away, against the real one where this process may make groups.
 */
import { ownCgroup, RunCgroup, SlotCgroup } from "../../../lib/runtime/kernel/cgroup.ts";
import { assert, assertEquals, assertStringIncludes } from "../../support/assert.ts";
import { Kernel } from "../../support/kernel.ts";
import { TestPool, until } from "../../support/pool.ts";

/** Controllers that the group above has, what it lets be shared out, and what leaves then have. */
const CONTROLLERS: readonly {
  readonly name: string;
  readonly available: string;
  readonly members?: readonly number[];
  readonly expected: string;
}[] = [
  { name: "all", available: "cpuset cpu io memory pids", expected: "memory cpu pids" },
  { name: "some", available: "memory", expected: "memory" },
  { name: "none", available: "", expected: "" },
  {
    name: "all, but strangers in the way,",
    available: "memory cpu pids",
    members: [1],
    expected: "",
  },
];

for (const { name, available, members, expected } of CONTROLLERS) {
  Deno.test(`a run's group with ${name} of the controllers shares out what it may`, () => {
    using kernel = new Kernel(available, members);
    const group = RunCgroup.open("id", kernel.parent)!;
    assertEquals([group.path, [...group.controllers].join(" ")], [
      `${kernel.parent}/orch-id`,
      expected,
    ]);
    assertEquals(kernel.read("orch-id/cgroup.subtree_control"), expected);
    const leaf = group.leaf()!;
    for (const controller of ["memory", "cpu", "pids"] as const) {
      assertEquals(leaf.holds(controller), expected.includes(controller), controller);
    }
    const limited = expected.includes("pids") ? "4096" : null;
    assertEquals(kernel.read("orch-id/slot-1/pids.max"), limited);
    leaf.limit({ memoryMb: 64, cpuPercent: 50 });
    assertEquals(kernel.read("orch-id/slot-1/memory.max"), bytes(64, expected.includes("memory")));
    leaf.close();
    group.close();
    assertEquals(kernel.groups(), []);
  });
}

/** The group of a run, which is closed when the test leaves its scope. */
function openIn(kernel: Kernel): Disposable & { readonly group: RunCgroup } {
  const group = RunCgroup.open("id", kernel.parent)!;
  return { group, [Symbol.dispose]: () => group.close() };
}

function bytes(megabytes: number, isLimited: boolean): string | null {
  return isLimited ? String(megabytes * 2 ** 20) : null;
}

/** Places where no group can be made, and what stands there afterwards. */
const REFUSALS: Readonly<Record<string, (kernel: Kernel) => string | null>> = {
  "there is no version 2": () => null,
  "the folder is not there": (kernel) => `${kernel.parent}/missing`,
  "the folder may not be written": (kernel) => kernel.refuse("orch-id"),
  "the system is too old for cgroup.kill": (kernel) => kernel.withoutKill(),
};

for (const [name, prepare] of Object.entries(REFUSALS)) {
  Deno.test(`where ${name}, there is no group, and nothing is left of the attempt`, () => {
    using kernel = new Kernel("memory");
    assertEquals(RunCgroup.open("id", prepare(kernel)), null);
    assertEquals(kernel.groups(), []);
  });
}

Deno.test("where a leaf is refused, its slot goes without", () => {
  using kernel = new Kernel("memory");
  using run = openIn(kernel);
  const { group } = run;
  kernel.refuse("slot-2");
  assertEquals([group.leaf() === null, group.leaf() === null, group.leaf() === null], [
    ...[false, true, false],
  ]);
  assertEquals(kernel.groups(), ["orch-id", "orch-id/slot-1", "orch-id/slot-3"]);
});

/** Limits asked for one after the other, and what stands in the files of the leaf after each. */
const LIMITS: readonly (readonly [
  memoryMb: number | null,
  cpuPercent: number | null,
  memory: string,
  swap: string,
  cpu: string,
])[] = [
  [null, null, "max", "max", "max 100000"],
  [64, null, "67108864", "0", "max 100000"],
  [0.5, 50, "524288", "0", "50000 100000"],
  [0.5, 400, "524288", "0", "400000 100000"],
  [1.0000001, 12.5, "1048576", "0", "12500 100000"],
  // The kernel takes no quota below a millisecond.
  [null, 0.01, "max", "max", "1000 100000"],
  [null, null, "max", "max", "max 100000"],
];

Deno.test("limits of a leaf follow those of each job, and are taken back", () => {
  using kernel = new Kernel("memory cpu");
  using run = openIn(kernel);
  const leaf = run.group.leaf()!;
  const files = ["memory.max", "memory.swap.max", "cpu.max"];
  for (const [memoryMb, cpuPercent, ...expected] of LIMITS) {
    leaf.limit({ memoryMb, cpuPercent });
    const found = files.map((name) => kernel.read(`orch-id/slot-1/${name}`));
    assertEquals(found, expected, `${memoryMb} MB, ${cpuPercent} %`);
  }
});

Deno.test("limits that stay as they are cost no write", () => {
  using kernel = new Kernel("memory cpu");
  using run = openIn(kernel);
  const leaf = run.group.leaf()!;
  leaf.limit({ memoryMb: 64, cpuPercent: 50 });
  for (const name of ["memory.max", "cpu.max"]) kernel.write(`orch-id/slot-1/${name}`, "untouched");
  leaf.limit({ memoryMb: 64, cpuPercent: 50 });
  leaf.limit({ memoryMb: 64, cpuPercent: 20 });
  assertEquals(kernel.read("orch-id/slot-1/memory.max"), "untouched");
  assertEquals(kernel.read("orch-id/slot-1/cpu.max"), "20000 100000");
});

/** What memory.events says after each job, and whether that job was killed for memory. */
const EVENTS: readonly (readonly [string | null, boolean])[] = [
  ["low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\noom_group_kill 0\n", false],
  ["low 0\nhigh 0\nmax 40\noom 3\noom_kill 2\n", true],
  ["low 0\nhigh 0\nmax 50\noom 3\noom_kill 2\n", false],
  ["low 0\nhigh 0\nmax 50\noom 9\noom_kill 3\noom_group_kill 7\n", true],
  ["nonsense", false],
];

Deno.test("only the kernel's own count says that a job ran out of memory, once for each", () => {
  using kernel = new Kernel("memory");
  using run = openIn(kernel);
  const leaf = run.group.leaf()!;
  for (const [events, killed] of EVENTS) {
    kernel.write("orch-id/slot-1/memory.events", events ?? "");
    assertEquals(leaf.wasOutOfMemory(), killed, events ?? "");
  }
});

Deno.test("without a memory controller nothing is said to be out of memory", () => {
  using kernel = new Kernel("cpu");
  using run = openIn(kernel);
  const leaf = run.group.leaf()!;
  kernel.write("orch-id/slot-1/memory.events", "oom_kill 5\n");
  assertEquals(leaf.wasOutOfMemory(), false);
});

Deno.test("members are read anew each time, and numbers are never cut in half", () => {
  using kernel = new Kernel("");
  using run = openIn(kernel);
  const leaf = run.group.leaf()!;
  const file = "orch-id/slot-1/cgroup.procs";
  const pids = Array.from({ length: 2_000 }, (_, i) => 400_000 + i);
  for (const members of [[], [7], [7, 8, 9], [9], pids, [12], []]) {
    kernel.write(file, members.map((pid) => `${pid}\n`).join(""));
    const found = leaf.processes();
    assertEquals(found.at(-1), members[found.length - 1]);
    assert(found.length === members.length || found.length > 400, `${found.length}`);
  }
  leaf.close();
  assertEquals(leaf.processes(), []);
});

Deno.test("a leaf with a hostile path is entered by its shell all the same", async () => {
  const parent = await Deno.makeTempDir({ prefix: "orch it's $(touch x) " });
  const leaf = new SlotCgroup(parent, new Set());
  const script = `${leaf.firstWords}echo $$`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", script], cwd: parent }).output();
  assertEquals(
    await Deno.readTextFile(`${parent}/cgroup.procs`),
    new TextDecoder().decode(stdout),
  );
  assertEquals((await Array.fromAsync(Deno.readDir(parent))).length, 1);
  await Deno.remove(parent, { recursive: true });
});

/** A test that needs a real control group; where there can be none it says so. */
function testWithGroup(name: string, fn: () => Promise<void>): void {
  const probe = RunCgroup.open(`test-${crypto.randomUUID()}`);
  probe?.close();
  if (probe !== null) return Deno.test(name, fn);
  const why = "skipped: no writable cgroup";
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(why);
  Deno.test({ name: `${name} (${why})`, ignore: true, fn });
}

/** How a job detaches from all that it can detach from. */
const DAEMONS: Readonly<Record<string, string>> = {
  "env -i setsid": "env -i setsid sleep 62 &",
  "a double fork without environment": "(env -i setsid setsid sleep 62 &) ;",
  "a daemon that ignores all it can":
    "env -i setsid sh -c 'trap \"\" TERM HUP INT; sleep 62; sleep 62' &",
  "many of them": "for i in 1 2 3 4 5 6 7 8 9; do env -i setsid sleep 62 & done;",
};

for (const [name, command] of Object.entries(DAEMONS)) {
  testWithGroup(`killing a leaf ends ${name}, and both groups can be removed`, async () => {
    const group = RunCgroup.open(`test-${crypto.randomUUID()}`)!;
    const leaf = group.leaf()!;
    const { stdin, stdout, status } = new Deno.Command("sh", {
      args: ["-s"],
      stdin: "piped",
      stdout: "piped",
      detached: true,
    }).spawn();
    const writer = stdin.getWriter();
    const script = `${leaf.firstWords}${command} echo done; sleep 62\n`;
    await writer.write(new TextEncoder().encode(script));
    const reader = stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "done\n");
    await until(() => leaf.processes().filter(isSleep).length > 1, "it and the job run");
    const members = leaf.processes();
    leaf.kill();
    assertEquals((await status).signal, "SIGKILL");
    await until(() => leaf.processes().length === 0, "the leaf is empty");
    assertEquals(members.filter(isAlive), []);
    await writer.close().catch(() => {});
    await reader.cancel();
    leaf.close();
    group.close();
    assertEquals(exists(group.path), false);
  });
}

testWithGroup("a stopped job takes even a daemon without environment along", async () => {
  await using pool = new TestPool();
  const job = pool.start(`${DAEMONS["env -i setsid"]} echo $!; sleep 62`);
  await until(() => job.stdout().includes("\n"), "the daemon runs");
  const pid = Number(job.stdout());
  await until(() => isSleep(pid), "it is what it is to be");
  job.stop(false);
  const end = await job.ended;
  assert(end.kind === "signaled" && end.process.containment === "cgroup", JSON.stringify(end));
  assertEquals(isAlive(pid), false);
});

testWithGroup("a slot in which a stranger stays is retired, and others go on", async () => {
  await using pool = new TestPool();
  const group = async (command: string) => {
    const { end, stdout } = await pool.run(`${command} cut -d' ' -f5 /proc/self/stat`);
    assertEquals(end.kind, "exited");
    return stdout.trim();
  };
  const first = await group("");
  assertEquals(await group(""), first, "the slot is used again");
  const stranger = await pool.run("env -i setsid sleep 62 & echo $!");
  const pid = Number(stranger.stdout);
  try {
    const second = await group("");
    assert(second !== first, "the next job is in another slot");
    assertEquals(await group(""), second);
    assert(isAlive(pid), "a daemon that was left on purpose lives");
  } finally {
    Deno.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid), "it is gone, and its group can be removed");
  }
});

testWithGroup("nothing is left of the groups of a run that is closed", async () => {
  const pool = new TestPool();
  const path = `${ownCgroup()}/orch-${pool.cookie}`;
  await Promise.all([pool.run("sleep 0.05"), pool.run("sleep 62 &"), pool.run("kill -9 0")]);
  assertEquals(exists(path), true);
  await pool[Symbol.asyncDispose]();
  assertEquals(exists(path), false);
});

testWithGroup("the group this process is in is found where the kernel says", async () => {
  const own = ownCgroup()!;
  const members = (await Deno.readTextFile(`${own}/cgroup.procs`)).split("\n");
  assertStringIncludes(`,${members.join(",")},`, `,${Deno.pid},`);
});

function isAlive(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== null && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

function isSleep(pid: number): boolean {
  return /^\d+ \(sleep\)/.test(read(`/proc/${pid}/stat`) ?? "");
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function read(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
