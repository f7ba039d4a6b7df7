/**
 * README.md and CONTRIBUTING.md are true: their commands run in order in one copy of the repository,
 * end with the exit codes they say and print what stands below them; their tables are those of the
 * program; their links lead somewhere.
 */
import { parse } from "@std/yaml/parse";
import { keysAt } from "../../lib/core/schema.ts";
import type { DocumentPath } from "../../lib/core/diagnostic.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { newProject, type Project, ROOT } from "../support/cli.ts";
import {
  type Block,
  blocksOf,
  brokenLinks,
  commandsOf,
  commandsOfHelp,
  differences,
  flagsIn,
  flagsOfHelp,
  keyPaths,
  namesIn,
  outputDifference,
  unknownAttributes,
  unknownTasks,
  wrongDefaults,
} from "../support/docs.ts";

const README = Deno.readTextFileSync(`${ROOT}/README.md`);
const DOCUMENTS = ["README.md", ".github/CONTRIBUTING.md", ".github/ARCHITECTURE.md"];
const TASKS = Object.keys(JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)).tasks);

/** What a run of orch from its source needs. */
const PROGRAM_PATHS = ["main.ts", "deno.json", "deno.lock", "lib", "executors", "examples"];

/** `npx --yes deno@2.9.6 …` without the network: the Deno that runs this test. */
const NPX = `#!/bin/sh
case "$1 $2" in '--yes deno@2.9.6') shift 2;; *) echo "npx: expected --yes deno@2.9.6" >&2; exit 64;; esac
exec '${Deno.execPath()}' "$@"
`;

/** Programs that a document may use and a machine may lack. */
const OPTIONAL = ["jq", "git", "python3"];

/** A copy of the repository, as far as a user runs it. */
function checkout(): Project {
  const project = newProject();
  for (const path of PROGRAM_PATHS) copy(project, path);
  project.write(".bin/npx", NPX, 0o755);
  return project;
}

function copy(project: Project, path: string): void {
  const { isDirectory, mode } = Deno.statSync(`${ROOT}/${path}`);
  if (!isDirectory) return project.write(path, Deno.readFileSync(`${ROOT}/${path}`), mode!);
  for (const { name } of Deno.readDirSync(`${ROOT}/${path}`)) {
    if (name !== ".orch") copy(project, `${path}/${name}`);
  }
}

interface Printed {
  readonly code: number;
  /** Both streams, as a terminal would show them. */
  readonly output: string;
}

async function runLines(project: Project, lines: string): Promise<Printed> {
  const path = `${project.path(".bin")}:${Deno.env.get("PATH")}`;
  const env = { PATH: path, LC_ALL: "C.UTF-8" };
  const { code, stdout } = await project.shell(`exec 2>&1\n${lines}`, { env }).finished;
  return { code, output: stdout };
}

/** The program that a command cannot do without and that is not here; says so. */
async function lacks(project: Project, command: string): Promise<boolean> {
  const [program = ""] = command.split(" ");
  const needed = OPTIONAL.includes(program) ? program : /--allow-run=(\w+)/.exec(command)?.[1];
  if (needed === undefined || (await runLines(project, `command -v ${needed}`)).code === 0) {
    return false;
  }
  // deno-lint-ignore no-console -- CI counts these lines
  console.log(`skipped: no ${needed}`);
  return true;
}

/** Runs a `sh` block; its output, or `null` where some of it could not run here. */
async function runBlock(project: Project, { attributes, ...block }: Block): Promise<string | null> {
  const { exit = "0", os = Deno.build.os } = attributes;
  if ("no-run" in attributes || os !== Deno.build.os) return null;
  let all = "";
  for (const command of commandsOf({ attributes, ...block })) {
    if (await lacks(project, command)) return null;
    const { code, output } = await runLines(project, command);
    const why = `line ${block.line}: ${command}\n${output}`;
    assertEquals(code, Number(exit), why);
    all += output;
  }
  return all;
}

