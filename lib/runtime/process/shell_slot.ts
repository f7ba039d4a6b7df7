/**
 * A slot: one warm shell, started once, that runs one job after the other. Starting a job is a line
 * of text to its input and a fork of its own small process, which costs a fraction of starting a
 * program from here. What the text says is in `shell_text.ts`.
 *
 * What it does not know: which job it is, limits, when to stop.
 */
import { Bug } from "../../core/base/bug.ts";
import type { NamespaceWords } from "../kernel/namespace.ts";
import {
  type JobText,
  jobText,
  LOG_LOST,
  markWords,
  needsItsShell,
  SLOT_PREAMBLE,
} from "./shell_text.ts";

/** What a slot says of a job that has ended. */
export type SlotReport =
  | {
    readonly kind: "answered";
    /** As shells tell it: 128 and more may be a signal. */
    readonly status: number;
    /** Whether a signal ended the job: then `status` is 128 plus its number. */
    readonly signaled: boolean;
    /** Processor time of the job and of all it waited for. */
    readonly cpuSeconds: number;
    /** Whether the files of the job could not be opened. */
    readonly logLost: boolean;
  }
  /** The slot itself has ended, by a signal or with a status of its own (2: it could not fork). */
  | { readonly kind: "died"; readonly signal: string | null; readonly code: number };

/** The number of a namespace's first process, in it. */
const FIRST_PROCESS = 1;

/** Room for a few answers. */
const ANSWER_BYTES = 4096;

const ENCODER = new TextEncoder();

/** The options of a new slot. */
export interface SlotOptions {
  /** Shell text that comes before any job. */
  readonly firstWords?: string | undefined;
  /** The file in which it writes how its jobs ended, in case orch dies before it hears of it. */
  readonly endsPath?: string | null;
  /** The cookie of its own processes, and of jobs that have not become programs. */
  readonly cookie?: string;
  /** Its mark while no job runs in it. */
  readonly mark?: string;
  /** Whether it is part of a run within a job. */
  readonly isNested?: boolean;
  /** The words that make a namespace with the shell as its first process: everything in there ends with it. */
  readonly namespace?: NamespaceWords | null;
}

/** One warm shell. */
export class ShellSlot {
  /** Its process group: that of every job in it. */
  readonly group: number;
  /** Whether it sees no processes but its own, as their first. */
  readonly isNamespace: boolean;
  /** Resolves when the shell has ended. */
  readonly ended: Promise<void>;

  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** A word that no job can know begins each answer. */
  readonly #token: string;
  readonly #endsPath: string | null;
  #unread = "";
  #announced = false;
  #logLost = false;
  /** Whether the job that runs marks the statuses it chooses. */
  #marked = false;
  /** The last line of `times`, and the one that was counted. */
  #times = "";
  #lastTimes = "";
  /** Processor time that earlier jobs of this slot have used. */
  #spentSeconds = 0;
  #waiting: ((report: SlotReport) => void) | null = null;
  #death: SlotReport | null = null;

