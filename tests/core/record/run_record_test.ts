/** Plan and journal together: what they make, what is wrong with them, and how a run stands in a word. */
import type { RunEvent } from "../../../lib/core/run/event.ts";
import { LineEncoder } from "../../../lib/core/record/journal_line.ts";
import { type JournalContent, readJournal } from "../../../lib/core/record/journal_read.ts";
import { encodePlan, type PlanRecord } from "../../../lib/core/record/plan_file.ts";
import { composeRun, type ReadRun, standingOf } from "../../../lib/core/record/run_record.ts";
import { assertEquals } from "../../support/assert.ts";
import { type JobSketch, sketchWorkflow } from "../../support/workflows.ts";
import { Story } from "../../support/story.ts";

function journalOf(events: readonly RunEvent[]): JournalContent {
  return readJournal(new LineEncoder().encode(events, 0));
}

function planOf(story: Story, jobs: readonly JobSketch[]): string {
  const record: PlanRecord = {
    file: "/work/ci.yaml",
    baseDirectory: "/work",
    workflow: sketchWorkflow(jobs),
    selected: jobs.map((_, i) => i),
    settings: story.state.settings!,
  };
  return encodePlan(record);
}

/** A run in which `a` failed and `b` waits. */
function story(): Story {
  const story = new Story([{ id: "a" }, { id: "b" }]);
  story.start("a");
  story.end("a", { kind: "exited", code: 1 });
  return story;
}

const AT = { number: 0, path: "/run/plan.json" } as const;

Deno.test("composeRun() folds a journal over its plan", () => {
  const told = story();
  const read = composeRun(journalOf(told.events), {
    ...AT,
    text: planOf(told, [{ id: "a" }, { id: "b" }]),
  });
  assertEquals(read.ok && read.record.state.jobs, told.state.jobs);
  assertEquals(read.ok && [read.record.planNumber, read.record.plan.file], [0, "/work/ci.yaml"]);
});

Deno.test("composeRun() says what is wrong with a plan, and keeps the journal", () => {
  const told = story();
  const good = planOf(told, [{ id: "a" }, { id: "b" }]);
  const rows: readonly (readonly [kind: string, text: string])[] = [
    ["plan_damaged", ""],
    ["plan_damaged", "{"],
    ["plan_damaged", good.slice(0, -2)],
    ["plan_damaged", good.replace('"b"', '"c"')],
    ["plan_newer", good.replace('"version":1', '"version":9')],
    // An id that would lead out of the folder, or do something to a terminal.
    ["plan_damaged", planOf(told, [{ id: "../a" }])],
    ["plan_damaged", planOf(told, [{ id: "a\x1b[2J" }])],
  ];
  for (const [kind, text] of rows) {
    const read = composeRun(journalOf(told.events), { ...AT, text });
    assertEquals(read.ok ? "ok" : [read.problem.kind, read.problem.path], [kind, AT.path], text);
    assertEquals(!read.ok && read.journal?.events.length, told.events.length);
  }
});

Deno.test("composeRun() refuses events that cannot have happened under the plan", () => {
  const told = story();
  const impossible = {
    type: "job_started",
    jobId: "b",
    attempt: 1,
    deadline: null,
    at: 1,
  } as const;
  const text = planOf(told, [{ id: "a" }, { id: "b" }]);
  const read = composeRun(journalOf([...told.events, impossible]), { ...AT, text });
  assertEquals(read.ok ? "ok" : read.problem, { kind: "plan_of_another", path: AT.path });
});

Deno.test("standingOf() tells a run that ended from one that runs, one that died and one that is damaged", () => {
  const told = story();
  const text = planOf(told, [{ id: "a" }, { id: "b" }]);
  const read = (events: readonly RunEvent[], end?: JournalContent["end"]): ReadRun => {
    const journal = journalOf(events);
    return composeRun({ ...journal, end: end ?? journal.end }, { ...AT, text });
  };
  const finished: RunEvent[] = [...told.events, { type: "run_finished", status: "failed", at: 9 }];
  const refused = (kind: "no_journal" | "plan_damaged"): ReadRun => ({
    ok: false,
    problem: { kind, path: "/x" },
    journal: null,
  });
  const rows: readonly (readonly [ReadRun, idle: string, running: string])[] = [
    [read(told.events), "unfinished", "running"],
    [read(told.events, { kind: "torn", offset: 9 }), "unfinished", "running"],
    [read([]), "unfinished", "running"],
    [read(finished), "failed", "failed"],
    [read(finished, { kind: "corrupt", offset: 9 }), "damaged", "damaged"],
    [read(told.events, { kind: "newer", version: 9 }), "damaged", "damaged"],
    [refused("no_journal"), "unfinished", "running"],
    [refused("plan_damaged"), "damaged", "running"],
  ];
  for (const [given, idle, running] of rows) {
    assertEquals([standingOf(given, false), standingOf(given, true)], [idle, running]);
  }
});
