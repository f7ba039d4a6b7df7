/** Sentences about whose runs these are: one line each, safe to print, without a full stop. */
import {
  foreignNoteText,
  foreignText,
  keyLackText,
  type KeyTrouble,
  onlyForeignText,
} from "../../../lib/view/past/ownership.ts";
import { otherNameText } from "../../../lib/view/past/run_problem.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const ID = "20261122-113040-x7k2";
const END = "every run whose files belong to you counts as yours";

const lacks = (lack: KeyTrouble) => keyLackText(lack);

const ROWS: readonly (readonly [actual: string, expected: string])[] = [
  [foreignNoteText(ID), `note: run ${ID} is from elsewhere: it was not started here by you`],
  [
    foreignText({ runId: ID, stateDirectory: null }),
    `Run ${ID} is from elsewhere, perhaps from a clone: you did not plan its jobs here; check them ` +
    `(orch resume ${ID} --adopt --dry-run), then adopt the run: --adopt`,
  ],
  [
    onlyForeignText([ID]),
    `No run here is yours; found 1 run from elsewhere, such as ${ID}; to see it: orch show ${ID}; to adopt it: ` +
    `orch resume ${ID} --adopt`,
  ],
  [
    onlyForeignText([ID, "20261122-113040-aaaa"]),
    `No run here is yours; found 2 runs from elsewhere, such as ${ID}; to see it: orch show ${ID}; to adopt it: ` +
    `orch resume ${ID} --adopt`,
  ],
  [
    otherNameText("29991231-235959-zzzz", ID),
    `note: the folder of run 29991231-235959-zzzz contains run ${ID}: it was renamed or copied, and orch does not ` +
    "continue it",
  ],
  [
    lacks({ kind: "no_home" }),
    `warning: orch cannot recognize runs from elsewhere, because neither XDG_STATE_HOME nor HOME names a folder for its key: ${END}`,
  ],
  [
    lacks({ kind: "not_allowed", path: "/h\x1b/orch" }),
    `warning: orch cannot recognize runs from elsewhere, because Deno does not let orch use '/h␛/orch': ${END}`,
  ],
  [
    lacks({ kind: "unsafe", path: "/h/orch/key", why: "open_to_others" }),
    "warning: orch cannot recognize runs from elsewhere, because '/h/orch/key' is open to other users; remove it, and orch " +
    `creates a new one: ${END}`,
  ],
  [
    lacks({ kind: "failed", path: "/h/orch/key", cause: "Read-only file system (os error 30)" }),
    "warning: orch cannot recognize runs from elsewhere, because there is no key '/h/orch/key' (Read-only file system (os " +
    `error 30)): ${END}`,
  ],
];

for (const [actual, expected] of ROWS) {
  Deno.test(`words about ownership: ${expected.slice(0, 70)}`, () => {
    assertEquals(actual, expected);
    assert(!/\p{Cc}|\.$/u.test(expected), expected);
  });
}
