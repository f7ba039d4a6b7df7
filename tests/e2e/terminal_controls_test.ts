/** What stands in a workflow file, and what jobs print, never controls a terminal, whatever command shows it. */
import { assert, assertNotMatch } from "../support/assert.ts";
import { newProject, type Project } from "../support/cli.ts";

const HOSTILE = "\x1b[8m\x1b]0;t\x07\x9b31m\u202eevil\u2066\u200b\r\x7f\x85";
/** What of it a file may hold. */
const MARKS = "\x9b31m\u202eevil\u2066\u200b\x85";
/** The same for `printf`, in octal. */
const PRINTED = String
  .raw`\033[8mhidden\033]0;t\007\302\23331m\342\200\256evil\342\201\246\r\177\302\205\033[31;41mred`;

const FILE = JSON.stringify({
  name: MARKS,
  description: MARKS,
  global_config: { environment: { B: MARKS } },
  jobs: [
    { id: "good", name: MARKS, command: `printf '${PRINTED}\\n'`, tags: [MARKS] },
    {
      id: "bad",
      command: `# ${MARKS}\nprintf '${PRINTED}\\n${PRINTED}' >&2; exit 3`,
      dependencies: ["good"],
    },
    { id: "http", job_type: "http", command: `http://127.0.0.1:9/${MARKS}` },
    { id: "late", command: "true", conditions: { only_if_branch: MARKS } },
  ],
});

/** As `FILE`, with a mistake for each kind of name and value. */
const BROKEN = JSON.stringify({
  name: HOSTILE,
  [HOSTILE]: 1,
  jobs: [{ id: HOSTILE, command: "true", job_type: HOSTILE, dependencies: [HOSTILE], tags: 1 }],
});

/** What orch itself tells a terminal: colours, and the cursor of the live view. */
// deno-lint-ignore no-control-regex -- they begin with one
const OURS = /\x1b\[(?:\?25|\?2026|\?7)[hl]|\x1b\[\d*[ABCDEFGJK]|\x1b\[[0-9;:]*m|\r(?=\x1b)/g;
const HARMFUL =
  // deno-lint-ignore no-control-regex -- as they are what must not be there
  /[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/;

async function check(project: Project, args: readonly string[], env = {}): Promise<void> {
  const { code, stdout, stderr } = await project.orch(args, { env, terminal: true });
  assert(stdout + stderr !== "", args.join(" "));
  for (const text of [stdout, stderr]) {
    // deno-lint-ignore no-control-regex -- as above
    assertNotMatch(text, /\x1b\[(?:[0-9;]*;)?0*8m|\x1b\[[0-9;]*31;41m/, args.join(" "));
    assertNotMatch(text.replace(OURS, ""), HARMFUL, `${args.join(" ")}: ${JSON.stringify(text)}`);
  }
  assert(!stderr.includes("bug in orch"), `${args.join(" ")} ended with ${code}`);
}

const MODES: readonly string[][] = [
  ["-q"],
  ["--ui", "plain"],
  ["--ui", "live"],
  ["--ui", "json"],
  ["-v"],
  ["--ui", "plain", "--job-output", "prefixed"],
  ["--ui", "live", "--job-output", "grouped"],
  ["-q", "--output", "-"],
  ["-q", "--report", "md=-", "--report", "junit=/dev/stderr"],
  ["--dry-run"],
];

for (const mode of MODES) {
  Deno.test(`nothing foreign controls the terminal of orch run ${mode.join(" ")}`, async () => {
    await using project = newProject({ "w.yaml": FILE });
    await check(project, ["run", "w.yaml", ...mode]);
    await check(project, ["run", "w.yaml", ...mode], { LOG_LEVEL: "DEBUG" });
  });
}

Deno.test("nothing foreign controls the terminal of what looks at files and runs", async () => {
  await using project = newProject({ "w.yaml": FILE, "broken.yaml": BROKEN });
  project.write(`${HOSTILE}.yaml`, FILE);
  await project.orch(["run", "w.yaml", "-q"]);
  await project.orch(["run", `${HOSTILE}.yaml`, "-q"]);
  const ofRuns = [["logs"], ["logs", "last", "good"], ["logs", "last", "bad", "--stderr"]]
    .concat(["show", "events", "history"].flatMap((command) => [[command], [command, "--json"]]))
    .concat([["show", "--graph"], ["why", "last", "bad"], ["why", "last", "late", "--json"]])
    .concat([["history", "--job", "bad"], ["logs", "last", HOSTILE], ["show", HOSTILE]]);
  const ofFiles = ["w.yaml", "broken.yaml", `${HOSTILE}.yaml`].flatMap((file) => [
    ["validate", file],
    ["validate", file, "--format", "json"],
    ["analyze", file],
    ["analyze", file, "--json"],
    ["analyze", file, "--format", "dot"],
    ["analyze", file, "--format", "mermaid"],
    ["permissions", file],
    ["permissions", file, "--json"],
  ]);
  const mistakes = [
    [HOSTILE],
    ["run", HOSTILE],
    ["run", "w.yaml", "--only", HOSTILE],
    ["run", "w.yaml", `--${HOSTILE}`],
    ["run", "w.yaml", "--ui", HOSTILE],
    ["run", "w.yaml", "-C", HOSTILE],
    ["run", "w.yaml", "-o", `${HOSTILE}/x`],
    ["run", "w.yaml", "--report", HOSTILE],
    ["run", "w.yaml", "--env-file", HOSTILE],
    ["explain", HOSTILE],
    ["create", "--name", HOSTILE, "--output", `${HOSTILE}.md`],
    ["create", "--name", HOSTILE, "--output", `${HOSTILE}-new.json`],
    ["history", "--workflow", HOSTILE],
    ["history", "--state-dir", HOSTILE],
  ];
  for (const args of [...ofRuns, ...ofFiles, ...mistakes, ["rerun", "--failed"]]) {
    await check(project, args);
  }
});
