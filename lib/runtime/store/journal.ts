/**
 * The journal of a run on its disk: lines are only ever added, one write for each batch. What a line
 * is, and how far a journal can be believed, is in `core/record/journal_line.ts` and `core/record/journal_read.ts`.
 * Once a write or a sync has failed, nothing is written any more: what the disk holds is then unknown,
 * and a second fsync would say nothing of what the first one lost.
 */
import { causeOf } from "../../core/base/cause.ts";
import type { Durability } from "../../core/base/choices.ts";
import { Bug } from "../../core/base/bug.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { decodeLine, LineEncoder } from "../../core/record/journal_line.ts";
import {
  type JournalContent,
  type JournalEnd,
  readJournal,
} from "../../core/record/journal_read.ts";
import { folderOf } from "../port/paths.ts";
import {
  fill,
  openStateFile,
  readStateFile,
  StateRefused,
  syncFolder,
  writeStateFile,
} from "../state/state_files.ts";
import type { Clock } from "../port/world.ts";

/** Under `power`, so much time at least lies between the beginnings of two syncs. */
export const GROUP_COMMIT_MS = 20;

/** The file as far as the journal knows it. Errors are the platform's own. */
export interface JournalFile {
  /** Adds bytes at the end and returns how many it took, at least one. */
  write(bytes: Uint8Array): number;
  /** Resolves when all that was written before the call is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** How a journal is kept. */
export interface JournalOptions {
  readonly durability: Durability;
  readonly clock: Clock;
}

/** The journal cannot be written: the run must end, and can be resumed. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly operation: "write" | "sync";

  constructor(operation: JournalError["operation"], cause: unknown) {
    super(causeOf(cause), { cause });
    this.operation = operation;
  }
}

/** The journal cannot be continued: it is damaged, or a newer version of orch wrote it. */
export class JournalRefused extends Error {
  override readonly name = "JournalRefused";
  readonly path: string;
  readonly end: RefusedEnd;

  constructor(path: string, end: RefusedEnd) {
    super(end.kind);
    this.path = path;
    this.end = end;
  }
}

/** Those who wait for the next sync. */
type Waiters = PromiseWithResolvers<void>;

/**
 * How the lines that were written stand with the disk. Under `process` a journal is settled until it fails
 * or is closed.
 *
 *     settled ──▶ waiting ──▶ syncing ──▶ settled, or waiting if lines came meanwhile
 *        │           │           │
 *        ├───────────┴───────────┴──▶ failed     a write or a sync failed: nothing is written any more
 *        └──▶ closed
 */
type JournalState =
  | { readonly type: "settled" }
  /** A sync begins at its time. */
  | { readonly type: "waiting"; readonly waiters: Waiters; readonly cancelTimer: () => void }
  /** `next` wait for the sync after this one. */
  | { readonly type: "syncing"; readonly done: Promise<void>; readonly next: Waiters | null }
  /** A sync that was under way is waited for before the file is closed. */
  | {
    readonly type: "failed";
    readonly error: JournalError;
    readonly syncing: Promise<void> | null;
  }
  | { readonly type: "closed" };

/** An end of a journal that nothing may be added to. */
export type RefusedEnd = Extract<JournalEnd, { kind: "corrupt" | "newer" }>;

/** A journal that is open for adding. The lock of the run must be held. */
export class Journal {
  /** Rejects with a `JournalError` at the first failure; pending for ever if there is none. */
  readonly failed: Promise<never>;

  readonly #file: JournalFile;
  readonly #durability: Durability;
  readonly #clock: Clock;
  readonly #encoder = new LineEncoder();
  readonly #fail: (error: JournalError) => void;
  #state: JournalState = { type: "settled" };
  #nextSeq: number;
  #lastSyncAt = -Infinity;

  /** Adds to `file`, whose next line is number `nextSeq`. */
  constructor(file: JournalFile, options: JournalOptions & { readonly nextSeq: number }) {
    this.#file = file;
    this.#durability = options.durability;
    this.#clock = options.clock;
    this.#nextSeq = options.nextSeq;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.failed.catch(() => {});
    this.#fail = reject;
  }

  /**
   * Creates the journal of a new run; throws the platform's error where there is one already. Under
   * `power` its name is safe only after `syncFolder`.
   */
  static create(path: string, options: JournalOptions): Journal {
    const file = openStateFile(path, "create");
    return new Journal(denoFile(file), { ...options, nextSeq: 0 });
  }

