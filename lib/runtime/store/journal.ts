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

/** The journal cannot be gone on with: it is damaged, or from a newer orch. */
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

/** An end of a journal that nothing may be added to. */
export type RefusedEnd = Extract<JournalEnd, { kind: "corrupt" | "newer" }>;

/** A journal that is open for adding. The run's lock must be held. */
export class Journal {
  /** Rejects with a `JournalError` at the first failure; pending for ever where there is none. */
  readonly failed: Promise<never>;

  readonly #file: JournalFile;
  readonly #durability: Durability;
  readonly #clock: Clock;
  readonly #encoder = new LineEncoder();
  readonly #fail: (error: JournalError) => void;
  #failure: JournalError | null = null;
  #nextSeq: number;
  /** Those who wait for the next sync. */
  #waiting: PromiseWithResolvers<void> | null = null;
  #syncing: Promise<void> | null = null;
  #lastSyncAt = -Infinity;
  #cancelTimer: (() => void) | null = null;

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
   * Goes on with the journal that `readJournalFile` gave as `content`. A torn tail is moved to a file
   * beside it. Throws `JournalRefused` where nothing may be added, and the platform's error.
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
    if (this.#failure !== null) throw this.#failure;
    const bytes = this.#encoder.encode(events, this.#nextSeq);
    try {
      this.#writeAll(bytes);
    } catch (error) {
      throw this.#failAll(new JournalError("write", error));
    }
    this.#nextSeq += events.length;
    if (this.#durability === "process") return;
    const safe = this.#nextSync();
    this.#assertServed();
    return safe;
  }

  /** Whoever waits is served: by the sync under way, after which the next one begins, or by a timer. */
  #assertServed(): void {
    const isTimed = this.#cancelTimer !== null;
    const isSyncing = this.#syncing !== null;
    if (this.#waiting !== null && !isSyncing && !isTimed) {
      throw new Bug("nobody syncs for those who wait for the journal");
    }
    if (isTimed && (isSyncing || this.#waiting === null)) {
      throw new Bug(
        "a timer for a sync of the journal that is under way, or that nobody waits for",
      );
    }
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
    while (this.#syncing !== null) await this.#syncing;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#waiting !== null) await this.#sync();
    this.#file.close();
    if (this.#failure !== null) throw this.#failure;
  }

  /** The next sync that begins: it covers all that was written until now. */
  #nextSync(): Promise<void> {
    if (this.#waiting !== null) return this.#waiting.promise;
    const { promise } = this.#waiting = Promise.withResolvers();
    promise.catch(() => {});
    if (this.#syncing === null) this.#schedule();
    return promise;
  }

  #schedule(): void {
    const at = this.#lastSyncAt + GROUP_COMMIT_MS;
    if (at <= this.#clock.now()) {
      this.#startSync();
      return;
    }
    this.#cancelTimer = this.#clock.callAt(at, () => {
      this.#cancelTimer = null;
      this.#startSync();
    });
  }

  #startSync(): void {
    this.#syncing = this.#sync().then(() => {
      this.#syncing = null;
      if (this.#waiting !== null) this.#schedule();
      this.#assertServed();
    });
  }

  /** Syncs for those who wait now. Never rejects. */
  async #sync(): Promise<void> {
    const waiting = this.#waiting!;
    this.#waiting = null;
    this.#lastSyncAt = this.#clock.now();
    try {
      await this.#file.sync();
    } catch (error) {
      waiting.reject(this.#failAll(new JournalError("sync", error)));
      return;
    }
    if (this.#failure === null) waiting.resolve();
    else waiting.reject(this.#failure);
  }

  #failAll(error: JournalError): JournalError {
    this.#failure ??= error;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
    this.#fail(this.#failure);
    return this.#failure;
  }
}

/**
 * No journal is longer: 100,000 jobs write some 50 MB, and each time that they run again as much again.
 */
export const JOURNAL_BYTES_MAX = 2 ** 30;
/** So much is read before it is looked whether it is worth reading on. */
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

/** A crash on the way leaves the tail where it was, or in both places; the next writer does it again. */
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
