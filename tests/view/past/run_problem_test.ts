/** Sentences about runs that are kept, about their index and about their logs. */
import type { JobState } from "../../../lib/core/run/state.ts";
import {
  cleanedText,
  notRemovedText,
  whichDirectoryText,
  wouldCleanText,
} from "../../../lib/view/past/clean.ts";
import { type LogNote, logNoteText, noAttemptText } from "../../../lib/view/past/log_note.ts";
import {
  indexText,
  journalEndText,
  noJobText,
  type NoRun,
  noRunText,
  runProblemText,
  unknownText,
} from "../../../lib/view/past/run_problem.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const ID = "20261122-113040-x7k2";
const PLAN = "/w/.orch/runs/x/plan.json";

/** Checks the sentences, and that each is one line that is safe to print and has no full stop. */
function check(
  what: string,
  rows: readonly (readonly [actual: string | null, expected: string])[],
) {
  Deno.test(`words about ${what}`, () => {
    for (const [actual, expected] of rows) {
      assertEquals(actual, expected);
      assert(!/\p{Cc}|\.$/u.test(expected), expected);
    }
  });
}

const many: NoRun = {
  kind: "ambiguous",
  runIds: Array.from({ length: 11 }, (_, i) => `20261122-11304${i % 10}-x`),
};

check("a run that is not found", [
  [
    noRunText("last", { kind: "no_runs" }, null),
    "No runs found: looked for .orch in this folder, its parents and two levels below. Use --state-dir for another folder",
  ],
  [noRunText("last", { kind: "no_runs" }, "/x\ny"), "No runs in '/x␊y'"],
  [
    noRunText("x", { kind: "none", suggestion: null }, null),
    "No run 'x': orch history lists all runs",
  ],
  [
    noRunText("x\x1b[2J", { kind: "none", suggestion: ID }, null),
    `No run 'x␛[2J': did you mean ${ID}?`,
  ],
  [
    noRunText("2026", { kind: "ambiguous", runIds: [ID, "20261122-113041-b"] }, null),
    `'2026' may be ${ID}, 20261122-113041-b: which one?`,
  ],
  [
    noRunText("2026", many, null),
    `'2026' may be ${many.runIds.slice(0, 8).join(", ")} and 3 more: which one?`,
  ],
]);

check("a run that cannot be read", [
  [
    runProblemText(ID, { kind: "no_journal", path: "/w/journal.jsonl" }),
    `Run ${ID} has no journal: it ended before anything started, or '/w/journal.jsonl' was removed`,
  ],
  [
    runProblemText(ID, { kind: "no_plan", path: PLAN }),
    `The plan of run ${ID} is missing: '${PLAN}' does not exist; to see what happened: orch events ${ID} --json`,
  ],
  [
    runProblemText(ID, { kind: "plan_damaged", path: PLAN }),
    `Run ${ID} cannot be read: '${PLAN}' has been changed or damaged; to see what happened: orch events ${ID} --json`,
  ],
  [
    runProblemText(ID, { kind: "plan_newer", path: PLAN, version: 3 }),
    `Run ${ID} was made by a newer version of orch: '${PLAN}' has format 3`,
  ],
  [
    runProblemText(ID, { kind: "plan_of_another", path: PLAN }),
    `Run ${ID} cannot be read: its journal does not belong to '${PLAN}'; to see what happened: orch events ${ID} --json`,
  ],
  [
    runProblemText(ID, { kind: "unreadable", path: PLAN, cause: "Permission denied" }),
    `Run ${ID} cannot be read: '${PLAN}': Permission denied`,
  ],
]);

check("the end of a journal", [
  [
    journalEndText(ID, { kind: "corrupt", offset: 12345 }),
    `The journal of run ${ID} is damaged at byte 12345: only the events before it are shown; to continue from there: orch resume ${ID} --repair`,
  ],
  [
    journalEndText(ID, { kind: "newer", version: 2 }),
    `The journal of run ${ID} was written by a newer version of orch (format 2): the first unknown event and everything after it are not shown`,
  ],
]);

Deno.test("a journal that is whole, or torn as a crash leaves it, needs no words", () => {
  assertEquals(journalEndText(ID, { kind: "clean" }), null);
  assertEquals(journalEndText(ID, { kind: "torn", offset: 9 }), null);
});

check("the index", [
  [indexText({ kind: "reading", runs: 1200 }), "Reading 1,200 runs for the index, once"],
  [
    indexText({ kind: "not_kept", cause: "read-only" }),
    "warning: the index of runs cannot be updated (read-only): orch reads the runs themselves, which takes longer",
  ],
  [
    indexText({ kind: "not_rebuilt", path: "/w/.orch/history.db", cause: "disk full" }),
    "Cannot rebuild the index '/w/.orch/history.db': disk full",
  ],
  [
    indexText({ kind: "newer", version: 4, stateDirectory: null, wanted: "to_ask" }),
    "warning: the index of runs was made by a newer version of orch (format 4): orch reads the runs themselves, which takes longer; to make one for this version: orch history rebuild",
  ],
  [
    indexText({ kind: "newer", version: 4, stateDirectory: "/my runs", wanted: "to_record" }),
    "warning: the index of runs was made by a newer version of orch (format 4): this run is not in it, but it is recorded and can be found; to make one for this version: orch history rebuild --state-dir '/my runs'",
  ],
  [
    indexText({ kind: "rebuilt", path: "/w/.orch/history.db", runs: 1, others: 0 }),
    "Rebuilt /w/.orch/history.db: 1 run",
  ],
  [
    indexText({ kind: "rebuilt", path: "/w/.orch/history.db", runs: 20, others: 2 }),
    "Rebuilt /w/.orch/history.db: 20 runs; 2 runs without an end left out",
  ],
  [
    unknownText({ subject: "job", name: "bild", suggestion: "build" }),
    "No run of job 'bild' is known: did you mean 'build'?",
  ],
  [
    unknownText({ subject: "workflow", name: "x\t", suggestion: null }),
    "No run of workflow 'x ' is known",
  ],
]);

