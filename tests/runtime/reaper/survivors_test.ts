/** What outlived its orch is found by what names the run, ended, and nothing else is. */
import { LeftCgroup, ownCgroup, RunCgroup } from "../../../lib/runtime/kernel/cgroup.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import { parseRunId, type RunId } from "../../../lib/runtime/state/run_directory.ts";
import { stopSurvivors } from "../../../lib/runtime/reaper/survivors.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Family, IGNORES, PLAIN, TIDY } from "../../support/families.ts";

/** A run id that no other test has. */
function newId(): RunId {
  return parseRunId(`20261122-103000-${crypto.randomUUID().slice(0, 8)}`)!;
}

function stop(runId: RunId, graceMs = 5_000, live: readonly string[] = []) {
  const told: number[] = [];
  const { clock } = realWorld();
  const stopped = stopSurvivors(runId, {
    clock,
    graceMs,
    live: new Set(live),
    told: (count) => told.push(count),
  });
  return stopped.then((result) => ({ ...result, told }));
}

/** The cookie of an attempt, or of a slot, in some life of a run. */
const cookieOf = (runId: string, what = "job.1", life = "0a1b2c3d") => ({
  ORCH_COOKIE: `${life}-${runId}.${what}`,
});

Deno.test("where nothing is left, nothing is told and nothing is waited for", async () => {
  assertEquals(await stop(newId()), { found: 0, left: [], told: [] });
});

Deno.test("processes of every life of the run, of jobs and of slots, are asked to end", async () => {
  const runId = newId();
  await using plain = await Family.start(PLAIN, cookieOf(runId));
  await using tidy = await Family.start(TIDY, cookieOf(runId, "a.b-c.12", "ffffffff"));
  await using slot = await Family.start(PLAIN, cookieOf(runId, "slot"));
  const { left, told, found } = await stop(runId);
  assertEquals([left, told.length, found >= 3], [[], 1, true]);
  assertEquals([await plain.end(), await tidy.end(), await slot.end()], [
    ...["SIGTERM", "exit 5", "SIGTERM"],
  ]);
  assertEquals(tidy.output, "ready\ncleaned\n");
});

Deno.test("a run within a job of the run belongs to it, and it to no run within it", async () => {
  const [runId, innerId] = [newId(), newId()];
  const own = cookieOf(runId, "job.1").ORCH_COOKIE;
  const inner = cookieOf(innerId, "slot", "ffffffff").ORCH_COOKIE;
  const innermost = cookieOf(newId()).ORCH_COOKIE;
  await using job = await Family.start(PLAIN, { ORCH_COOKIE: own });
  await using slot = await Family.start(PLAIN, { ORCH_COOKIE: `${inner}:${own}` });
  await using deep = await Family.start(PLAIN, { ORCH_COOKIE: `${innermost}:${inner}:${own}` });
  assertEquals((await stop(innerId)).left, []);
  assertEquals([await slot.end(), await deep.end(), job.ended], ["SIGTERM", "SIGTERM", null]);
  await using again = await Family.start(PLAIN, { ORCH_COOKIE: `${innermost}:${inner}:${own}` });
  assertEquals((await stop(runId)).left, []);
  assertEquals([await again.end(), await job.end()], ["SIGTERM", "SIGTERM"]);
});

Deno.test("what does not end when asked is killed once the grace is over", async () => {
  const runId = newId();
  await using family = await Family.start(IGNORES, cookieOf(runId));
  const began = performance.now();
  assertEquals((await stop(runId, 300)).left, []);
  assert(performance.now() - began >= 300, "it has its grace");
  assertEquals(await family.end(), "SIGKILL");
});

Deno.test("what stands still hears it too", async () => {
  const runId = newId();
  await using family = await Family.start(TIDY, cookieOf(runId));
  Deno.kill(family.group, "SIGSTOP");
  assertEquals((await stop(runId)).left, []);
  assertEquals(await family.end(), "exit 5");
});

Deno.test("other runs, and what only looks alike, are left alone", async () => {
  const runId = newId();
  const other = newId();
  await using others = await Family.start(PLAIN, cookieOf(other));
  await using longer = await Family.start(PLAIN, cookieOf(`${runId}x`));
  await using noLife = await Family.start(PLAIN, { ORCH_COOKIE: `x${runId}.job.1` });
  await using named = await Family.start(PLAIN, {
    ORCH_RUN_ID: runId,
    X: cookieOf(runId).ORCH_COOKIE,
  });
  assertEquals(await stop(runId), { found: 0, left: [], told: [] });
  for (const family of [others, longer, noLife, named]) {
    assertEquals([family.ended, family.alive().length > 0], [null, true]);
  }
});

Deno.test("who looks is not a survivor, even where a job of the run has started it", async () => {
  const runId = newId();
  const text = `
    import { realWorld } from "${new URL("../../../lib/runtime/real_world.ts", import.meta.url)}";
    import { stopSurvivors } from "${new URL(
    "../../../lib/runtime/reaper/survivors.ts",
    import.meta.url,
  )}";
    const { clock } = realWorld();
    const stopped = await stopSurvivors("${runId}", { clock, graceMs: 100, told() {} });
    console.log(JSON.stringify(stopped));
    Deno.exit();`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", text],
    env: cookieOf(runId),
    stdin: "null",
  }).output();
  assertEquals(code, 0);
  assertEquals(JSON.parse(new TextDecoder().decode(stdout)), { found: 0, left: [] });
});

/** A test that needs real control groups; where there can be none it says so. */
function testWithGroups(name: string, fn: () => Promise<void>): void {
  const probe = RunCgroup.open(`test-${crypto.randomUUID()}`);
  probe?.close();
  if (probe !== null) return Deno.test(name, fn);
  const why = "skipped: no writable cgroup";
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(why);
  Deno.test({ name: `${name} (${why})`, ignore: true, fn });
}

testWithGroups(
  "the control groups of dead lives of the run are emptied and removed, and no others",
  async () => {
    const runId = newId();
    const group = RunCgroup.open(`0a1b2c3d-${runId}`)!;
    const empty = RunCgroup.open(`ffffffff-${runId}`)!;
    const other = RunCgroup.open(`0a1b2c3d-x${runId}`)!;
    // As an orch leaves it that had stepped aside.
    await Deno.mkdir(`${empty.path}.orch`);
    try {
      empty.leaf();
      const leaf = group.leaf()!;
      const below = `${group.path}/slot-1/below`;
      // Nothing in its environment says whose it is.
      await using hidden = await Family.start(leaf.firstWords + PLAIN);
      await using deeper = await Family.start(
        `mkdir ${below}; echo $$ >${below}/cgroup.procs; ${PLAIN}`,
      );
      const found = LeftCgroup.find(runId).flatMap((left) => left.processes());
      assertEquals(found.sort(), [hidden.group, deeper.group].sort());
      assertEquals(await stop(runId), { found: 2, left: [], told: [2] });
      assertEquals([await hidden.end(), await deeper.end()], ["SIGTERM", "SIGTERM"]);
      const names = (await Array.fromAsync(Deno.readDir(ownCgroup()!))).map(({ name }) => name);
      assertEquals(names.filter((name) => name.includes(runId)), [`orch-0a1b2c3d-x${runId}`]);
    } finally {
      for (const left of LeftCgroup.find(runId)) left.remove();
      for (const run of [group, empty, other]) run.close();
    }
  },
);
