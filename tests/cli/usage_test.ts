/** Command lines that are wrong, and those that only ask: nothing is started, and the words help. */
import { VERSION } from "../../lib/cli/base/version.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "../support/assert.ts";
import { newProject, workflow } from "../support/cli.ts";
import { commandsOfHelp } from "../support/docs.ts";

const FILES = {
  "w.yaml": workflow({ id: "build", command: "true", tags: ["quick"] }, { id: "test" }),
  "good.yaml": workflow({ id: "build", command: "true", tags: ["quick"] }),
  "taken.json": "{}",
  "folder/x.txt": "",
};

/** The command line, and what stands on stderr. */
const WRONG: readonly (readonly [string, string])[] = [
  ["frobnicate", "error: Unknown command 'frobnicate'\nSee orch --help\n"],
  ["good.yaml", "error: Unknown command 'good.yaml': did you mean orch run good.yaml?"],
  ["help bogus", "error: Unknown command 'bogus'\nSee orch --help\n"],
  ["--help bogus", "error: Unknown command 'bogus'\nSee orch --help\n"],
  ["bogus --help", "error: Unknown command 'bogus'\nSee orch --help\n"],
  ["run good.yaml -q -v", "error: --quiet and --verbose contradict each other"],
  ["runn good.yaml", "Unknown command 'runn': did you mean run?"],
  [
    "run",
    "error: No workflow file given, and none found here\n  looked for  workflow.yaml, .yml, .json, orch.yaml, .yml, .json\n",
  ],
  ["run", "\n  make one    orch create --name demo --output workflow.yaml\n"],
  ["run good.yaml --format svg", "--format: 'svg': expected one of text, json, github"],
  ["run good.yaml other.yaml", "error: Unexpected argument 'other.yaml'"],
  ["run good.yaml --dry-rum", "error: Unknown flag --dry-rum: did you mean --dry-run?"],
  ["run good.yaml --max-concurent 3", "did you mean --max-concurrent?"],
  ["run good.yaml -z", "error: Unknown flag -z"],
  ["run good.yaml -c", "error: --max-concurrent needs a value"],
  ["run good.yaml -c 0", "--max-concurrent: '0': expected a whole number from 1 to 10000"],
  ["run good.yaml -c -1", "--max-concurrent: '-1': expected a whole number from 1 to 10000"],
  ["run good.yaml -c 1.5", "--max-concurrent: '1.5': expected a whole number from 1 to 10000"],
  ["run good.yaml -c 10001", "expected a whole number from 1 to 10000"],
  ["run good.yaml -c four", "--max-concurrent: 'four'"],
  ["run good.yaml -c 2 -c 3", "error: --max-concurrent is given more than once"],
  ["run good.yaml --live --no-live", "error: --live is given more than once"],
  ["run good.yaml --grace soon", "--grace: 'soon': expected seconds from 0 to 86400"],
  ["run good.yaml --grace -1", "--grace: '-1': expected seconds from 0 to 86400"],
  [
    "run good.yaml -o no/results.json",
    "Cannot write 'no/results.json': folder 'no' does not exist",
  ],
  ["run good.yaml -o folder", "Cannot write 'folder': it is a folder"],
  ["run good.yaml -C no", "error: -C: folder 'no' does not exist"],
  ["run good.yaml -C taken.json", "error: -C: folder 'taken.json' does not exist"],
  ["run missing.yaml", "error[E101]"],
  ["run folder", "error[E101]"],
  ["run good.yaml --only bild", "error[E401]"],
  ["run good.yaml --only bild", "did you mean 'build'?"],
  ["run good.yaml --tags quik", "error[E402]"],
  ["run good.yaml --skip-tags slow", "'slow'"],
  ["run good.yaml --skip-tags quick", "error[E403]"],
  ["run w.yaml", "w.yaml:12:"],
  ["analyze", "error: No workflow file given, and none found here"],
  ["analyze missing.yaml", "error[E101]"],
  ["analyze good.yaml --format svg", "'svg': expected one of table, json, dot, mermaid"],
  ["analyze good.yaml -o no/a.json", "Cannot write 'no/a.json': folder 'no' does not exist"],
  ["create", "error: --name needs a value\nerror: --output needs a value\nAdd --help"],
  ["create --name x", "error: --output needs a value"],
  ["create --name x --output x.toml", "--output: 'x.toml' must end in .yaml, .yml or .json"],
  ["create --name x --output no/x.yaml", "Cannot write 'no/x.yaml': folder 'no' does not exist"],
  ["create --name x --output x.yaml -t big", "'big': expected one of ci, data, http, minimal"],
  [
    "create --name x --output taken.json",
    "'taken.json' already exists; to overwrite it, add --force",
  ],
  ["completions ksh", "error: 'ksh': expected one of bash, zsh, fish\nAdd --help"],
  ["completions", "error: Missing argument SHELL\n"],
  ["history again", "error: 'again': expected rebuild, or nothing\n"],
  ["validate", "error: No workflow file given, and none found here"],
];

for (const [commandLine, says] of WRONG) {
  Deno.test(`orch ${commandLine} is refused with exit 2: ${says.split("\n")[0]}`, async () => {
    await using project = newProject(FILES);
    const { code, stdout, stderr } = await project.orch(commandLine.split(" "));
    assertStringIncludes(stderr, says);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    assertEquals(project.exists(".orch"), false, "nothing was started");
    assertEquals(project.read("taken.json"), "{}");
  });
}

