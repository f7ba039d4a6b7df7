/** Every sentence of `orch resume` and `orch rerun`, and of runs that cannot be kept. */
import type { PlanDifference } from "../../../lib/core/record/plan_file.ts";
import {
  askText,
  cannotGoOnText,
  cannotKeepText,
  differenceText,
  fileGoneText,
  heldText,
  journalFailedText,
  linesLostText,
  mendText,
  nothingToDoText,
  nothingUnfinishedText,
  othersChangedText,
  renamedText,
  repairedText,
  survivorsText,
  unkillableText,
} from "../../../lib/view/past/resume.ts";
import { assert, assertEquals, assertNotMatch } from "../../support/assert.ts";
import { text } from "../../support/shown_text.ts";

const ID = "20261122-113040-x7k2";
const SAME: PlanDifference = { changed: [], added: [], removed: [], downstream: [] };
const many = (count: number) => Array.from({ length: count }, (_, i) => `j${i}`);
const HERE = { runId: ID, stateDirectory: null };

/** Checks the sentences, and that each line is safe to print and has no full stop. */
function check(what: string, rows: readonly (readonly [actual: string, expected: string])[]) {
  Deno.test(`words about ${what}`, () => {
    for (const [actual, expected] of rows) {
      assertEquals(actual, text(expected));
      for (const line of actual.split("\n")) {
        assert(!/\p{Cc}|[^.]\.$/u.test(line), line);
        assertNotMatch(line, /n't\b|'re\b/, "no contractions");
      }
    }
  });
}

check("a workflow that has changed", [
  [
    differenceText("/w/ci.yaml", {
      changed: ["build", "lint"],
      added: ["fresh"],
      removed: ["old"],
      downstream: ["test", "ship"],
    }),
    `
    '/w/ci.yaml' has changed since the run was planned:
      ~ changed: build, lint (run again)
      + new: fresh (run)
      - gone: old (left out)
      > after these: test, ship (run again)`,
  ],
  [
    differenceText("/w/ci.yaml", { ...SAME, removed: ["old"] }),
    `
    '/w/ci.yaml' has changed since the run was planned:
      - gone: old (left out)`,
  ],
  [
    differenceText("/w/a\x1b[2J\nb.yaml", { ...SAME, changed: many(10), downstream: many(1_211) }),
    `
    '/w/a␛[2J␊b.yaml' has changed since the run was planned:
      ~ changed: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 (run again)
      > after these: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 and 1,201 more (run again)`,
  ],
  [fileGoneText("/w/ci.yaml"), "'/w/ci.yaml' is gone: the run goes on as it was planned"],
  [fileGoneText("/w/\x9b.yaml"), "'/w/�.yaml' is gone: the run goes on as it was planned"],
  [mendText(), "Mend the file, or go on as the run was planned: --as-planned"],
]);

check("a run on which another works", [
  [
    heldText(ID, { pid: 4711, host: "box" }),
    `Run ${ID} is under way: process 4711 on box works on it; orch logs ${ID} --follow shows its output`,
  ],
  [
    heldText(ID, { pid: 4711, host: null }),
    `Run ${ID} is under way: process 4711 works on it; orch logs ${ID} --follow shows its output`,
  ],
  [
    heldText(ID, { pid: 4711, host: "a\r\x1bb" }),
    `Run ${ID} is under way: process 4711 on a␍␛b works on it; orch logs ${ID} --follow shows its output`,
  ],
  [
    heldText(ID, null),
    `Run ${ID} is under way: another orch works on it; orch logs ${ID} --follow shows its output`,
  ],
]);

check("what outlived its orch", [
  [survivorsText(ID, 1), `Stopping 1 process of run ${ID} that outlived its orch`],
  [survivorsText(ID, 1_200), `Stopping 1,200 processes of run ${ID} that outlived its orch`],
  [
    unkillableText([7]),
    "Process 7 of this run cannot be ended: end it, then resume again",
  ],
  [
    unkillableText([7, 19]),
    "Processes 7, 19 of this run cannot be ended: end them, then resume again",
  ],
]);

check("jobs that --only does not name and that have changed", [
  [
    othersChangedText("/w/ci.yaml", ["a", "b"]),
    "'/w/ci.yaml' has changed, and with it jobs that --only does not name: a, b; name them too, leave the changes " +
    "out with --as-planned, or take --from",
  ],
]);

