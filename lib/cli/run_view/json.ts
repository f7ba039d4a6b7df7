/** A run as a stream of events for programs: one JSON object per line on standard output. */
import { jsonLine } from "../../view/text/json_text.ts";
import { noticeText } from "../../view/run/notice.ts";
import { eventResult, lostEventsJson, noticeJson } from "../../view/report/json.ts";
import { BoundedStream } from "./bounded_stream.ts";
import type { RunView, ViewOptions } from "./view.ts";

/** Opens the stream of events. */
export function openJson({ world }: ViewOptions): RunView {
  const { stdout, stderr, clock } = world;
  const outlet = new BoundedStream(stdout, (lines) => jsonLine(lostEventsJson(lines, clock.now())));
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
