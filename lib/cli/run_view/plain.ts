/** A run as lines, for pipes, files and CI. */
import type { JobOutputMode } from "../../core/base/choices.ts";
import type { RunState } from "../../core/run/state.ts";
import { noticeText } from "../../view/run/notice.ts";
import { openJobOutput, prefixed } from "./job_output.ts";
import { PlainLines } from "./plain_lines.ts";
import type { RunView, ViewOptions } from "./view.ts";

/** Opens the plain view. */
export function openPlain(
  state: RunState,
  options: ViewOptions & { readonly jobOutput: JobOutputMode },
): RunView {
  const lines = new PlainLines(state, options);
  const output = openJobOutput({
    ...options,
    print: (text, jobId) => lines.print(prefixed(text, jobId)),
  });
  return {
    show(event) {
      output.before(event);
      const line = lines.lineOf(event);
      if (line !== null) lines.print(`${line}\n`);
      output.after(event);
    },
    notice: (notice) => lines.print(`${noticeText(notice)}\n`),
    say: (text) => lines.printAll(text),
    suspend() {},
    resume() {},
    close() {
      output.close();
      lines.close();
    },
    end: (text) => lines.printAll(text),
  };
}
