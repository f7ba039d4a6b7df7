/** How far a journal is believed: cut anywhere, any bit flipped, with a tail of zeros, from the future. */
import { fold } from "../../../lib/core/run/apply.ts";
import { crc32 } from "../../../lib/core/base/crc32.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { JOURNAL_VERSION, LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { type JournalEnd, readJournal } from "../../../lib/core/record/journal_read.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";
import { planOf, Player } from "../../support/trace.ts";

const ENCODER = new TextEncoder();
const CLEAN: JournalEnd = { kind: "clean" };

/** The events of a small run in which most things happen. */
const EVENTS = eventsOf("a tries 2 pause 10\nb after a timeout 5\nc soft b\nd branch main", [
  "> 0 go",
  "> 1 a#1 exit 1",
  "> wake",
  "> 12 a#2 ok",
  "> wake",
  "> 30 b#1 signal SIGTERM",
]);
const BYTES = encode(EVENTS);
/** Where each line begins, and the end. */
const STARTS = [0, ...BYTES.keys().filter((i) => BYTES[i] === 10).map((i) => i + 1)];

function eventsOf(jobs: string, lines: readonly string[]): RunEvent[] {
  const player = new Player(planOf(jobs));
  for (const line of lines) player.input(line);
  assert(player.state.status !== null, "the run is over");
  return player.journal;
}

