/** Numbers of processes are given again: the reaper stops what it knows, never a stranger of that number. */
import { assert, assertEquals } from "../../support/assert.ts";
import {
  Family,
  groupMembers,
  IGNORES,
  isAlive,
  newCookie,
  newReaper,
  OrchAlike,
  PLAIN,
  reapers,
} from "../../support/families.ts";
import { until } from "../../support/pool.ts";

/** Where the kernel says which number it has given last, and may be told another. */
const LAST_NUMBER = "/proc/sys/kernel/ns_last_pid";
/** Ends by USR1, as a slot ends with its input, and leaves a child in its group: the way of daemons. */
const LEAVES = "sleep 60 >/dev/null & trap 'exit 0' USR1; echo ready; wait";
/** As above, with nothing in the child that tells whose it is. */
const LEAVES_BARE = `env -i ${LEAVES}`;

/** The kernel tells the start of a process to the hundredth of a second. */
async function tick(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Ends the leader of a family, and nobody else. */
async function endLeader(family: Family): Promise<void> {
  Deno.kill(family.group, "SIGUSR1");
  assertEquals(await family.end(), "exit 0");
}

/** A test that needs numbers given again; where they cannot be had it says so. */
function testWithNumbers(name: string, fn: () => Promise<void>): void {
  try {
    Deno.writeTextFileSync(LAST_NUMBER, Deno.readTextFileSync(LAST_NUMBER).trim());
    return Deno.test(name, fn);
  } catch {
    const why = "skipped: no way to have a number given again";
    // deno-lint-ignore no-console -- CI counts these lines
    console.log(why);
    Deno.test({ name: `${name} (${why})`, ignore: true, fn });
  }
}

/** Starts a family whose leader has this number, which nobody has now. */
async function startAs(group: number, text: string): Promise<Family> {
  await tick();
  for (let tries = 0; tries < 500; tries++) {
    await Deno.writeTextFile(LAST_NUMBER, String(group - 1));
    const family = await Family.start(text);
    if (family.group === group) return family;
    await family[Symbol.asyncDispose]();
  }
  throw new Error(`${group} was not given again`);
}

/** What strangers with the number of a group look like, and whether the reaper was told that it is gone. */
const STRANGERS: readonly { readonly leads: boolean; readonly told: boolean }[] = [
  { leads: true, told: true },
  { leads: true, told: false },
  { leads: false, told: true },
];

for (const { leads, told } of STRANGERS) {
  const name = `strangers whose leader ${leads ? "lives" : "has ended"}`;
  const knowing = told ? "" : ", though nobody said that the group is gone";
  const start = async (group: number) => {
    const stranger = await startAs(group, LEAVES);
    if (!leads) await endLeader(stranger);
    return stranger;
  };

  testWithNumbers(`${name} are left alone when orch dies${knowing}`, async () => {
    const cookie = newCookie();
    await using listed = await Family.start(IGNORES);
    const gone = await Family.start(PLAIN);
    await using orch = await OrchAlike.start(cookie, [gone.group, listed.group], { graceMs: 200 });
    await gone[Symbol.asyncDispose]();
    if (told) await orch.orphan(gone.group);
    await using stranger = await start(gone.group);
    const before = groupMembers(gone.group);
    orch.die();
    assertEquals(await listed.end(), "SIGKILL");
    await until(() => reapers(cookie).length === 0, "the reaper has done its work");
    assertEquals(groupMembers(stranger.group), before);
  });

  testWithNumbers(`${name} get no signal, and live on after the run${knowing}`, async () => {
    const reaper = newReaper(newCookie(), 60_000);
    const gone = await Family.start(PLAIN);
    reaper.add(gone.group);
    await reaper.signal("KILL", gone.group);
    assertEquals(await gone.end(), "SIGKILL");
    if (told) reaper.orphan(gone.group);
    // What it answers comes after what it was told before.
    await reaper.signal("CONT", gone.group);
    await using stranger = await start(gone.group);
    const before = groupMembers(gone.group);
    await reaper.signal("KILL", gone.group);
    await reaper.close();
    assertEquals(groupMembers(stranger.group), before);
  });
}

testWithNumbers("a slot may have the number of one that is gone", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 60_000);
  const gone = await Family.start(PLAIN);
  reaper.add(gone.group);
  await gone[Symbol.asyncDispose]();
  reaper.orphan(gone.group);
  await using next = await startAs(gone.group, PLAIN);
  reaper.add(next.group);
  await reaper.signal("TERM", next.group);
  assertEquals(await next.end(), "SIGTERM");
  await reaper.close();
});

