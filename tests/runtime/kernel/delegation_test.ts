/**
 * Control groups that orch shares with nobody: orch steps aside so that their controllers can be shared
 * out, goes back at the end, and leaves nothing behind, whatever ends it.
 */
import { ownCgroup, RunCgroup } from "../../../lib/runtime/kernel/cgroup.ts";
import { assertEquals } from "../../support/assert.ts";
import { newProject, ROOT, workflow } from "../../support/cli.ts";
import { isAlive, newCookie, OrchAlike, reapers } from "../../support/families.ts";
import { Kernel } from "../../support/kernel.ts";
import { TestPool, until } from "../../support/pool.ts";

const OWN = `${Deno.pid}\n`;

/** Who is in the group, what it has to share out, and what comes of it. */
const GROUPS: readonly {
  readonly name: string;
  readonly members: readonly number[];
  readonly available: string;
  readonly held: string;
  readonly aside: boolean;
}[] = [
  {
    name: "alone",
    members: [Deno.pid],
    available: "cpuset cpu memory pids",
    held: "memory cpu pids",
    aside: true,
  },
  {
    name: "alone, with one controller",
    members: [Deno.pid],
    available: "memory",
    held: "memory",
    aside: true,
  },
  {
    name: "alone, without use for it",
    members: [Deno.pid],
    available: "cpuset io",
    held: "",
    aside: false,
  },
  { name: "alone, without any", members: [Deno.pid], available: "", held: "", aside: false },
  {
    name: "with others",
    members: [1, Deno.pid],
    available: "memory cpu pids",
    held: "",
    aside: false,
  },
  { name: "elsewhere", members: [], available: "memory cpu", held: "memory cpu", aside: false },
];

for (const { name, members, available, held, aside } of GROUPS) {
  Deno.test(`orch in a group ${name} ${aside ? "steps aside" : "stays"}, and is where it was at the end`, () => {
    using kernel = new Kernel(available, members);
    const before = kernel.read("cgroup.procs");
    for (const id of ["probe", "run"]) {
      const group = RunCgroup.open(id, kernel.parent)!;
      assertEquals([...group.controllers].join(" "), held);
      assertEquals(kernel.read("cgroup.procs"), aside ? "" : before);
      assertEquals(kernel.read(`orch-${id}.orch/cgroup.procs`), aside ? OWN : null);
      const leaf = group.leaf()!;
      assertEquals([leaf.close(), group.close()], [true, undefined]);
      assertEquals([kernel.groups(), kernel.read("cgroup.procs")], [[], before]);
      if (aside) assertEquals(kernel.read("cgroup.subtree_control"), "");
    }
  });
}

Deno.test("where orch cannot step aside, it stays, and goes without controllers", () => {
  using kernel = new Kernel("memory", [Deno.pid]);
  kernel.refuse("orch-id.orch");
  const group = RunCgroup.open("id", kernel.parent)!;
  assertEquals([[...group.controllers], kernel.read("cgroup.procs")], [[], OWN]);
  group.close();
  assertEquals(kernel.groups(), []);
});

Deno.test("as long as somebody is left in a leaf, orch stays aside, and its groups stay", () => {
  using kernel = new Kernel("memory", [Deno.pid]);
  const group = RunCgroup.open("id", kernel.parent)!;
  const leaf = group.leaf()!;
  kernel.write("orch-id/slot-1/cgroup.procs", "5\n");
  assertEquals([leaf.close(), group.close()], [false, undefined]);
  assertEquals(kernel.read("orch-id.orch/cgroup.procs"), OWN);
  kernel.write("orch-id/slot-1/cgroup.procs", "");
  assertEquals([leaf.close(), group.close()], [true, undefined]);
  assertEquals([kernel.groups(), kernel.read("cgroup.procs")], [[], OWN]);
});

Deno.test("groups of dead orchs are removed with that of a run, as far as nobody is in them", () => {
  using kernel = new Kernel("memory");
  const make = (name: string) => Deno.mkdirSync(`${kernel.parent}/${name}`);
  for (const name of ["orch-a1-x", "orch-a2-y", "orch-a3-x", "other-a1-x"]) {
    make(name);
    make(`${name}/slot-1`);
  }
  for (const name of ["orch-a1-x.orch", "orch-a4-x.orch", "orch-a5-x.orch"]) make(name);
  kernel.write("orch-a3-x/slot-1/cgroup.procs", "5\n");
  kernel.write("orch-a5-x.orch/cgroup.procs", "6\n");
  RunCgroup.open("b1-x", kernel.parent)!.close();
  assertEquals(kernel.groups(), [
    ...["orch-a3-x", "orch-a3-x/slot-1", "orch-a5-x.orch"],
    ...["other-a1-x", "other-a1-x/slot-1"],
  ]);
});

Deno.test("groups of an orch that lives are not removed by others, though nobody is in them yet", () => {
  using kernel = new Kernel("memory");
  const group = RunCgroup.open("a1-x", kernel.parent)!;
  const leaf = group.leaf()!;
  Deno.mkdirSync(`${kernel.parent}/orch-a1-x.orch`);
  const mine = kernel.groups();
  RunCgroup.open("b1-y", kernel.parent)!.close();
  assertEquals(kernel.groups(), mine);
  assertEquals([leaf.close(), group.close()], [true, undefined]);
  RunCgroup.open("b1-y", kernel.parent)!.close();
  assertEquals(kernel.groups(), []);
});

