/** The output of attempts on its way from their files to the streams of orch, as far as it has come. */
import type { AttemptRecord } from "../../core/run/state.ts";
import type { LoggedAttempt } from "../../core/record/logged_attempts.ts";
import type { AttemptFiles } from "../../runtime/port/attempt.ts";
import { runDirectoryAt } from "../../runtime/state/run_directory.ts";
import type { RunPlace } from "../../runtime/store/run_store.ts";
import { LogReader } from "../../runtime/store/log_reader.ts";
import type { OutputStream, World } from "../../runtime/port/world.ts";
import { type LogNote, logNoteText } from "../../view/past/log_note.ts";
import { type LogText, logText } from "../../view/past/log.ts";
import { styleFor } from "../base/output.ts";

/** Output that is asked for. */
export interface WantedLogs {
  readonly place: RunPlace;
  /** `null` for those of all jobs. */
  readonly jobId: string | null;
  /** `null` for the last one. */
  readonly attempt: number | null;
  readonly stderr: boolean;
  readonly world: World;
}

/** Opens the output of an attempt, to be written as it is wanted. */
export function openFeed(
  attempt: LoggedAttempt,
  { place, jobId, stderr, world }: WantedLogs,
): LogFeed {
  const files = runDirectoryAt(place.path, place.runId).filesOf(attempt.jobId, attempt.attempt);
  return new LogFeed(attempt, files, { stderr, labelled: jobId === null, world });
}

/** Says on stderr what is no output of any job. */
export function say(note: LogNote, { stderr }: World): void {
  stderr.write(`${logNoteText(note)}\n`);
}

/** How logs are shown. */
interface FeedOptions {
  /** Print only standard error, to standard output. */
  readonly stderr: boolean;
  /** Whether lines begin with the id of their job. */
  readonly labelled: boolean;
  readonly world: World;
}

/** Pieces that are read of one log before others get their turn. */
const PIECES_MAX = 64;

interface Channel {
  readonly path: string;
  readonly reader: LogReader;
  readonly text: LogText;
  readonly target: OutputStream;
  found: boolean;
}

/** One attempt. */
export class LogFeed implements Disposable {
  readonly #attempt: LoggedAttempt;
  readonly #world: World;
  readonly #channels: readonly Channel[];

  constructor(attempt: LoggedAttempt, files: AttemptFiles, options: FeedOptions) {
    const { world, labelled } = options;
    const label = labelled ? `${attempt.jobId} | ` : null;
    const channel = (path: string, target: OutputStream): Channel => ({
      path,
      reader: new LogReader(path),
      text: logText({
        label,
        terminal: target.isTerminal ? { color: styleFor(target, world).color } : null,
      }),
      target,
      found: false,
    });
    this.#attempt = attempt;
    this.#world = world;
    this.#channels = options.stderr
      ? [channel(files.stderr, world.stdout)]
      : [channel(files.stdout, world.stdout), channel(files.stderr, world.stderr)];
  }

  /** Writes what has come since. */
  pump(): void {
    for (const channel of this.#channels) this.#pump(channel, PIECES_MAX);
  }

  /** Writes what is left, and what is to be said of it. `ended` is the end of the attempt, if known. */
  finish(ended: AttemptRecord | null): void {
    for (const channel of this.#channels) {
      this.#pump(channel, Infinity);
      channel.target.write(channel.text.end());
    }
    const note = this.#lastNote(ended);
    if (note !== null) this.#say(note);
    this[Symbol.dispose]();
  }

  #pump(channel: Channel, pieces: number): void {
    const { reader, text, target } = channel;
    for (let left = pieces; left > 0 && !target.isBroken; left--) {
      const read = reader.next();
      if (read.kind !== "missing") channel.found = true;
      if (read.kind === "cut") this.#say({ kind: "cut_meanwhile", ...this.#name() });
      if (read.kind === "end" || read.kind === "missing") return;
      if (read.kind === "bytes") target.write(text.add(read.bytes));
    }
  }

  #lastNote(ended: AttemptRecord | null): LogNote | null {
    const name = this.#name();
    if (ended?.process?.logLost) return { kind: "lost", ...name };
    if (ended?.process?.truncated) return { kind: "truncated", ...name };
    if (this.#channels.some(({ found }) => found)) return null;
    if (ended?.outcome.kind === "not_started") {
      return { kind: "never_began", ...name, outcome: ended.outcome };
    }
    return { kind: "missing", ...name, path: this.#channels[0]!.path };
  }

  #name() {
    const { jobId, attempt } = this.#attempt;
    return { jobId, attempt };
  }

  #say(note: LogNote): void {
    this.#world.stderr.write(`${logNoteText(note)}\n`);
  }

  [Symbol.dispose](): void {
    for (const { reader } of this.#channels) reader[Symbol.dispose]();
  }
}
