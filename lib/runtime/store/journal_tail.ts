/** A journal that is read on while another orch writes it. */
import type { RunEvent } from "../../core/run/event.ts";
import { decodeLine } from "../../core/record/journal_line.ts";
import type { JournalContent } from "../../core/record/journal_read.ts";
import { fill, openStateFile } from "../state/state_files.ts";

const LINE_FEED = 0x0a;
/** Taken in at a time; the rest comes with the next look. */
const NEWS_BYTES_MAX = 16 * 2 ** 20;

/** What comes after a journal was read. */
export class JournalTail {
  readonly #path: string;
  #offset: number;
  #nextSeq: number;

  /** `content` was read from the journal at `path`. */
  constructor(path: string, content: JournalContent) {
    this.#path = path;
    this.#offset = content.validBytes;
    this.#nextSeq = content.nextSeq;
  }

  /** The events that were added since; none if the journal is gone. Stops before a line that is not whole. */
  async read(): Promise<RunEvent[]> {
    const bytes = await this.#newBytes();
    const events: RunEvent[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, start);
      const line = end < 0 ? null : decodeLine(bytes.subarray(start, end));
      if (line === null || line.seq !== this.#nextSeq || line.event === null) break;
      events.push(line.event);
      this.#nextSeq++;
      this.#offset += end + 1 - start;
      start = end + 1;
    }
    return events;
  }

  async #newBytes(): Promise<Uint8Array> {
    try {
      using file = openStateFile(this.#path, "read");
      const more = Math.max(0, (await file.stat()).size - this.#offset);
      const bytes = new Uint8Array(Math.min(more, NEWS_BYTES_MAX));
      if (bytes.length === 0) return bytes;
      await file.seek(this.#offset, Deno.SeekMode.Start);
      return bytes.subarray(0, fill(file, bytes));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return new Uint8Array();
      throw error;
    }
  }
}
