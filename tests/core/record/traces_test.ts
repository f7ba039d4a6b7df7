/** Which attempts have left traces that the journal does not know of. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { type Traces, unrecordedAttempts } from "../../../lib/core/record/traces.ts";
import { assertEquals } from "../../support/assert.ts";

const JOBS = new Set(["a", "b", "b.1", "x.y"]);

function started(jobId: string, attempt: number): RunEvent {
  return { type: "job_started", jobId, attempt, deadline: null, at: 1 };
}

/** What is left, what began, and what the journal has lost. */
const CASES: readonly (readonly [string, Partial<Traces>, readonly RunEvent[], string])[] = [
  ["nothing", {}, [], ""],
  ["files of an attempt that began", { files: ["a.1.out", "a.1.err"] }, [started("a", 1)], ""],
  ["files of another attempt", { files: ["a.1.out", "a.2.out"] }, [started("a", 1)], "a.2"],
  ["each attempt once", { files: ["a.1.out", "a.1.err", "a.1.py"], ends: ["a.1"] }, [], "a.1"],
  ["an end alone", { ends: ["a.3"] }, [started("a", 1)], "a.3"],
  ["a job with a dot in its id", { files: ["x.y.2.out"] }, [], "x.y.2"],
  [
    "files of a job that is called as an attempt is",
    { files: ["b.1.out", "b.1.1.out"] },
    [],
    "b.1.1",
  ],
  ["what is of no job of the plan", { files: ["c.1.out", "notes.txt", "a.out", "a.1"] }, [], ""],
  ["ends that are of no job of the plan", { ends: ["c.1", "a", "a.b"] }, [], ""],
];

for (const [what, { files = [], ends = [] }, events, expected] of CASES) {
  Deno.test(`unrecordedAttempts() of ${what}: ${expected || "none"}`, () => {
    const found = unrecordedAttempts(events, JOBS, { files, ends });
    assertEquals(found.map(({ jobId, attempt }) => `${jobId}.${attempt}`).join(" "), expected);
  });
}
