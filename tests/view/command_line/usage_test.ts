/** The words of mistakes on the command line. */
import { shellWord } from "../../../lib/view/text/shell_word.ts";
import * as say from "../../../lib/view/command_line/usage.ts";
import { assertEquals, assertNotMatch } from "../../support/assert.ts";

const LOOKED = ["workflow.yaml", "workflow.json", "orch.yaml"];

/** What is said, and how it reads. */
const ROWS: readonly (readonly [said: string, expected: string])[] = [
  [say.noCommandText("bogus", []), "error: Unknown command 'bogus'\nSee orch --help"],
  [
    say.noCommandText("rn", ["`run`", "`reRun`", "`logs`"]),
    "error: Unknown command 'rn': did you mean run or re-run?\nSee orch --help",
  ],
  [
    say.noCommandText("ci.yaml", ["`run`"]),
    "error: Unknown command 'ci.yaml': did you mean orch run ci.yaml?\nSee orch --help",
  ],
  [say.noCommandText("a\x1b[2J", []), "error: Unknown command 'a␛[2J'\nSee orch --help"],
  [say.noFlagText("dry-rum", ["dryRun"]), "Unknown flag --dry-rum: did you mean --dry-run?"],
  [say.noFlagText("x", []), "Unknown flag --x"],
  [say.noFlagText("colour", ["verbose"]), "Unknown flag --colour"],
  [say.noFlagText("jobs", ["verbose"]), "Unknown flag --jobs: did you mean --max-concurrent?"],
  [say.noAliasText("j"), "Unknown flag -j: did you mean -c?"],
  [
    say.noCommandText("status", ["`show`"]),
    "error: Unknown command 'status': did you mean show?\nSee orch --help",
  ],
  [say.noCommandText("constructor", []), "error: Unknown command 'constructor'\nSee orch --help"],
  [
    say.noCommandText("stop", ["`show`"]),
    "error: Unknown command 'stop'\n" +
    "Ctrl-C stops a run; to stop one in another terminal: kill PID (orch show prints the PID)",
  ],
  [say.noAliasText("z"), "Unknown flag -z"],
  [say.valueMissingText("name"), "--name needs a value"],
  [say.flagTwiceText("live"), "--live is given more than once"],
  [say.argumentMissingText("run"), "Missing argument RUN"],
  [say.argumentTooManyText("b\n.yaml"), "Unexpected argument 'b␊.yaml'"],
  [say.notOneOfText("format", "svg", ["a", "b"]), "--format: 'svg': expected one of a, b"],
  [
    say.badValueText("grace", "soon", say.secondsWantedText(9)),
    "--grace: 'soon': expected seconds from 0 to 9",
  ],
  [say.badArgumentText("k\nsh", "expected bash"), "'k␊sh': expected bash"],
  [say.wholeNumberText(4), "expected a whole number from 1 to 4"],
  [
    say.reportWantedText(["junit", "md"]),
    "expected junit=PATH or md=PATH, such as junit=report.xml",
  ],
  [say.SIZE_WANTED, "expected a size of at least 1K, such as 64M or 2G"],
  [say.SEE_HELP, "Add --help to see what this command takes"],
  [
    say.noWorkflowText(LOOKED),
    "No workflow file given, and none found here\n" +
    "  looked for  workflow.yaml, .json, orch.yaml\n" +
    "  run one     orch run FILE\n" +
    "  make one    orch create --name demo --output workflow.yaml",
  ],
  [
    say.whichWorkflowText(["workflow.yaml", "orch.yaml"]),
    "No workflow file given, and there is more than one here: choose 'workflow.yaml' or 'orch.yaml'",
  ],
  [
    say.hereText([], LOOKED).join("\n"),
    "No workflow here: looked for workflow.yaml, .json, orch.yaml\n" +
    "To create one: orch create --name demo --output workflow.yaml",
  ],
  [say.hereText(["orch.yaml"], LOOKED).join("\n"), "Found orch.yaml here. To run it: orch run"],
  [
    say.hereText(["workflow.yaml", "orch.yaml"], LOOKED).join("\n"),
    "Found workflow.yaml and orch.yaml here. To run one: orch run workflow.yaml",
  ],
  [say.QUIET_AND_VERBOSE, "--quiet and --verbose contradict each other: remove one"],
  [say.BAD_NAME, "--name must be one non-empty line of text"],
  [say.noFormatText("x.toml"), "--output: 'x.toml' must end in .yaml, .yml or .json"],
  [say.existsText("x.yaml"), "'x.yaml' already exists; to overwrite it, add --force"],
  [
    say.wroteText("my file.yaml", `orch run ${shellWord("my file.yaml")}`),
    "Wrote my file.yaml. Try it:\n  orch run 'my file.yaml'\n",
  ],
  [
    say.cannotWriteText("no/x", say.noFolderText("no")),
    "Cannot write 'no/x': folder 'no' does not exist",
  ],
  [say.cannotWriteText("x", say.IS_FOLDER), "Cannot write 'x': it is a folder"],
  [say.IS_BUG, "This is a bug in orch: please report it with the file and the command line"],
];

for (const [said, expected] of ROWS) {
  Deno.test(`on the command line: ${expected.split("\n")[0]}`, () => {
    assertEquals(said, expected);
    assertNotMatch(said, /\.$/m, "no full stop");
  });
}

Deno.test("shellWord quotes whatever a shell would not leave alone", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["ci.yaml", "ci.yaml"],
    ["/a/b-c_d/e+f@1,2:3=4%5", "/a/b-c_d/e+f@1,2:3=4%5"],
    ["my file", "'my file'"],
    ["it's", "'it'\\''s'"],
    ["", "''"],
    ["$HOME", "'$HOME'"],
    ["a;b", "'a;b'"],
    ["*", "'*'"],
    ["~", "'~'"],
    ["a\nb", "'a\nb'"],
    ["é", "'é'"],
  ];
  for (const [text, expected] of rows) assertEquals(shellWord(text), expected);
  assertEquals(shellWord("it's \x1b[8m\u202e\\"), String.raw`$'it\'s \033[8m\342\200\256\\'`);
});
