/** The checks of the documents can fail: each finds what is wrong in a README that is wrong. */
import { assertEquals } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";
import {
  blocksOf,
  brokenLinks,
  comparable,
  differences,
  flagsIn,
  flagsOfHelp,
  keyPaths,
  missingFiles,
  namesIn,
  outputDifference,
  unknownAttributes,
  unknownTasks,
  wrongDefaults,
} from "../support/docs.ts";
import { allUserPages } from "../support/pages.ts";
import { checkout, runDocument } from "./document.ts";

const PAGES = allUserPages();

const HELP = `Run --all of it

Usage: orch run [FLAGS] FILE

  FILE                    Workflow file
  -c, --max-concurrent N  Jobs at a time
  -n, --name NAME         Name of --only one
      --live, --no-live   Redraw
      --grace SECONDS     Seconds between asking a job to end and killing it
                          with --force (default: 10)
      --dry-run           Nothing
  -h, --help              Show this help

Examples:
  orch run --example
`;

const FLAGS = `
| Flag of \`orch run\` | Default | Meaning |
|---|---|---|
| \`-c\`, \`--max-concurrent N\` | | Jobs |
| \`-n\`, \`--name\` | | Name |
| \`--live\`, \`--no-live\` | | Not \`--plain\` |
| \`--grace SECONDS\` | 10 | Time |
| \`--dry-run\` | | Nothing |
`;

/** The same in a table of two commands. */
const SHARED_FLAGS = `
| Flag | \`resume\` | \`run\` | Meaning |
|---|---|---|---|
| \`-c\`, \`--max-concurrent N\` | as before | yes | Jobs |
| \`-n\`, \`--name\` | | yes | Name |
| \`--live\`, \`--no-live\` | yes | yes | Not \`--plain\` |
| \`--grace SECONDS\` | | 10 | Time |
| \`--repair\` | yes | | Nothing of \`run\` |
| \`--dry-run\` | yes | yes | Nothing |
`;

function flagProblems(markdown: string): string[] {
  return [
    ...differences(flagsIn(markdown, "run"), flagsOfHelp(HELP), "flag"),
    ...wrongDefaults(markdown, "run", HELP),
  ];
}

/** What is wrong, where it is looked for, and what is said. */
const ROWS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    "a link to a file that is not there",
    brokenLinks("[a](a.md) [b](b.md) [c](https://c)", (path) => path === "a.md" ? "" : null),
    ["the link to b.md leads nowhere"],
  ],
  [
    "a link to a heading that is not there",
    brokenLinks("# Stop, pause\n[a](#stop-pause) [b](#stop)\n", () => ""),
    ["the link to #stop leads nowhere"],
  ],
  [
    "a link to a heading that another document does not have",
    brokenLinks("[a](a.md#one) [b](a.md#two)", () => "## One\n"),
    ["the link to a.md#two leads nowhere"],
  ],
  [
    "a source file that does not exist",
    missingFiles("`core/a.ts`, `b.ts`, `gone/a.ts`, `c.ts`, `tests/*_test.ts`", [
      "lib/core/a.ts",
      "lib/x/b.ts",
    ]),
    ["there is no file gone/a.ts", "there is no file c.ts"],
  ],
  [
    "a task that is not there",
    unknownTasks("`deno task run`, `deno task --quiet --config x orhc a`", ["run", "orch"]),
    ["there is no task orhc"],
  ],
  [
    "an attribute that means nothing",
    unknownAttributes("```sh exti=2\nfalse\n```\n"),
    ["line 1: 'exti' means nothing on a block of 'sh'"],
  ],
  ["flags as in the help", flagProblems(FLAGS), []],
  [
    "a flag that is missing",
    flagProblems(FLAGS.replace(/.*dry-run.*\n/, "")),
    ["flag --dry-run is not in the document"],
  ],
  [
    "a flag that does not exist",
    flagProblems(FLAGS.replace("`--no-live`", "`--nolive`")),
    ["flag --no-live is not in the document", "flag --nolive does not exist"],
  ],
  [
    "another default",
    flagProblems(FLAGS.replace("| 10 |", "| 20 |")),
    ["--grace has the default 10, not '20'"],
  ],
  ["flags in a column of their command", flagProblems(SHARED_FLAGS), []],
  [
    "a flag that is missing in the column of its command",
    flagProblems(SHARED_FLAGS.replace("| `--dry-run` | yes | yes |", "| `--dry-run` | yes | |")),
    ["flag --dry-run is not in the document"],
  ],
  [
    "another default in a column",
    flagProblems(SHARED_FLAGS.replace("| 10 |", "| 20 |")),
    ["--grace has the default 10, not '20'"],
  ],
  [
    "a key of the pages that is gone",
    differences(
      namesIn(PAGES.replace(/^\| `timeout` .*\n/m, ""), "Key of a job"),
      namesIn(PAGES, "Key of a job"),
      "key",
    ),
    ["key timeout is not in the document"],
  ],
  [
    "a key that is defined twice",
    differences(["a", "b", "a"], ["a", "b"], "key"),
    ["key a stands in the document twice"],
  ],
];