  /**
   * Continues the journal that `readJournalFile` gave as `content`. A torn tail is moved to a file
   * beside it. Throws `JournalRefused` if nothing may be added, and the platform's error.
   */
  static async open(
    path: string,
    { content, ...options }: JournalOptions & { readonly content: JournalContent },
  ): Promise<Journal> {
    const { end, nextSeq } = content;
    if (end.kind === "corrupt" || end.kind === "newer") throw new JournalRefused(path, end);
    if (end.kind === "torn") await moveTailAside(path, end.offset);
    const file = openStateFile(path, "append");
    return new Journal(denoFile(file), { ...options, nextSeq });
  }

  /**
   * Writes a batch of events. Under `process` they are safe when it returns; under `power` when the
   * promise it returns resolves, and effects must wait for that. Throws a `JournalError` if the write
   * fails or anything failed before; the promise rejects with one if the sync fails.
   */
  append(events: readonly RunEvent[]): void | Promise<void> {
    if (this.#state.type === "failed") throw this.#state.error;
    if (this.#state.type === "closed") throw new Bug("a line for a journal that is closed");
    const bytes = this.#encoder.encode(events, this.#nextSeq);
    try {
      this.#writeAll(bytes);
    } catch (error) {
      throw this.#failAll(new JournalError("write", error));
    }
    this.#nextSeq += events.length;
    if (this.#durability === "power") return this.#nextSync();
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const taken = this.#file.write(bytes.subarray(done));
      if (taken === 0) throw new Error("the file takes no more bytes");
      done += taken;
    }
  }

  /** Makes the last lines safe and closes the file. Throws the `JournalError` if anything failed. */
  async close(): Promise<void> {
    for (let syncing = this.#syncNow(); syncing !== null; syncing = this.#syncNow()) await syncing;
    this.#file.close();
    if (this.#state.type === "failed") throw this.#state.error;
    this.#state = { type: "closed" };
  }

  /** The sync that is under way, or that somebody waits for, which then begins at once; `null` if there is none. */
  #syncNow(): Promise<void> | null {
    const state = this.#state;
    if (state.type === "failed") return state.syncing;
    if (state.type === "syncing") return state.done;
    if (state.type !== "waiting") return null;
    state.cancelTimer();
    return this.#startSync(state.waiters);
  }

  /** The next sync that begins: it covers all that was written until now. */
  #nextSync(): Promise<void> {
    const state = this.#state;
    if (state.type === "waiting") return state.waiters.promise;
    if (state.type === "syncing" && state.next !== null) return state.next.promise;
    const waiters: Waiters = Promise.withResolvers();
    waiters.promise.catch(() => {});
    if (state.type === "syncing") this.#state = { ...state, next: waiters };
    else if (state.type === "settled") this.#schedule(waiters);
    else throw new Bug(`a sync of a journal that is ${state.type}`);
    return waiters.promise;
  }

  #schedule(waiters: Waiters): void {
    const at = this.#lastSyncAt + GROUP_COMMIT_MS;
    if (at <= this.#clock.now()) {
      this.#startSync(waiters);
      return;
    }
    const cancelTimer = this.#clock.callAt(at, () => void this.#startSync(waiters));
    this.#state = { type: "waiting", waiters, cancelTimer };
  }

  /** Resolves when the sync is over, however it ended. */
  #startSync(waiters: Waiters): Promise<void> {
    if (this.#state.type === "syncing") throw new Bug("two syncs of a journal at a time");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#state = { type: "syncing", done: promise, next: null };
    this.#sync(waiters).then(() => {
      this.#afterSync();
      resolve();
    });
    return promise;
  }

