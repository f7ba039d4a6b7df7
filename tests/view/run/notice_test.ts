/** The words of notices. */
import { type Notice, noticeText } from "../../../lib/view/run/notice.ts";
import { assertEquals } from "../../support/assert.ts";

const ROWS: readonly (readonly [Notice, string])[] = [
  [
    { kind: "spawn_trouble", cause: "Too many open files (os error 24)", parallel: 3 },
    "warning: the machine cannot start more processes now (Too many open files (os error 24)): continuing with 3 at a time",
  ],
  [
    { kind: "spawn_trouble", cause: "two\nlines \x1b[2J", parallel: 1 },
    "warning: the machine cannot start more processes now (two␊lines ␛[2J): continuing with 1 at a time",
  ],
  [
    { kind: "left_behind", attempts: ["serve.1"], curable: true },
    "warning: processes left behind by serve.1 may still be running; to let orch stop them, add --allow-run=kill or --allow-run=sh",
  ],
  [
    {
      kind: "left_behind",
      attempts: ["a.1", "b.1", "c.2", "d.1", "e.1", "f.1", "g.1"],
      curable: true,
    },
    "warning: processes left behind by a.1, b.1, c.2, d.1, e.1 and 2 more may still be running; to let orch stop them, add --allow-run=kill or --allow-run=sh",
  ],
  [
    { kind: "left_behind", attempts: ["serve.1"], curable: false },
    "warning: processes left behind by serve.1 may still be running",
  ],
  [
    { kind: "disk_waits", path: "/w/\n/journal.jsonl" },
    "warning: waiting for the disk to save '/w/␊/journal.jsonl': Ctrl-C three times ends the wait",
  ],
];

for (const [notice, text] of ROWS) {
  Deno.test(`noticeText() says '${text}'`, () => assertEquals(noticeText(notice), text));
}
