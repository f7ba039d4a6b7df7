/** Events under the right checksum whose facts are of other kinds than those that are written. */
import { crc32 } from "../../../lib/core/base/crc32.ts";
import { decodeLine, LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { readJournal } from "../../../lib/core/record/journal_read.ts";
import { assertEquals } from "../../support/assert.ts";
import { Story } from "../../support/story.ts";

/** A run in which something of every kind happens. */
function story(): Story {
  const retry = { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1, backoffFactor: 1, jitter: 0 };
  const story = new Story([{ id: "a", retry }, { id: "b", dependencies: ["a"] }]);
  story.start("a");
  story.retry("a", {
    kind: "http_failed",
    failure: { reason: "status", status: 500, expected: [] },
  }, 1);
  story.start("a", 2);
  story.end("a", { kind: "not_started", why: { reason: "spawn_failed", cause: "no" } });
  story.skip("b", { kind: "dependency", dependency: "a", cause: "a" });
  story.finish("failed");
  return story;
}

/** A line with the right checksum. */
function lineOf(content: unknown): Uint8Array {
  const covered = JSON.stringify(content).slice(0, -1);
  const crc = crc32(new TextEncoder().encode(covered)).toString(16).padStart(8, "0");
  return new TextEncoder().encode(`${covered},"c":"${crc}"}`);
}

function linesOf(story: Story): Record<string, unknown>[] {
  const text = new TextDecoder().decode(new LineEncoder().encode(story.events, 0));
  return text.trimEnd().split("\n").map((line) => {
    const { c: _, ...rest } = JSON.parse(line);
    return rest;
  });
}

const ODD: readonly unknown[] = [
  {},
  [],
  [1],
  "../../x",
  -1.5,
  1e300,
  true,
  null,
  { kind: {} },
  { kind: "exited" },
  "\x1b[2J\u202e",
];

Deno.test("an event whose facts are of other kinds is not as it was written", () => {
  let refused = 0;
  for (const line of linesOf(story())) {
    assertEquals(decodeLine(lineOf(line))?.event === null, false, JSON.stringify(line));
    for (const name of Object.keys(line)) {
      if (["s", "v"].includes(name)) continue;
      for (const odd of ODD) {
        const decoded = decodeLine(lineOf({ ...line, [name]: odd }));
        const { event = null } = decoded ?? {};
        // What is left is of the kind that is written: text for text, a number for a number.
        if (event === null) refused++;
        else {assertEquals(
            typeof odd,
            typeof line[name] === "object" && line[name] === null ? typeof odd : typeof line[name],
            `${name} ${odd}`,
          );}
      }
    }
  }
  assertEquals(refused > 300, true, String(refused));
});

Deno.test("numbers that become paths and dates are none but those", () => {
  const started = { s: 3, t: 5, e: "job_started", jobId: "a", attempt: 1, deadline: null };
  const resumed = {
    ...{ s: 4, t: 5, e: "run_resumed", plan: 1, downSince: 1, lost: [], reset: [] },
    settings: {
      ...{ concurrency: 1, memoryMb: null, cpuPercent: null, failFast: false },
      ...{ graceMs: 1, seed: 1, branch: null },
    },
  };
  for (const good of [started, resumed]) assertEquals(decodeLine(lineOf(good)) === null, false);
  const bad: object[] = [
    ...[0, 1.5, "1/../..", 2 ** 60].map((attempt) => ({ ...started, attempt })),
    ...[-1, "/../../x", 0.5].map((plan) => ({ ...resumed, plan })),
    ...[9e15, -9e15].flatMap((t) => [{ ...started, t }, { ...resumed, downSince: t }]),
    { ...resumed, settings: null },
    { ...resumed, settings: "x" },
    { ...started, type: "run_finished", at: "x", e: "job_sta" },
  ];
  for (const one of bad) {
    assertEquals(decodeLine(lineOf(one))?.event ?? null, null, JSON.stringify(one));
  }
});

Deno.test("a line with odd facts is damage, and what comes before it is read", () => {
  const lines = linesOf(story());
  const bytes = [...lines.slice(0, 2), { ...lines[2], attempt: "x" }, ...lines.slice(3)].map(
    lineOf,
  );
  const text = bytes.map((line) => new TextDecoder().decode(line)).join("\n") + "\n";
  const { events, end } = readJournal(new TextEncoder().encode(text));
  assertEquals([events.length, end.kind], [2, "corrupt"]);
});
