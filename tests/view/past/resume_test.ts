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
  unreadableText,
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
      - removed: old (left out)
      > after these: test, ship (run again)`,
  ],
  [
    differenceText("/w/ci.yaml", { ...SAME, removed: ["old"] }),
    `
    '/w/ci.yaml' has changed since the run was planned:
      - removed: old (left out)`,
  ],
  [
    differenceText("/w/a\x1b[2J\nb.yaml", { ...SAME, changed: many(10), downstream: many(1_211) }),
    `
    '/w/a␛[2J␊b.yaml' has changed since the run was planned:
      ~ changed: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 (run again)
      > after these: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 and 1,201 more (run again)`,
  ],
  [fileGoneText("/w/ci.yaml"), "'/w/ci.yaml' no longer exists: the run continues as planned"],
  [fileGoneText("/w/\x9b.yaml"), "'/w/�.yaml' no longer exists: the run continues as planned"],
  [mendText(), "Fix the file, or continue with the original plan: --as-planned"],
]);

check("a run on which another works", [
  [
    heldText(ID, { pid: 4711, host: "box" }),
    `Run ${ID} is already running in process 4711 on box; to follow its output: orch logs ${ID} --follow`,
  ],
  [
    heldText(ID, { pid: 4711, host: null }),
    `Run ${ID} is already running in process 4711; to follow its output: orch logs ${ID} --follow`,
  ],
  [
    heldText(ID, { pid: 4711, host: "a\r\x1bb" }),
    `Run ${ID} is already running in process 4711 on a␍␛b; to follow its output: orch logs ${ID} --follow`,
  ],
  [
    heldText(ID, null),
    `Run ${ID} is already running in another orch process; to follow its output: orch logs ${ID} --follow`,
  ],
]);

check("what outlived its orch", [
  [survivorsText(ID, 1), `Stopping 1 process of run ${ID} that outlived orch`],
  [survivorsText(ID, 1_200), `Stopping 1,200 processes of run ${ID} that outlived orch`],
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
    "'/w/ci.yaml' has changed, and so have jobs that --only does not name: a, b; name them too, ignore the changes " +
    "with --as-planned, or use --from",
  ],
]);

check("jobs that may have done their work", [
  [
    askText(HERE, ["pay"]),
    `
    These jobs were interrupted, and they are not idempotent: pay
    Find out whether they did their work (orch logs ${ID} pay), then choose:
      orch resume ${ID} --assume-done   treats them as succeeded
      orch resume ${ID} --rerun-lost    reruns them`,
  ],
  [
    askText({ ...HERE, stateDirectory: "/it's a/\x07place" }, many(12)),
    `
    These jobs were interrupted, and they are not idempotent: j0, j1, j2, j3, j4, j5, j6, j7, j8, j9 and 2 more
    Find out whether they did their work (orch logs ${ID} j0 --state-dir $'/it\\'s a/\\007place'), then choose:
      orch resume ${ID} --assume-done --state-dir $'/it\\'s a/\\007place'   treats them as succeeded
      orch resume ${ID} --rerun-lost --state-dir $'/it\\'s a/\\007place'    reruns them`,
  ],
]);

check("jobs of which a damaged journal has lost the lines", [
  [
    askText(HERE, ["pay"], { isRepair: true }),
    `
    It is unknown how these jobs ended, and they are not idempotent: pay
    Find out whether they did their work, then choose:
      orch resume ${ID} --repair --assume-done   treats them as succeeded
      orch resume ${ID} --repair --rerun-lost    reruns them`,
  ],
  [
    linesLostText(HERE, [{ jobId: "pay", attempt: 2 }]),
    `The journal of run ${ID} has lost lines: it does not mention 'pay' (attempt 2), which has run; orch resume ${ID} ` +
    "--repair continues from what is left, and asks before it reruns a job that is not idempotent",
  ],
  [
    linesLostText(HERE, many(12).map((jobId) => ({ jobId, attempt: 1 }))),
    `The journal of run ${ID} has lost lines: it does not mention ${
      many(10).map((id) => `'${id}' (attempt 1)`).join(", ")
    } and 2 more, which have run; orch resume ${ID} --repair continues from what is left, and asks before it ` +
    "reruns a job that is not idempotent",
  ],
]);

check("a folder that holds another run", [
  [
    renamedText("29991231-235959-zzzz", ID),
    `The folder of run 29991231-235959-zzzz contains run ${ID}: it was renamed or copied; to continue the run, ` +
    `rename the folder back to ${ID}`,
  ],
]);

check("a run of which nothing is to run", [
  [
    nothingToDoText(ID, "failed"),
    `Run ${ID} is over, and its failed jobs have no attempts left; to rerun them: orch rerun ${ID} --failed`,
  ],
  [nothingToDoText(ID, "completed"), `Run ${ID} is over, and no job needs to run again`],
  [nothingToDoText(ID, "cancelled"), `Run ${ID} is over, and no job needs to run again`],
  [nothingUnfinishedText(null), "No run is unfinished"],
  [
    unreadableText({ runId: ID, stateDirectory: null }),
    `Run ${ID} is the newest and cannot be read, so it may be unfinished: orch show ${ID} says why`,
  ],
  [
    nothingUnfinishedText({ runId: ID, status: "completed" }),
    `No run is unfinished: the newest, ${ID}, succeeded`,
  ],
  [
    nothingUnfinishedText({ runId: ID, status: "failed" }),
    `No run is unfinished: the newest, ${ID}, failed; to rerun its failed jobs: orch rerun ${ID} --failed`,
  ],
]);

check("files of a run that are damaged or cannot be written", [
  [
    repairedText("/w/journal.jsonl.damaged-12"),
    "The journal continues from its last good line; the damaged journal is kept as /w/journal.jsonl.damaged-12",
  ],
  [
    repairedText("/w/\x1b]0;x\x07"),
    "The journal continues from its last good line; the damaged journal is kept as /w/␛]0;x␇",
  ],
  [
    journalFailedText({ operation: "write", message: "No space left on device (os error 28)" }, {
      ...HERE,
      path: "/w/.orch/runs/x/journal.jsonl",
      graceMs: 10_000,
    }),
    `
    Cannot write '/w/.orch/runs/x/journal.jsonl': No space left on device (os error 28)
    The run can no longer be recorded, so it is stopping; running jobs have 10 s to finish
    After fixing this, resume; finished jobs are not repeated:
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
    The run can no longer be recorded, so it is stopping; running jobs have 0.5 s to finish
    After fixing this, resume; finished jobs are not repeated:
      orch resume ${ID} --state-dir /mnt/small`,
  ],
  [
    cannotKeepText("/mnt/small", "No space left on device (os error 28)"),
    `
    Cannot record the run in '/mnt/small': No space left on device (os error 28)
    Nothing was started. Choose another folder with --state-dir or ORCH_STATE_DIR`,
  ],
  [
    cannotGoOnText(ID, "Read-only file system (os error 30)"),
    `Cannot continue run ${ID}: Read-only file system (os error 30)`,
  ],
]);
