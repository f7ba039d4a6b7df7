/**
 * One event as one line of the journal, and back:
 *
 *     {"s":7,"t":1795345962000,"e":"job_started","jobId":"a",…,"c":"1f0c2a9b"}
 *
 * `s` counts the lines from 0 without a gap, `t` is the time, `e` the type of the event; `c` is the
 * CRC-32 of the bytes before `,"c":`. The first line also says the version of the format, `"v":2`: its
 * shape up to there never changes, so that every reader can tell what it cannot read.
 */
import { crc32 } from "../base/crc32.ts";
import type { RunEvent } from "../run/event.ts";
import { hasSoundFacts } from "./event_facts.ts";
import { EVENT_TYPES, hasKnownWords } from "./journal_words.ts";
import { STANDARD_SETTINGS } from "../plan/settings.ts";

/** The version of the format that is written. A reader takes this one and all before it. */
export const JOURNAL_VERSION = 2;

/** A line whose checksum is right. */
export interface JournalLine {
  readonly seq: number;
  /** The version of the format; only the first line says one. */
  readonly version: number | null;
  /** `null` for what this version does not know: a type of event, or a word of a closed list. */
  readonly event: RunEvent | null;
}

/** What stands behind the bytes that the checksum covers, with eight digits in the gap. */
const [SUFFIX_START, SUFFIX_END] = [bytesOf(',"c":"'), bytesOf('"}')];
const DIGITS = bytesOf("0123456789abcdef");
const SUFFIX_LENGTH = SUFFIX_START.length + 8 + SUFFIX_END.length;
/** The end of a line whose checksum is not known yet. */
const BLANK_SUFFIX = ',"c":"00000000"}\n';
const LINE_FEED = 0x0a;
const DECODER = new TextDecoder();
/** Bytes of UTF-8 that one unit of a string takes at most. */
const BYTES_PER_UNIT_MAX = 3;

/** Turns events into lines, in a buffer that is used again. */
export class LineEncoder {
  readonly #encoder = new TextEncoder();
  #buffer = new Uint8Array(4096);

  /** The lines of `events`, the first of which is line `seq`. Good until the next call. */
  encode(events: readonly RunEvent[], seq: number): Uint8Array<ArrayBuffer> {
    let text = "";
    for (const event of events) text += lineText(event, seq++) + BLANK_SUFFIX;
    const most = text.length * BYTES_PER_UNIT_MAX;
    if (most > this.#buffer.length) this.#buffer = new Uint8Array(2 * most);
    const { written } = this.#encoder.encodeInto(text, this.#buffer);
    this.#addChecksums(written);
    return this.#buffer.subarray(0, written);
  }

  /** Fills in what was left blank in the first `length` bytes. JSON has no line feed of its own. */
  #addChecksums(length: number): void {
    const buffer = this.#buffer;
    for (let start = 0, end; start < length; start = end + 1) {
      end = buffer.indexOf(LINE_FEED, start);
      const covered = end - SUFFIX_LENGTH;
      const crc = crc32(buffer, start, covered);
      let at = covered + SUFFIX_START.length;
      for (let shift = 28; shift >= 0; shift -= 4) buffer[at++] = DIGITS[crc >>> shift & 15]!;
    }
  }
}

/** A line without its checksum and the brace at its end. */
function lineText({ type, at, ...facts }: RunEvent, seq: number): string {
  const version = seq === 0 ? `"v":${JOURNAL_VERSION},` : "";
  const rest = JSON.stringify(facts).slice(1, -1);
  return `{"s":${seq},"t":${at},${version}"e":"${type}"` + (rest === "" ? "" : `,${rest}`);
}

/** Reads one line, given without its line feed; `null` if it is not as it was written. */
export function decodeLine(line: Uint8Array): JournalLine | null {
  const covered = line.length - SUFFIX_LENGTH;
  if (covered < 0 || !hasRightSuffix(line, covered)) return null;
  const read = parseObject(line);
  if (read === null || Array.isArray(read)) return null;
  const { s: seq, t: at, e: type, v: version = null, c: _, ...facts } = read;
  if (typeof seq !== "number" || typeof at !== "number" || typeof type !== "string") return null;
  if (version !== null && typeof version !== "number") return null;
  const event = eventOf({ ...facts, type: currentName(type, facts), at });
  // What a newer orch writes in its first line is for that one to judge.
  const isNewer = version !== null && version > JOURNAL_VERSION;
  if (event !== null && !isNewer && !hasSoundFacts(event)) return null;
  return { seq, version, event };
}

/** What was read as an event of this version, with what older versions did not write. */
function eventOf(read: Readonly<Record<string, unknown>>): RunEvent | null {
  const event = read as unknown as RunEvent;
  if (!Object.hasOwn(EVENT_TYPES, event.type) || !hasKnownWords(event)) return null;
  if (!("settings" in event) || typeof event.settings !== "object") return event;
  if (event.settings === null) return event;
  const isWhole = Object.keys(STANDARD_SETTINGS).every((key) => key in event.settings);
  return isWhole ? event : { ...event, settings: { ...STANDARD_SETTINGS, ...event.settings } };
}

/**
 * The name that an event has today. Version 1 wrote `run_reopened` for what is `run_resumed` now, and
 * `run_resumed` for what is `pause_ended`. The facts tell the two apart, not the version of the journal:
 * a journal that version 1 began may hold lines of both.
 */
function currentName(type: string, facts: Readonly<Record<string, unknown>>): string {
  if (type === "run_reopened") return "run_resumed";
  return type === "run_resumed" && Object.hasOwn(facts, "pausedMs") ? "pause_ended" : type;
}

function hasRightSuffix(line: Uint8Array, covered: number): boolean {
  const crc = crc32(line, 0, covered);
  let at = covered;
  for (const byte of SUFFIX_START) if (line[at++] !== byte) return false;
  for (let shift = 28; shift >= 0; shift -= 4) {
    if (line[at++] !== DIGITS[crc >>> shift & 15]) return false;
  }
  for (const byte of SUFFIX_END) if (line[at++] !== byte) return false;
  return true;
}

function parseObject(line: Uint8Array): Record<string, unknown> | null {
  try {
    const read = JSON.parse(DECODER.decode(line));
    return typeof read === "object" ? read : null;
  } catch {
    return null;
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
