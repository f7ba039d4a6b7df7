/** A run as lines, for pipes, files and CI. */
import type { RunEvent } from "../core/event.ts";
import type { RunState } from "../core/run_state.ts";
import { noticeText } from "../view/notice.ts";
import { plainLine } from "../view/plain.ts";
import { visibleText } from "../view/visible.ts";
import { styleFor } from "./output.ts";
import type { RunView, ViewOptions } from "./run_view.ts";

/** Output of one job that `--verbose` shows when it has ended. */
const VERBOSE_TAIL_BYTES = 64 * 1024;

/** Opens the plain view. */
export function openPlain(state: RunState, options: ViewOptions): RunView {
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
