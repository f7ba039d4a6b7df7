/**
 * The index of finished runs: what `orch history` lists and what the planner learns from. An index
 * only: it can be deleted and made again from the journals, and no run fails because of it.
 */
import type { DatabaseSync } from "node:sqlite";
import type { RunStatus } from "../core/event.ts";
import { type RunState } from "../core/run_state.ts";
import { workOf } from "../core/summary.ts";

/** A finished run, as the index keeps it. Times in milliseconds since the epoch. */
export interface IndexedRun {
  readonly runId: string;
  readonly workflow: string;
  /** The workflow file, absolute. */
  readonly file: string;
  readonly status: RunStatus;
  readonly startedAt: number;
  readonly finishedAt: number;
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

/** Runs that a job's duration is learned from: the last successes. */
const LEARNED_FROM = 10;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA busy_timeout = 5000;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, workflow TEXT NOT NULL, file TEXT NOT NULL, status TEXT NOT NULL,
    started_at REAL NOT NULL, finished_at REAL NOT NULL,
    success INTEGER NOT NULL, failed INTEGER NOT NULL, cancelled INTEGER NOT NULL, skipped INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS runs_by_time ON runs (started_at);
  CREATE TABLE IF NOT EXISTS jobs (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, job_id TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, started_at REAL, duration_ms REAL NOT NULL, peak_memory_mb REAL,
    PRIMARY KEY (run_id, job_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (job_id, started_at);
  PRAGMA user_version = 1;
`;

/** The open index. Close it. */
export class History implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens or makes the index at `path`; one that is damaged throws. */
  static async open(path: string): Promise<History> {
    const { DatabaseSync } = await import("node:sqlite");
    // Made here first, since the library would let others read it.
    await Deno.writeFile(path, new Uint8Array(), { append: true, mode: 0o600 });
    const database = new DatabaseSync(path);
    try {
      database.exec(SCHEMA);
    } catch (error) {
      database.close();
      throw error;
    }
    return new History(database);
  }

  /** Adds a finished run, or puts it in the place of what was known of it. */
  record(state: RunState, file: string): void {
    const { runId, status, startedAt, finishedAt, counts, plan, jobs, attempts } = state;
    if (runId === null || status === null || startedAt === null || finishedAt === null) return;
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      database.prepare("DELETE FROM jobs WHERE run_id = ?").run(runId);
      const { success, failed, cancelled, skipped } = counts;
      database.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .run(
          runId,
          plan.workflow.name,
          file,
          status,
          startedAt,
          finishedAt,
          success,
          failed,
          cancelled,
          skipped,
        );
      const insert = database.prepare("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)");
      jobs.forEach((job, i) => {
        if (job.phase !== "settled") return;
        const ended = attempts[i] ?? [];
        const peak = ended.at(-1)?.usage?.peakMemoryMb ?? null;
        const first = ended[0]?.startedAt ?? null;
        insert.run(
          runId,
          plan.jobs[i]!.id,
          job.status,
          ended.length,
          first,
          workOf(state, i),
          peak,
        );
      });
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  /** The newest runs first; of one workflow (its name or file) where that is asked for. */
  runs(options: { readonly workflow: string | null; readonly limit: number }): IndexedRun[] {
    return this.#database.prepare(`
      SELECT run_id AS runId, workflow, file, status, started_at AS startedAt, finished_at AS finishedAt,
        success, failed, cancelled, skipped
      FROM runs WHERE ?1 IS NULL OR workflow = ?1 OR file = ?1 OR file LIKE '%/' || ?1
      ORDER BY started_at DESC LIMIT ?2`)
      .all(options.workflow, options.limit) as unknown as IndexedRun[];
  }

  /** One job over time, newest first. */
  job(
    jobId: string,
    options: { readonly workflow: string | null; readonly limit: number },
  ): IndexedJob[] {
    return this.#database.prepare(`
      SELECT j.run_id AS runId, job_id AS jobId, j.status, attempts, j.started_at AS startedAt,
        duration_ms AS durationMs, peak_memory_mb AS peakMemoryMb
      FROM jobs j JOIN runs r USING (run_id)
      WHERE job_id = ?1 AND (?2 IS NULL OR workflow = ?2 OR file = ?2 OR file LIKE '%/' || ?2)
      ORDER BY r.started_at DESC LIMIT ?3`)
      .all(jobId, options.workflow, options.limit) as unknown as IndexedJob[];
  }

  /** The median duration of the last successes of each job of a workflow file, in milliseconds. */
  expectations(file: string): Map<string, number> {
    const rows = this.#database.prepare(`
      SELECT job_id AS jobId, duration_ms AS durationMs FROM (
        SELECT job_id, duration_ms, row_number() OVER (PARTITION BY job_id ORDER BY j.started_at DESC) AS place
        FROM jobs j JOIN runs r USING (run_id) WHERE file = ?1 AND j.status = 'success'
      ) WHERE place <= ?2 ORDER BY job_id, duration_ms`)
      .all(file, LEARNED_FROM) as unknown as { jobId: string; durationMs: number }[];
    const durations = Map.groupBy(rows, ({ jobId }) => jobId);
    return new Map([...durations].map(([jobId, all]) => [jobId, all[all.length >> 1]!.durationMs]));
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
