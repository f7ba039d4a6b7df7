/** docs/commands.md is made from the records of the commands, and is what they say now. */
import { command, type CommandRecord } from "../../lib/cli/base/command.ts";
import { flag } from "../../lib/cli/base/flags.ts";
import { allCommands } from "../../lib/cli/command/list.ts";
import { commandsPage } from "../../tools/command_docs.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { ROOT } from "../support/cli.ts";

Deno.test("docs/commands.md is as the records of the commands say", async () => {
  assertEquals(
    await Deno.readTextFile(`${ROOT}/docs/commands.md`),
    commandsPage(await allCommands()),
    "run deno task docs, and look at the difference",
  );
});

const NEGATABLE = { kind: "boolean", optional: true, brief: "Stop" } as const;

function sketch(name: string, flags: CommandRecord["flags"]): CommandRecord {
  return {
    ...command({ name, brief: name, about: `About ${name}.`, examples: [], load: absent }),
    flags,
  };
}

function absent(): never {
  throw new Error("a page needs no code");
}

Deno.test("the flags of run, resume and rerun have one table, with what each has by default", () => {
  const grace = { ...flag("Wait"), standard: "as before" };
  const page = commandsPage([
    sketch("run", { grace: flag("Wait"), only: flag("These | those"), stop: flag("Stop") }),
    sketch("resume", { grace, only: flag("Those alone"), stop: NEGATABLE }),
    sketch("rerun", { grace, maxJobs: flag("Jobs") }),
    { ...sketch("__secret", { never: flag("Never") }), isHidden: true },
    sketch("other", { json: flag("JSON") }),
  ]);
  assertStringIncludes(
    page,
    [
      "| Flag | `run` | `resume` | `rerun` | Meaning |",
      "|---|---|---|---|---|",
      "| `--grace` | yes | as before | as before | Wait |",
      "| `--only` | yes | yes | | `run`: These \\| those; `resume`: Those alone |",
      "| `--stop` | yes | | | Stop |",
      "| `--stop`, `--no-stop` | | yes | | Stop |",
      "| `--max-jobs` | | | yes | Jobs |",
      "",
    ].join("\n"),
  );
  assertStringIncludes(page, "| Flag of `orch other` | Default | Meaning |");
  assert(!page.includes("secret"), "what is for programs stands in no page");
});