  #afterSync(): void {
    const state = this.#state;
    if (state.type === "failed") this.#state = { ...state, syncing: null };
    else if (state.type !== "syncing") throw new Bug(`a journal that was synced is ${state.type}`);
    else {
      this.#state = { type: "settled" };
      if (state.next !== null) this.#schedule(state.next);
    }
  }

  /** Syncs for those who wait. Never rejects. */
  async #sync(waiters: Waiters): Promise<void> {
    this.#lastSyncAt = this.#clock.now();
    try {
      await this.#file.sync();
    } catch (error) {
      waiters.reject(this.#failAll(new JournalError("sync", error)));
      return;
    }
    // A write may have failed meanwhile.
    if (this.#state.type === "failed") waiters.reject(this.#state.error);
    else waiters.resolve();
  }

  /** Fails for all who wait. Returns the first failure: later ones follow from it. */
  #failAll(error: JournalError): JournalError {
    const state = this.#state;
    if (state.type === "failed") return state.error;
    const syncing = state.type === "syncing" ? state.done : null;
    this.#state = { type: "failed", error, syncing };
    if (state.type === "waiting") {
      state.cancelTimer();
      state.waiters.reject(error);
    }
    if (state.type === "syncing") state.next?.reject(error);
    this.#fail(error);
    return error;
  }
}

/**
 * No journal is longer: 100,000 jobs write some 50 MB, and each time that they run again as much again.
 */
export const JOURNAL_BYTES_MAX = 2 ** 30;
/** How much is read before it is checked whether reading on is worth it. */
const PIECE_BYTES = 16 * 2 ** 20;
const LINE_FEED = 0x0a;

/**
 * Reads a journal; writes nothing. What cannot be a journal is not read to its end, however long it says
 * it is. Throws `StateRefused`, and the platform's error.
 */
export async function readJournalFile(path: string): Promise<JournalContent> {
  using file = openStateFile(path, "read");
  const { size } = await file.stat();
  if (size > JOURNAL_BYTES_MAX) {
    throw new StateRefused(path, { kind: "too_long", mostBytes: JOURNAL_BYTES_MAX });
  }
  let bytes = new Uint8Array(Math.min(size, PIECE_BYTES));
  let filled = fill(file, bytes);
  while (filled === bytes.length && filled < size) {
    if (!endsInGoodLine(bytes)) return cutShort(readJournal(bytes));
    const longer = new Uint8Array(Math.min(size, 2 * bytes.length));
    longer.set(bytes);
    bytes = longer;
    filled += fill(file, bytes.subarray(filled));
  }
  return readJournal(bytes.subarray(0, filled));
}

/** Whether the last whole line within `bytes` is as it was written, and not long ago. */
function endsInGoodLine(bytes: Uint8Array): boolean {
  const end = bytes.lastIndexOf(LINE_FEED);
  if (end < bytes.length - PIECE_BYTES / 2) return false;
  return decodeLine(bytes.subarray(bytes.lastIndexOf(LINE_FEED, end - 1) + 1, end)) !== null;
}

/** What is not read on is no torn tail: there is more than one line of it. */
function cutShort(content: JournalContent): JournalContent {
  const { end } = content;
  return end.kind === "torn"
    ? { ...content, end: { kind: "corrupt", offset: end.offset } }
    : content;
}

/**
 * Cuts a damaged journal down to its good beginning and keeps the original beside it. Returns the path
 * of the original. Only when the user asks for it, and with the lock held.
 */
export async function repairJournal(path: string, content: JournalContent): Promise<string> {
  const original = `${path}.damaged-${content.validBytes}`;
  await saveFile(original, readStateFile(path, JOURNAL_BYTES_MAX), "power");
  await cut(path, content.validBytes);
  return original;
}

/** A crash in between leaves the tail where it was, or in both places. The next writer does it again. */
async function moveTailAside(path: string, offset: number): Promise<void> {
  const bytes = readStateFile(path, JOURNAL_BYTES_MAX);
  await saveFile(`${path}.torn-${offset}`, bytes.subarray(offset), "power");
  await cut(path, offset);
}

/** Writes a file that the journal speaks of, before it does. Throws `StateRefused`, and the platform's error. */
export async function saveFile(
  path: string,
  bytes: Uint8Array,
  durability: Durability,
): Promise<void> {
  writeStateFile(path, bytes);
  if (durability === "process") return;
  {
    using file = openStateFile(path, "write");
    await file.syncData();
  }
  await syncFolder(folderOf(path));
}

async function cut(path: string, length: number): Promise<void> {
  using file = openStateFile(path, "write");
  await file.truncate(length);
  await file.sync();
}

function denoFile(file: Deno.FsFile): JournalFile {
  return {
    write: (bytes) => file.writeSync(bytes),
    sync: () => file.syncData(),
    close: () => file.close(),
  };
}
