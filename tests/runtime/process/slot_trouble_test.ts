/** Jobs that cannot be ended, and jobs whose output finds no room: what the record says, and what it costs others. */
import { lifeMark } from "../../../lib/runtime/kernel/cookie.ts";
import { RunCgroup } from "../../../lib/runtime/kernel/cgroup.ts";
import { Reaper } from "../../../lib/runtime/reaper/reaper.ts";
import { SlotPool } from "../../../lib/runtime/process/slot_pool.ts";
import type { ProcessSnapshot } from "../../../lib/runtime/process/slot.ts";
import type { Clock, PoolOptions } from "../../../lib/runtime/port/world.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { TestPool, until } from "../../support/pool.ts";

/** Longer than KILL may take, and much shorter than the jobs of these tests. */
const SOON_MS = 6_000;
/** The number of the process group of a job, which is that of its slot's shell. */
const GROUP = "cut -d' ' -f5 /proc/self/stat";
/** No process has this number. */
const GHOST = 2 ** 22 + 1;

/** A pool in which one process of each job is there for ever, as one that waits for a dead disk is. */
class HauntedPool extends SlotPool {
  override async snapshot(): Promise<ProcessSnapshot | null> {
    const snapshot = await super.snapshot();
    if (snapshot === null) return null;
    const ghost = {
      pid: GHOST,
      parent: 1,
      group: 1,
      session: 1,
      startTime: 1,
      residentBytes: 0,
      cpuSeconds: 0,
    };
    return {
      ...snapshot,
      processes: [...snapshot.processes, ghost],
      cookies: new Map([...snapshot.cookies, [GHOST, `${this.options.cookie}.j1.1`]]),
    };
  }
}

Deno.test("an attempt that leaves a process which not even KILL ends is over, and names it", async () => {
  await using pool = new TestPool({}, HauntedPool);
  const job = pool.start("echo ready; sleep 60");
  await until(() => job.stdout() !== "", "it runs");
  const startedAt = performance.now();
  job.stop(true);
  const end = await job.ended;
  assert(end.kind === "signaled", JSON.stringify(end));
  assertEquals([end.signal, end.process.unkillable], ["SIGKILL", [GHOST]]);
  const took = performance.now() - startedAt;
  assert(took > 1_900 && took < SOON_MS, `${took} ms`);
  assertEquals((await pool.run("echo next")).stdout, "next\n");
});

/** Delivers nothing: whatever it is to end lives on. */
class IdleReaper extends Reaper {
  override signal(): Promise<void> {
    return Promise.resolve();
  }

  override signalProcess(): Promise<void> {
    return Promise.resolve();
  }
}

/** A pool whose jobs cannot be ended before it is closed. */
class ImmortalPool extends SlotPool {
  readonly #idle: IdleReaper;

  constructor(clock: Clock, options: PoolOptions) {
    super(clock, options);
    this.#idle = new IdleReaper({
      ...options,
      ...options.limits,
      clock,
      mark: lifeMark(options.cookie, ""),
      cgroup: null,
    });
  }

  override get reaper(): Reaper {
    return this.#idle;
  }

  override async close(): Promise<void> {
    const closed = super.close();
    await this.#idle.close();
    await closed;
  }
}

Deno.test("an attempt that cannot be ended is given up with its slot, and others do not wait for it", async () => {
  const { open } = RunCgroup;
  // Who is in a group of the kernel's would be killed all the same.
  RunCgroup.open = () => null;
  const pool = new TestPool({}, ImmortalPool);
  RunCgroup.open = open;
  const job = pool.start(`${GROUP}; exec sleep 61`);
  await until(() => job.stdout() !== "", "it runs");
  job.stop(true);
  const end = await job.ended;
  assert(end.kind === "signaled", JSON.stringify(end));
  assertEquals(end.process.unkillable?.length, 1);
  const next = await within(SOON_MS, pool.run(GROUP));
  assert(next !== null, "the next job does not wait behind it");
  assert(next.stdout !== job.stdout(), "it has a slot of its own");
  await pool[Symbol.asyncDispose]();
  assertEquals(pool.alive(), []);
});

/** A folder of version 1 whose processes stand still, deaf even to KILL. */
const FREEZER = `/sys/fs/cgroup/freezer/orch-test-${crypto.randomUUID()}`;

testWith(
  "a freezer",
  () => {
    Deno.mkdirSync(FREEZER);
    Deno.removeSync(FREEZER);
  },
  "a process that the kernel does not let die is named in the record",
  async () => {
    await using pool = new TestPool();
    const job = pool.start("echo $$; exec sleep 61");
    await until(() => job.stdout() !== "", "it runs");
    const pid = Number(job.stdout());
    await Deno.mkdir(FREEZER);
    try {
      await Deno.writeTextFile(`${FREEZER}/cgroup.procs`, String(pid));
      await Deno.writeTextFile(`${FREEZER}/freezer.state`, "FROZEN");
      job.stop(true);
      const end = await job.ended;
      assert(end.kind === "signaled", JSON.stringify(end));
      assert(end.process.unkillable?.includes(pid), JSON.stringify(end));
      assertEquals((await pool.run("echo next")).stdout, "next\n");
    } finally {
      await Deno.writeTextFile(`${FREEZER}/freezer.state`, "THAWED");
      await until(() => !pool.alive().includes(pid), "it dies at last");
      await Deno.remove(FREEZER);
    }
  },
);

