/** The reaper: what it stops once orch is dead, what it leaves alone, and that it cannot be got rid of. */
import { assert, assertEquals } from "../../support/assert.ts";
import {
  Family,
  IGNORES,
  isAlive,
  newCookie,
  newReaper,
  OrchAlike,
  PLAIN,
  reapers,
  TIDY,
} from "../../support/families.ts";
import { until } from "../../support/pool.ts";

const GRACE_MS = 400;

Deno.test("when orch dies, groups get TERM, and KILL after the grace, not before", async () => {
  const cookie = newCookie();
  await using tidy = await Family.start(TIDY);
  await using plain = await Family.start(PLAIN);
  await using stubborn = await Family.start(IGNORES);
  await using frozen = await Family.start(
    "trap 'exit 6' TERM; echo ready; kill -STOP $$; sleep 60",
  );
  await using children = await Family.start("sleep 60 & (sleep 60 & sleep 60) & echo ready; wait");
  const groups = [tidy, plain, stubborn, frozen, children].map(({ group }) => group);
  await using orch = await OrchAlike.start(cookie, groups, { graceMs: GRACE_MS });
  const killedAt = performance.now();
  orch.die();
  assertEquals([await tidy.end(), tidy.output], ["exit 5", "ready\ncleaned\n"]);
  assertEquals([await plain.end(), await frozen.end()], ["SIGTERM", "exit 6"]);
  assert(
    performance.now() - killedAt < GRACE_MS,
    "what ends by TERM ends before the grace is over",
  );
  assertEquals(await stubborn.end(), "SIGKILL");
  const waited = performance.now() - killedAt;
  assert(waited >= GRACE_MS - 100 && waited < GRACE_MS + 1_000, `KILL after ${waited} ms`);
  await until(() => children.alive().length === 0, "children and grandchildren are gone");
  await until(() => reapers(cookie).length === 0, "the reaper itself is gone");
});

Deno.test("nothing is waited for once all groups have ended", async () => {
  const cookie = newCookie();
  await using plain = await Family.start(PLAIN);
  await using orch = await OrchAlike.start(cookie, [plain.group], { graceMs: 60_000 });
  orch.die();
  assertEquals(await plain.end(), "SIGTERM");
  await until(() => reapers(cookie).length === 0, "the reaper is gone long before the grace is");
});

Deno.test("a reaper that is closed stops what is left of the run, and no more than that", async () => {
  const cookie = newCookie();
  const environment = { ORCH_COOKIE: `${cookie}.job.1` };
  await using tidy = await Family.start(TIDY, environment);
  await using stubborn = await Family.start(IGNORES, environment);
  await using other = await Family.start(PLAIN, { ORCH_COOKIE: `${newCookie()}.job.1` });
  await using left = await Family.start(PLAIN, { ORCH_COOKIE: `${cookie}_.job.2` });
  await using daemon = await Family.start(`setsid sleep 61 >/dev/null & ${PLAIN}`, environment);
  await until(() => daemon.alive().length === 2, "the daemon runs");
  const reaper = newReaper(cookie, 60_000);
  for (const { group } of [tidy, stubborn, daemon]) reaper.add(group);
  await reaper.close();
  assertEquals(reapers(cookie), []);
  assertEquals([await tidy.end(), await stubborn.end()], ["exit 5", "SIGKILL"]);
  assertEquals([other.ended, isAlive(other.group)], [null, true], "another run's");
  assertEquals([left.ended, isAlive(left.group)], [null, true], "left on purpose");
  assertEquals([await daemon.end(), daemon.alive().length], ["SIGTERM", 0]);
});

/** How a daemon gets away from the group of its job. */
const DAEMONS: Readonly<Record<string, string>> = {
  "setsid": "setsid sleep 61 &",
  "setsid, ignoring TERM": "setsid sh -c 'trap \"\" TERM; sleep 61; sleep 61' &",
  "a double fork": "{ setsid setsid sleep 61 & } ;",
};

for (const [name, command] of Object.entries(DAEMONS)) {
  Deno.test(`when orch dies, a daemon that left its group by ${name} is found by its cookie`, async () => {
    const cookie = newCookie();
    const start = `${command} echo ready; exec sleep 60`;
    await using job = await Family.start(start, { ORCH_COOKIE: `${cookie}.job.1` });
    await using stranger = await Family.start(start, { ORCH_COOKIE: `${newCookie()}.job.1` });
    const outside = (family: Family) =>
      family.alive().filter(({ group }) => group !== family.group);
    await until(() => outside(job).length > 0 && outside(stranger).length > 0, "both daemons run");
    await using orch = await OrchAlike.start(cookie, [job.group], { graceMs: GRACE_MS });
    orch.die();
    await until(() => job.alive().length === 0, "all of the job is gone");
    await until(() => reapers(cookie).length === 0, "the reaper is gone");
    assert(outside(stranger).length > 0 && isAlive(stranger.group), "another run's lives on");
  });
}

