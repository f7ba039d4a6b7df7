/** Runs whose orch dies: how it is killed, and what is left behind, as the files of the run tell it. */
import type { RunRecord } from "../../lib/core/record/run_record.ts";
import type { RunState } from "../../lib/core/run/state.ts";
import { type RunDirectory, runDirectoryAt } from "../../lib/runtime/state/run_directory.ts";
import { readRun } from "../../lib/runtime/store/read_run.ts";
import { RunStore } from "../../lib/runtime/store/run_store.ts";
import { assert, assertEquals } from "./assert.ts";
import { eventually, type Project, type Running } from "./cli.ts";

/** One that acts, and two that stand by. */
const ALL_REAPERS = 3;

/** What the command lines of reapers look like. */
const REAPERS = /eval "\$GUARD"/;

/** Kills orch with KILL; its reaper lives and cleans up. */
export async function killOrch(orch: Running): Promise<void> {
  kill(orch.pid!, "SIGKILL");
  await orch.finished;
}

/** Kills orch and its reapers with KILL: the jobs live on, and nobody looks. */
export async function killAll(project: Project, orch: Running): Promise<void> {
  await eventually(() => project.pids(REAPERS).length === ALL_REAPERS, "all reapers");
  // It would start others.
  kill(orch.pid!, "SIGSTOP");
  for (const pid of project.pids(REAPERS)) kill(pid, "SIGKILL");
  await eventually(() => project.pids(REAPERS).length === 0, "the end of the reapers");
  await killOrch(orch);
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    // It was quicker.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The folders of the runs of a project, newest first. */
export function runsOf(project: Project, stateDirectory = ".orch"): RunDirectory[] {
  return new RunStore([project.path(stateDirectory)]).list()
    .map(({ path, runId }) => runDirectoryAt(path, runId));
}

/** The folder of the only run of a project. */
export function runOf(project: Project, stateDirectory?: string): RunDirectory {
  const runs = runsOf(project, stateDirectory);
  assert(runs.length === 1, `${runs.length} runs`);
  return runs[0]!;
}

/** A run as its files tell it. */
export async function recordOf({ path }: RunDirectory): Promise<RunRecord> {
  const read = await readRun(path);
  assert(read.ok, JSON.stringify(read));
  return read.record;
}

/** The same, of a run whose journal is whole. */
export async function stateOf(run: RunDirectory): Promise<RunState> {
  const { journal, state } = await recordOf(run);
  assertEquals(journal.end, { kind: "clean" });
  return state;
}

/** How each job stands: `build success`. */
export function statusesOf({ plan, jobs }: RunState): string[] {
  return jobs.map((job, i) =>
    `${plan.jobs[i]!.id} ${job.phase === "settled" ? job.status : job.phase}`
  );
}

/** How each attempt ended, by its name: `build.2` → `exited`. */
export function outcomesOf({ plan, attempts }: RunState): Map<string, string> {
  return new Map(
    plan.jobs.flatMap(({ id }, i) =>
      (attempts[i] ?? []).map(({ attempt, outcome }) => [`${id}.${attempt}`, outcome.kind] as const)
    ),
  );
}
