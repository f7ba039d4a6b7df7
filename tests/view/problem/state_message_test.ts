/** The sentences about what is not used in a state directory. */
import type { StateFault } from "../../../lib/core/record/state_fault.ts";
import { stateRefusedText } from "../../../lib/view/problem/state_message.ts";
import { assertEquals } from "../../support/assert.ts";

const ROWS: readonly (readonly [StateFault, string])[] = [
  [
    { kind: "link" },
    "'/w/.orch' is a link, and orch follows no links in its state folder: remove it, or pass the folder it leads to with --state-dir",
  ],
  [
    { kind: "no_plain_file" },
    "'/w/.orch' is not a regular file, so orch did not create it: remove it",
  ],
  [
    { kind: "no_folder" },
    "'/w/.orch' is not a folder, so orch did not create it: remove it, or choose another folder with --state-dir",
  ],
  [
    { kind: "of_another", user: 1001 },
    "'/w/.orch' belongs to another user (1001), who may have changed it: choose a folder of your own with --state-dir",
  ],
  [
    { kind: "open_to_others" },
    "'/w/.orch' can be changed by other users: if you trust its contents, remove their write permission (chmod -R go-w), or choose another folder with --state-dir",
  ],
  [
    { kind: "too_long", mostBytes: 2 ** 30 },
    "'/w/.orch' is longer than 1,024 MiB, so it is not a file of orch: remove it",
  ],
  [
    { kind: "foreign_database" },
    "'/w/.orch' is a database of another program: move it away, and orch creates its own",
  ],
  [
    { kind: "replaced" },
    "'/w/.orch' was replaced while orch opened it: another program is changing this folder",
  ],
  [
    { kind: "only_with_all_permissions" },
    "'/w/.orch' is in a folder that Deno protects from programs without all permissions: choose another folder with --state-dir, or start orch with deno run --allow-all",
  ],
];

for (const [fault, text] of ROWS) {
  Deno.test(`what is not used is told with what to do: ${fault.kind}`, () =>
    assertEquals(stateRefusedText("/w/.orch", fault), text));
}

Deno.test("nothing of a path reaches the terminal as it is", () =>
  assertEquals(
    stateRefusedText("/w/\x1b[2J\u202e", { kind: "no_plain_file" }),
    "'/w/␛[2J�' is not a regular file, so orch did not create it: remove it",
  ));