function encode(events: readonly RunEvent[], seq = 0): Uint8Array {
  return new LineEncoder().encode(events, seq).slice();
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The same with the line ends of Windows. */
function withReturns(bytes: Uint8Array): Uint8Array {
  return ENCODER.encode(new TextDecoder().decode(bytes).replaceAll("\n", "\r\n"));
}

function lineOf(index: number): Uint8Array {
  return BYTES.slice(STARTS[index], STARTS[index + 1]);
}

/** A line with its right checksum, whatever it says. */
function sealed(text: string): Uint8Array {
  const crc = crc32(ENCODER.encode(text)).toString(16).padStart(8, "0");
  return ENCODER.encode(`${text},"c":"${crc}"}\n`);
}

/** How a journal ends and how many events it gives; they are always the first ones that were written. */
function read(bytes: Uint8Array): { readonly count: number; readonly end: JournalEnd } {
  const { events, nextSeq, validBytes, end } = readJournal(bytes);
  assertEquals(events, EVENTS.slice(0, events.length));
  assertEquals([nextSeq, validBytes], [events.length, STARTS[events.length]]);
  return { count: events.length, end };
}

Deno.test("readJournal() gives back all that was written", () => {
  assert(EVENTS.length > 12);
  assertEquals(read(BYTES), { count: EVENTS.length, end: CLEAN });
  assertEquals(read(new Uint8Array()), { count: 0, end: CLEAN });
});

Deno.test("readJournal() takes a journal cut at any byte as far as it goes", () => {
  for (let length = 0; length <= BYTES.length; length++) {
    const count = STARTS.findLastIndex((start) => start <= length);
    const offset = STARTS[count]!;
    const end: JournalEnd = offset === length ? CLEAN : { kind: "torn", offset };
    assertEquals(read(BYTES.subarray(0, length)), { count, end }, `${length} bytes`);
  }
});

Deno.test("readJournal() notices every flipped bit", () => {
  for (let bit = 0; bit < BYTES.length * 8; bit++) {
    const bytes = BYTES.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const line = STARTS.findLastIndex((start) => start <= bit >> 3);
    const offset = STARTS[line]!;
    assertEquals(read(bytes), { count: line, end: { kind: "corrupt", offset } }, `bit ${bit}`);
  }
});

Deno.test("readJournal() takes a tail of zeros for a torn one", () => {
  const whole = EVENTS.length;
  for (const zeros of [1, 2, 15, 4096, 100_000]) {
    const tail = new Uint8Array(zeros);
    const offset = BYTES.length;
    assertEquals(read(join(BYTES, tail)), { count: whole, end: { kind: "torn", offset } });
    const cut = BYTES.subarray(0, STARTS[5]! + 9);
    assertEquals(read(join(cut, tail)), { count: 5, end: { kind: "torn", offset: STARTS[5]! } });
    assertEquals(read(tail), { count: 0, end: { kind: "torn", offset: 0 } });
  }
});

Deno.test("readJournal() takes a journal with the line ends of Windows for damaged, not for one that is empty", () => {
  assertEquals(read(withReturns(BYTES)), { count: 0, end: { kind: "corrupt", offset: 0 } });
});

const BEHIND_LINE_3: readonly (readonly [string, Uint8Array, JournalEnd["kind"]])[] = [
  ["nothing", new Uint8Array(), "clean"],
  ["half a line", lineOf(3).subarray(0, 20), "torn"],
  ["a line without its line feed", lineOf(3).subarray(0, -1), "torn"],
  [
    "a line and a zero for its line feed",
    join(lineOf(3).subarray(0, -1), new Uint8Array(1)),
    "torn",
  ],
  [
    "a line and a blank for its line feed",
    join(lineOf(3).subarray(0, -1), ENCODER.encode(" ")),
    "corrupt",
  ],
  ["a line that ends as on Windows", withReturns(lineOf(3)), "corrupt"],
  ["bad lines", ENCODER.encode("x\n\n\0\0\n{}\n"), "corrupt"],
  ["an empty line", ENCODER.encode("\n"), "corrupt"],
  ["an empty line and a good one", join(ENCODER.encode("\n"), lineOf(3)), "corrupt"],
  ["zeros and a good line", join(new Uint8Array(9), ENCODER.encode("\n"), lineOf(4)), "corrupt"],
  ["half a line, glued to the next", join(lineOf(3).subarray(0, 20), lineOf(4)), "corrupt"],
  [
    "half a line, glued, and another",
    join(lineOf(3).subarray(0, 20), lineOf(4), lineOf(5)),
    "corrupt",
  ],
  ["the line after the next", lineOf(4), "corrupt"],
  ["the same line again", lineOf(2), "corrupt"],
  ["two lines in the wrong order", join(lineOf(4), lineOf(3)), "corrupt"],
  ["the first line of another run", lineOf(0), "corrupt"],
];

for (const [what, tail, kind] of BEHIND_LINE_3) {
  Deno.test(`readJournal() with ${what} behind three good lines: ${kind}`, () => {
    const offset = STARTS[3]!;
    const end = kind === "clean" ? CLEAN : { kind, offset } as JournalEnd;
    assertEquals(read(join(BYTES.subarray(0, offset), tail)), { count: 3, end });
  });
}

Deno.test("readJournal() refuses what a newer orch wrote, and says its version", () => {
  const version = JOURNAL_VERSION + 1;
  const header = `{"s":0,"t":0,"v":${version},"e":"run_started","runId":"r","new":[1]`;
  const strange = sealed('{"s":1,"t":1,"e":"job_teleported","jobId":"a"');
  const newer = (version: number) => ({ count: 0, end: { kind: "newer", version } as const });
  assertEquals(read(sealed(header)), newer(version));
  assertEquals(read(join(sealed(header), strange, ENCODER.encode("torn"))), newer(version));
  assertEquals(
    read(sealed(header.replace("run_started", "run_dreamt"))),
    newer(version),
    "even the first event may be a new one",
  );
  assertEquals(read(join(lineOf(0), strange)), {
    count: 1,
    end: { kind: "newer", version: JOURNAL_VERSION },
  });
});

Deno.test("readJournal() refuses a first line that says no version", () => {
  const end = { kind: "corrupt", offset: 0 } as const;
  assertEquals(read(sealed('{"s":0,"t":0,"e":"run_started","runId":"r"')), { count: 0, end });
});

Deno.test("readJournal() takes any bytes without harm", () => {
  const dice = new Dice(1);
  for (let round = 0; round < 2_000; round++) {
    const noise = Uint8Array.from(
      { length: dice.between(0, 80) },
      () => dice.pick([0, 10, 34, 44, 123, 125, dice.between(0, 255)]),
    );
    const at = dice.between(0, BYTES.length);
    const { end } = read(join(BYTES.subarray(0, at), noise));
    assert(end.kind !== "newer");
    read(join(BYTES.subarray(0, at), noise, BYTES.subarray(at)));
  }
});

Deno.test("readJournal() is linear, also in bad lines", () => {
  const event: RunEvent = { type: "job_queued", jobId: "a", attempt: 1, at: 1 };
  const good = encode(Array.from({ length: 100_000 }, () => event));
  const bad = good.slice();
  for (let i = 20; i < bad.length; i++) if (bad[i] === 44) bad[i] = 45;
  for (const [bytes, kind] of [[good, "clean"], [bad, "corrupt"]] as const) {
    const startedAt = performance.now();
    assertEquals(readJournal(bytes).end.kind, kind);
    const milliseconds = performance.now() - startedAt;
    assert(milliseconds < 3_000, `${milliseconds} ms for 100,000 lines`);
  }
});

/** What version 1 of the format looks like on a disk; never to be changed, always to be read. */
const VERSION_1 =
  `{"s":0,"t":0,"v":1,"e":"run_started","runId":"traced","workflow":"test","jobs":4,"settings":{"concurrency":4,"memoryMb":null,"cpuPercent":null,"failFast":false,"graceMs":100,"seed":1,"branch":null},"c":"ccd9dc4e"}
{"s":1,"t":0,"e":"job_skipped","jobId":"d","reason":{"kind":"branch","branch":null,"wanted":["main"]},"c":"5ed0c04f"}
{"s":2,"t":0,"e":"job_queued","jobId":"a","attempt":1,"c":"f61ffa20"}
{"s":3,"t":0,"e":"job_started","jobId":"a","attempt":1,"deadline":null,"c":"a9b58889"}
{"s":4,"t":1,"e":"job_retrying","jobId":"a","attempt":1,"outcome":{"kind":"exited","code":1},"until":11,"c":"e3646b50"}
{"s":5,"t":11,"e":"job_queued","jobId":"a","attempt":2,"c":"e8d59b15"}
{"s":6,"t":11,"e":"job_started","jobId":"a","attempt":2,"deadline":null,"c":"5e566f89"}
{"s":7,"t":12,"e":"job_completed","jobId":"a","attempt":2,"c":"9ee14dd8"}
{"s":8,"t":12,"e":"job_queued","jobId":"b","attempt":1,"c":"4bca9085"}
{"s":9,"t":12,"e":"job_started","jobId":"b","attempt":1,"deadline":17,"c":"dd755f49"}
{"s":10,"t":17,"e":"job_stopping","jobId":"b","attempt":1,"why":"timeout","force":false,"forceAt":117,"c":"13b2c221"}
{"s":11,"t":30,"e":"job_failed","jobId":"b","attempt":1,"outcome":{"kind":"timed_out","afterMs":5},"c":"e5ee13f8"}
{"s":12,"t":30,"e":"job_skipped","jobId":"c","reason":{"kind":"skip_if_failed","jobId":"b"},"c":"8291544c"}
{"s":13,"t":30,"e":"run_finished","status":"failed","c":"0f566be2"}
`;

Deno.test("a journal of version 1 is read and folded", () => {
  const { events, end } = readJournal(ENCODER.encode(VERSION_1));
  assertEquals(end, CLEAN);
  const state = fold(
    planOf("a tries 2 pause 10\nb after a timeout 5\nc soft b\nd branch main"),
    events,
  );
  assertEquals(state.status, "failed");
  assertEquals([state.counts.success, state.counts.failed, state.counts.skipped], [1, 1, 2]);
});