for (const [name, problems, expected] of ROWS) {
  Deno.test(`checks of documents: ${name}`, () => assertEquals([...problems], [...expected]));
}

Deno.test("checks of documents: the pages have what they look at", () => {
  const count = (language: string) =>
    blocksOf(PAGES).filter((block) => block.language === language).length;
  for (const language of ["sh", "text", "yaml", "json"]) {
    assertEquals(count(language) > 0, true, `no block of ${language}`);
  }
  assertEquals(namesIn(PAGES, "Key of a job").length > 10, true);
  assertEquals(flagsIn(PAGES, "run").length > 10, true);
});

const REAL = "12:01:02  ▶ start     a\n12:01:02  ✔ ok        a 0.25s\n──── x ──\n1.2s wall\n";

/** Documented output, and whether it is that of REAL. */
const OUTPUTS: readonly (readonly [string, string, boolean])[] = [
  ["the same", REAL, true],
  [
    "other times, durations and rules",
    REAL.replace(/0\.25|1\.2/g, "9.1").replace("02", "59"),
    true,
  ],
  ["a gap", "12:01:02  ▶ start     a\n…\n1.2s wall\n", true],
  ["another word", REAL.replace("ok", "OK"), false],
  ["a line too few", REAL.replace("1.2s wall\n", ""), false],
  ["a line too many", `${REAL}more\n`, false],
  ["another order", REAL.split("\n").reverse().join("\n"), false],
  ["a gap with another end", "12:01:02  ▶ start     a\n…\nend\n", false],
  ["a gap where lines overlap", `${REAL}…\n${REAL}`, false],
];

for (const [name, documented, isSame] of OUTPUTS) {
  Deno.test(`outputs of documents: ${name} is ${isSame ? "the same" : "told apart"}`, () => {
    assertEquals(outputDifference(documented, REAL, "/tmp/x") === null, isSame);
  });
}

Deno.test("outputs of documents: what differs from run to run is levelled", () => {
  assertEquals(
    comparable(
      "Task run x\n12:00:01 (run 20261122-124815-aq8j) /tmp/x/a 12.5 MB 0.05s 1.3× parallel  \n",
      "/tmp/x",
    ),
    ["TIME (run RUN) FOLDER/a SIZE DURATION SHARE"],
  );
});

Deno.test("outputs of documents: timelines are levelled, trees are not", () => {
  const timeline =
    "Time\n         0            0.20s     1:30\n✔ a  ██░··██      0.20s\nb        ███\n█ runs  ░ waits\n";
  assertEquals(comparable(timeline, "/tmp/x"), [
    "Time",
    "AXIS",
    "✔ a BAR DURATION",
    "b BAR",
    "LEGEND",
  ]);
  assertEquals(comparable(" 0  setup\n 1  └─ build\n", "/tmp/x"), [" 0  setup", " 1  └─ build"]);
});

Deno.test("keys of documents: lists and named maps count as one element", () => {
  assertEquals(keyPaths({ jobs: { a: { id: 1 }, b: { id: 2, x: 3 } }, l: [{ y: 1 }] }, ["jobs"]), [
    ...["jobs", "jobs.*", "jobs.*.id", "jobs.*.x", "l", "l.*", "l.*.y"],
  ]);
});

const WORKFLOW = "```yaml file=w.yaml\nname: w\njobs: [{id: a, command: echo}]\n```\n";

/** Small documents, and what each problem begins with. */
const DOCUMENTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "true",
    `${WORKFLOW}\`\`\`sh\norch validate w.yaml\n\`\`\`\n\`\`\`text\nw.yaml: valid, 1 job\n\`\`\`\n`,
    [],
  ],
  ["another exit code", "```sh exit=2\ntrue\n```\n", ["line 1: true ended with 0, not 2"]],
  ["a command that fails", "```sh\ntrue\nfalse\n```\n", ["line 1: false ended with 1, not 0"]],
  ["another output", "```sh\necho a\n```\n\n```text\nb\n```\n", ["line 5: documented:"]],
  ["the wrong Deno", "```sh\nnpx --yes deno@1 task run\n```\n", [
    "line 1: npx --yes deno@1 task run ended with 64, not 0",
  ]],
  [
    "commands that are not run",
    "```sh no-run\nfalse\n```\n```sh os=none\nfalse\n```\n```text\nx\n```\n",
    [],
  ],
];

for (const [name, markdown, expected] of DOCUMENTS) {
  Deno.test(`commands of documents: ${name}`, async () => {
    await using project = name === "the wrong Deno" ? checkout() : newProject();
    const problems = await runDocument(project, markdown);
    assertEquals(problems.map((problem) => problem.split("\n")[0]), [...expected]);
  });
}