Deno.test("a reaper that is killed is replaced, and the new one knows what the old one knew", async () => {
  const cookie = newCookie();
  await using stubborn = await Family.start(IGNORES);
  await using orch = await OrchAlike.start(cookie, [stubborn.group], { graceMs: GRACE_MS });
  const openFiles = orch.openFiles();
  for (let time = 0; time < 3; time++) {
    const [old] = reapers(cookie);
    Deno.kill(old!, "SIGKILL");
    await until(() => reapers(cookie).some((pid) => pid !== old), "another reaper");
    assertEquals([stubborn.ended, reapers(cookie).length], [null, 1]);
  }
  await orch.sync();
  assertEquals(orch.openFiles(), openFiles, "nothing of the dead ones is left");
  orch.die();
  assertEquals(await stubborn.end(), "SIGKILL");
  await until(() => reapers(cookie).length === 0, "the reaper is gone");
});

Deno.test("a reaper that cannot be replaced at once is replaced as soon as it can be", async () => {
  const cookie = newCookie();
  await using first = await Family.start(PLAIN);
  await using second = await Family.start(PLAIN);
  const reaper = newReaper(cookie, 0);
  reaper.add(first.group);
  await reaper.signal("TERM", first.group);
  await first.end();
  const path = Deno.env.get("PATH")!;
  // As if the machine could not start programs.
  Deno.env.set("PATH", "/nowhere");
  try {
    Deno.kill(reapers(cookie)[0]!, "SIGKILL");
    await until(() => reapers(cookie).length === 0, "the reaper is dead");
    await new Promise((resolve) => setTimeout(resolve, 50));
    reaper.add(second.group);
    assertEquals(reapers(cookie), []);
  } finally {
    Deno.env.set("PATH", path);
  }
  await until(() => reapers(cookie).length === 1, "another one");
  await reaper.signal("TERM", second.group);
  assertEquals(await second.end(), "SIGTERM");
  await reaper.close();
  assertEquals(reapers(cookie), []);
});

Deno.test("a reaper does not end by what ends programs", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 0);
  // It says with its first deed that it has begun to ignore signals.
  await using first = await Family.start(PLAIN);
  reaper.add(first.group);
  await reaper.signal("KILL", first.group);
  assertEquals(await first.end(), "SIGKILL");
  const [pid] = reapers(cookie);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGPIPE"] as const) {
    Deno.kill(pid!, signal);
  }
  await using second = await Family.start(PLAIN);
  reaper.add(second.group);
  await reaper.signal("KILL", second.group);
  assertEquals(await second.end(), "SIGKILL");
  assertEquals(reapers(cookie), [pid!]);
  await reaper.close();
});

Deno.test("signals arrive at the whole group, or at one process, in the order they were sent", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 0);
  await using family = await Family.start("sleep 60 & echo ready; wait");
  reaper.add(family.group);
  const states = () => family.alive().map(({ state }) => state).join("");
  await until(() => family.alive().length === 2, "both processes run");
  await reaper.signal("STOP", family.group);
  await until(() => states() === "TT", "both are stopped");
  await reaper.signal("CONT", family.group);
  await until(() => states() === "SS", "both go on");
  const child = family.alive().find(({ pid }) => pid !== family.group)!;
  reaper.signalProcess("TERM", child);
  assertEquals(await family.end(), "exit 0");
  await using group = await Family.start(IGNORES);
  reaper.add(group.group);
  for (let time = 0; time < 20; time++) {
    reaper.signal("STOP", group.group);
    reaper.signal("CONT", group.group);
    reaper.signal("TERM", group.group);
  }
  assertEquals(group.ended, null);
  await reaper.signal("KILL", group.group);
  assertEquals(await group.end(), "SIGKILL");
  await reaper.close();
  assertEquals(reapers(cookie), []);
});

Deno.test("signals to what has ended do no harm", async () => {
  const cookie = newCookie();
  const reaper = newReaper(cookie, 0);
  await using gone = await Family.start("echo ready");
  reaper.add(gone.group);
  await gone.end();
  await reaper.signal("KILL", gone.group);
  await reaper.signalProcess("KILL", { pid: gone.group, startTime: 1 });
  reaper.orphan(gone.group);
  reaper.orphan(gone.group);
  await using family = await Family.start(PLAIN);
  reaper.add(family.group);
  await reaper.signal("TERM", family.group);
  assertEquals(await family.end(), "SIGTERM");
  await reaper.close();
  await reaper.signal("KILL", gone.group);
  assertEquals(reapers(cookie), []);
});