check("jobs that may have done their work", [
  [
    askText(HERE, ["pay"]),
    `
    These jobs did not end by themselves, and are not idempotent: pay
    Have they done their work? Find out (orch logs ${ID} pay), then say it:
      orch resume ${ID} --assume-done   takes them as succeeded
      orch resume ${ID} --rerun-lost    runs them again`,
  ],
  [
    askText({ ...HERE, stateDirectory: "/it's a/\x07place" }, many(12)),
    `
    These jobs did not end by themselves, and are not idempotent: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 and 2 more
    Have they done their work? Find out (orch logs ${ID} j0 --state-dir $'/it\\'s a/\\007place'), then say it:
      orch resume ${ID} --assume-done --state-dir $'/it\\'s a/\\007place'   takes them as succeeded
      orch resume ${ID} --rerun-lost --state-dir $'/it\\'s a/\\007place'    runs them again`,
  ],
]);

check("jobs of which a damaged journal has lost the lines", [
  [
    askText(HERE, ["pay"], { isRepair: true }),
    `
    Of these jobs it is not known how they ended, and they are not idempotent: pay
    Have they done their work? Find out, then say it:
      orch resume ${ID} --repair --assume-done   takes them as succeeded
      orch resume ${ID} --repair --rerun-lost    runs them again`,
  ],
  [
    linesLostText(HERE, [{ jobId: "pay", attempt: 2 }]),
    `The journal of run ${ID} has lost lines: it does not know of 'pay' (attempt 2), which has run; orch resume ${ID} ` +
    "--repair goes on from what it does say, and asks before a job that is not idempotent runs again",
  ],
  [
    linesLostText(HERE, many(12).map((jobId) => ({ jobId, attempt: 1 }))),
    `The journal of run ${ID} has lost lines: it does not know of ${
      many(10).map((id) => `'${id}' (attempt 1)`).join(", ")
    } and 2 more, which have run; orch resume ${ID} --repair goes on from what it does say, and asks before a job ` +
    "that is not idempotent runs again",
  ],
]);

check("a folder that holds another run", [
  [
    renamedText("29991231-235959-zzzz", ID),
    `The folder of run 29991231-235959-zzzz holds run ${ID}: it was renamed or is a copy, and does not go on under ` +
    `another name; give the folder its name back: ${ID}`,
  ],
]);

check("a run of which nothing is to run", [
  [
    nothingToDoText(ID, "failed"),
    `Run ${ID} is over: its jobs have failed for good; orch rerun ${ID} --failed runs those again`,
  ],
  [nothingToDoText(ID, "completed"), `Run ${ID} is over, and nothing of it is to run again`],
  [nothingToDoText(ID, "cancelled"), `Run ${ID} is over, and nothing of it is to run again`],
  [nothingUnfinishedText(null), "No run is unfinished"],
  [
    nothingUnfinishedText({ runId: ID, status: "completed" }),
    `No run is unfinished: the newest, ${ID}, succeeded`,
  ],
  [
    nothingUnfinishedText({ runId: ID, status: "failed" }),
    `No run is unfinished: the newest, ${ID}, failed: orch rerun ${ID} --failed runs its failed jobs again`,
  ],
]);

check("files of a run that are damaged or cannot be written", [
  [
    repairedText("/w/journal.jsonl.damaged-12"),
    "The journal goes on from its last good line; the damaged one is kept as /w/journal.jsonl.damaged-12",
  ],
  [
    repairedText("/w/\x1b]0;x\x07"),
    "The journal goes on from its last good line; the damaged one is kept as /w/␛]0;x␇",
  ],
  [
    journalFailedText({ operation: "write", message: "No space left on device (os error 28)" }, {
      ...HERE,
      path: "/w/.orch/runs/x/journal.jsonl",
      graceMs: 10_000,
    }),
    `
    Cannot write '/w/.orch/runs/x/journal.jsonl': No space left on device (os error 28)
    Nothing more could be remembered: the run stops, and running jobs have 10 s to end
    Once this is mended, go on; what is done stays done:
      orch resume ${ID}`,
  ],
  [
    journalFailedText({ operation: "sync", message: "bad\ndisk" }, {
      ...HERE,
      stateDirectory: "/mnt/small",
      path: `/mnt/${"long/".repeat(30)}journal.jsonl`,
      graceMs: 500,
    }),
    `
    Cannot save '/mnt/${"long/".repeat(30)}journal.jsonl': bad␊disk
    Nothing more could be remembered: the run stops, and running jobs have 0.5 s to end
    Once this is mended, go on; what is done stays done:
      orch resume ${ID} --state-dir /mnt/small`,
  ],
  [
    cannotKeepText("/mnt/small", "No space left on device (os error 28)"),
    `
    Cannot keep the run in '/mnt/small': No space left on device (os error 28)
    Nothing was started. Name another folder with --state-dir or ORCH_STATE_DIR`,
  ],
  [
    cannotGoOnText(ID, "Read-only file system (os error 30)"),
    `Cannot go on with run ${ID}: Read-only file system (os error 30)`,
  ],
]);
