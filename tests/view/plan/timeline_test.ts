/** A run in time, at several widths. */
import type { SettledStatus } from "../../../lib/core/run/state.ts";
import type { Span, Timeline, TimelineRow } from "../../../lib/core/run/timeline.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { BARS_MAX, timelineText } from "../../../lib/view/plan/timeline.ts";
import { widthOf } from "../../../lib/view/text/width.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { bestTimeOf, escaped } from "../../support/shown_text.ts";

const PLAIN = makeStyle({ color: false, ascii: false });
const ASCII = makeStyle({ color: false, ascii: true });

/** `ready 0-5`, `run 5-9`, `wait 9-12`, in seconds. */
function row(jobId: string, status: SettledStatus | null, ...spans: string[]): TimelineRow {
  const kinds = { ready: "ready", run: "running", wait: "backoff" } as const;
  return {
    jobId,
    status,
    spans: spans.map((span): Span => {
      const [, kind, from, until] = /^(\w+) ([\d.]+)-([\d.]+)$/.exec(span)!;
      const [start, end] = [Number(from) * 1000, Number(until) * 1000];
      return { kind: kinds[kind as keyof typeof kinds], from: start, until: end };
    }),
  };
}

const RUN: Timeline = {
  lengthMs: 60_000,
  rows: [
    row("setup", "success", "run 0-5"),
    row("build_frontend_for_all_browsers", "success", "run 5-30"),
    row("lint", "success", "ready 5-12", "run 12-15"),
    row("flaky", "success", "run 5-8", "wait 8-20", "run 20-21"),
    row("test", "failed", "run 30-55"),
    row("notify", "cancelled", "ready 30-55", "run 55-60"),
    row("quick", "success", "ready 5-5", "run 5-5"),
  ],
};

function shown(columns: number, style = PLAIN, timeline = RUN): string {
  return timelineText(timeline, { columns, style, unit: "ms", signs: true }).join("\n");
}

const SNAPSHOTS: readonly (readonly [string, string, string])[] = [
  [
    "at 80 columns",
    shown(80),
    `
                            0          15s        30s       45s
✔ setup                     ████                                           5.0s
✔ build_frontend_for_all_…      ██████████████████                        25.0s
✔ flaky                         ██········█                                4.0s
✔ quick                         █                                         0.00s
✔ lint                          ░░░░░██                                    3.0s
✗ test                                            █████████████████       25.0s
■ notify                                          ░░░░░░░░░░░░░░░░░████    5.0s
█ runs  ░ waits for room  · will retry`,
  ],
  [
    "at 40 columns, where it drops durations",
    shown(40),
    `
                0           30s
✔ setup         ██
✔ build_front…    ██████████
✔ flaky           █·····█
✔ quick           █
✔ lint            ░░░█
✗ test                      █████████
■ notify                    ░░░░░░░░░██
█ runs  ░ waits for room  · will retry`,
  ],
  [
    "at 200 columns",
    shown(200),
    `
                                   0            5s           10s          15s          20s          25s          30s          35s          40s          45s          50s          55s
✔ setup                            █████████████                                                                                                                                                   5.0s
✔ build_frontend_for_all_browsers               █████████████████████████████████████████████████████████████████                                                                                 25.0s
✔ flaky                                         ████████·······························███                                                                                                         4.0s
✔ quick                                         █                                                                                                                                                 0.00s
✔ lint                                          ░░░░░░░░░░░░░░░░░░████████                                                                                                                         3.0s
✗ test                                                                                                           █████████████████████████████████████████████████████████████████                25.0s
■ notify                                                                                                         ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░█████████████    5.0s
█ runs  ░ waits for room  · will retry`,
  ],
  [
    "in ASCII",
    shown(60, ASCII),
    `
                      0              30s
+ setup               ##                               5.0s
+ build_frontend_...    #############                 25.0s
+ flaky                 ##------#                      4.0s
+ quick                 #                             0.00s
+ lint                  ....#                          3.0s
x test                               ############     25.0s
# notify                             ............##    5.0s
# runs  . waits for room  - will retry`,
  ],
];

for (const [name, actual, expected] of SNAPSHOTS) {
  Deno.test(`timelineText ${name}`, () => assertEquals(actual, expected.slice(1)));
}

Deno.test("timelineText in colour has a look for each status, and shades that are dim", () => {
  const one = { lengthMs: 10_000, rows: [row("a", "failed", "ready 0-5", "run 5-10")] };
  assertEquals(
    escaped(shown(50, makeStyle({ color: true, ascii: false }), one)).split("\n")[1],
    "␛[31m✗␛[0m a  ␛[2m░░░░░░░░░░░░░░░░░░␛[0m␛[31m██████████████████␛[0m␛[2m    5.0s␛[0m",
  );
});

Deno.test("timelineText of what is only planned has no signs, and counts jobs where it knows no times", () => {
  const lines = timelineText({ lengthMs: 3, rows: [row("a", "success", "run 0-0.001")] }, {
    columns: 60,
    style: PLAIN,
    unit: "jobs",
    signs: false,
  });
  assertEquals(lines, [
    "   0                  1                 2",
    "a  ███████████████████",
    "█ runs",
  ]);
});

Deno.test("timelineText shows of many jobs those that ran longest", () => {
  const rows = Array.from(
    { length: 1_000 },
    (_, i) => row(`j${i}`, "success", `ready 0-${i}`, `run ${i}-${i + (i % 10)}`),
  );
  const lines = shown(80, PLAIN, { lengthMs: 1_010_000, rows }).split("\n");
  assertEquals(lines.length, BARS_MAX + 3);
  assertEquals(lines.at(-2), "… and 960 more, none of them longer");
  assert(lines.slice(1, -2).every((line) => /^✔ j\d*9 /.test(line)));
});

Deno.test("timelineText fits any width, for any run", () => {
  const odd: Timeline[] = [
    RUN,
    { lengthMs: 0, rows: [row("a", null, "run 0-0"), row("b", null, "ready 0-0")] },
    {
      lengthMs: 1e12,
      rows: [row("a", null, "run 0-1"), row("b", null, "run 999999998-999999999")],
    },
    { lengthMs: 0.25, rows: [row("x".repeat(64), "skipped", "ready 0-0.0001")] },
  ];
  for (const timeline of odd) {
    for (let columns = 40; columns <= 200; columns += 7) {
      for (const line of shown(columns, PLAIN, timeline).split("\n")) {
        assert(widthOf(line) <= columns, `${columns}: ${line}`);
      }
    }
  }
  assertEquals(shown(80, PLAIN, { rows: [], lengthMs: 0 }), "");
});

Deno.test("timelineText of 100,000 jobs is made at once", () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => row(`j${i}`, "success", "run 0-1"));
  assert(bestTimeOf(3, () => shown(80, PLAIN, { lengthMs: 1_000, rows })) < 1_000);
});
