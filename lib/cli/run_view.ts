/** Which view a run gets: a live region on a terminal, a line per event elsewhere, nothing when quiet. */
import { Bug, type RunEvent } from "../core/event.ts";
import { isLive, jobIndex, type RunState } from "../core/run_state.ts";
import type { RunDirectory } from "../runtime/run_directory.ts";
import { LiveRegion } from "../runtime/terminal.ts";
import type { ProcessNotice, World } from "../runtime/world.ts";
import { liveFrame, settledLine } from "../view/live.ts";
import { noticeText } from "../view/notice.ts";
import { plainLine } from "../view/plain.ts";
import { lastLine, visibleText } from "../view/visible.ts";
import { styleFor } from "./output.ts";

/** How much of a log is read to find its last line. */
const LAST_LINE_BYTES = 512;
/** Output of one job that `--verbose` shows when it has ended. */
const VERBOSE_TAIL_BYTES = 64 * 1024;

/** A view of one run. */
export interface RunView {
  show(event: RunEvent): void;
  /** Says what the user should know and no event tells. */
  notice(notice: ProcessNotice): void;
  /** Gives the terminal back for a while, and takes it again. */
  suspend(): void;
  resume(): void;
  close(): void;
}

/** What the choice depends on. */
export interface ViewOptions {
  readonly live?: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly directory: RunDirectory;
  readonly world: World;
}

/** Opens the view that the options and the terminal ask for. */
export function openView(state: RunState, options: ViewOptions): RunView {
  if (options.quiet) return { show() {}, notice() {}, suspend() {}, resume() {}, close() {} };
  const { stderr } = options.world;
  const live = options.live ?? (stderr.isTerminal && options.world.env("TERM") !== "dumb");
  return live && stderr.isTerminal && !options.verbose
    ? openLive(state, options)
    : openPlain(state, options);
}

function openPlain(state: RunState, options: ViewOptions): RunView {
  const { world, verbose } = options;
  const style = styleFor(world.stderr, world);
  const plain = { style, verbose, utcOffsetMinutes: world.clock.utcOffsetMinutes() };
  return {
    show(event) {
      const line = plainLine(event, state, plain);
      if (line !== null) world.stderr.write(`${line}\n`);
      if (verbose) world.stderr.write(outputAfter(event, options));
    },
    notice: (notice) => world.stderr.write(`${noticeText(notice)}\n`),
    suspend() {},
    resume() {},
    close() {},
  };
}

/** The output of the attempt that an event ends, each line behind the id of its job. */
function outputAfter(event: RunEvent, { world, directory }: ViewOptions): string {
  switch (event.type) {
    case "job_completed":
    case "job_failed":
    case "job_retrying": {
      const { stdout, stderr } = directory.filesOf(event.jobId, event.attempt);
      const text = [stdout, stderr].map((path) =>
        world.files.readTail(path, VERBOSE_TAIL_BYTES).text
      )
        .map((part) => part === "" || part.endsWith("\n") ? part : `${part}\n`).join("");
      const shown = visibleText(text, { color: styleFor(world.stderr, world).color });
      return shown.replace(/^(?=.)/gm, `  ${event.jobId} | `);
    }
    default:
      return "";
  }
}

function openLive(state: RunState, { world, directory }: ViewOptions): RunView {
  const style = styleFor(world.stderr, world);
  const lastLineOf = (jobId: string) => {
    const job = state.jobs[jobIndex(state, jobId)]!;
    if (!isLive(job)) throw new Bug(`no live attempt of ${jobId}`);
    const { stdout, stderr } = directory.filesOf(jobId, job.attempt);
    return lastLine(world.files.readTail(stdout, LAST_LINE_BYTES).text) ||
      lastLine(world.files.readTail(stderr, LAST_LINE_BYTES).text);
  };
  const region = new LiveRegion({
    stream: world.stderr,
    clock: world.clock,
    signals: world.signals,
    frame: () =>
      liveFrame(state, { now: world.clock.now(), ...world.stderr.size(), style, lastLineOf }),
  });
  return {
    show(event) {
      if (region.viewError !== null) throw region.viewError;
      const line = settledLine(event, state, style);
      if (line !== null) region.print(line);
    },
    notice: (notice) => region.print(noticeText(notice)),
    suspend: () => region.suspend(),
    resume: () => region.resume(),
    close: () => region.close(),
  };
}
