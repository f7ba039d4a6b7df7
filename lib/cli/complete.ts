/**
 * What the completion scripts of the shells ask on every press of the key: `orch __complete -- WORDS`.
 * The answer is a line that says what else the shell should offer (`words` for nothing else), and
 * then a line for each candidate with its meaning after a tab. It never fails and never writes: a key
 * pressed in vain is better than an error in the middle of a command line.
 */
import type { CommandContext, RouteMap } from "@stricli/core";
import {
  type Candidate,
  type CommandSpec,
  type FlagSpec,
  type Line,
  wantedAt,
} from "../core/completion.ts";
import type { World } from "../runtime/world.ts";
import { candidatesText, SHELLS } from "../view/completion_script.ts";
import { WHEN } from "./look_flags.ts";
import { EXIT } from "./exit_code.ts";

/** What a shell adds to the candidates by itself. */
export type ShellPart = "words" | "files" | "workflows" | "folders";

interface Answer {
  readonly part: ShellPart;
  readonly words: readonly string[];
}

/** What an answer is made from. */
export interface Asked<C extends CommandContext> {
  /** All commands. */
  readonly tree: RouteMap<C>;
  readonly world: World;
}

/** What a source of words knows. */
interface Place {
  readonly line: Line;
  readonly world: World;
  /** What the arguments of the command are called. */
  readonly positional: readonly string[];
}

type Source = (place: Place) => Promise<Answer> | Answer;

const MOST_RUNS = 50;

const NOTHING: Source = () => ({ part: "words", words: [] });
const FILES: Source = () => ({ part: "files", words: [] });
const FOLDERS: Source = () => ({ part: "folders", words: [] });
const WORKFLOWS: Source = () => ({ part: "workflows", words: [] });

/** Where the values of flags come from, by the names of our code; those not here are free text. */
export const VALUES: Readonly<Record<string, Source>> = {
  only: jobIds,
  from: jobIds,
  job: jobIds,
  workflow: WORKFLOWS,
  tags: jobTags,
  skipTags: jobTags,
  output: FILES,
  envFile: FILES,
  directory: FOLDERS,
  stateDir: FOLDERS,
};

/** Where arguments come from, by what the help calls them. */
export const ARGUMENTS: Readonly<Record<string, Source>> = {
  file: WORKFLOWS,
  run: runIds,
  job: jobIds,
  rebuild: () => ({ part: "words", words: ["rebuild"] }),
  code: codes,
  shell: () => ({ part: "words", words: SHELLS }),
};

/** The flags that every command takes, as if each of them had said so. */
const LOOK: Readonly<Record<string, FlagSpec>> = {
  color: { kind: "enum", brief: "When there is colour", values: WHEN },
  ascii: { kind: "boolean", brief: "No sign that is not ASCII", default: false },
};

/** Answers for the words after `orch`, the last of which is the one at the cursor. */
export async function complete<C extends CommandContext>(
  words: readonly string[],
  { tree, world }: Asked<C>,
): Promise<number> {
  let text: string;
  try {
    text = await answer(words, { tree, world });
  } catch {
    // What could not be read is no candidate.
    text = candidatesText("words", []);
  }
  world.stdout.write(text);
  return EXIT.ok;
}

async function answer<C extends CommandContext>(
  words: readonly string[],
  { tree, world }: Asked<C>,
): Promise<string> {
  const specs = commandSpecs(tree);
  const wanted = wantedAt(words, specs);
  if (wanted.kind === "words") return candidatesText("words", wanted.candidates);
  const source = (wanted.kind === "value" ? VALUES[wanted.flag] : ARGUMENTS[wanted.name]) ??
    NOTHING;
  const prefix = wanted.kind === "value" ? wanted.prefix : "";
  const { part, words: found } = await source({
    line: wanted.line,
    world,
    positional: specs[wanted.line.command]!.positional,
  });
  const listed = prefix.replace(/^--[^=]*=/, "").split(",");
  const candidates: Candidate[] = [...new Set(found)]
    .filter((word) => word.startsWith(wanted.partial) && !listed.includes(word))
    .map((word) => ({ word: prefix + word, brief: "" }));
  return candidatesText(part, candidates);
}

/** The command tree as the core takes it. */
export function commandSpecs<C extends CommandContext>(
  tree: RouteMap<C>,
): Record<string, CommandSpec> {
  const specs: Record<string, CommandSpec> = {};
  for (const { name, target, hidden } of tree.getAllEntries()) {
    if (hidden || !("parameters" in target)) continue;
    const { flags = {}, aliases = {}, positional } = target.parameters;
    const repeats = positional?.kind === "array";
    const parameters = positional === undefined
      ? []
      : positional.kind === "array"
      ? [positional.parameter]
      : positional.parameters;
    specs[name.original] = {
      brief: target.brief,
      flags: { ...flags, ...LOOK },
      aliases: aliases as Readonly<Record<string, string>>,
      positional: parameters.map(({ placeholder }) => placeholder ?? ""),
      repeats,
    };
  }
  return specs;
}

async function jobIds(place: Place): Promise<Answer> {
  const jobs = await jobsMeant(place);
  return { part: "words", words: jobs.map(({ id }) => id) };
}

async function jobTags(place: Place): Promise<Answer> {
  const jobs = await jobsMeant(place);
  return { part: "words", words: jobs.flatMap(({ tags }) => tags) };
}

interface JobSummary {
  readonly id: string;
  readonly tags: readonly string[];
}

/** The jobs of the workflow file or of the run that the line names. */
async function jobsMeant(place: Place): Promise<readonly JobSummary[]> {
  const { line, world, positional } = place;
  if (!positional.includes("file")) {
    return await jobsOfRun(line.args[positional.indexOf("run")] ?? "last", place);
  }
  const { loadWorkflow } = await import("../runtime/load.ts");
  const { workflowFile } = await import("./default_file.ts");
  const file = workflowFile(line.args[0], world);
  if (file === "-") return [];
  const { workflow } = await loadWorkflow(world, file);
  return workflow.ok ? workflow.value.jobs : [];
}

async function jobsOfRun(name: string, place: Place): Promise<readonly JobSummary[]> {
  const { readRun } = await import("../runtime/run_record.ts");
  const located = await (await runsFor(place)).locate(name);
  if (located.kind !== "found") return [];
  const read = await readRun(located.place.path);
  return read.ok ? read.record.plan.workflow.jobs : [];
}

async function codes(): Promise<Answer> {
  const { EXPLANATIONS } = await import("../view/explain_text.ts");
  return { part: "words", words: Object.keys(EXPLANATIONS) };
}

async function runIds(place: Place): Promise<Answer> {
  const runs = (await runsFor(place)).places.slice(0, MOST_RUNS);
  return { part: "words", words: ["last", ...runs.map(({ runId }) => runId)] };
}

async function runsFor({ line, world }: Place) {
  const { OwnedRuns } = await import("../runtime/ownership.ts");
  const stateDir = line.values["stateDir"];
  return await OwnedRuns.find(world, stateDir === undefined ? {} : { stateDir });
}
