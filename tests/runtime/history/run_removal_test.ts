/** Runs that are removed, and those that must not be. */
import { DatabaseSync } from "node:sqlite";
import { History } from "../../../lib/runtime/history/index.ts";
import { isDamage } from "../../../lib/runtime/history/index_file.ts";
import { indexPath } from "../../../lib/runtime/state/state_directory.ts";
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import { RunLock } from "../../../lib/runtime/state/run_lock.ts";
import {
  changedAt,
  forgetRuns,
  removeLeftovers,
  removeRun,
  tryRemoval,
} from "../../../lib/runtime/history/run_removal.ts";
import { type RunPlace, runsIn } from "../../../lib/runtime/store/run_store.ts";
import { assert, assertEquals, assertRejects } from "../../support/assert.ts";
import { keepRun, namesIn } from "../../support/kept_run.ts";
import { Story } from "../../support/story.ts";

const NOW = Date.now();
const LATER = NOW + 3_600_000;

/** A state directory with one run in it; gone when the test leaves its scope. */
async function stateWithRun(): Promise<RunPlace & Disposable> {
  const path = await Deno.makeTempDir({ prefix: "orch-clean-" });
  const story = new Story([{ id: "a" }]);
  story.start("a");
  const place = await keepRun(path, story, { outputs: { "a.1.out": "x".repeat(1_000) } });
  return { ...place, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("a run is removed with all its files, and their size is told", async () => {
  using place = await stateWithRun();
  const journal = (await Deno.stat(RUN_FILES.journal(place.path))).size;
  const mark = (await Deno.stat(RUN_FILES.mark(place.path, 0))).size;
  const plan = (await Deno.stat(RUN_FILES.plan(place.path, 0))).size;
  const would = await tryRemoval(place, LATER);
  assertEquals(would, { kind: "removed", bytes: 1_000 + journal + mark + plan });
  const removal = await removeRun(place, LATER);
  assert(removal.kind === "removed" && removal.bytes >= 1_000 + journal + mark + plan);
  assertEquals(namesIn(`${place.stateDirectory}/runs`), []);
});

Deno.test("a run on which an orch works is not removed", async () => {
  using place = await stateWithRun();
  using _lock = RunLock.acquire(RUN_FILES.lock(place.path), { startedAt: 1 });
  assertEquals(await tryRemoval(place, LATER), { kind: "running" });
  assertEquals(await removeRun(place, LATER), { kind: "running" });
  assertEquals(runsIn(place.stateDirectory).length, 1);
});

Deno.test("a run without a journal may be beginning: it is removed only after a while", async () => {
  using place = await stateWithRun();
  await Deno.remove(RUN_FILES.journal(place.path));
  assertEquals(await removeRun(place, NOW), { kind: "running" });
  assertEquals((await removeRun(place, LATER)).kind, "removed");
});

Deno.test("what cannot be removed is said, and stays a run", async () => {
  using place = await stateWithRun();
  // A folder in the place of the lock, which then nobody can have.
  await Deno.mkdir(RUN_FILES.lock(place.path));
  assertEquals((await removeRun(place, LATER)).kind, "failed");
  assertEquals(runsIn(place.stateDirectory).length, 1);
});

Deno.test("what an orch left that died while it removed a run is no run, and goes with the next one", async () => {
  using place = await stateWithRun();
  await Deno.rename(place.path, `${place.stateDirectory}/runs/.removing-${place.runId}`);
  assertEquals(runsIn(place.stateDirectory), []);
  await removeLeftovers(place.stateDirectory);
  assertEquals(namesIn(`${place.stateDirectory}/runs`), []);
  await removeLeftovers(`${place.stateDirectory}/none`);
});

Deno.test("links in a run are removed, and not what they lead to", async () => {
  using place = await stateWithRun();
  const outside = `${place.stateDirectory}/outside`;
  await Deno.mkdir(outside);
  await Deno.writeTextFile(`${outside}/file`, "");
  await Deno.symlink(outside, `${place.path}/jobs/link`);
  assertEquals((await removeRun(place, LATER)).kind, "removed");
  assertEquals((await Deno.stat(`${outside}/file`)).isFile, true);
});

Deno.test("a run was last written to when its journal was, or its folder where there is none", async () => {
  using place = await stateWithRun();
  await Deno.utime(RUN_FILES.journal(place.path), 1_000, 1_000);
  await Deno.utime(place.path, 2_000, 2_000);
  assertEquals(changedAt(place), 1_000_000);
  await Deno.remove(RUN_FILES.journal(place.path));
  await Deno.utime(place.path, 2_000, 2_000);
  assertEquals(changedAt(place), 2_000_000);
});

Deno.test("runs are taken out of an index that is there, and none is made for it", async () => {
  using place = await stateWithRun();
  await forgetRuns(place.stateDirectory, [place.runId]);
  assertEquals(namesIn(place.stateDirectory), ["runs"]);
  const story = new Story([{ id: "a" }], { runId: "20261122-000000-aaaa" });
  story.finish("completed");
  {
    using history = await History.open(indexPath(place.stateDirectory));
    history.record(story.state, "/work/ci.yaml");
  }
  await forgetRuns(place.stateDirectory, ["20261122-000000-aaaa"]);
  {
    using history = await History.open(indexPath(place.stateDirectory));
    assertEquals(history.sizes().size, 0);
  }
  // An older one stays for the next run, which sees by it that there is more to be filled in.
  {
    using database = new DatabaseSync(indexPath(place.stateDirectory));
    database.exec("PRAGMA user_version = 1");
  }
  await forgetRuns(place.stateDirectory, [place.runId]);
  const error = await assertRejects(() => History.open(indexPath(place.stateDirectory)));
  assert(isDamage(error), String(error));
});
