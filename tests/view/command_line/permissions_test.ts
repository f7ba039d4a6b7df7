/** The command line of `orch permissions`, and the notes beside it. */
import {
  commandText,
  notesText,
  type PermissionNote,
} from "../../../lib/view/command_line/permissions.ts";
import { assertEquals } from "../../support/assert.ts";

Deno.test("commandText() has a flag to a line, and can be copied into a shell", () => {
  assertEquals(
    commandText({
      start: ["deno", "run"],
      flags: ["--allow-read=.", "--allow-run=make,./my tool"],
      end: ["main.ts", "run", "it's.yaml"],
    }),
    `deno run \\
  --allow-read=. \\
  '--allow-run=make,./my tool' \\
  main.ts run 'it'\\''s.yaml'
`,
  );
  assertEquals(commandText({ start: ["deno"], flags: [], end: ["x"] }), "deno \\\n  x\n");
});

const NOTES: readonly (readonly [PermissionNote, string])[] = [
  [
    { kind: "shell", jobIds: ["a"] },
    "note: job 'a' can only run in sh, which starts any program and reads any file: jobs are not confined\n",
  ],
  [
    { kind: "shell", jobIds: ["a", "b", "c"] },
    "note: job 'a' and 2 more jobs can only run in sh, which starts any program and reads any file: jobs are not confined\n",
  ],
  [
    { kind: "limits", jobIds: ["a", "b"] },
    "note: job 'a' and 1 more job can only be held to limits in a shell, with --allow-run=sh: without it, resources are only reserved\n",
  ],
  [
    { kind: "unknown_host", jobId: "a", variable: "API_URL" },
    "note: job 'a' sends a request to a host that depends on API_URL, which is not known here: add the host to --allow-net\n",
  ],
  [
    { kind: "comma", object: "/a,b\x1b[2J" },
    "note: '/a,b␛[2J' contains a comma and cannot be part of a list: its flag allows everything\n",
  ],
  [
    { kind: "built_in" },
    "note: the permissions of this program are fixed; use orch.js, the single file for Deno, to restrict them\n",
  ],
];

for (const [note, text] of NOTES) {
  Deno.test(`notesText() of ${JSON.stringify(note)}`, () => assertEquals(notesText([note]), text));
}
