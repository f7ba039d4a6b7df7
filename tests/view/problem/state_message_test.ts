/** The sentences about what is not used in a state directory. */
import type { StateFault } from "../../../lib/core/record/state_fault.ts";
import { stateRefusedText } from "../../../lib/view/problem/state_message.ts";
import { assertEquals } from "../../support/assert.ts";

const ROWS: readonly (readonly [StateFault, string])[] = [
  [
    { kind: "link" },
    "'/w/.orch' is a link, and orch follows none among what it keeps: remove it, or name the place it leads to with --state-dir",
  ],
  [
    { kind: "no_plain_file" },
    "'/w/.orch' is not a plain file: orch did not put it there; remove it",
  ],
  [
    { kind: "no_folder" },
    "'/w/.orch' is not a folder: orch did not put it there; remove it, or name another place with --state-dir",
  ],
  [
    { kind: "of_another", user: 1001 },
    "'/w/.orch' belongs to another user (1001), who could have put anything there: name a place of yours with --state-dir",
  ],
  [
    { kind: "open_to_others" },
    "'/w/.orch' can be changed by other users: if nobody else was at it, take that right from them (chmod -R go-w), or name another place with --state-dir",
  ],
  [
    { kind: "too_long", mostBytes: 2 ** 30 },
    "'/w/.orch' is longer than 1,024 MiB: no file of orch is; remove it",
  ],
  [
    { kind: "foreign_database" },
    "'/w/.orch' is a database of another program: it is left as it is; move it away, and orch makes its own",
  ],
  [
    { kind: "replaced" },
    "'/w/.orch' was replaced while it was opened: somebody else is at work there",
  ],
  [
    { kind: "only_with_all_permissions" },
    "'/w/.orch' is in a place that Deno keeps from programs which may not do everything: name another place with --state-dir, or start orch with deno run --allow-all",
  ],
];

for (const [fault, text] of ROWS) {
  Deno.test(`what is not used is told with what to do: ${fault.kind}`, () =>
    assertEquals(stateRefusedText("/w/.orch", fault), text));
}

Deno.test("nothing of a path reaches the terminal as it is", () =>
  assertEquals(
    stateRefusedText("/w/\x1b[2J\u202e", { kind: "no_plain_file" }),
    "'/w/␛[2J�' is not a plain file: orch did not put it there; remove it",
  ));
