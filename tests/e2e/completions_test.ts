/** `orch completions`: the scripts in real shells, in a terminal, by the Tab key. */
import { allCommands } from "../../lib/cli/command/list.ts";
import { assertEquals, assertMatch, assertNotMatch } from "../support/assert.ts";
import { eventually, newProject, type Project, testNeeding, workflow } from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

const FILES = {
  "ci.yaml": workflow(
    { id: "build", command: "true", tags: ["quick"] },
    { id: "test", command: "true", dependencies: ["build"], tags: ["slow", "$(touch ran)"] },
  ),
  "ci.txt": "",
  "reports/x.txt": "",
};

/** What is typed before the Tab key is pressed, and what then stands on the line. */
const TYPED: readonly (readonly [string, string])[] = [
  ["orch ana", "orch analyze"],
  ["orch run ci", "orch run ci.yaml"],
  ["orch run --fai", "orch run --fail-fast"],
  ["orch run --no-de", "orch run --no-deps"],
  ["orch analyze --format me", "orch analyze --format mermaid"],
  ["orch run ci.yaml --only te", "orch run ci.yaml --only test"],
  ["orch run ci.yaml --only build,te", "orch run ci.yaml --only build,test"],
  ["orch run ci.yaml --only=te", "orch run ci.yaml --only=test"],
  ["orch run ci.yaml --skip-tags s", "orch run ci.yaml --skip-tags slow"],
  ["orch run ci.yaml --output ci.t", "orch run ci.yaml --output ci.txt"],
  ["orch run ci.yaml -C rep", "orch run ci.yaml -C reports"],
  ["orch rerun RUN-START", "orch rerun RUN"],
  ["orch rerun la", "orch rerun last"],
  ["orch logs last te", "orch logs last test"],
  ["orch rerun last --from te", "orch rerun last --from test"],
  ["orch completions fi", "orch completions fish"],
];

/** How each shell is started without the user's files, is given a prompt, and is told. */
const SHELLS: readonly (readonly [string, string, string, string])[] = [
  ["bash", "bash --norc --noprofile -i", "PS1='bash> '", 'eval "$(orch completions bash)"'],
  [
    "zsh",
    "zsh -f -i",
    "autoload -U compinit; compinit -D -u; PS1='zsh> '",
    'eval "$(orch completions zsh)"',
  ],
  [
    "fish",
    "fish --no-config --private -i",
    "function fish_prompt; echo 'fish> '; end",
    "orch completions fish | source",
  ],
];

/** A project in which a workflow has run, and the id of that run. */
async function projectWithRun(): Promise<{ readonly project: Project; readonly runId: string }> {
  const project = newProject(FILES);
  await project.orch(["run", "ci.yaml", "-q"]);
  return { project, runId: project.list(".orch/runs")[0]! };
}

/** Starts a shell that completes orch in the terminal; returns what an empty screen of it looks like. */
async function startShell(
  terminal: Terminal,
  [shell, start, prompt, script]: typeof SHELLS[number],
): Promise<RegExp> {
  await terminal.type(`exec ${start}`);
  await terminal.type(prompt);
  await terminal.waitFor(new RegExp(`^${shell}>`, "m"));
  await terminal.type(`${script}; clear`);
  const isEmpty = new RegExp(`^${shell}>\\s*$`);
  await terminal.waitFor(isEmpty);
  return isEmpty;
}

for (const started of SHELLS) {
  const [shell, start, prompt, script] = started;
  testNeeding(
    ["tmux", shell],
    `${shell} completes commands, flags, files, jobs and runs`,
    async () => {
      const { project, runId } = await projectWithRun();
      await using _project = project;
      await using terminal = await Terminal.open(project, { columns: 100, rows: 40 });
      await terminal.type('export PATH="$PWD:$PATH" HOME="$PWD" HISTFILE=/dev/null; clear');
      const isEmpty = await startShell(terminal, started);
      for (const [typed, expected] of TYPED) {
        await terminal.write(typed.replace("RUN-START", runId.slice(0, -2)));
        await terminal.press("Tab");
        const wanted = expected.replace("RUN", runId).replace(/[.$]/g, "\\$&");
        await terminal.waitFor(new RegExp(`^${shell}> ${wanted}(/| |$)`, "m"));
        await terminal.press("C-u");
        await terminal.press("C-l");
        await terminal.waitFor(isEmpty);
      }
      // The answer is read before the program that gave it has quite ended.
      await eventually(() => project.processes().length === 0, "orch to end");
      assertEquals(project.exists("ran"), false, "what a tag says is never run");
    },
  );

  testNeeding(["tmux", shell], `${shell} completes orch where that is an alias`, async () => {
    await using project = newProject(FILES);
    await using terminal = await Terminal.open(project, { columns: 100, rows: 40 });
    await terminal.type('export HOME="$PWD" HISTFILE=/dev/null; clear');
    const alias = shell === "zsh" ? "setopt complete_aliases; " : "";
    const aliased = `${prompt}; ${alias}alias orch="$PWD/orch"`;
    await startShell(terminal, [shell, start, aliased, script]);
    await terminal.write("orch run ci.yaml --only te");
    await terminal.press("Tab");
    await terminal.waitFor(new RegExp(`^${shell}> orch run ci.yaml --only test( |$)`, "m"));
    await eventually(() => project.processes().length === 0, "orch to end");
  });
}

