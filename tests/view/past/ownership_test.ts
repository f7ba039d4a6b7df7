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
const END = "every run in files of yours counts as yours";

const lacks = (lack: KeyTrouble) => keyLackText(lack);

const ROWS: readonly (readonly [actual: string, expected: string])[] = [
  [foreignNoteText(ID), `note: run ${ID} is from elsewhere: it was not started here by you`],
  [
    foreignText({ runId: ID, stateDirectory: null }),
    `Run ${ID} is from elsewhere, perhaps from a clone: its jobs were not planned here by you; look at them ` +
    `(orch resume ${ID} --adopt --dry-run), then take it as yours: --adopt`,
  ],
  [
    onlyForeignText([ID]),
    `No run of yours here, but 1 run from elsewhere, such as ${ID}: orch show ${ID} shows it, orch resume ${ID} ` +
    "--adopt takes it as yours",
  ],
  [
    onlyForeignText([ID, "20261122-113040-aaaa"]),
    `No run of yours here, but 2 runs from elsewhere, such as ${ID}: orch show ${ID} shows it, orch resume ${ID} ` +
    "--adopt takes it as yours",
  ],
  [
    otherNameText("29991231-235959-zzzz", ID),
    `note: the folder of run 29991231-235959-zzzz holds run ${ID}: it was renamed or is a copy, and orch does not ` +
    "go on with it",
  ],
  [
    lacks({ kind: "no_home" }),
    `warning: runs from elsewhere cannot be told, since neither XDG_STATE_HOME nor HOME says where a key could be: ${END}`,
  ],
  [
    lacks({ kind: "not_allowed", path: "/h\x1b/orch" }),
    `warning: runs from elsewhere cannot be told, since Deno does not let orch use '/h␛/orch': ${END}`,
  ],
  [
    lacks({ kind: "unsafe", path: "/h/orch/key", why: "open_to_others" }),
    "warning: runs from elsewhere cannot be told, since '/h/orch/key' is open to other users; remove it, and orch " +
    `makes a new one: ${END}`,
  ],
  [
    lacks({ kind: "failed", path: "/h/orch/key", cause: "Read-only file system (os error 30)" }),
    "warning: runs from elsewhere cannot be told, since there is no key '/h/orch/key' (Read-only file system (os " +
    `error 30)): ${END}`,
  ],
];

for (const [actual, expected] of ROWS) {
  Deno.test(`words about ownership: ${expected.slice(0, 70)}`, () => {
    assertEquals(actual, expected);
    assert(!/\p{Cc}|\.$/u.test(expected), expected);
  });
}
