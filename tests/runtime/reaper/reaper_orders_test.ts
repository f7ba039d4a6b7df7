/** What a reaper was told before it died is not lost: the next one does it. */
import { assert, assertEquals } from "../../support/assert.ts";
import {
  Family,
  IGNORES,
  newCookie,
  newReaper,
  PLAIN,
  reapers,
  TIDY,
} from "../../support/families.ts";
import { TestPool, until } from "../../support/pool.ts";

/** A reaper that hears nothing, and is killed: whatever it is told from now on it does not do. */
async function deafen(cookie: string): Promise<number> {
  await until(() => reapers(cookie).length === 1, "a reaper");
  const [pid] = reapers(cookie);
  Deno.kill(pid!, "SIGSTOP");
  return pid!;
}

/** Kills a reaper and waits for the next. */
async function replace(cookie: string, old: number): Promise<void> {
  Deno.kill(old, "SIGKILL");
  await until(() => reapers(cookie).some((pid) => pid !== old), "another reaper");
}

/** States of processes that were stopped; a shell may wait (D) for a child that was stopped before it began. */
const STILL = /^[TD]*T[TD]*$/;

const states = (family: Family) => family.alive().map(({ state }) => state).join("");

Deno.test("orders that a dead reaper had not heard are carried out by the next, in their order", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 0);
  await using frozen = await Family.start(PLAIN);
  await using thawed = await Family.start(PLAIN);
  await using tidy = await Family.start(TIDY);
  await using one = await Family.start(IGNORES);
  for (const { group } of [frozen, thawed, tidy]) reaper.add(group);
  await reaper.signal("STOP", thawed.group);
  const old = await deafen(cookie);
  let answered = 0;
  const answers = [
    reaper.signal("STOP", frozen.group),
    reaper.signal("CONT", thawed.group),
    reaper.signal("STOP", thawed.group),
    reaper.signal("CONT", thawed.group),
    reaper.signal("TERM", tidy.group),
    reaper.signalProcess("KILL", one.alive().find(({ pid }) => pid === one.group)!),
  ];
  for (const answer of answers) answer.then(() => answered++);
  assertEquals([states(frozen), states(thawed), answered], ["S", "T", 0]);
  await replace(cookie, old);
  await Promise.all(answers);
  await until(() => states(frozen) === "T" && states(thawed) === "S", "what was ordered last");
  assertEquals([await tidy.end(), tidy.output], ["exit 5", "ready\ncleaned\n"]);
  assertEquals(await one.end(), "SIGKILL");
  await reaper.close();
});

Deno.test("a group that was added while nobody heard is guarded by the next reaper", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 0);
  await using stubborn = await Family.start(IGNORES);
  await using gone = await Family.start(PLAIN);
  const old = await deafen(cookie);
  reaper.add(stubborn.group);
  reaper.add(gone.group);
  await gone[Symbol.asyncDispose]();
  reaper.orphan(gone.group);
  await replace(cookie, old);
  await reaper.close();
  assertEquals(await stubborn.end(), "SIGKILL");
});

Deno.test("a reaper that is killed while a run ends leaves nothing behind for that", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 60_000);
  await using tidy = await Family.start(TIDY);
  await using stubborn = await Family.start(IGNORES);
  for (const { group } of [tidy, stubborn]) reaper.add(group);
  const old = await deafen(cookie);
  const lost = reaper.signal("CONT", tidy.group);
  const closed = reaper.close();
  Deno.kill(old, "SIGKILL");
  await Promise.all([closed, lost]);
  assertEquals([await tidy.end(), await stubborn.end()], ["exit 5", "SIGKILL"]);
  assertEquals(reapers(cookie), []);
});

