/** Which view a run gets, and which flags do not go together. */
import { UsageError } from "../../../lib/cli/base/output.ts";
import type { ViewFlags } from "../../../lib/cli/run_view/view.ts";
import { agreedFlags, jobOutputOf, viewKind } from "../../../lib/cli/run_view/choice.ts";
import { assertEquals, assertThrows } from "../../support/assert.ts";

const QUIET = { quiet: true, verbose: false };
const VERBOSE = { quiet: false, verbose: true };
const NONE = { quiet: false, verbose: false };

/** Flags, and the view and the output of jobs on a terminal, in a pipe, and in GitHub Actions. */
const ROWS: readonly (readonly [flags: ViewFlags, string, string, string])[] = [
  [NONE, "live failed", "plain failed", "actions grouped"],
  [{ ...NONE, ui: "auto" }, "live failed", "plain failed", "actions grouped"],
  [{ ...NONE, ui: "live" }, "live failed", "plain failed", "actions grouped"],
  [{ ...NONE, live: true }, "live failed", "plain failed", "actions grouped"],
  [{ ...NONE, ui: "live", live: true }, "live failed", "plain failed", "actions grouped"],
  [{ ...NONE, ui: "plain" }, "plain failed", "plain failed", "actions grouped"],
  [{ ...NONE, live: false }, "plain failed", "plain failed", "actions grouped"],
  [VERBOSE, "plain grouped", "plain grouped", "actions grouped"],
  [{ ...VERBOSE, jobOutput: "none" }, "plain none", "plain none", "actions none"],
  [QUIET, "quiet failed", "quiet failed", "quiet failed"],
  [{ ...QUIET, ui: "quiet" }, "quiet failed", "quiet failed", "quiet failed"],
  [{ ...QUIET, jobOutput: "none" }, "quiet none", "quiet none", "quiet none"],
  [{ ...NONE, ui: "json" }, "json failed", "json failed", "json failed"],
  [{ ...NONE, jobOutput: "prefixed" }, "live prefixed", "plain prefixed", "actions prefixed"],
  [{ ...NONE, jobOutput: "failed" }, "live failed", "plain failed", "actions failed"],
];

for (const [flags, ...expected] of ROWS) {
  Deno.test(`${JSON.stringify(flags)} gives ${expected.join(", ")}`, () => {
    const agreed = agreedFlags(flags);
    const views = [[true, false], [false, false], [false, true]].map(([isScreen, isActions]) => {
      const kind = viewKind(agreed, { isScreen: isScreen!, isActions: isActions! });
      return `${kind} ${jobOutputOf(agreed, kind)}`;
    });
    assertEquals(views, expected);
    assertEquals(agreedFlags(agreed), agreed, "flags that agree stay as they are");
  });
}

const REFUSED: readonly (readonly [flags: ViewFlags, message: string])[] = [
  [{ quiet: true, verbose: true }, "--quiet and --verbose"],
  [{ ...NONE, ui: "json", live: true }, "--ui json and --live choose"],
  [{ ...NONE, ui: "live", live: false }, "--ui live and --no-live choose"],
  [{ ...QUIET, live: true }, "--live and --quiet choose"],
  [{ ...QUIET, ui: "plain" }, "--ui plain and --quiet choose"],
  [{ ...VERBOSE, ui: "json" }, "--verbose has no effect with --ui json"],
  [{ ...VERBOSE, ui: "quiet" }, "--verbose has no effect with --ui quiet"],
  [{ ...QUIET, jobOutput: "grouped" }, "--job-output grouped shows"],
  [{ ...NONE, ui: "json", jobOutput: "prefixed" }, "--job-output prefixed shows"],
];

for (const [flags, message] of REFUSED) {
  Deno.test(`${JSON.stringify(flags)} is refused`, () => {
    assertThrows(() => agreedFlags(flags), UsageError, message);
  });
}
