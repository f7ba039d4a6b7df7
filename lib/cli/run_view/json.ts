/** A run as a stream of events for programs: one JSON object per line on standard output. */
import { jsonLine } from "../view/json_text.ts";
import { noticeText } from "../view/notice.ts";
import { eventResult, lostEventsJson, noticeJson } from "../view/report_json.ts";
import { Outlet } from "./outlet.ts";
import type { RunView, ViewOptions } from "./run_view.ts";

/** Opens the stream of events. */
export function openJson({ world }: ViewOptions): RunView {
  const { stdout, stderr, clock } = world;
  const outlet = new Outlet(stdout, (lines) => jsonLine(lostEventsJson(lines, clock.now())));
  return {
    show: (event) => outlet.print(jsonLine(eventResult(event))),
    notice: (notice) => outlet.print(jsonLine(noticeJson(noticeText(notice), clock.now()))),
    say: (text) => stderr.write(text),
    suspend() {},
    resume() {},
    close() {},
    // The last event has said it.
    end() {},
  };
}