/** Runs `use` with a disk that holds 64 KiB and 20 files. */
async function withSmallDisk(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "orch-disk-" });
  await mount("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=20", "tmpfs", folder);
  try {
    await use(folder);
  } finally {
    await mount("umount", folder);
    await Deno.remove(folder);
  }
}

async function mount(program: string, ...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args], stderr: "null" }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}

function testWithSmallDisk(name: string, use: (folder: string) => Promise<void>): void {
  testWith(
    "a small disk",
    () => {
      const folder = Deno.makeTempDirSync({ prefix: "orch-disk-" });
      try {
        const args = ["-c", 'mount -t tmpfs tmpfs "$1" && umount "$1"', "sh", folder];
        const { success } = new Deno.Command("sh", { args, stderr: "null" }).outputSync();
        if (!success) throw new Error("no mount");
      } finally {
        Deno.removeSync(folder);
      }
    },
    name,
    () => withSmallDisk(use),
  );
}

const FLOOD = "head -c 1000000 /dev/zero";

/** Jobs whose output does not fit, how they end, and whether the record says that output is lost. */
const FLOODS: Readonly<Record<string, readonly [command: string, how: string]>> = {
  "fails of it": [FLOOD, "exit 1"],
  "fails later": [`${FLOOD} 2>/dev/null; echo done >"$DONE"; exit 7`, "exit 7"],
  "does not care": [`${FLOOD} 2>/dev/null; sleep 0.8; echo done >"$DONE"`, "exit 0"],
};

for (const [name, [command, how]] of Object.entries(FLOODS)) {
  testWithSmallDisk(
    `where the disk of its log is full, a job that ${name} is told to have lost output`,
    async (disk) => {
      await using pool = new TestPool();
      const fits = await pool.run("echo fits", { outputFolder: disk });
      assert(fits.end.kind === "exited" && fits.end.process.logLost === undefined);
      const environment = { DONE: `${pool.folder}/done` };
      const ran = await pool.run(command, { outputFolder: disk, environment });
      assert(ran.end.kind === "exited", JSON.stringify(ran.end));
      assertEquals([ran.how, ran.end.process.logLost], [how, true]);
      if (command.includes("DONE")) assert((await Deno.stat(environment.DONE)).isFile);
      // The disk stays full: a job that comes next has no room either, and has failed for no other reason.
      const next = await pool.run("echo next; exit 3", { outputFolder: disk });
      assert(next.end.kind === "exited" && next.end.process.logLost === true, next.how);
      await Deno.remove(`${disk}/j2.1.out`);
      const later = await pool.run("echo later; exit 3", { outputFolder: disk });
      assertEquals([later.how, later.stdout], ["exit 3", "later\n"]);
      assert(later.end.kind === "exited" && later.end.process.logLost === undefined);
      const left = await Array.fromAsync(Deno.readDir(disk));
      assertEquals(left.filter(({ name }) => name.endsWith(".room")), []);
    },
  );
}

testWithSmallDisk(
  "where no more files can be made, jobs run on without their output",
  async (disk) => {
    await using pool = new TestPool();
    for (let i = 0; i < 15; i++) await Deno.writeTextFile(`${disk}/${i}`, "");
    const ends = [];
    for (let i = 0; i < 5; i++) {
      const { end, how } = await pool.run(`touch ran${i}`, { outputFolder: disk });
      assert(end.kind === "exited", JSON.stringify(end));
      ends.push([how, end.process.logLost, (await Deno.stat(`${pool.folder}/ran${i}`)).isFile]);
    }
    assertEquals(ends[0], ["exit 0", undefined, true]);
    assertEquals(ends.at(-1), ["exit 0", true, true]);
  },
);

/** A test that needs something of the machine; where `probe` throws it says so. */
function testWith(what: string, probe: () => void, name: string, fn: () => Promise<void>): void {
  try {
    probe();
    return Deno.test(name, fn);
  } catch {
    const why = `skipped: no ${what.replace(/^a /, "")}`;
    // deno-lint-ignore no-console -- CI counts these lines
    console.log(why);
    Deno.test({ name: `${name} (${why})`, ignore: true, fn });
  }
}

/** What is promised, or `null` where it takes longer than this. */
function within<T>(milliseconds: number, promised: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(late.resolve, milliseconds, null);
  return Promise.race([promised, late.promise]).finally(() => clearTimeout(timer));
}
