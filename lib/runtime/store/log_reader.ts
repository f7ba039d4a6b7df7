/** Reads a log that may grow while it is read, and may be cut in the middle (see `log_cap.ts`). */
import { openStateFile } from "../state/state_files.ts";

/** What a log gave. */
export type LogRead =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Its middle was cut out: what comes next does not follow what came before. */
  | { readonly kind: "cut" }
  /** There is no more of it now. */
  | { readonly kind: "end" }
  /** It is not there, or may not be read: see `state_files.ts`. */
  | { readonly kind: "missing" };

/** One for all logs: each piece is good until the next one, and there may be thousands of logs. */
const PIECE = new Uint8Array(64 * 1024);

/** One log. */
export class LogReader implements Disposable {
  readonly #path: string;
  #file: Deno.FsFile | null = null;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The next piece; good until the next call for any log. */
  next(): LogRead {
    const file = this.#open();
    if (file === null) return { kind: "missing" };
    const read = file.readSync(PIECE);
    if (read !== null && read > 0) {
      this.#offset += read;
      return { kind: "bytes", bytes: PIECE.subarray(0, read) };
    }
    const { size } = file.statSync();
    if (size >= this.#offset) return { kind: "end" };
    this.#offset = file.seekSync(0, Deno.SeekMode.End);
    return { kind: "cut" };
  }

  #open(): Deno.FsFile | null {
    try {
      return this.#file ??= openStateFile(this.#path, "read");
    } catch {
      return null;
    }
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = null;
  }
}