Deno.test("groups that a job has made below its leaf are removed with it", () => {
  using kernel = new Kernel("memory");
  const group = RunCgroup.open("id", kernel.parent)!;
  const leaf = group.leaf()!;
  for (const name of ["a", "a/b", "c"]) Deno.mkdirSync(`${kernel.parent}/orch-id/slot-1/${name}`);
  kernel.write("orch-id/slot-1/a/b/cgroup.procs", "5\n");
  assertEquals(leaf.close(), false);
  kernel.write("orch-id/slot-1/a/b/cgroup.procs", "");
  assertEquals(leaf.close(), true);
  group.close();
  assertEquals(kernel.groups(), []);
});

Deno.test("after kill -9 of orch, groups are removed as soon as they can be", async () => {
  const cookie = newCookie();
  const folder = await Deno.makeTempDir({ prefix: "orch it's $(x) " });
  const cgroup = `${folder}/orch-id`;
  await Deno.mkdir(`${cgroup}/slot-1/below/it`, { recursive: true });
  await Deno.mkdir(`${cgroup}/slot-2`);
  await Deno.mkdir(`${cgroup}.orch`);
  // As long as something is in it, a folder cannot be removed, like a group whose processes still end.
  await Deno.writeTextFile(`${cgroup}/slot-1/below/busy`, "");
  await Deno.writeTextFile(`${cgroup}.orch/busy`, "");
  await using orch = await OrchAlike.start(cookie, [], { graceMs: 0, cgroup });
  orch.die();
  await until(
    () => names(cgroup).join() === "slot-1" && names(`${cgroup}/slot-1/below`).join() === "busy",
    "all else to be gone",
  );
  await Deno.remove(`${cgroup}/slot-1/below/busy`);
  await until(() => !names(folder).includes("orch-id"), "the groups of the jobs to be gone");
  await Deno.remove(`${cgroup}.orch/busy`);
  await until(() => !names(folder).includes("orch-id.orch"), "that of orch to be gone");
  await until(() => reapers(cookie).length === 0, "the reaper to be gone");
  await Deno.remove(folder, { recursive: true });
});

/** A test that needs a real control group; where there can be none it says so. */
function testWithGroup(name: string, fn: (root: string) => Promise<void>): void {
  const probe = RunCgroup.open(`test-${crypto.randomUUID()}`);
  probe?.close();
  const root = rootGroup();
  if (probe !== null && root !== null) return Deno.test(name, () => fn(root));
  const why = "skipped: no writable cgroup";
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(why);
  Deno.test({ name: `${name} (${why})`, ignore: true, fn: () => {} });
}

/** Where control groups are mounted. */
function rootGroup(): string | null {
  const mounts = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/self/mountinfo") : "";
  return /^\d+ \d+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(mounts)?.[1] ?? null;
}

testWithGroup(
  "in a real group of its own orch gets what the group has, and goes back",
  async (root) => {
    const folder = `${root}/orch-test-${crypto.randomUUID()}`;
    await Deno.mkdir(folder);
    const offered = (await Deno.readTextFile(`${folder}/cgroup.controllers`)).trim().split(" ");
    const wanted = ["memory", "cpu", "pids"].filter((name) => offered.includes(name));
    const text = `
    import { ownCgroup, RunCgroup } from "file://${ROOT}/lib/runtime/kernel/cgroup.ts";
    const before = ownCgroup();
    const group = RunCgroup.open("id");
    const leaf = group.leaf();
    const during = ownCgroup();
    leaf.close();
    group.close();
    console.log(JSON.stringify([before, [...group.controllers], during, ownCgroup()]));`;
    const { stdout } = await new Deno.Command("sh", {
      args: [
        "-c",
        'echo $$ >"$1/cgroup.procs"; shift; exec "$@"',
        "sh",
        folder,
        Deno.execPath(),
        "eval",
        text,
      ],
      stderr: "inherit",
    }).output();
    const aside = wanted.length > 0 ? `${folder}/orch-id.orch` : folder;
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [folder, wanted, aside, folder]);
    const left = await Array.fromAsync(Deno.readDir(folder));
    assertEquals(left.filter(({ isDirectory }) => isDirectory), []);
    await Deno.remove(folder);
  },
);

testWithGroup(
  "the group of a daemon that was left goes with a later run, once it has ended",
  async () => {
    const runWith = async (command: string, leaves = false) => {
      await using pool = new TestPool();
      return { cookie: pool.cookie, ...await pool.run(command, { leaves }) };
    };
    const { cookie, stdout } = await runWith(
      // The job must not end before it has left its session.
      "setsid sh -c 'echo $$ >pid; exec sleep 61' & while [ ! -s pid ]; do sleep 0.01; done; cat pid",
      true,
    );
    const own = () => names(ownCgroup()!).filter((name) => name.startsWith(`orch-${cookie}`));
    const daemon = Number(stdout);
    await runWith("true");
    assertEquals([own().length, isAlive(daemon)], [1, true]);
    Deno.kill(daemon, "SIGKILL");
    await until(() => !isAlive(daemon), "the daemon to end");
    await runWith("true");
    assertEquals(own(), []);
  },
);

testWithGroup("kill -9 of orch leaves no control group behind", async () => {
  await using project = newProject({
    "w.yaml": workflow(
      { id: "a", command: ": > ready; sleep 63" },
      { id: "b", command: "env -i setsid sh -c 'trap \"\" TERM; sleep 63; sleep 63' & sleep 63" },
    ),
  });
  const run = project.spawn(["run", "w.yaml", "--grace", "0.2", "--no-live"]);
  await project.waitForFile("ready");
  const [, id] = /\(run (\S+)\)/.exec(run.stderr.text)!;
  const own = () => names(ownCgroup()!).filter((name) => name.endsWith(`-${id}`));
  assertEquals(own().length, 1);
  Deno.kill(run.pid!, "SIGKILL");
  await run.finished;
  await until(() => own().length === 0, "its group to be gone");
  await until(
    () => project.processes().length === 0,
    "the second reaper to see that nothing is left",
  );
});

function names(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
