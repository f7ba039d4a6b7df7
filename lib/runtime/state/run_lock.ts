/**
 * The lock of a run: one orch at a time works on it. It is the kernel's (flock), so that it goes with
 * the process whatever ends it; the text of the file only says who. There is nothing to unlock by hand.
 */

import { hostName } from "./host_name.ts";
import { fill, openStateFile } from "./state_files.ts";

/** Who works on a run. */
export interface LockHolder {
  readonly pid: number;
  /** `null` if it may not be known. */
  readonly host: string | null;
  /** Since when; milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A holder as the file of its lock names it. */
interface WrittenHolder extends LockHolder {
  /** Which file that was; a copy of it is another. `null` where files have no numbers, or an older orch wrote it. */
  readonly file: string | null;
}

/** Whether an orch process works on a run, and which one. */
export type Activity =
  | { readonly kind: "running"; readonly by: LockHolder | null }
  | { readonly kind: "idle" };

/** Another orch works on this run. */
export class LockHeld extends Error {
  override readonly name = "LockHeld";
  /** Who; `null` if it has not yet said so. */
  readonly by: LockHolder | null;

  constructor(by: LockHolder | null) {
    super(`held by ${by === null ? "another" : by.pid}`);
    this.by = by;
  }
}

/** Nobody works on this run, and yet others look at its lock all the time. */
export class LockShared extends Error {
  override readonly name = "LockShared";

  constructor(path: string) {
    super(
      `'${path}' has been locked for ${
        LOOKS_MAX * LOOK_MS / 1000
      } s by processes that only look at it: end them, then try again`,
    );
  }
}

/** Looks last for microseconds: so many in the way, with so much time between, are no accident. */
const LOOKS_MAX = 200;
const LOOK_MS = 10;

/** A lock that is held until it is released, or this process ends. */
export class RunLock implements Disposable {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Takes the lock whose file is `path`, and writes down who has it. Throws `LockHeld` at once where
   * another has it, a `LockShared` where others do not stop looking at it for two seconds, a
   * `StateRefused`, and the platform's error where the file cannot be. The folders must have been checked.
   */
  static acquire(path: string, { startedAt }: { readonly startedAt: number }): RunLock {
    const file = openStateFile(path, "write");
    try {
      takeAlone(file, path);
      const holder: WrittenHolder = {
        pid: Deno.pid,
        host: hostName(),
        startedAt,
        file: fileNumber(file),
      };
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
      return new RunLock(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Lets another have it. The file stays: who opened it before would else lock one that is gone. It names
   * nobody any more: the process may live on, and a copy of the file must not say that it works on the run.
   */
  release(): void {
    try {
      this.#file.truncateSync(0);
    } catch {
      // The disk has become read-only, or worse; the lock is let go nevertheless.
    } finally {
      this.#file.close();
    }
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/**
 * Whether anybody holds the lock whose file is `path`, without taking it. Never throws: what cannot be
 * looked at is nobody's that we know of.
 */
export function lookAtLock(path: string): Activity {
  try {
    // Shared, so that two who look do not see each other.
    using file = openStateFile(path, "read");
    return file.tryLockSync(false) ? { kind: "idle" } : { kind: "running", by: namedIn(path) };
  } catch {
    return { kind: "idle" };
  }
}

/**
 * Who worked on a run when the file of its lock, which is `path`, was copied, by what the copy says: the lock
 * of the original is another, and whether it is held cannot be seen here. `null` where the file is no copy, or the
 * original is on another machine. Never throws.
 */
export function holderOfOriginal(path: string): LockHolder | null {
  const holder = readHolder(path);
  if (holder === null) return null;
  try {
    using file = openStateFile(path, "read");
    const isCopy = holder.file !== null && holder.file !== fileNumber(file);
    const isHere = holder.host === null || holder.host === (hostName() ?? holder.host);
    return isCopy && isHere ? publicHolder(holder) : null;
  } catch {
    return null;
  }
}

function fileNumber(file: Deno.FsFile): string | null {
  const { dev, ino } = file.statSync();
  return ino ? `${dev}:${ino}` : null;
}

function publicHolder({ pid, host, startedAt }: LockHolder): LockHolder {
  return { pid, host, startedAt };
}

/** Waits for those who look at the lock; it stands still, since nothing else is to be done before. */
function takeAlone(file: Deno.FsFile, path: string): void {
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; !file.tryLockSync(true); looks++) {
    if (!file.tryLockSync(false)) throw new LockHeld(namedIn(path));
    file.unlockSync();
    if (looks === LOOKS_MAX) throw new LockShared(path);
    Atomics.wait(still, 0, 0, LOOK_MS);
  }
}

/** The name of the holder of a lock is shorter than this. */
const HOLDER_BYTES_MAX = 1024;
/** The last moment that a date can be. */
const LATEST = 8.64e15;

function namedIn(path: string): LockHolder | null {
  const holder = readHolder(path);
  return holder === null ? null : publicHolder(holder);
}

function readHolder(path: string): WrittenHolder | null {
  try {
    using file = openStateFile(path, "read");
    const bytes = new Uint8Array(HOLDER_BYTES_MAX);
    const text = new TextDecoder().decode(bytes.subarray(0, fill(file, bytes)));
    const { pid, host, startedAt, file: number } = JSON.parse(text);
    const isHolder = Number.isSafeInteger(pid) && typeof startedAt === "number" &&
      Math.abs(startedAt) <= LATEST &&
      (host === null || typeof host === "string");
    return isHolder
      ? { pid, host, startedAt, file: typeof number === "string" ? number : null }
      : null;
  } catch {
    return null;
  }
}
