/** A document at work: its commands run in one copy of the repository, in order. */
import { newProject, type Project, ROOT } from "../support/cli.ts";
import { type Block, blocksOf, commandsOf, outputDifference } from "../support/docs.ts";

/** What a run of orch from its source needs. */
const PROGRAM_PATHS = [
  "bin",
  "main.ts",
  "deno.json",
  "deno.lock",
  "lib",
  "executors",
  "tools",
  "examples",
];

/** `npx --yes deno@2.9.6 …` without the network: the Deno that runs this test. */
const NPX = `#!/bin/sh
case "$1 $2" in '--yes deno@2.9.6') shift 2;; *) echo "npx: expected --yes deno@2.9.6" >&2; exit 64;; esac
exec '${Deno.execPath()}' "$@"
`;

/** Programs that a document may use and a machine may lack. */
const OPTIONAL = ["jq", "git", "python3"];

/**
 * A copy of the repository, as far as a user runs it, in `folder` of a project in which `npx` needs no
 * network.
 */
export function checkout(folder = "."): Project {
  const project = newProject();
  for (const path of PROGRAM_PATHS) copy(project, path, folder);
  project.write(".bin/npx", NPX, 0o755);
  return project;
}

function copy(project: Project, path: string, folder: string): void {
  const { isDirectory, mode } = Deno.statSync(`${ROOT}/${path}`);
  if (!isDirectory) {
    return project.write(`${folder}/${path}`, Deno.readFileSync(`${ROOT}/${path}`), mode!);
  }
  for (const { name } of Deno.readDirSync(`${ROOT}/${path}`)) {
    if (name !== ".orch") copy(project, `${path}/${name}`, folder);
  }
}

interface Printed {
  readonly code: number;
  /** Both streams, as a terminal would show them. */
  readonly output: string;
}

export async function runLines(project: Project, lines: string): Promise<Printed> {
  const path = `${project.path(".bin")}:${Deno.env.get("PATH")}`;
  const env = { PATH: path, LC_ALL: "C.UTF-8", NO_COLOR: "1" };
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

/**
 * Runs the commands of a document in order; writes the files it shows. What did not end or print as
 * the document says. Output is not looked at where a command could not run here.
 */
export async function runDocument(project: Project, markdown: string): Promise<string[]> {
  const problems: string[] = [];
  let output: string | null = null;
  for (const block of blocksOf(markdown)) {
    const { language, attributes, text, line } = block;
    const report = (problem: string) => problems.push(`line ${line}: ${problem}`);
    if (language === "sh") output = await runBlock(project, block, report);
    if (language !== "sh" && attributes["file"]) project.write(attributes["file"], text);
    if (language === "text" && output !== null) {
      const difference = outputDifference(text, output, project.folder);
      if (difference !== null) report(difference);
    }
  }
  return problems;
}

/** The output of all commands of a `sh` block; `null` where one could not run here. */
async function runBlock(
  project: Project,
  block: Block,
  report: (problem: string) => void,
): Promise<string | null> {
  const { exit = "0", os = Deno.build.os } = block.attributes;
  if ("no-run" in block.attributes || os !== Deno.build.os) return null;
  let all = "";
  for (const command of commandsOf(block)) {
    if (await lacks(project, command)) return null;
    const { code, output } = await runLines(project, command);
    if (code !== Number(exit)) report(`${command} ended with ${code}, not ${exit}\n${output}`);
    all += output;
  }
  return all;
}
