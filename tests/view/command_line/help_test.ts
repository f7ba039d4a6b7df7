/** Help as it is laid out. */
import {
  commandHelpText,
  type HelpRow,
  programHelpText,
} from "../../../lib/view/command_line/help.ts";
import { makeStyle } from "../../../lib/view/text/style.ts";
import { assertEquals, assertMatch } from "../../support/assert.ts";
import { escaped, text } from "../../support/shown_text.ts";

const STYLE = makeStyle({ color: false, ascii: false });

function row(left: string, text: string, standard: string | null = null): HelpRow {
  return { left, text, standard };
}

const COMMAND = {
  usage: "orch fly --to PLACE [FLAGS] [FILE]",
  brief: "Fly somewhere",
  arguments: [row("FILE", "What to take along")],
  flags: [
    row("-t, --to PLACE", "Where to"),
    row("    --wings, --no-wings", "Whether there are wings", "two"),
    row("    --a-flag-with-a-very-long-name VALUE", "That gets a line of its own"),
    row("-h, --help", `Long ${"words ".repeat(12)}and an end`, "10"),
  ],
  hidden: { count: 2, command: "orch fly --help-all" },
  examples: ["orch fly --to x"],
};

Deno.test("commandHelpText says what for, how, the flags in columns, and an example", () => {
  assertEquals(
    commandHelpText(COMMAND, STYLE),
    text(`
      Fly somewhere

      Usage: orch fly --to PLACE [FLAGS] [FILE]

        FILE                     What to take along
        -t, --to PLACE           Where to
            --wings, --no-wings  Whether there are wings (default: two)
            --a-flag-with-a-very-long-name VALUE
                                 That gets a line of its own
        -h, --help               Long words words words words words words words words
                                 words words words words and an end (default: 10)
        2 more, seldom needed: orch fly --help-all

      Examples:
        orch fly --to x
    `),
  );
});

Deno.test("programHelpText lists the commands, names the rare ones, and says what is here", () => {
  const rare = Array.from({ length: 14 }, (_, i) => `command${i}`);
  assertEquals(
    programHelpText({
      brief: "Does things",
      commands: [row("run", "Run a workflow"), row("doctor", "Say what works")],
      rare,
      everywhere: "--loud",
      examples: ["orch run demo.yaml"],
      here: ["Found workflow.yaml here. To run it: orch run"],
    }, STYLE),
    text(`
      Does things

      Usage: orch COMMAND [FLAGS]   or  orch COMMAND --help   or  orch --version

      Commands:
        run     Run a workflow
        doctor  Say what works
        Also: command0, command1, command2, command3, command4, command5, command6,
        command7, command8, command9, command10, command11, command12, command13; all
        take --loud

      Examples:
        orch run demo.yaml

      Found workflow.yaml here. To run it: orch run
`),
  );
});

Deno.test("help in colour has its headings bold, and no more", () => {
  const shown = commandHelpText(COMMAND, makeStyle({ color: true, ascii: false }));
  assertMatch(
    escaped(shown),
    /^Fly somewhere\n\n␛\[1mUsage:␛\[0m orch fly[^␛]*␛\[1mExamples:␛\[0m[^␛]*$/,
  );
});
