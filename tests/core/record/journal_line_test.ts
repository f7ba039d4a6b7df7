/** Events as lines and back. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { crc32 } from "../../../lib/core/base/crc32.ts";
import { decodeLine, JOURNAL_VERSION, LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";

const ENCODER = new TextEncoder();
const settings = sketchSettings({ branch: "ünï/漢字" });
const on = { jobId: "a.b-c", attempt: 3, at: 1_795_345_962_000.125 } as const;

/** One event of each kind: a new kind does not compile until it is here. */
const EVENTS: { readonly [T in RunEvent["type"]]: Extract<RunEvent, { type: T }> } = {
  run_started: {
    type: "run_started",
    runId: "20261122-103000-x7k2",
    workflow: 'a "quoted"\nname\u2028 \\ 😀',
    jobs: 2,
    settings,
    at: 0,
  },
  run_resumed: {
    type: "run_resumed",
    settings,
    plan: 2,
    downSince: 5,
    lost: ["a"],
    reset: [],
    at: 9,
  },
  pause_ended: { type: "pause_ended", pausedMs: 5, at: 1 },
  run_stopping: { type: "run_stopping", reason: "fail_fast", at: 1 },
  run_finished: { type: "run_finished", status: "failed", at: 1 },
  job_queued: { type: "job_queued", ...on },
  job_started: { type: "job_started", ...on, deadline: null },
  job_stopping: { type: "job_stopping", ...on, why: "timeout", force: false, forceAt: 7.5 },
  job_retrying: { type: "job_retrying", ...on, outcome: { kind: "exited", code: 1 }, until: 9 },
  job_completed: {
    type: "job_completed",
    ...on,
    usage: { peakMemoryMb: 1.5, cpuSeconds: null },
    process: { containment: "cgroup", unkillable: [1, 2] },
    endedAt: 4,
  },
  job_failed: {
    type: "job_failed",
    ...on,
    outcome: { kind: "http_failed", failure: { reason: "unreachable", cause: "\ud800 alone\0" } },
    http: { status: 500, firstByteMs: 1, bodyBytes: 0 },
  },
  job_cancelled: { type: "job_cancelled", ...on },
  job_skipped: {
    type: "job_skipped",
    jobId: "b",
    reason: { kind: "branch", branch: null, wanted: ["main", "é"] },
    at: 2,
  },
};

function linesOf(events: readonly RunEvent[], seq = 0): string[] {
  return new TextDecoder().decode(new LineEncoder().encode(events, seq)).split("\n").slice(0, -1);
}

/** A line with its right checksum, whatever it says. */
function sealed(text: string): Uint8Array {
  const crc = crc32(ENCODER.encode(text)).toString(16).padStart(8, "0");
  return ENCODER.encode(`${text},"c":"${crc}"}`);
}

for (const [type, event] of Object.entries(EVENTS)) {
  Deno.test(`decodeLine() gives back what was encoded: ${type}`, () => {
    for (const seq of [0, 1, 123_456_789]) {
      const [line] = linesOf([event], seq);
      const version = seq === 0 ? JOURNAL_VERSION : null;
      assertEquals(decodeLine(ENCODER.encode(line)), { seq, version, event });
      assertEquals(JSON.parse(line!).s, seq, "a line is JSON");
    }
  });
}

Deno.test("a line is what the format says, byte for byte", () => {
  assertEquals(linesOf([EVENTS.run_finished, EVENTS.job_queued]), [
    '{"s":0,"t":1,"v":2,"e":"run_finished","status":"failed","c":"8292086d"}',
    '{"s":1,"t":1795345962000.125,"e":"job_queued","jobId":"a.b-c","attempt":3,"c":"327c166f"}',
  ]);
});

Deno.test("LineEncoder grows with what it is given, and begins anew every time", () => {
  const encoder = new LineEncoder();
  const many = Array.from({ length: 5_000 }, () => EVENTS.run_started);
  assertEquals(encoder.encode(many, 0).filter((byte) => byte === 10).length, 5_000);
  assertEquals(encoder.encode([], 0).length, 0);
  const [line] = linesOf([EVENTS.job_started], 7);
  assertEquals(new TextDecoder().decode(encoder.encode([EVENTS.job_started], 7)), `${line}\n`);
});

Deno.test("decodeLine() refuses what was not written so", () => {
  const good = linesOf([EVENTS.job_started], 7)[0]!;
  const rows: readonly string[] = [
    "",
    "x",
    "{}",
    good.slice(1),
    good.slice(0, -1),
    `${good} `,
    ` ${good}`,
    good.replace('"s":7', '"s":8'),
    good.replace(/"c":"(.)/, (_, digit) => `"c":"${digit === "0" ? "1" : "0"}`),
    good.replace(/"c":"[^"]*"/, (crc) => crc.toUpperCase()),
    good.replace(/,"c".*/, "}"),
  ];
  for (const row of rows) assertEquals(decodeLine(ENCODER.encode(row)), null, row);
});

Deno.test("decodeLine() refuses nonsense under a right checksum", () => {
  const rows = [
    '{"s":1,"t":2',
    '{"s":"1","t":2,"e":"run_finished"',
    '{"s":1,"t":null,"e":"run_finished"',
    '{"s":1,"t":2,"e":3',
    '{"s":0,"t":2,"v":"1","e":"run_finished"',
    '[{"s":1,"t":2,"e":"run_finished"',
    "not json",
  ];
  for (const row of rows) assertEquals(decodeLine(sealed(row)), null, row);
});

Deno.test("decodeLine() tells of an event that it does not know", () => {
  assertEquals(decodeLine(sealed('{"s":4,"t":2,"e":"job_teleported","jobId":"a"')), {
    seq: 4,
    version: null,
    event: null,
  });
  assertEquals(decodeLine(sealed('{"s":4,"t":2,"e":"toString"'))?.event, null);
});

Deno.test("an event costs microseconds", () => {
  const count = 100_000;
  const encoder = new LineEncoder();
  const startedAt = performance.now();
  for (let seq = 0; seq < count; seq++) encoder.encode([EVENTS.job_started], seq);
  const microseconds = (performance.now() - startedAt) * 1000 / count;
  assert(microseconds < 10, `${microseconds} µs for an event`);
});

Deno.test("decodeLine() reads events under the names that version 1 gave them", () => {
  const { run_resumed, pause_ended } = EVENTS;
  const named = (event: RunEvent, name: string) => {
    const { type: _, at, ...facts } = event;
    return sealed(`{"s":1,"t":${at},"e":"${name}",${JSON.stringify(facts).slice(1, -1)}`);
  };
  assertEquals(decodeLine(named(run_resumed, "run_reopened"))?.event, run_resumed);
  assertEquals(decodeLine(named(pause_ended, "run_resumed"))?.event, pause_ended);
  // A version 1 journal to which version 2 has appended holds both vocabularies.
  assertEquals(decodeLine(named(run_resumed, "run_resumed"))?.event, run_resumed);
});
