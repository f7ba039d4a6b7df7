/**
 * Keeps the files of running jobs near a size while the jobs continue to write: the part between the head
 * and the tail is cut out. Jobs append, so they continue at the new end. It also finds out whether there
 * is room for their output.
 */
import type { Clock } from "../port/world.ts";

const CHECK_MS = 500;
/** Of a file that is cut, at most this much of its end is kept. */
const TAIL_BYTES_MAX = 8 * 2 ** 20;

/** Files whose size is checked. */
export interface CappedFiles {
  readonly paths: readonly string[];
  /** Called once, when one of them was cut. */
  truncated(): void;
}

/** Checks files while there are any. */
export class LogCap {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #files = new Set<CappedFiles>();
  /** Bytes that were cut out of files. */
  readonly #gone = new Map<string, number>();
  /** Whether the last check found no room. */
  #full = false;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** Checks these files from now on. */
  watch(files: CappedFiles): void {
    this.#files.add(files);
    this.#cancel ??= this.#clock.callAt(this.#clock.now() + CHECK_MS, () => this.#look());
  }

  /** Stops checking these files, after a last check if their job was long enough to fill them. */
  unwatch(files: CappedFiles, wasLong: boolean): void {
    this.#files.delete(files);
    if (wasLong) this.#check(files);
    if (this.#gone.size > 0) { for (const path of files.paths) this.#gone.delete(path); }
  }

  /**
   * Whether there is no room for the output of an attempt that ends now. It tries only if there is a reason
   * to: the attempt has failed, or the last check found no room.
   */
  lacksRoom({ paths }: CappedFiles, hasFailed: boolean): boolean {
    if (hasFailed || this.#full) this.#full = !hasRoom(paths[0]!);
    return this.#full;
  }

  /** Stops checking. */
  close(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#files.clear();
    this.#gone.clear();
  }

  #look(): void {
    this.#cancel = null;
    for (const files of this.#files) this.#check(files);
    const [first] = this.#files;
    if (first === undefined) return;
    this.#full = !hasRoom(first.paths[0]!);
    this.#cancel = this.#clock.callAt(this.#clock.now() + CHECK_MS, () => this.#look());
  }

  #check(files: CappedFiles): void {
    for (const path of files.paths) {
      try {
        if (Deno.statSync(path).size <= this.#maxBytes) continue;
        this.#gone.set(path, cutMiddle(path, this.#maxBytes, this.#gone.get(path)));
        files.truncated();
      } catch {
        // A log that cannot be cut is no reason to fail the job that writes it.
      }
    }
  }
}

/** Whether a few bytes can be written beside the file at `path`. */
function hasRoom(path: string): boolean {
  const trial = `${path}.room`;
  try {
    Deno.writeFileSync(trial, new Uint8Array(TRIAL_BYTES), { mode: 0o600 });
    return true;
  } catch {
    return false;
  } finally {
    try {
      Deno.removeSync(trial);
    } catch {
      // It could not even be made.
    }
  }
}

/** As much as file systems hand out at a time. */
const TRIAL_BYTES = 4096;

/**
 * Cuts the middle out of the file at `path`, so that half of `maxBytes` of its start, a line that says
 * so, and a part of its end remain. What is written at this very moment may be lost with the middle.
 * Returns the bytes that are gone, for the line of the next cut: `gone` is what earlier cuts returned.
 */
export function cutMiddle(path: string, maxBytes: number, gone = 0): number {
  const headBytes = Math.floor(maxBytes / 2);
  const tailBytes = Math.min(TAIL_BYTES_MAX, Math.floor(maxBytes / 4));
  const file = Deno.openSync(path, { read: true, write: true });
  const append = Deno.openSync(path, { append: true });
  try {
    // Nothing may come between these two: a job may say its last words now.
    const { tail, size } = readEnd(file, tailBytes);
    file.truncateSync(headBytes);
    const cut = size - headBytes - tail.length + gone;
    const marker = new TextEncoder().encode(`\n[orch: ${cut} bytes cut here]\n`);
    for (const part of [marker, tail]) {
      for (let done = 0; done < part.length;) done += append.writeSync(part.subarray(done));
    }
    // The next cut takes this line out too, which is none of the job's.
    return cut - marker.length;
  } finally {
    append.close();
    file.close();
  }
}

/** A job that writes faster than it is read is never done. */
const READ_BYTES_MAX = 8 * TAIL_BYTES_MAX;

/** The last `bytes` of a file at the moment when all of it was read, and its size then. */
function readEnd(
  file: Deno.FsFile,
  bytes: number,
): { readonly tail: Uint8Array; readonly size: number } {
  const buffer = new Uint8Array(2 * bytes);
  let size = file.seekSync(-bytes, Deno.SeekMode.End);
  let filled = 0;
  for (let read = 1, total = 0; read > 0 && total < READ_BYTES_MAX; total += read) {
    if (filled === buffer.length) filled = buffer.copyWithin(0, bytes).length - bytes;
    read = file.readSync(buffer.subarray(filled)) ?? 0;
    filled += read;
    size += read;
  }
  return { tail: buffer.subarray(Math.max(0, filled - bytes), filled), size };
}
