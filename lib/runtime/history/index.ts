/**
 * The index of finished runs: what `orch history` lists and what the planner learns from. An index
 * only: it can be deleted and made again from the journals, and no run fails because of it.
 */
import type { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import { wallOf, workOf } from "../../core/run/summary.ts";
import { copyIndex, DamagedIndex, emptyIndex, openIndexFile } from "./index_file.ts";
import { folderOf } from "../port/paths.ts";
import { rootedPath, storedPath } from "../state/project_paths.ts";
import { parseRunId, RUN_FILES } from "../state/run_directory.ts";

/** A finished run, as the index keeps it. Times in milliseconds since the epoch. */
export interface IndexedRun {
  readonly runId: string;
  readonly workflow: string;
  /** The workflow file, absolute; `-` where it came from standard input. */
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** How long it took, without the time in which nobody worked on it. */
  readonly wallMs: number;
  readonly success: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
}

/** One job of a finished run. */
export interface IndexedJob {
  readonly runId: string;
  readonly jobId: string;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt: number | null;
  /** All its attempts together. */
  readonly durationMs: number;
  readonly peakMemoryMb: number | null;
}

/** Which runs or jobs are asked for. */
export interface HistoryQuery {
  /** The name or the file of a workflow. */
  readonly workflow: string | null;
  readonly limit: number;
}

/** Stands for the file of a workflow that came from standard input. */
const NO_FILE = "-";
/** Runs that a job's duration is learned from: the last successes. */
const LEARNED_FROM = 10;

/** Whether a run is of the workflow ?1, by its name, or has one of the files ?3. */
const IS_OF_WORKFLOW = `
  (?1 IS NULL OR workflow = ?1 OR file IN (SELECT value FROM json_each(?3)))`;

/** The open index. Close it. */
export class History implements Disposable {
  readonly #database: DatabaseSync;
  readonly #stateDirectory: string;
  /** Whether it was made just now: what ran before is not in it yet. */
  readonly isNew: boolean;

  private constructor(database: DatabaseSync, stateDirectory: string, isNew: boolean) {
    this.#database = database;
    this.#stateDirectory = stateDirectory;
    this.isNew = isNew;
  }

  /**
   * Opens or makes the index at `path`. Throws a `NewerIndex`, a `StateRefused`, for one that is damaged or
   * older (see `isDamage`), and where there cannot be one.
   */
  static async open(path: string): Promise<History> {
    const { database, isNew } = await openIndexFile(path);
    return new History(database, folderOf(path), isNew);
  }

  /** A copy of the index at `path`, which is gone once it is closed. Throws where there is none, and as `open`. */
  static async copy(path: string): Promise<History> {
    return new History(await copyIndex(path), folderOf(path), false);
  }

  /** An index that is gone once it is closed, for where there cannot be one on the disk. */
  static async inMemory(stateDirectory: string): Promise<History> {
    return new History(await emptyIndex(), stateDirectory, true);
  }

  /**
   * Adds a finished run, or puts it in the place of what was known of it; its journal must be complete.
   * Changes nothing for a run that has not finished.
   */
  record(state: RunState, file: string): void {
    const { runId, status, startedAt, finishedAt, counts, plan } = state;
    const wallMs = wallOf(state);
    if (runId === null || status === null || startedAt === null) return;
    if (finishedAt === null || wallMs === null) return;
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      database.prepare("DELETE FROM jobs WHERE run_id = ?").run(runId);
      const { success, failed, cancelled, skipped } = counts;
      database.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          runId,
          plan.workflow.name,
          this.#stored(file),
          status,
          startedAt,
          finishedAt,
          wallMs,
          journalBytes(this.#stateDirectory, runId) ?? 0,
          success,
          failed,
          cancelled,
          skipped,
        );
      const insert = database.prepare("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)");
      for (const job of indexedJobs(state)) {
        const { jobId, attempts, startedAt, durationMs, peakMemoryMb } = job;
        insert.run(runId, jobId, job.status, attempts, startedAt, durationMs, peakMemoryMb);
      }
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  /** How long the journal of each run was when it was recorded. */
  sizes(): Map<string, number> {
    const rows = this.#database.prepare("SELECT run_id AS runId, journal_bytes AS bytes FROM runs")
      .all() as unknown as { runId: string; bytes: number }[];
    return new Map(rows.map(({ runId, bytes }) => [runId, bytes]));
  }

  /** The newest runs first. */
  runs({ workflow, limit }: HistoryQuery): IndexedRun[] {
    const runs = this.#database.prepare(`
      SELECT run_id AS runId, workflow, file, status, started_at AS startedAt, finished_at AS finishedAt, wall_ms AS wallMs,
        success, failed, cancelled, skipped
      FROM runs WHERE ${IS_OF_WORKFLOW} ORDER BY started_at DESC LIMIT ?2`)
      .all(workflow, limit, this.#filesOf(workflow)) as unknown as IndexedRun[];
    if (!runs.every(isCredible)) throw new DamagedIndex("it holds what no run can be");
    return runs.map((run) => ({ ...run, file: this.#rooted(run.file) }));
  }

  /** One job over time, newest first. */
  job(jobId: string, { workflow, limit }: HistoryQuery): IndexedJob[] {
    const jobs = this.#database.prepare(`
      SELECT j.run_id AS runId, job_id AS jobId, j.status, attempts, j.started_at AS startedAt,
        duration_ms AS durationMs, peak_memory_mb AS peakMemoryMb
      FROM jobs j JOIN runs r USING (run_id) WHERE job_id = ?4 AND ${IS_OF_WORKFLOW}
      ORDER BY r.started_at DESC LIMIT ?2`)
      .all(workflow, limit, this.#filesOf(workflow), jobId) as unknown as IndexedJob[];
    if (!jobs.every(isCredibleJob)) throw new DamagedIndex("it holds what no job can be");
    return jobs;
  }

  /** The names of all workflows, or of all jobs. */
  names(of: "workflow" | "job"): string[] {
    const rows = this.#database.prepare(
      of === "job"
        ? "SELECT DISTINCT job_id AS name FROM jobs"
        : "SELECT DISTINCT workflow AS name FROM runs",
    ).all() as unknown as { name: string }[];
    return rows.map(({ name }) => name);
  }

  /**
   * The median duration of the last successes of each job of a workflow file, in milliseconds; only runs count
   * that `isKnown` knows.
   */
  expectations(
    file: string,
    isKnown: (runId: string) => boolean = () => true,
  ): Map<string, number> {
    const files = [file, this.#stored(file)];
    const all = this.#database.prepare("SELECT run_id AS runId FROM runs WHERE file IN (?1, ?2)")
      .all(...files) as unknown as { runId: string }[];
    const unknown = all.flatMap(({ runId }) => isKnown(runId) ? [] : [runId]);
    const rows = this.#database.prepare(`
      SELECT job_id AS jobId, duration_ms AS durationMs FROM (
        SELECT job_id, duration_ms, row_number() OVER (PARTITION BY job_id ORDER BY j.started_at DESC) AS place
        FROM jobs j JOIN runs r USING (run_id) 
        WHERE file IN (?1, ?2) AND j.status = 'success' AND run_id NOT IN (SELECT value FROM json_each(?4))
      ) WHERE place <= ?3 ORDER BY job_id, duration_ms`)
      .all(...files, LEARNED_FROM, JSON.stringify(unknown)) as unknown as {
        jobId: string;
        durationMs: number;
      }[];
    const durations = Map.groupBy(rows, ({ jobId }) => jobId);
    return new Map([...durations].map(([jobId, all]) => [jobId, all[all.length >> 1]!.durationMs]));
  }

  /** Those files of runs, as they are stored, that `workflow` names by their path or the end of it; as JSON. */
  #filesOf(workflow: string | null): string {
    if (workflow === null) return "[]";
    const rows = this.#database.prepare("SELECT DISTINCT file FROM runs").all() as unknown as {
      file: string;
    }[];
    const found = rows.filter(({ file }) => {
      const path = this.#rooted(file);
      return path === workflow || path.endsWith(`/${workflow}`);
    });
    return JSON.stringify(found.map(({ file }) => file));
  }

  /** The path of a workflow file as the index has it: see `project_paths.ts`. */
  #stored(file: string): string {
    if (file === NO_FILE) return file;
    return storedPath(file, { project: folderOf(file), stateDirectory: this.#stateDirectory });
  }

  #rooted(file: string): string {
    return file === NO_FILE ? file : rootedPath(file, this.#stateDirectory);
  }

  /** Forgets runs. */
  forget(runIds: readonly string[]): void {
    const [jobs, runs] = ["jobs", "runs"].map((table) =>
      this.#database.prepare(`DELETE FROM ${table} WHERE run_id = ?`)
    );
    for (const runId of runIds) {
      jobs!.run(runId);
      runs!.run(runId);
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

const RUN_STATUSES: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);
const JOB_STATUSES: ReadonlySet<string> = new Set(["success", "failed", "cancelled", "skipped"]);
/** The last moment that a date can be. */
const LATEST = 8.64e15;

/** Whether a run can be as the index says: it may have come from anywhere. */
function isCredible({ runId, status, startedAt, finishedAt, wallMs }: IndexedRun): boolean {
  return parseRunId(runId) !== null && RUN_STATUSES.has(status) &&
    [startedAt, finishedAt, wallMs].every((time) => Math.abs(time) <= LATEST);
}

function isCredibleJob({ runId, status, startedAt, durationMs }: IndexedJob): boolean {
  return parseRunId(runId) !== null && JOB_STATUSES.has(status) &&
    [startedAt ?? 0, durationMs].every((time) => Math.abs(time) <= LATEST);
}

/** The settled jobs of a run, in file order. */
export function indexedJobs(state: RunState): IndexedJob[] {
  const { runId, plan, jobs, attempts } = state;
  return jobs.flatMap((job, i) => {
    if (job.phase !== "settled") return [];
    const ended = attempts[i] ?? [];
    return [{
      runId: runId ?? "",
      jobId: plan.jobs[i]!.id,
      status: job.status,
      attempts: ended.length,
      startedAt: ended[0]?.startedAt ?? null,
      durationMs: workOf(state, i),
      peakMemoryMb: ended.at(-1)?.usage?.peakMemoryMb ?? null,
    }];
  });
}

/** The length of a run's journal; `null` where there is none. Throws the platform's error. */
export function journalBytes(stateDirectory: string, runId: string): number | null {
  try {
    return Deno.lstatSync(RUN_FILES.journal(`${stateDirectory}/runs/${runId}`)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