for (const document of DOCUMENTS) {
  const text = Deno.readTextFileSync(`${ROOT}/${document}`);

  Deno.test(`${document}: every command ends and prints as it says`, async () => {
    await using project = checkout();
    let output: string | null = null;
    for (const block of blocksOf(text)) {
      switch (block.language) {
        case "sh":
          output = await runBlock(project, block);
          break;
        case "yaml":
          if (block.attributes["file"]) project.write(block.attributes["file"], block.text);
          break;
        case "text": {
          if (output === null) break;
          const difference = outputDifference(block.text, output, project.folder);
          assert(difference === null, `line ${block.line}: ${difference}`);
        }
      }
    }
  });

  Deno.test(`${document}: links lead to files, tasks exist, no mark is left open`, () => {
    const folder = new URL(document, `file://${ROOT}/`);
    const isFile = (path: string) => {
      try {
        return Deno.statSync(new URL(path, folder)) !== null;
      } catch {
        return false;
      }
    };
    const problems = [
      ...brokenLinks(text, isFile),
      ...unknownTasks(text, TASKS),
      ...unknownAttributes(text),
      ...text.match(/@@\w+@@/g) ?? [],
    ];
    assertEquals(problems, []);
  });

  Deno.test(`${document}: YAML and JSON parse, and whole workflows are valid`, async () => {
    await using project = newProject();
    for (const { language, attributes, text: content, line } of blocksOf(text)) {
      if (language === "json") JSON.parse(content);
      if (language !== "yaml") continue;
      const data = parse(content);
      const isWhole = typeof data === "object" && data !== null && "jobs" in data;
      // What a file is for is the business of the commands that use it.
      if (!isWhole || attributes["file"]) continue;
      project.write("w.yaml", content);
      const { code, stderr } = await project.orch(["validate", "w.yaml"]);
      assertEquals(code, 0, `line ${line}: ${stderr}`);
    }
  });
}

Deno.test("README.md: the name it gives orch works in another folder", async () => {
  await using project = checkout();
  project.write("else where/w.yaml", "name: w\njobs: [{id: a, command: echo}]\n");
  const line = /^alias orch=.*$/m.exec(README)?.[0];
  const { code, output } = await runLines(
    project,
    `${line}\ncd 'else where'\norch validate w.yaml`,
  );
  assertEquals({ code, output }, { code: 0, output: "w.yaml: valid, 1 job\n" });
});

Deno.test("README.md: the tables have the commands, flags and defaults of the help", async () => {
  await using project = newProject();
  const commands = commandsOfHelp((await project.orch(["--help"])).stdout);
  const named = namesIn(README, "Command").map((usage) => usage.split(" ")[1] ?? "");
  const problems = differences(named, commands, "command");
  for (const command of commands) {
    const help = (await project.orch([command, "--help"])).stdout;
    problems.push(
      ...differences(flagsIn(README, command), flagsOfHelp(help), `orch ${command}`),
      ...wrongDefaults(README, command, help),
    );
  }
  assertEquals(problems, []);
});

/** The keys of the format at `path` that hold values, not further keys. */
function formatKeys(path: DocumentPath): string[] {
  return keysAt(path).flatMap((key) => {
    const inner = formatKeys([...path, key]);
    return inner.length === 0 ? [key] : inner.map((rest) => `${key}.${rest}`);
  });
}

Deno.test("README.md: the tables have the keys of the file format", () => {
  assertEquals([
    ...differences(namesIn(README, "Key of the file"), formatKeys([]), "key"),
    ...differences(namesIn(README, "Key of a job"), formatKeys(["jobs", 0]), "key of a job"),
  ], []);
});

Deno.test("README.md: the results it shows have the keys of real results", async () => {
  await using project = newProject();
  await project.results([{ id: "build", command: "true" }]);
  const merged = ["jobs", "events.*.details"];
  const shown = blocksOf(README).filter(({ language }) => language === "json")
    .map(({ text }) => JSON.parse(text)).find(({ schema }) => schema === "orch.results/v1");
  const [documented, real] = [shown, project.json("results.json")].map((results) =>
    keyPaths(results, merged).filter((path) => !path.startsWith("events.*.details."))
  );
  assertEquals(differences(documented!, real!, "key of the results"), []);
});

Deno.test("README.md: every example has a link", () => {
  const files = [...Deno.readDirSync(`${ROOT}/examples`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"));
  assertEquals(files.filter((name) => !README.includes(`](examples/${name})`)), []);
});
