/**
 * Reads a journal as far as it is whole. It stops at the first line that is incomplete, fails its
 * checksum or breaks the count. A crash leaves at most one line, the last, without its end, and nothing
 * has acted on that one; everything else is damage, which must not be read past. Linear in the length;
 * knows no files: what lost lines have left there is seen by `traces.ts`.
 */
import type { RunEvent } from "../run/event.ts";
import { decodeLine, JOURNAL_VERSION } from "./journal_line.ts";

/** How a journal ends. Offsets are in bytes. */
export type JournalEnd =
  | { readonly kind: "clean" }
  /** One incomplete line, the last: to be ignored, and moved aside by the next writer. */
  | { readonly kind: "torn"; readonly offset: number }
  /** A whole line that is not what was written, or in a wrong place: to be refused. */
  | { readonly kind: "corrupt"; readonly offset: number }
  /** Written by an orch that knows more. */
  | { readonly kind: "newer"; readonly version: number };

/** What a journal holds. */
export interface JournalContent {
  /** The events of its whole lines, up to the end or the first bad one. */
  readonly events: readonly RunEvent[];
  /** The number of the next line. */
  readonly nextSeq: number;
  /** How many bytes those lines take. */
  readonly validBytes: number;
  readonly end: JournalEnd;
}

const LINE_FEED = 0x0a;

/** Reads all of a journal. Never throws, whatever the bytes are. */
export function readJournal(bytes: Uint8Array): JournalContent {
  const events: RunEvent[] = [];
  let version = JOURNAL_VERSION;
  let offset = 0;
  const content = (end: JournalEnd): JournalContent => ({
    events,
    nextSeq: events.length,
    validBytes: offset,
    end,
  });
  while (offset < bytes.length) {
    const lineEnd = bytes.indexOf(LINE_FEED, offset);
    const line = lineEnd < 0 ? null : decodeLine(bytes.subarray(offset, lineEnd));
    if (line === null) {
      const isTorn = lineEnd < 0 && !isWholeButForItsEnd(bytes.subarray(offset));
      return content({ kind: isTorn ? "torn" : "corrupt", offset });
    }
    // No crash leaves a whole line in a wrong place: lines were lost, or two wrote at once.
    if (line.seq !== events.length) return content({ kind: "corrupt", offset });
    if (line.seq === 0) {
      if (line.version === null) return content({ kind: "corrupt", offset });
      version = line.version;
    }
    if (version > JOURNAL_VERSION || line.event === null) {
      return content({ kind: "newer", version });
    }
    events.push(line.event);
    offset = lineEnd + 1;
  }
  return content({ kind: "clean" });
}

/** Whether only the line feed of a line is another byte. A write that stops short leaves none, or a zero. */
function isWholeButForItsEnd(tail: Uint8Array): boolean {
  return tail.at(-1) !== 0 && decodeLine(tail.subarray(0, -1)) !== null;
}
