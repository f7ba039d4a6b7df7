/** A run as a live region on a terminal. */
import type { JobOutputMode } from "../../core/base/choices.ts";
import type { RunState } from "../../core/run/state.ts";
import { LiveRegion } from "../../runtime/stream/live_region.ts";
import { framePlan, liveFrame } from "../../view/live/frame.ts";
import type { JobUsage } from "../../view/live/rows.ts";
import { noticeText } from "../../view/run/notice.ts";
import { settledLine } from "../../view/live/permanent_lines.ts";
import { lastLine } from "../../view/text/sanitize.ts";
import { widthOf } from "../../view/text/width.ts";
import { endedAttempt, openJobOutput, prefixed } from "./job_output.ts";
import { styleFor } from "../base/output.ts";
import type { RunView, ViewOptions } from "./view.ts";

/** How much of a log is read to find its last line, and for how long that is good. */
const LAST_LINE_BYTES = 512;
const LAST_LINE_MS = 250;

/** Opens the live view. */
export function openLive(
  state: RunState,
  options: ViewOptions & { readonly jobOutput: JobOutputMode },
): RunView {
  const { world } = options;
  const style = styleFor(world.stderr, world);
  const activity = new Activity(options);
  const plan = framePlan(state.plan);
  const region = new LiveRegion({
    stream: world.stderr,
    clock: world.clock,
    signals: world.signals,
    widthOf,
    frame: () =>
      liveFrame(state, {
        now: world.clock.now(),
        ...world.stderr.size(),
        style,
        plan,
        processors: world.machine.processors,
        hasUsage: activity.hasUsage,
        lastLineOf: (jobId, attempt) => activity.lastLineOf(jobId, attempt),
        usageOf: (jobId, attempt) => activity.usageOf(jobId, attempt),
      }),
  });
  const print = (text: string) => region.print(text.replace(/\n$/, ""));
  const output = openJobOutput({
    ...options,
    print: (text, jobId) => print(prefixed(text, jobId)),
  });
  return {
    show(event) {
      if (region.viewError !== null) throw region.viewError;
      output.before(event);
      const line = settledLine(event, state, style);
      if (line !== null) region.print(line);
      output.after(event);
      const ended = endedAttempt(event);
      if (ended !== null) activity.forget(ended.jobId);
    },
    notice: (notice) => region.print(noticeText(notice)),
    say: print,
    suspend: () => region.suspend(),
    resume: () => region.resume(),
    close() {
      output.close();
      region.close();
    },
    end: (text) => world.stderr.write(text),
  };
}

/** What running jobs do, looked at no more often than a person can read. */
class Activity {
  /** Whether it can be told here what jobs use: then its columns stay. */
  hasUsage = false;
  readonly #options: ViewOptions;
  readonly #lines = new Map<string, { readonly at: number; readonly line: string }>();

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  usageOf(jobId: string, attempt: number): JobUsage | null {
    const usage = this.#options.usageOf(jobId, attempt);
    if (usage !== null) this.hasUsage = true;
    return usage;
  }

  /** Its attempt has ended: the next has lines of its own. */
  forget(jobId: string): void {
    this.#lines.delete(jobId);
  }

  /** The last line of output of an attempt, of its standard error where it has printed nothing else. */
  lastLineOf(jobId: string, attempt: number): string {
    const { world, directory } = this.#options;
    const now = world.clock.now();
    const known = this.#lines.get(jobId);
    if (known !== undefined && now - known.at < LAST_LINE_MS) return known.line;
    const { stdout, stderr } = directory.filesOf(jobId, attempt);
    const line = lastLine(world.files.readTail(stdout, LAST_LINE_BYTES).text) ||
      lastLine(world.files.readTail(stderr, LAST_LINE_BYTES).text);
    this.#lines.set(jobId, { at: now, line });
    return line;
  }
}