for (const text of [LEAVES, LEAVES_BARE]) {
  for (const told of [true, false]) {
    const knowing = told ? "said" : "not said";
    Deno.test(`what stays in a group whose leader has ended, which was ${knowing}, is stopped: ${text}`, async () => {
      const reaper = newReaper(newCookie(), 60_000);
      await using left = await Family.start(text);
      reaper.add(left.group);
      await reaper.signal("CONT", left.group);
      await endLeader(left);
      if (told) reaper.orphan(left.group);
      assertEquals(groupMembers(left.group).length, 1);
      await reaper.close();
      assertEquals(groupMembers(left.group), []);
    });
  }
}

Deno.test("what stays in any of many groups is stopped", async () => {
  const reaper = newReaper(newCookie(), 60_000);
  await using families = new AsyncDisposableStack();
  const groups: number[] = [];
  for (let i = 0; i < 40; i++) {
    const family = families.use(await Family.start(LEAVES_BARE));
    reaper.add(family.group);
    await reaper.signal("CONT", family.group);
    await endLeader(family);
    reaper.orphan(family.group);
    groups.push(family.group);
  }
  await reaper.close();
  assertEquals(groups.flatMap(groupMembers), []);
});

/** How a group whose elders are gone is known: by an order that came before, or by the cookie of its members. */
for (const known of ["seen before", "marked"] as const) {
  Deno.test(`what was born late into a group without leader, and was ${known}, is stopped when its elders are gone`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "orch-late-" });
    const cookie = newCookie();
    const reaper = newReaper(cookie, 60_000);
    const late = "sh -c 'trap \"\" TERM; sleep 60; sleep 60'";
    const elder = `until [ -e ${folder}/go ]; do sleep 0.01; done; ${late}`;
    await using left = await Family.start(
      `(${elder}; :) >/dev/null & trap 'exit 0' USR1; echo ready $!; wait`,
      known === "marked" ? { ORCH_COOKIE: `${cookie}.job.1` } : {},
    );
    reaper.add(left.group);
    await reaper.signal("CONT", left.group);
    await endLeader(left);
    reaper.orphan(left.group);
    await reaper.signal("CONT", left.group);
    await tick();
    await Deno.writeTextFile(`${folder}/go`, "");
    await until(() => groupMembers(left.group).length === 3, "the elder, the late one, its child");
    if (known === "seen before") await reaper.signal("CONT", left.group);
    const pid = Number(left.output.split(" ")[1]);
    Deno.kill(pid, "SIGKILL");
    await until(() => !exists(`/proc/${pid}`), "the elder is gone, and nobody waits for it");
    await reaper.close();
    await until(() => groupMembers(left.group).length === 0, "all of them are gone");
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("a replacement takes nobody for what its predecessor knew, living groups aside", async () => {
  const cookie = newCookie();
  await using known = await Family.start(PLAIN);
  // For the next reaper this is a process that came after the one of its number had ended.
  await using later = await Family.start(PLAIN);
  const reaper = newReaper(cookie, 60_000);
  for (const { group } of [known, later]) reaper.add(group);
  reaper.orphan(later.group);
  await reaper.signal("CONT", known.group);
  const [old] = reapers(cookie);
  Deno.kill(old!, "SIGKILL");
  await until(() => reapers(cookie).some((pid) => pid !== old), "another reaper");
  await reaper.close();
  assertEquals([await known.end(), isAlive(later.group)], ["SIGTERM", true]);
});

Deno.test("an order for one process is not for another of its number", async () => {
  const reaper = newReaper(newCookie(), 0);
  await using family = await Family.start(PLAIN);
  const [own] = family.alive();
  await reaper.signalProcess("KILL", { ...own!, startTime: own!.startTime - 1 });
  assert(isAlive(family.group));
  await reaper.signalProcess("KILL", own!);
  assertEquals(await family.end(), "SIGKILL");
  await reaper.close();
});

Deno.test("a name that looks like the end of a name hides nobody", async () => {
  const reaper = newReaper(newCookie(), 0);
  await using family = await Family.start(
    "printf 'a) Z 1 1 1\\n1 (' >/proc/$$/comm; echo ready; read line </dev/zero; sleep 60",
  );
  reaper.add(family.group);
  await reaper.signal("KILL", family.group);
  assertEquals(await family.end(), "SIGKILL");
  await reaper.close();
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