  /** Starts a shell. Throws the platform's error. */
  constructor(token: string, options: SlotOptions = {}) {
    const { firstWords = "", endsPath = null, cookie, mark, isNested = false, namespace } = options;
    this.#token = token;
    this.#endsPath = endsPath;
    this.isNamespace = Array.isArray(namespace);
    const [program, ...args] = [...namespace ?? [], "sh", "-s"];
    this.#child = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
      ...(cookie !== undefined && { env: { ORCH_COOKIE: cookie } }),
    }).spawn();
    this.group = this.#child.pid;
    this.#writer = this.#child.stdin.getWriter();
    const ownMark = mark === undefined ? "" : markWords(mark, isNested);
    this.#write(SLOT_PREAMBLE + ownMark + firstWords);
    this.ended = this.#listen();
  }

  /** Whether this is the shell, or the keeper of its namespace, and no process of a job. */
  isPartOf({ pid, parent }: { readonly pid: number; readonly parent: number }): boolean {
    return pid === this.group || (this.isNamespace && parent === this.group);
  }

  /** Whether it can take a job: it lives, and has answered for the last one. */
  get isIdle(): boolean {
    return this.#death === null && this.#waiting === null;
  }

  /**
   * Runs one job; one at a time. Reports later, when its leader has ended, or the slot with it. Throws the
   * platform's error where a text that is too long for an argument cannot be put into a file.
   */
  run(job: JobText, report: (report: SlotReport) => void): void {
    const death = this.#death;
    if (death !== null) return queueMicrotask(() => report(death));
    if (this.#waiting !== null) throw new Bug("a slot that runs a job was given another one");
    const { text, marked } = jobText(withinArguments(job), {
      token: this.#token,
      pid: this.isNamespace ? FIRST_PROCESS : this.group,
      endsPath: this.#endsPath,
    });
    this.#waiting = report;
    this.#marked = marked;
    this.#write(text);
  }

  /** Lets the shell end once its job has. */
  close(): void {
    this.#writer.close().catch(() => {});
  }

  #write(text: string): void {
    // If the slot is gone, its output ends, and that is heard.
    this.#writer.write(ENCODER.encode(text)).catch(() => {});
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      const reader = this.#child.stdout.getReader({ mode: "byob" });
      // One buffer for all answers: the stream's own would be 64 KiB for each.
      for (let buffer = new Uint8Array(ANSWER_BYTES);;) {
        const { value, done } = await reader.read(buffer);
        if (done) break;
        // A character that is cut in two between two pieces is in words that are not read.
        this.#hear(decoder.decode(value));
        buffer = new Uint8Array(value.buffer);
      }
    } catch {
      // A broken pipe is the end of it, like any other.
    }
    const { signal, code } = await this.#child.status;
    this.#death = { kind: "died", signal, code };
    this.#answer(this.#death);
  }

  #hear(text: string): void {
    const all = this.#unread + text;
    let start = 0;
    for (let end = all.indexOf("\n"); end >= 0; end = all.indexOf("\n", start)) {
      this.#hearLine(all.slice(start, end));
      start = end + 1;
    }
    this.#unread = all.slice(start);
  }

  #hearLine(line: string): void {
    if (line === this.#token + LOG_LOST) {
      this.#logLost = true;
    } else if (line.startsWith(this.#token)) {
      const [, status, mark] = line.split(" ");
      this.#answer(this.#reportOf(Number(status), mark === "1"));
    } else if (TIMES.test(line)) {
      this.#times = line;
    } else if (line.trim() !== "") {
      this.#announced = true;
    }
  }

  #reportOf(status: number, chosen: boolean): SlotReport {
    const cpuSeconds = this.#spendTimes(this.#times);
    const silentSignal = this.#marked && !chosen && (status === 130 || status === 141);
    // The shell's word about a file it could not open is not about a signal.
    const logLost = this.#logLost;
    const signaled = status > 128 && (silentSignal || (this.#announced && !logLost));
    this.#announced = false;
    this.#logLost = false;
    return { kind: "answered", status, signaled, cpuSeconds, logLost };
  }

  /** Processor time since the last answer. Most jobs take less than a tick of the shell's clock. */
  #spendTimes(line: string): number {
    if (line === this.#lastTimes) return 0;
    this.#lastTimes = line;
    const before = this.#spentSeconds;
    this.#spentSeconds = secondsOf(line);
    return Math.max(0, this.#spentSeconds - before);
  }

  #answer(report: SlotReport): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    try {
      waiting?.(report);
    } catch (error) {
      // A mistake of ours. It must not be taken for a broken pipe, and the slot must be read on.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** A line of `times`: user and system time; the second line is that of the children. */
const TIMES = /^(\d+)m([\d.,]+)s (\d+)m([\d.,]+)s$/;

function secondsOf(line: string): number {
  // Some shells write the decimal sign of the user's language.
  const [, userMinutes = 0, user = 0, systemMinutes = 0, system = 0] =
    TIMES.exec(line)?.map((part) => Number(part.replace(",", "."))) ?? [];
  return 60 * (userMinutes + systemMinutes) + user + system;
}

/** Linux refuses a single argument of 128 KiB, and a letter takes up to three bytes. */
const ARGUMENT_LENGTH_MAX = 40_000;

/**
 * The job, with a text that needs a shell of its own and is too long for an argument in a file beside
 * the output of the attempt.
 */
function withinArguments(job: JobText): JobText {
  const { launch, stdoutPath } = job;
  if (launch.kind === "program" || launch.text.length <= ARGUMENT_LENGTH_MAX) return job;
  if (!needsItsShell(job)) return job;
  const textPath = `${stdoutPath.replace(/\.out$/, "")}.sh`;
  Deno.writeTextFileSync(textPath, launch.text, { mode: 0o600 });
  return { ...job, textPath };
}
