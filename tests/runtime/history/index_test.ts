/** The index of finished runs: what it keeps, and what is learned from it. */
import { planJobs } from "../../../lib/core/plan/plan.ts";
import { initialState, type RunState } from "../../../lib/core/run/state.ts";
import { step } from "../../../lib/core/run/scheduler.ts";
import { History } from "../../../lib/runtime/history/index.ts";
import { assertEquals } from "../../support/assert.ts";
import { sketchSettings, sketchWorkflow } from "../../support/workflows.ts";

const FILE = "/work/ci.yaml";

/** A number as the id of a run. */
const idOf = (id: string) => id.padStart(8, "0");

/** A finished run of one job that took so long, and succeeded or not. */
function finishedRun(id: string, durationMs: number, code = 0): RunState {
  const runId = idOf(id);
  const state = initialState(planJobs(sketchWorkflow([{ id: "build" }]), [0]));
  const at = Number(runId) * 1_000_000;
  step(state, { type: "run_requested", runId, settings: sketchSettings(), at });
  const outcome = code === 0 ? { kind: "succeeded" as const } : { kind: "exited" as const, code };
  step(state, {
    type: "attempt_reported",
    jobId: "build",
    attempt: 1,
    outcome,
    at: at + durationMs,
  });
  return state;
}

async function withHistory(test: (history: History, path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/history.db`;
  {
    using history = await History.open(path);
    test(history, path);
  }
  await Deno.remove(folder, { recursive: true });
}

Deno.test("History lists the newest runs first, of one workflow where asked, and forgets them", () =>
  withHistory((history) => {
    for (const [id, code] of [["1", 0], ["2", 3], ["3", 0]] as const) {
      history.record(finishedRun(id, 100, code), FILE);
    }
    const ids = (workflow: string | null, limit = 10) =>
      history.runs({ workflow, limit }).map(({ runId }) => String(Number(runId)));
    assertEquals(ids(null), ["3", "2", "1"]);
    assertEquals(ids(null, 2), ["3", "2"]);
    assertEquals(ids("test"), ["3", "2", "1"]);
    assertEquals(ids("ci.yaml"), ["3", "2", "1"]);
    assertEquals(ids("other"), []);
    const [, failed] = history.runs({ workflow: null, limit: 10 });
    assertEquals([failed!.status, failed!.failed, failed!.success], ["failed", 1, 0]);
    history.forget(["3", "2"].map(idOf));
    assertEquals(ids(null), ["1"]);
    assertEquals(history.job("build", { workflow: null, limit: 5 }).length, 1);
  }));

Deno.test("History learns the median of the last ten successes of each job, and of no other file", () =>
  withHistory((history) => {
    for (let run = 1; run <= 14; run++) {
      history.record(finishedRun(String(run), run <= 4 ? 9_000 : run * 10), FILE);
    }
    history.record(finishedRun("15", 1, 1), FILE);
    history.record(finishedRun("16", 7_777), "/work/other.yaml");
    assertEquals([...history.expectations(FILE)], [["build", 100]]);
    assertEquals([...history.expectations("/work/none.yaml")], []);
  }));

Deno.test("History replaces what it knew of a run, and keeps its file private", () =>
  withHistory((history, path) => {
    history.record(finishedRun("1", 100), FILE);
    history.record(finishedRun("1", 300), FILE);
    const [job, ...others] = history.job("build", { workflow: null, limit: 5 });
    assertEquals([job!.durationMs, others.length], [300, 0]);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  }));
