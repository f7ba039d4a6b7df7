/** What jobs print, shown while the run goes on: in one piece as each attempt ends, or as it comes. */
import type { JobOutputMode } from "../../core/base/choices.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { omittedText, skippedText } from "../../view/run/omitted.ts";
import { sanitizeText } from "../../view/text/sanitize.ts";
import { styleFor } from "../base/output.ts";
import type { ViewOptions } from "./view.ts";

/** Output of one stream of an attempt that is shown in one piece. */
const GROUP_TAIL_BYTES = 64 * 1024;
/** Time between two looks at the logs of what runs. */
const FOLLOW_MS = 200;
/** What is shown of one log at one look; of what is more, the last part. */
const FOLLOW_BYTES = 256 * 1024;
/** Characters of a line that is waited for until it ends. */
const LINE_LENGTH_MAX = 64 * 1024;

/** Shows the output of jobs. */
export interface JobOutput {
  /** Takes in an event before its own line is printed: what came until then. */
  before(event: RunEvent): void;
  /** As `before`, after the line: what belongs under it. */
  after(event: RunEvent): void;
  close(): void;
}

/** Where it is printed. */
export interface JobOutputOptions extends Pick<ViewOptions, "directory" | "world"> {
  readonly jobOutput: JobOutputMode;
  /** Prints whole lines of the output of a job. They are safe for standard error. */
  print(text: string, jobId: string): void;
}

/** Shows output in the way that `jobOutput` asks for. */
export function openJobOutput(options: JobOutputOptions): JobOutput {
  switch (options.jobOutput) {
    case "grouped":
      return {
        before() {},
        after(event) {
          const ended = endedAttempt(event);
          if (ended === null) return;
          const text = wholeOutput(ended, options);
          if (text !== "") options.print(text, ended.jobId);
        },
        close() {},
      };
    case "prefixed":
      return new Follower(options);
    case "failed":
    case "none":
      return { before() {}, after() {}, close() {} };
  }
}

interface AttemptName {
  readonly jobId: string;
  readonly attempt: number;
}

/** The attempt that an event ends. */
export function endedAttempt(event: RunEvent): AttemptName | null {
  switch (event.type) {
    case "job_completed":
    case "job_failed":
    case "job_retrying":
    case "job_cancelled":
      return event;
    default:
      return null;
  }
}

/** The end of what an attempt printed, standard output first, safe to print. */
export function wholeOutput(
  { jobId, attempt }: AttemptName,
  { directory, world }: Pick<ViewOptions, "directory" | "world">,
): string {
  const { stdout, stderr } = directory.filesOf(jobId, attempt);
  const { color } = styleFor(world.stderr, world);
  return [stdout, stderr].map((path) => {
    const { text, omittedBytes } = world.files.readTail(path, GROUP_TAIL_BYTES);
    if (text === "") return "";
    // What is left of a line that was cut says nothing.
    const from = omittedBytes === 0 ? 0 : text.indexOf("\n") + 1;
    const shown = sanitizeText(text.slice(from), { color });
    const bytes = omittedBytes + new TextEncoder().encode(text.slice(0, from)).length;
    const omitted = bytes === 0 ? "" : `${omittedText(bytes, path)}\n`;
    return omitted + (shown.endsWith("\n") || shown === "" ? shown : `${shown}\n`);
  }).join("");
}

/** Lines, each behind the id of its job. */
export function prefixed(text: string, jobId: string): string {
  return text.replace(/^(?=[^])/gm, `  ${jobId} | `);
}

/** One log that is read while it grows. */
interface Followed {
  readonly path: string;
  readonly decoder: TextDecoder;
  offset: number;
  /** The line that has not ended yet. */
  rest: string;
}

/** Looks at the logs of all live attempts from time to time, and prints their new lines. */
class Follower implements JobOutput {
  readonly #options: JobOutputOptions;
  readonly #color: boolean;
  /** The logs of live attempts, by job. */
  readonly #followed = new Map<string, readonly Followed[]>();
  #cancel: (() => void) | null = null;

  constructor(options: JobOutputOptions) {
    this.#options = options;
    this.#color = styleFor(options.world.stderr, options.world).color;
    this.#wait();
  }

  before(event: RunEvent): void {
    if (event.type === "job_started") {
      const { stdout, stderr } = this.#options.directory.filesOf(event.jobId, event.attempt);
      this.#followed.set(
        event.jobId,
        [stdout, stderr].map((path) => ({ path, decoder: new TextDecoder(), offset: 0, rest: "" })),
      );
    }
    const ended = endedAttempt(event);
    if (ended !== null) this.#finish(ended.jobId);
  }

  after(): void {}

  close(): void {
    this.#cancel?.();
    for (const jobId of [...this.#followed.keys()]) this.#finish(jobId);
  }

  #wait(): void {
    const { clock } = this.#options.world;
    this.#cancel = clock.callAt(clock.now() + FOLLOW_MS, () => {
      for (const [jobId, logs] of this.#followed) {
        for (const log of logs) this.#print(this.#newLines(log), jobId);
      }
      this.#wait();
    });
  }

  #finish(jobId: string): void {
    for (const log of this.#followed.get(jobId) ?? []) {
      const lines = this.#newLines(log);
      this.#print(log.rest === "" ? lines : `${lines}${log.rest}\n`, jobId);
    }
    this.#followed.delete(jobId);
  }

  #print(text: string, jobId: string): void {
    if (text === "") return;
    this.#options.print(sanitizeText(text, { color: this.#color }), jobId);
  }

  /** What has come since the last look, up to the end of the last whole line. */
  #newLines(log: Followed): string {
    const { files } = this.#options.world;
    const size = files.stat(log.path)?.size ?? 0;
    if (size === log.offset) return "";
    // Shorter than before: its middle was cut out, and what is new cannot be told from what is old.
    const from = size < log.offset ? size : Math.max(log.offset, size - FOLLOW_BYTES);
    const skipped = from - log.offset;
    log.offset = size;
    const bytes = files.readAt(log.path, { offset: from, length: size - from });
    if (skipped !== 0) log.rest = "";
    let text = log.rest + log.decoder.decode(bytes, { stream: true });
    if (text.length - text.lastIndexOf("\n") > LINE_LENGTH_MAX) text += "\n";
    const end = text.lastIndexOf("\n") + 1;
    log.rest = text.slice(end);
    const note = skipped > 0 ? `${skippedText(skipped, log.path)}\n` : "";
    return note + text.slice(0, end);
  }
}
