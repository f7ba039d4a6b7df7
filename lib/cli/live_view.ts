/** A run as a live region on a terminal. */
import { Bug } from "../core/event.ts";
import { isLive, jobIndex, type RunState } from "../core/run_state.ts";
import { LiveRegion } from "../runtime/terminal.ts";
import { liveFrame, settledLine } from "../view/live.ts";
import { noticeText } from "../view/notice.ts";
import { lastLine } from "../view/visible.ts";
import { styleFor } from "./output.ts";
import type { RunView, ViewOptions } from "./run_view.ts";

/** How much of a log is read to find its last line. */
const LAST_LINE_BYTES = 512;

/** Opens the live view. */
export function openLive(state: RunState, { world, directory }: ViewOptions): RunView {
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