Deno.test("a name for a workflow is one line of text and not empty", async () => {
  await using project = newProject();
  for (const name of ["", "  ", "two\nlines", "bell\x07"]) {
    const { code, stderr } = await project.orch(["create", "--name", name, "--output", "w.yaml"]);
    assertEquals({ code, stderr }, {
      code: 2,
      stderr: "error: --name must be one non-empty line of text\n",
    });
  }
});

Deno.test("a mistake in --only names the file, but no line of it, since none is to blame", async () => {
  await using project = newProject(FILES);
  const { stderr } = await project.orch(["run", "good.yaml", "--only", "bild,lint"]);
  assertMatch(stderr, /^error\[E401\].*'bild'.*\n *--> good\.yaml\n[^]*error\[E401\].*'lint'/);
  assertStringIncludes(stderr, "\n2 problems in good.yaml; nothing was started\n");
});

Deno.test("without a file the usual one is meant, and where there are more none is", async () => {
  await using project = newProject({ "orch.yml": FILES["good.yaml"] });
  for (const command of ["run --dry-run", "analyze", "validate"]) {
    const { code, stdout, stderr } = await project.orch(command.split(" "));
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, /build|orch\.yml: valid, 1 job/);
  }
  assertStringIncludes(
    (await project.orch([])).stdout,
    "\nFound orch.yml here. To run it: orch run\n",
  );
  project.write("workflow.yaml", FILES["good.yaml"]);
  const { code, stderr } = await project.orch(["run"]);
  assertEquals({ code, stderr }, {
    code: 2,
    stderr: "error: No workflow file given, and there is more than one here: " +
      "choose 'workflow.yaml' or 'orch.yml'\n",
  });
  assertEquals(project.exists(".orch"), false);
});

/** What asks for help, and what the help must speak of. */
const HELP: readonly (readonly [string, readonly string[]])[] = [
  ["--help", ["run ", "analyze ", "create ", "validate ", "orch create --name demo"]],
  ["", ["run ", "analyze ", "create ", "validate ", "looked for workflow.yaml, "]],
  ["help", ["run ", "analyze "]],
  [
    "run --help",
    [
      ...["-c, --max-concurrent N", "--dry-run", "-o, --output PATH", "--ui HOW"],
      ...["--tags A,B", "--skip-tags A,B", "--only A,B", "--deps, --no-deps", "--fail-fast"],
      ...["-C, --directory DIR", "-q, --quiet", "-v, --verbose", "orch run - --only"],
      "8 more, seldom needed: orch run --help-all",
    ],
  ],
  ["run --help-all", ["--grace SECONDS", "--max-log SIZE"]],
  ["analyze --help", ["-o, --output", "--json", "table, json, dot, mermaid", "--format mermaid"]],
  ["create --help", ["--name NAME --output FILE", "ci, data, http, minimal", "-f, --force"]],
  ["history --help", ["--workflow NAME", "--job ID", "--limit N", "orch history rebuild"]],
  ["show --help", ["--json", "--state-dir DIR", "orch show last"]],
  ["logs --help", ["[RUN] [JOB]", "--attempt N", "-f, --follow", "orch logs last --follow"]],
  ["events --help", ["--json", "orch events last"]],
  ["clean --help", ["--keep N", "--older-than AGE", "--dry-run", "orch clean --keep 50"]],
  ["completions --help", ["SHELL", "bash, zsh or fish", 'eval "$(orch completions bash)"']],
  ["schema --help", ["orch schema > orch.schema.json"]],
  ["validate -h", ["[FILE...]", "orch validate ci.yaml workflows/*.yaml"]],
];

for (const [commandLine, mentions] of HELP) {
  Deno.test(`orch ${commandLine} explains itself on stdout, with examples, and exits 0`, async () => {
    await using project = newProject();
    const args = commandLine.split(" ").filter((arg) => arg !== "");
    const { code, stdout, stderr } = await project.orch(args);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    for (const mention of ["Examples:", ...mentions]) assertStringIncludes(stdout, mention);
  });
}

Deno.test("the help of every command fits a screen: what it is for, how it is called, an example", async () => {
  await using project = newProject();
  const program = await project.orch(["--help"]);
  const screens = [program.stdout];
  for (const command of commandsOfHelp(program.stdout)) {
    const ways = [[command, "--help"], ["--help", command], ["-h", command], ["help", command]];
    const shown = await Promise.all(ways.map(async (args) => (await project.orch(args)).stdout));
    assertEquals(
      new Set(shown).size,
      1,
      `orch ${command} --help, orch --help ${command} and so on`,
    );
    screens.push(shown[0]!);
  }
  for (const help of screens) {
    const [first, second, usage] = help.split("\n");
    assertMatch(first!, /^[A-Z][^:]*$/);
    assertEquals([second, usage!.slice(0, 11)], ["", "Usage: orch"]);
    assertMatch(help, /\nExamples:\n {2}/);
    assertNotMatch(help, /default = |\[\]|undefined/);
    const lines = help.trimEnd().split("\n");
    for (const line of lines) assertMatch(line, /^.{0,80}$/, "hide or shorten");
    assert(lines.length <= 24, `${first}: ${lines.length} lines: hide what is seldom needed`);
  }
});

for (const flag of ["--version", "-v"]) {
  Deno.test(`orch ${flag} prints the version and nothing else`, async () => {
    await using project = newProject();
    assertEquals(await project.orch([flag]), { code: 0, stdout: `${VERSION}\n`, stderr: "" });
  });
}
