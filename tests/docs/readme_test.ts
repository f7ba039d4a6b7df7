/**
 * What the documents say is true: the commands of each run in order in one copy of the repository, end
 * with the exit codes they say and print what stands below them; tables are those of the program;
 * links lead somewhere.
 */
import { parse } from "@std/yaml/parse";
import { keysAt } from "../../lib/core/workflow/schema.ts";
import type { DocumentPath } from "../../lib/core/workflow/diagnostic.ts";
import { assertEquals } from "../support/assert.ts";
import { newProject, ROOT } from "../support/cli.ts";
import {
  blocksOf,
  brokenLinks,
  commandsOfHelp,
  differences,
  flagsIn,
  flagsOfHelp,
  keyPaths,
  missingFiles,
  namesIn,
  unknownAttributes,
  unknownTasks,
  wrongDefaults,
} from "../support/docs.ts";
import { allUserPages, DESIGN_PAGES, pageText, USER_PAGES } from "../support/pages.ts";
import { checkout, runDocument } from "./document.ts";

const PAGES = allUserPages();
const DOCUMENTS = [
  ...[...USER_PAGES, ...DESIGN_PAGES, "CHANGELOG.md", "tests/README.md"],
  ...[".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"],
];
/** The documents that name files of the source. */
const MAINTAINER_DOCUMENTS = [
  ...DESIGN_PAGES,
  ...[".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"],
];
/** The documents that have tables of all commands and their flags. */
const COMMAND_DOCUMENTS = ["docs/commands.md"];
const TASKS = Object.keys(JSON.parse(Deno.readTextFileSync(`${ROOT}/deno.json`)).tasks);

for (const document of DOCUMENTS) {
  const text = pageText(document);

  if (blocksOf(text).some(({ language }) => language === "sh")) {
    Deno.test(`${document}: every command ends and prints as it says`, async () => {
      await using project = checkout();
      assertEquals(await runDocument(project, text), []);
    });
  }

  Deno.test(`${document}: links lead to files, tasks exist, no mark is left open`, () => {
    const folder = new URL(document, `file://${ROOT}/`);
    const textOf = (path: string) => {
      const url = new URL(path, folder);
      try {
        return Deno.statSync(url).isFile ? Deno.readTextFileSync(url) : "";
      } catch {
        return null;
      }
    };
    const problems = [
      ...brokenLinks(text, textOf),
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

/** What commands make, and a name that stands for others. */
const NOT_KEPT = ["dist/orch.js", "X_impl.ts"];

for (const document of MAINTAINER_DOCUMENTS) {
  Deno.test(`${document}: the source files that it names exist`, () => {
    const paths = ["lib", "executors", "tests", "tools", "bin"].flatMap(filesBelow);
    assertEquals(missingFiles(pageText(document), [...paths, "main.ts", ...NOT_KEPT]), []);
  });
}

/** The paths of all files in a folder of the repository. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(`${ROOT}/${folder}`)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

for (const document of COMMAND_DOCUMENTS) {
  Deno.test(`${document}: the tables have the commands, flags and defaults of the help`, async () => {
    const text = await Deno.readTextFile(`${ROOT}/${document}`);
    await using project = newProject();
    const commands = commandsOfHelp((await project.orch(["--help"])).stdout);
    const named = namesIn(text, "Command").map((usage) => usage.split(" ")[1] ?? "");
    const problems = differences(named, commands, "command");
    for (const command of commands) {
      const help = (await project.orch([command, "--help-all"])).stdout;
      problems.push(
        ...differences(flagsIn(text, command), flagsOfHelp(help), `orch ${command}`),
        ...wrongDefaults(text, command, help),
      );
    }
    assertEquals(problems, []);
  });
}

Deno.test("the pages: the tables have the inputs and outputs of the action", () => {
  const text = Deno.readTextFileSync(`${ROOT}/.github/actions/orch/action.yml`);
  const { inputs, outputs } = parse(text) as { inputs: object; outputs: object };
  assertEquals([
    ...differences(namesIn(PAGES, "Input of the action"), Object.keys(inputs), "input"),
    ...differences(namesIn(PAGES, "Output of the action"), Object.keys(outputs), "output"),
  ], []);
});

/** The keys of the format at `path` that hold values, not further keys. */
function formatKeys(path: DocumentPath): string[] {
  return keysAt(path).flatMap((key) => {
    const inner = formatKeys([...path, key]);
    return inner.length === 0 ? [key] : inner.map((rest) => `${key}.${rest}`);
  });
}

Deno.test("the pages: the tables have the keys of the file format", () => {
  assertEquals([
    ...differences(namesIn(PAGES, "Key of the file"), formatKeys([]), "key"),
    ...differences(namesIn(PAGES, "Key of a job"), formatKeys(["jobs", 0]), "key of a job"),
    ...differences(
      namesIn(PAGES, "Key of a plugin"),
      formatKeys(["plugins", 0]),
      "key of a plugin",
    ),
  ], []);
});

Deno.test("the pages: the results it shows have the keys of real results", async () => {
  await using project = newProject();
  await project.results([{ id: "build", command: "true" }]);
  const merged = ["jobs", "events.*.details"];
  const shown = blocksOf(PAGES).filter(({ language }) => language === "json")
    .map(({ text }) => JSON.parse(text)).find(({ schema }) => schema === "orch.results/v1");
  const [documented, real] = [shown, project.json("results.json")].map((results) =>
    keyPaths(results, merged).filter((path) => !path.startsWith("events.*.details."))
  );
  assertEquals(differences(documented!, real!, "key of the results"), []);
});

Deno.test("the pages: every example has a link", () => {
  const files = [...Deno.readDirSync(`${ROOT}/examples`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml"));
  assertEquals(files.filter((name) => !PAGES.includes(`examples/${name})`)), []);
});
