/** The permanent lines of a run on a terminal: what has settled leaves the live region as one of these. */
import type { RunEvent } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import { aftermathText, outcomeText, skipText, stoppingText } from "../run/outcome.ts";
import { lastDuration, resumedText, runText } from "../run/line.ts";
import { paint, type Style } from "../text/style.ts";
import { padToWidth } from "../text/width.ts";

/** Columns of a name, so that what stands behind it stands in one column. */
const NAME_COLUMNS = 24;

/** The permanent line that an event leaves above the region; `null` where it leaves none. */
export function settledLine(event: RunEvent, state: RunState, style: Style): string | null {
  const { glyphs } = style;
  switch (event.type) {
    case "run_started":
      return paint(style, "bold", `${glyphs.running} ${runText(event, state)}`);
    case "run_resumed":
      return paint(style, "bold", `${glyphs.running} resumed ${resumedText(event, state)}`);
    case "job_completed": {
      const again = event.attempt > 1 ? `   attempt ${event.attempt}` : "";
      const duration = lastDuration(state, event.jobId).padStart(7);
      return `${paint(style, "green", glyphs.success)} ${
        padToWidth(event.jobId, NAME_COLUMNS)
      } ${duration}${again}${aftermathText(event.process)}`;
    }
    case "job_failed": {
      const duration = lastDuration(state, event.jobId).padStart(7);
      const text = `${glyphs.failed} ${padToWidth(event.jobId, NAME_COLUMNS)} ${duration}   ${
        outcomeText(event.outcome)
      }${aftermathText(event.process)}`;
      return paint(style, "red", text);
    }
    case "job_cancelled":
      // Those that never began are counted at the end: a thousand lines would push away what was done.
      if (event.attempt === 0) return null;
      return `${paint(style, "yellow", glyphs.cancelled)} ${
        padToWidth(event.jobId, NAME_COLUMNS)
      } cancelled${aftermathText(event.process)}`;
    case "job_skipped":
      return paint(
        style,
        "dim",
        `${glyphs.skipped} ${padToWidth(event.jobId, NAME_COLUMNS)} skipped: ${
          skipText(event.reason)
        }`,
      );
    case "run_stopping":
      return paint(style, "yellow", stoppingText(event.reason, state.settings!.graceMs));
    default:
      return null;
  }
}
