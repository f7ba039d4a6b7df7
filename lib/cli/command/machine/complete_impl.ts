/**
 * What the completion scripts of the shells ask on every press of the key: `orch __complete -- WORDS`.
 * The answer is a line that says what else the shell should offer (`words` for nothing else), and
 * then a line for each candidate with its meaning after a tab. It never fails and never writes: a key
 * pressed in vain is better than an error in the middle of a command line.
 */
import {
  type Candidate,
  type CommandSpec,
  type FlagSpec,
  type Line,
  wantedAt,
} from "../../../view/command_line/completion.ts";
import type { World } from "../../../runtime/port/world.ts";
import { candidatesText } from "../../../view/command_line/completion_script.ts";
import type { Argument, CommandRecord, Completion, Flag } from "../../base/command.ts";
import { EXIT } from "../../base/exit_code.ts";
import { STYLE_FLAGS } from "../../base/style_flags.ts";

/** What a shell adds to the candidates by itself. */
export type ShellPart = "words" | "files" | "workflows" | "folders";

interface Answer {
  readonly part: ShellPart;
  readonly words: readonly string[];
}

/** What an answer is made from. */
export interface Asked {
  /** All commands. */
  readonly commands: readonly CommandRecord[];
  readonly world: World;
}

/** What a source of words knows. */
interface Place {
  readonly line: Line;
  readonly world: World;
  /** The arguments of the command. */
  readonly args: readonly Argument[];
}

const RUNS_MAX = 50;

/** Looks up words of each kind; what the shell itself looks up has none. */
const SOURCES: Readonly<
  Record<Extract<Completion, string>, (place: Place) => Promise<Answer> | Answer>
> = {
  codes,
  files: () => ({ part: "files", words: [] }),
  folders: () => ({ part: "folders", words: [] }),
  jobs: jobIds,
  runs: runIds,
  tags: jobTags,
  workflows: () => ({ part: "workflows", words: [] }),
};

/** Answers for the words after `orch`, the last of which is the one at the cursor. */
export async function complete(
  words: readonly string[],
  { commands, world }: Asked,
): Promise<number> {
  let text: string;
  try {
    text = await answer(words, { commands, world });
  } catch {
    // What could not be read is no candidate.
    text = candidatesText("words", []);
  }
  world.stdout.write(text);
  return EXIT.ok;
}

async function answer(words: readonly string[], { commands, world }: Asked): Promise<string> {
  const wanted = wantedAt(words, commandSpecs(commands));
  if (wanted.kind === "words") return candidatesText("words", wanted.candidates);
  const { line, partial } = wanted;
  const { flags, args } = commands.find(({ name }) => name === line.command)!;
  const flag = wanted.kind === "value" ? flags[wanted.flag] : undefined;
  const completion = wanted.kind === "argument"
    ? args.find(({ placeholder }) => placeholder === wanted.name)?.complete
    : flag?.kind === "parsed"
    ? flag.complete
    : null;
  const prefix = wanted.kind === "value" ? wanted.prefix : "";
  const { part, words: found } = await answerFrom(completion ?? null, { line, world, args });
  const listed = prefix.replace(/^--[^=]*=/, "").split(",");
  const candidates: Candidate[] = [...new Set(found)]
    .filter((word) => word.startsWith(partial) && !listed.includes(word))
    .map((word) => ({ word: prefix + word, brief: "" }));
  return candidatesText(part, candidates);
}

async function answerFrom(completion: Completion, place: Place): Promise<Answer> {
  if (typeof completion === "string") return await SOURCES[completion](place);
  return { part: "words", words: completion ?? [] };
}

/** The commands as the core takes them. */
function commandSpecs(commands: readonly CommandRecord[]): Record<string, CommandSpec> {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  return Object.fromEntries(shown.map(({ name, brief, flags, args, repeats = false }) => {
    const entries = Object.entries(flags);
    const spec: CommandSpec = {
      brief,
      flags: {
        ...Object.fromEntries(entries.map(([flag, one]) => [flag, flagSpec(one)])),
        ...STYLE_FLAGS,
      },
      aliases: Object.fromEntries(
        entries.flatMap(([flag, { short }]) => short === undefined ? [] : [[short, flag]]),
      ),
      positional: args.map(({ placeholder }) => placeholder),
      repeats,
    };
    return [name, spec];
  }));
}

function flagSpec(flag: Flag): FlagSpec {
  const { brief, standard } = flag;
  return standard === undefined ? flag : { ...flag, brief: `${brief} (default: ${standard})` };
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
  const { line, world, args } = place;
  const at = (what: Completion) => args.findIndex(({ complete }) => complete === what);
  if (at("workflows") < 0) return await jobsOfRun(line.args[at("runs")] ?? "last", place);
  const { loadWorkflow } = await import("../../../runtime/load/load.ts");
  const { workflowFile } = await import("../../base/default_file.ts");
  const file = workflowFile(line.args[at("workflows")], world);
  if (file === "-") return [];
  const { workflow } = await loadWorkflow(world, file);
  return workflow.ok ? workflow.value.jobs : [];
}

async function jobsOfRun(name: string, place: Place): Promise<readonly JobSummary[]> {
  const { readRun } = await import("../../../runtime/store/read_run.ts");
  const located = await (await runsFor(place)).locate(name);
  if (located.kind !== "found") return [];
  const read = await readRun(located.place.path);
  return read.ok ? read.record.plan.workflow.jobs : [];
}

async function codes(): Promise<Answer> {
  const { EXPLANATIONS } = await import("../../../view/problem/explain_text.ts");
  return { part: "words", words: Object.keys(EXPLANATIONS) };
}

async function runIds(place: Place): Promise<Answer> {
  const runs = (await runsFor(place)).places.slice(0, RUNS_MAX);
  return { part: "words", words: ["last", ...runs.map(({ runId }) => runId)] };
}

async function runsFor({ line, world }: Place) {
  const { OwnedRuns } = await import("../../../runtime/store/ownership.ts");
  const stateDir = line.values["stateDir"];
  return await OwnedRuns.find(world, stateDir === undefined ? {} : { stateDir });
}