Deno.test("a pause holds the jobs though the reaper dies meanwhile, and they go on after it", async () => {
  await using pool = new TestPool();
  const tick = "i=0; while :; do i=$((i + 1)); echo $i; sleep 0.01; done";
  const jobs = [pool.start(tick), pool.start(tick)];
  await until(() => jobs.every(({ stdout }) => stdout().length > 4), "they run");
  const old = await deafen(pool.cookie);
  const frozen = pool.pool.freeze();
  Deno.kill(old, "SIGKILL");
  await frozen;
  await until(() => STILL.test(pool.states()), "they stand still");
  const [next] = reapers(pool.cookie);
  Deno.kill(next!, "SIGSTOP");
  pool.pool.thaw();
  const before = jobs.map(({ stdout }) => stdout().length);
  Deno.kill(next!, "SIGKILL");
  await until(() => jobs.every(({ stdout }, i) => stdout().length > before[i]!), "they go on");
  for (const job of jobs) job.stop(true);
  await Promise.all(jobs.map(({ ended }) => ended));
});

Deno.test("a pause does not wait for ever for a reaper that cannot be started", async () => {
  await using pool = new TestPool();
  const job = pool.start("sleep 60");
  await until(() => pool.alive().length > 0, "it runs");
  const old = await deafen(pool.cookie);
  const path = Deno.env.get("PATH")!;
  // As if the machine could not start programs.
  Deno.env.set("PATH", "/nowhere");
  const startedAt = performance.now();
  try {
    Deno.kill(old, "SIGKILL");
    await pool.pool.freeze();
  } finally {
    Deno.env.set("PATH", path);
  }
  assert(performance.now() - startedAt < 3_000);
  await until(() => STILL.test(pool.states()), "it stands still as soon as there is one");
  pool.pool.thaw();
  job.stop(true);
  await job.ended;
});

/** When the reaper of a job that ignores TERM is killed. */
const MOMENTS = ["before it is asked to end", "after it was asked", "before it is killed"] as const;

for (const moment of MOMENTS) {
  Deno.test(`a stop is over within the grace and a second though the reaper is killed ${moment}`, async () => {
    await using pool = new TestPool();
    const daemon = "setsid sh -c 'trap \"\" TERM; sleep 60; sleep 60' &";
    const job = pool.start(
      `trap 'echo heard' TERM; ${daemon} echo ready; while :; do sleep 0.05; done`,
    );
    await until(() => job.stdout() !== "" && pool.alive().length > 2, "it is ready");
    const kill = (when: typeof MOMENTS[number], pid: number) => {
      if (when === moment) Deno.kill(pid, "SIGKILL");
    };
    const old = await deafen(pool.cookie);
    kill("before it is asked to end", old);
    job.stop(false);
    kill("after it was asked", old);
    if (moment === "before it is killed") Deno.kill(old, "SIGCONT");
    await until(() => job.stdout().includes("heard"), "it heard that it is to end");
    const [next] = reapers(pool.cookie);
    if (moment === "before it is killed") Deno.kill(next!, "SIGSTOP");
    const killedAt = performance.now();
    job.stop(true);
    kill("before it is killed", next!);
    assertEquals((await job.ended).kind, "signaled");
    assert(performance.now() - killedAt < 1_000, `${performance.now() - killedAt} ms`);
    assertEquals(pool.alive(), []);
  });
}

Deno.test("a reaper that stands still is replaced within a second or two, and its orders are given again", async () => {
  const cookie = newCookie();
  await using family = await Family.start(PLAIN);
  const reaper = newReaper(cookie, 0);
  reaper.add(family.group);
  const old = await deafen(cookie);
  const startedAt = performance.now();
  await reaper.signal("TERM", family.group);
  assertEquals(await family.end(), "SIGTERM");
  const took = performance.now() - startedAt;
  assert(took > 900 && took < 2_500, `${took} ms`);
  assert(!reapers(cookie).includes(old));
  await reaper.close();
});

Deno.test("a run ends though its reaper stands still", async () => {
  const cookie = newCookie();
  await using family = await Family.start(IGNORES);
  const reaper = newReaper(cookie, 60_000);
  reaper.add(family.group);
  await deafen(cookie);
  const startedAt = performance.now();
  await reaper.close();
  assertEquals(await family.end(), "SIGKILL");
  assert(performance.now() - startedAt < 4_000);
  assertEquals(reapers(cookie), []);
});
