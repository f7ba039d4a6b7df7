/** What is said where output or a flag is not as it should be. */
import {
  badColorText,
  differentViewsText,
  jobOutputInVainText,
  verboseInVainText,
} from "../../../lib/view/command_line/view_flags.ts";
import { lostText, omittedText, skippedText } from "../../../lib/view/run/omitted.ts";
import { assertEquals } from "../../support/assert.ts";

/** What is said, and what it should be. */
const SAID: readonly (readonly [said: string, expected: string])[] = [
  [omittedText(12_345, "/runs/a.1.out"), "… 12.1 KiB before this: /runs/a.1.out"],
  [skippedText(1, "/a\x1b[2J/x"), "… 1 byte not shown: /a␛[2J/x"],
  [lostText(1), "… 1 line not shown: they were not read in time\n"],
  [lostText(1_200), "… 1,200 lines not shown: they were not read in time\n"],
  [
    badColorText("\x1bx", ["auto", "always"]),
    "--color: '␛x': expected one of auto, always",
  ],
  [
    differentViewsText("--ui json", "--live"),
    "--ui json and --live choose different views: remove one",
  ],
  [verboseInVainText("json"), "--verbose has no effect with --ui json: remove one"],
  [
    jobOutputInVainText("grouped", "quiet"),
    "--job-output grouped shows job output, and --ui quiet does not: remove one",
  ],
];

for (const [said, expected] of SAID) {
  Deno.test(`said: ${expected.trim()}`, () => assertEquals(said, expected));
}