const NAME = { jobId: "build", attempt: 1 } as const;
const SKIPPED: JobState = {
  phase: "settled",
  status: "skipped",
  at: 0,
  reason: { kind: "skip_if_failed", jobId: "lint" },
};

/** Every kind of note. */
const NOTES: { readonly [K in LogNote["kind"]]: readonly (readonly [LogNote, string])[] } = {
  one_of: [
    [
      { kind: "one_of", ...NAME, attempt: 3, attempts: 3 },
      "orch: attempt 3 of build, which had 3 attempts; for another one, use --attempt",
    ],
  ],
  still_running: [
    [
      { kind: "still_running", ...NAME },
      "orch: build is still running; to wait for the rest, add --follow",
    ],
  ],
  unfinished: [
    [
      { kind: "unfinished", ...NAME, attempt: 2 },
      "orch: the output of build (attempt 2) stops where orch ended",
    ],
  ],
  lost: [
    [
      { kind: "lost", ...NAME },
      "orch: the output of build is lost, at least in part: its files could not be opened, or no space was left for them",
    ],
  ],
  truncated: [
    [
      { kind: "truncated", ...NAME },
      "orch: the middle of the output of build was removed because it exceeded --max-log",
    ],
  ],
  cut_meanwhile: [
    [
      { kind: "cut_meanwhile", ...NAME },
      "orch: the output of build exceeded --max-log, and its middle was removed: some of it is missing here",
    ],
  ],
  never_began: [
    [
      {
        kind: "never_began",
        ...NAME,
        outcome: { kind: "not_started", why: { reason: "script_missing", path: "a.sh" } },
      },
      "orch: build has no output: script 'a.sh' does not exist",
    ],
  ],
  missing: [
    [
      { kind: "missing", ...NAME, path: "/w/build.1.out" },
      "orch: the output of build is missing: '/w/build.1.out' does not exist",
    ],
  ],
  no_attempt: [
    [
      { kind: "no_attempt", jobId: "build", job: SKIPPED },
      "orch: build has no output: it was skipped: lint failed",
    ],
    [
      { kind: "no_attempt", jobId: "build", job: { phase: "waiting", unmet: 1 } },
      "orch: build has no output: it has not started",
    ],
    [
      {
        kind: "no_attempt",
        jobId: "build",
        job: { phase: "settled", status: "cancelled", at: 0 },
      },
      "orch: build has no output: it never started",
    ],
  ],
  awaited: [
    [
      { kind: "awaited", jobId: null, attempt: null },
      "orch: waiting for the first job to start",
    ],
    [{ kind: "awaited", jobId: "build", attempt: null }, "orch: waiting for build to start"],
    [
      { kind: "awaited", jobId: "build", attempt: 3 },
      "orch: waiting for attempt 3 of build to start",
    ],
  ],
  orch_died: [
    [
      { kind: "orch_died", runId: ID },
      `orch: orch is no longer running this run; to continue: orch resume ${ID}`,
    ],
  ],
};

check("logs", Object.values(NOTES).flat().map(([note, text]) => [logNoteText(note), text]));

check("jobs and attempts that are not there", [
  [
    noJobText("bild", ID, { suggestion: "build", leftOut: false }),
    `Run ${ID} has no job 'bild': did you mean 'build'?`,
  ],
  [
    noJobText("x\n", ID, { suggestion: null, leftOut: false }),
    `Run ${ID} has no job 'x␊': orch show ${ID} lists its jobs`,
  ],
  [noJobText("a", ID, { suggestion: null, leftOut: true }), `Job 'a' was not part of run ${ID}`],
  [noAttemptText({ jobId: "build", attempt: 9 }, 1), "--attempt 9: job 'build' has had 1 attempt"],
  [
    noAttemptText({ jobId: "build", attempt: 9 }, 0),
    "--attempt 9: job 'build' has had no attempt yet",
  ],
]);

check("runs that go", [
  [
    cleanedText({ removed: [{ runId: ID, bytes: 2048 }], running: [], failed: [], kept: 3 }).trim(),
    "Removed 1 run, freed 2.0 KiB; kept 3",
  ],
  [
    cleanedText({ removed: [], running: [ID], failed: [], kept: 3 }).trim(),
    "Nothing to remove; kept 4, of which 1 running",
  ],
  [
    wouldCleanText({ removed: [], running: [], failed: [], kept: 3 }).trim(),
    "Would remove nothing; would keep 3",
  ],
  [
    whichDirectoryText(["a/.orch", "b/.orch"]),
    "There are runs in a/.orch, b/.orch: choose one with --state-dir",
  ],
  [
    whichDirectoryText(["a", "b", "c", "d", "e", "f"]),
    "There are runs in a, b, c, d, e and 1 more place: choose one with --state-dir",
  ],
  [notRemovedText(ID, "no\npermission"), `error: Cannot remove run ${ID}: no␊permission`],
]);

Deno.test("what would be removed is listed, newest first, with its size", () => {
  assertEquals(
    wouldCleanText({
      removed: [{ runId: ID, bytes: 5000 }, { runId: "20261121-113040-x7k2", bytes: 12 }],
      running: [ID],
      failed: [],
      kept: 0,
    }),
    `${ID}  4.9 KiB\n20261121-113040-x7k2  12 bytes\n` +
      "Would remove 2 runs and free 4.9 KiB; would keep 1, of which 1 running\n",
  );
});
