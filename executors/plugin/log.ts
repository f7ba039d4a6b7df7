/** The two log files of an attempt that is no process: written here, and cut in the middle when they grow too long. */
import type { AttemptFiles } from "../../lib/runtime/port/attempt.ts";
import { cutMiddle } from "../../lib/runtime/process/log_cap.ts";

/** What an attempt writes to. */
export type LogStream = "stdout" | "stderr";

interface OpenLog {
  readonly path: string;
  readonly file: Deno.FsFile;
  bytes: number;
  /** Bytes that were cut out, for `cutMiddle`. */
  gone: number;
}

/** Both logs, open. */
export class AttemptLog {
  readonly #logs: Readonly<Record<LogStream, OpenLog>>;
  readonly #maxBytes: number;
  readonly #encoder = new TextEncoder();
  #isOpen = true;

  /** Creates the files, 0600. Throws the platform's error. */
  constructor(files: AttemptFiles, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#logs = { stdout: openLog(files.stdout), stderr: openLog(files.stderr) };
  }

  /** Whether something was cut out. */
  get truncated(): boolean {
    return Object.values(this.#logs).some(({ gone }) => gone > 0);
  }

  /** Adds text. Throws the platform's error, as for a full disk. */
  write(stream: LogStream, text: string): void {
    const log = this.#logs[stream];
    const bytes = this.#encoder.encode(text);
    for (let done = 0; done < bytes.length;) done += log.file.writeSync(bytes.subarray(done));
    log.bytes += bytes.length;
    if (log.bytes <= this.#maxBytes) return;
    log.gone = cutMiddle(log.path, this.#maxBytes, log.gone);
    log.bytes = log.file.statSync().size;
  }

  /** Closes both. May be called again. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { file } of Object.values(this.#logs)) file.close();
  }
}

function openLog(path: string): OpenLog {
  const file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  return { path, file, bytes: file.statSync().size, gone: 0 };
}
