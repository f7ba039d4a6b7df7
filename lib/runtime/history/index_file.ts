/**
 * The file of the index of runs, from the disk to an open database. A file is looked at before SQLite
 * is let near it: one of somebody else is left as it is, one that is not as we make it is never believed.
 * Who only looks gets a copy in memory, so that looking writes nothing and follows nothing.
 */
import type { DatabaseSync } from "node:sqlite";
import { unreachable } from "../../core/base/bug.ts";
import {
  APPLICATION_ID,
  type IndexShape,
  isOwnLog,
  judgeIndex,
  PAGE_BYTES_MAX,
} from "../../core/record/index_page.ts";
import {
  fill,
  openStateFile,
  plainFileAt,
  readStateFile,
  StateRefused,
  writeStateFile,
} from "../state/state_files.ts";

/** Raised with every change of the tables: an older index is made anew from the journals. */
export const INDEX_VERSION = 3;

/** Word for word as they stand in every index of this version. */
const TABLES: readonly string[] = [
  `CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, workflow TEXT NOT NULL, file TEXT NOT NULL, status TEXT NOT NULL,
    started_at REAL NOT NULL, finished_at REAL NOT NULL, wall_ms REAL NOT NULL, journal_bytes INTEGER NOT NULL,
    success INTEGER NOT NULL, failed INTEGER NOT NULL, cancelled INTEGER NOT NULL, skipped INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX runs_by_time ON runs (started_at)",
  `CREATE TABLE jobs (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, job_id TEXT NOT NULL, status TEXT NOT NULL,
    attempts INTEGER NOT NULL, started_at REAL, duration_ms REAL NOT NULL, peak_memory_mb REAL,
    PRIMARY KEY (run_id, job_id)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX jobs_by_time ON jobs (job_id, started_at)",
];
const SHAPE: IndexShape = { version: INDEX_VERSION, statements: TABLES };

const MAKE = `
  PRAGMA application_id = ${APPLICATION_ID};
  ${TABLES.join(";\n")};
  PRAGMA user_version = ${INDEX_VERSION};
`;
const DISTRUST = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
const CAREFULLY = `
  ${DISTRUST}
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
`;

/** 150,000 runs of fourteen jobs; a longer index is not used. */
export const INDEX_BYTES_MAX = 256 * 2 ** 20;
/** Where the header of a database says how it is written: 1 is in place, 2 by a log beside it. */
const [WRITE_FORMAT, READ_FORMAT] = [18, 19];
/** What SQLite may put beside a database. */
const BESIDE = ["-wal", "-shm", "-journal"] as const;

/** The index was made by an orch that knows more: it is left to that one. */
export class NewerIndex extends Error {
  override readonly name = "NewerIndex";
  readonly version: number;

  constructor(version: number) {
    super(`the index has format ${version}, and this orch knows ${INDEX_VERSION}`);
    this.version = version;
  }
}

/** It is not as we made it, and only needs to be made anew. */
export class DamagedIndex extends Error {
  override readonly name = "DamagedIndex";
}

/** What SQLite says of a file that only needs to be made anew. There is no code to tell it by. */
const BEYOND_USE = /not a database|malformed|no such (table|column)/;

/** Whether `error` says that the index is damaged, rather than out of reach. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedIndex) return true;
  if (!(error instanceof Error) || !("code" in error)) return false;
  // The second is what a number of an index that is not ours comes to.
  return error.code === "ERR_SQLITE_ERROR" && BEYOND_USE.test(error.message) ||
    error.code === "ERR_OUT_OF_RANGE";
}

/** Those that were found whole by this process, by their place on the disk: only we change them. */
const whole = new Set<string>();

/**
 * A copy in memory of the index at `path`, as far as the file itself tells it. Throws a `NewerIndex`,
 * `StateRefused`, for what is damaged (see `isDamage`), and the platform's error.
 */
export async function copyIndex(path: string): Promise<DatabaseSync> {
  const facts = plainFileAt(path);
  const bytes = readStateFile(path, INDEX_BYTES_MAX);
  requireCurrent(path, bytes);
  bytes[WRITE_FORMAT] = bytes[READ_FORMAT] = 1;
  const database = await openMemory();
  try {
    (database as DatabaseSync & Serialized).deserialize(bytes);
    database.exec(DISTRUST);
    requireWhole(database);
    if (facts !== null && (plainFileAt(`${path}-wal`)?.size ?? 0) === 0) whole.add(nameOf(facts));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** An index that is gone once it is closed. */
export async function emptyIndex(): Promise<DatabaseSync> {
  const database = await openMemory();
  database.exec(MAKE);
  return database;
}

/** An index on the disk, open for writing. */
export interface OpenedIndex {
  readonly database: DatabaseSync;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

/** Opens or makes the index at `path`. Throws as `copyIndex`, and where there cannot be one. */
export async function openIndexFile(path: string): Promise<OpenedIndex> {
  const isNew = plainFileAt(path) === null && await makeIndex(path);
  requireCurrent(path, firstPageOf(path));
  requireSound(path);
  const facts = plainFileAt(path);
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path);
  try {
    database.exec(CAREFULLY);
    if (facts !== null && !whole.has(nameOf(facts))) {
      requireWhole(database);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      whole.add(nameOf(facts));
    }
    return { database, isNew };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Removes the index at `path`, with what belongs to it. Throws `StateRefused` for what is none of ours. */
export function removeIndex(path: string): void {
  if (plainFileAt(path) !== null && judgeIndex(firstPageOf(path), SHAPE).kind === "foreign") {
    throw new StateRefused(path, { kind: "foreign_database" });
  }
  for (const ending of ["", ...BESIDE]) {
    if (plainFileAt(path + ending) !== null) Deno.removeSync(path + ending);
  }
}

/** What node has and its types do not tell. */
interface Serialized {
  serialize(): Uint8Array;
  deserialize(bytes: Uint8Array): void;
}

async function openMemory(): Promise<DatabaseSync> {
  const { DatabaseSync } = await import("node:sqlite");
  return new DatabaseSync(":memory:");
}

/**
 * Makes an index with empty tables; false where another was quicker. It gets its name when it is whole,
 * so that nobody ever sees half of one.
 */
async function makeIndex(path: string): Promise<boolean> {
  using database = await emptyIndex();
  const bytes = (database as DatabaseSync & Serialized).serialize();
  bytes[WRITE_FORMAT] = bytes[READ_FORMAT] = 2;
  const unnamed = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
  writeStateFile(unnamed, bytes);
  return takeName(unnamed, path);
}

function takeName(unnamed: string, path: string): boolean {
  try {
    Deno.linkSync(unnamed, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    // Not all file systems know second names.
    if (plainFileAt(path) !== null) return false;
    Deno.renameSync(unnamed, path);
    return true;
  } finally {
    if (plainFileAt(unnamed) !== null) Deno.removeSync(unnamed);
  }
}

function firstPageOf(path: string): Uint8Array {
  using file = openStateFile(path, "read");
  const bytes = new Uint8Array(Math.min(file.statSync().size, PAGE_BYTES_MAX));
  return bytes.subarray(0, fill(file, bytes));
}

function requireCurrent(path: string, bytes: Uint8Array): void {
  const verdict = judgeIndex(bytes, SHAPE);
  switch (verdict.kind) {
    case "current":
      return;
    case "newer":
      throw new NewerIndex(verdict.version);
    case "foreign":
      throw new StateRefused(path, { kind: "foreign_database" });
    case "older":
    case "damaged":
      throw new DamagedIndex(`it is ${verdict.kind}`);
    default:
      return unreachable(verdict);
  }
}

/** A log is written in two steps, a frame and its page: who looks in between looks again. */
const LOOKS_AT_LOG = 5;
const LOOK_AGAIN_MS = 20;
/** Nobody is at work on a journal that is older: orch makes none, and those of old took a moment. */
const JOURNAL_MS = 60_000;

/** Sees to it that what lies beside an index changes neither whose it is nor what it is made of. */
function requireSound(path: string): void {
  const [log, , journal] = BESIDE.map((ending) => plainFileAt(path + ending));
  if (journal) {
    const age = Date.now() - (journal.mtime?.getTime() ?? 0);
    if (age > JOURNAL_MS) throw new DamagedIndex("a journal lies beside it");
    throw new StateRefused(`${path}-journal`, { kind: "replaced" });
  }
  if (!log || log.size === 0) return;
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; looks < LOOKS_AT_LOG; looks++) {
    if (plainFileAt(`${path}-wal`) === null) return;
    if (isOwnLog(readStateFile(`${path}-wal`, INDEX_BYTES_MAX), SHAPE)) return;
    Atomics.wait(still, 0, 0, LOOK_AGAIN_MS);
  }
  throw new DamagedIndex("the log beside it is not its own");
}

/** Linear in the length of the index, whatever is in it: what is asked of it then is bounded, too. */
function requireWhole(database: DatabaseSync): void {
  const row = database.prepare("PRAGMA quick_check(1)").get();
  if (row?.quick_check !== "ok") throw new DamagedIndex("it is not whole");
}

function nameOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}:${ino}`;
}
