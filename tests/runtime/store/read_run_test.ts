/** Runs read from their folders, whatever is missing or in the way. */
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import { RunLock } from "../../../lib/runtime/state/run_lock.ts";
import { activityOf, readRun } from "../../../lib/runtime/store/read_run.ts";
import type { RunPlace } from "../../../lib/runtime/store/run_store.ts";
import { assertEquals } from "../../support/assert.ts";
import { keepRun } from "../../support/kept_run.ts";
import { sketchSettings } from "../../support/workflows.ts";
import { Story } from "../../support/story.ts";

async function withRun(test: (place: RunPlace, story: Story) => Promise<void>): Promise<void> {
  const state = await Deno.makeTempDir({ prefix: "orch-record-" });
  try {
    const story = new Story([{ id: "a" }, { id: "b" }]);
    story.start("a");
    story.end("a", { kind: "succeeded" });
    await test(await keepRun(state, story), story);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
}

Deno.test("a run is read as it was told", () =>
  withRun(async ({ path }, story) => {
    const read = await readRun(path);
    assertEquals(read.ok && read.record.state, story.state);
    assertEquals(read.ok && read.record.journal.end, { kind: "clean" });
  }));

Deno.test("a run is read by the plan in force", () =>
  withRun(async ({ path, stateDirectory }) => {
    const next = new Story([{ id: "a" }, { id: "c" }], { runId: "20261122-103000-next" });
    const other = await keepRun(stateDirectory, next);
    await Deno.rename(RUN_FILES.plan(other.path, 0), RUN_FILES.plan(path, 1));
    const { Journal, readJournalFile } = await import("../../../lib/runtime/store/journal.ts");
    const journalPath = RUN_FILES.journal(path);
    const journal = await Journal.open(journalPath, {
      durability: "process",
      clock: { now: () => 0, callAt: () => () => {}, defer() {}, utcOffsetMinutes: () => 0 },
      content: await readJournalFile(journalPath),
    });
    const settings = sketchSettings();
    const reopened = { settings, plan: 1, downSince: 0, lost: [], reset: [], at: 9e12 };
    await journal.append([{ type: "run_resumed", ...reopened }]);
    await journal.close();
    const read = await readRun(path);
    assertEquals(read.ok && read.record.planNumber, 1);
    assertEquals(read.ok && read.record.state.plan.jobs.map(({ id }) => id), ["a", "c"]);
    assertEquals(read.ok && read.record.state.counts.success, 1);
  }));

Deno.test("what is missing or in the way is said, with its path", () =>
  withRun(async ({ path }) => {
    const problem = async () => {
      const read = await readRun(path);
      return read.ok ? "none" : `${read.problem.kind} ${read.problem.path.replace(path, "")}`;
    };
    const plan = RUN_FILES.plan(path, 0);
    const journal = RUN_FILES.journal(path);
    await Deno.remove(plan);
    assertEquals(await problem(), "no_plan /plan.json");
    await Deno.mkdir(plan);
    assertEquals(await problem(), "refused /plan.json");
    await Deno.remove(journal);
    assertEquals(await problem(), "no_journal /journal.jsonl");
    await Deno.mkdir(journal);
    assertEquals(await problem(), "refused /journal.jsonl");
  }));

Deno.test("a run is worked on for as long as its lock is held", () =>
  withRun(async ({ path }) => {
    assertEquals(activityOf(path), { kind: "idle" });
    {
      using _lock = RunLock.acquire(RUN_FILES.lock(path), { startedAt: 5 });
      const activity = activityOf(path);
      assertEquals(activity.kind === "running" && activity.by?.pid, Deno.pid);
    }
    assertEquals(activityOf(path), { kind: "idle" });
    await Promise.resolve();
  }));