/** Words after orch, and the answer: what the shell adds, then the candidates. */
const ASKED: readonly (readonly [readonly string[], string, readonly string[]])[] = [
  [["ru"], "words", ["run"]],
  [["nonsense", ""], "words", []],
  [["run", ""], "workflows", []],
  [["run", "missing.yaml", "--only", ""], "words", []],
  [["run", "ci.txt", "--only", ""], "words", []],
  [["run", "ci.yaml", "--only", ""], "words", ["build", "test"]],
  [["run", "ci.yaml", "--only", "build,"], "words", ["build,test"]],
  [["run", "ci.yaml", "--only", "=", "te"], "words", ["test"]],
  [["run", "ci.yaml", "--only", "="], "words", ["build", "test"]],
  [["run", "--only", "b", "ci.yaml", "--tags", ""], "words", ["quick", "slow"]],
  [["run", "-"], "words", []],
  [["run", "--state-dir", ""], "folders", []],
  [["run", "ci.yaml", "-c", ""], "words", []],
  [["run", "ci.yaml", "-qo", ""], "files", []],
  [["rerun", "", "--state-dir", "."], "folders", []],
  [["rerun", "--state-dir", "elsewhere", ""], "words", ["last"]],
  [["rerun", "nosuchrun", "--from", ""], "words", []],
  [["validate", "ci.yaml", ""], "workflows", []],
  [["create", "--template", "d"], "words", ["data"]],
  [["run", "--", "--o"], "workflows", []],
  [["run", "--env-file", ""], "files", []],
  [["run", "--only", "b"], "words", []],
  [["__complete", ""], "words", []],
  [["toString", ""], "words", []],
  [["why", "last", "t"], "words", ["test"]],
  [["history", "--job", ""], "words", ["build", "test"]],
  [["history", "r"], "words", ["rebuild"]],
  [["explain", "E201", "E204"], "words", ["E204"]],
  [["run", "--color", "n"], "words", ["never"]],
  [["run", "--tags", "q"], "words", []],
];

Deno.test("orch __complete answers what it knows, and nothing where it knows nothing", async () => {
  const { project } = await projectWithRun();
  await using _project = project;
  for (const [words, part, candidates] of ASKED) {
    const { code, stdout, stderr } = await project.orch(["__complete", "--", ...words]);
    const lines = stdout.trimEnd().split("\n");
    const found = lines.slice(1).map((line) => line.split("\t")[0]!);
    const isFlags = words.at(-1) === "-";
    assertEquals([code, stderr, lines[0]], [0, "", part], words.join(" "));
    assertEquals(isFlags ? [] : found, [...candidates], words.join(" "));
  }
});

Deno.test("orch __complete offers flags with their meaning, and none twice", async () => {
  await using project = newProject(FILES);
  const { stdout } = await project.orch(["__complete", "--", "run", "ci.yaml", "--dry-run", "--"]);
  assertMatch(stdout, /^words\n--max-concurrent\tJobs at a time/);
  assertMatch(stdout, /\n--help\tShow this help\n$/);
  assertNotMatch(stdout, /--dry-run/);
});

Deno.test("flags and arguments that take a value complete, or are known to be free text", async () => {
  const free = [
    ...["--maxConcurrent", "--maxLog", "--grace", "--name", "--limit", "--attempt", "--keep"],
    ...["--olderThan", "--report"],
  ];
  const unknown = (await allCommands()).filter(({ isHidden }) => !isHidden).flatMap((
    { name, flags, args },
  ) => [
    ...Object.entries(flags).filter(([flag, one]) =>
      one.kind === "parsed" && one.complete === null && !free.includes(`--${flag}`)
    ).map(([flag]) => `${name} --${flag}`),
    ...args.filter(({ complete }) => complete === null)
      .map(({ placeholder }) => `${name} ${placeholder}`),
  ]);
  assertEquals(unknown, [], "say in its record how it is completed, or name it as free text here");
});
