/**
 * GitHub's runner gets commands from orch alone, in every mode and from every command: not from what jobs
 * print, nor from names and texts of a workflow file.
 */
import { assert, assertEquals } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { runnerCommands } from "../support/runner.ts";

const COMMANDS = "::set-output name=x::y\\n ::add-mask::a\\r::error::b\\n##[add-mask]c";
const NAME = "::error::name ##[add-mask]d";

const FILE = JSON.stringify(
  {
    name: NAME,
    description: NAME,
    jobs: [
      { id: "good", name: NAME, command: `printf '${COMMANDS}\\n'`, tags: [NAME] },
      {
        id: "bad",
        command: `::warning::e 2>/dev/null\nprintf '${COMMANDS}' >&2\nexit 3`,
        environment: { A: NAME },
        dependencies: ["good"],
        retry_config: { max_attempts: 2, initial_delay: 0 },
      },
      { id: "late", command: "true", dependencies: ["bad"], conditions: { only_if_branch: NAME } },
    ],
  },
  null,
  1,
);

const BROKEN = `name: "${NAME}"
jobs:
  - id: a
    "::error::key ##[add-mask]e": 1
    command: |
      ::error::x
    dependencies: ["::error::f"]
`;

const env = { GITHUB_ACTIONS: "true" };

/** The commands of both streams, each read by itself and both together. */
async function commandsOf(
  project: Project,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { stdout, stderr } = await project.orch(args, { env: { ...env, ...more } });
  assert(stdout + stderr !== "", args.join(" "));
  return [...runnerCommands(stdout), ...runnerCommands(stderr)];
}

const OWN = ["group", "endgroup", "error"];

const MODES: readonly string[][] = [
  ["-q"],
  ["--ui", "plain"],
  ["--ui", "json"],
  ["--ui", "live"],
  ["-v"],
  ["--output", "-"],
  ["-q", "--output", "-"],
  ["--ui", "json", "--output", "-"],
  ["--report", "md=-", "--report", "junit=/dev/stderr"],
  ...["failed", "grouped", "prefixed", "none"].map((mode) => ["--job-output", mode]),
  ["--dry-run"],
];

for (const mode of MODES) {
  Deno.test(`jobs give GitHub's runner no command with ${mode.join(" ")}`, async () => {
    await using project = newProject({ "w.yaml": FILE });
    for (const more of [{}, { LOG_LEVEL: "DEBUG" }, { FORCE_COLOR: "1" }]) {
      const found = await commandsOf(project, ["run", "w.yaml", ...mode], more);
      assertEquals(found.filter((name) => !OWN.includes(name)), []);
      const isTold = !mode.includes("-q") && !mode.includes("json") && !mode.includes("--dry-run");
      assertEquals(found.filter((name) => name === "error").length, isTold ? 1 : 0);
    }
  });
}

Deno.test("jobs give GitHub's runner no command by what looks at runs afterwards", async () => {
  await using project = newProject({ "w.yaml": FILE });
  await project.orch(["run", "w.yaml", "-q"]);
  const commands = [
    ["logs"],
    ["logs", "last", "good"],
    ["logs", "last", "bad", "--stderr"],
    ["show"],
    ["show", "--graph"],
    ["show", "--json"],
    ["why", "last", "bad"],
    ["why", "last", "late", "--json"],
    ["events"],
    ["events", "--json"],
    ["history"],
    ["history", "--json"],
    ["history", "--job", "bad"],
    ["history", "--workflow", NAME],
    ["analyze", "w.yaml"],
    ["analyze", "w.yaml", "--format", "dot"],
    ["analyze", "w.yaml", "--format", "mermaid"],
    ["analyze", "w.yaml", "--json"],
    ["permissions", "w.yaml"],
    ["rerun", "last", "--failed", "-q"],
    ["logs", "last", NAME],
    ["explain", NAME],
    [NAME],
    ["clean", "--keep", "0"],
  ];
  for (const args of commands) assertEquals(await commandsOf(project, args), [], args.join(" "));
});

Deno.test("mistakes of a file give GitHub's runner no command but their annotations", async () => {
  await using project = newProject({ "w.yaml": BROKEN });
  for (const command of ["run", "validate", "analyze"]) {
    const found = await commandsOf(project, [command, "w.yaml"]);
    assertEquals(found, ["error", "error"], command);
  }
  assertEquals(await commandsOf(project, ["validate", "w.yaml", "--format", "json"]), []);
});

Deno.test("in GitHub Actions logs keep every byte but the force of commands", async () => {
  await using project = newProject({
    "w.yaml": workflow({ id: "a", command: "printf 'x\\377\\000::y\\n::z\\n'" }),
  });
  await project.orch(["run", "w.yaml", "-q"]);
  const plain = await project.spawn(["logs", "last", "a"]).finished;
  const guarded = await project.spawn(["logs", "last", "a"], { env }).finished;
  assertEquals(plain.stdout, "x\ufffd\0::y\n::z\n");
  assertEquals(guarded.stdout, "x\ufffd\0::y\n: :z\n");
});
