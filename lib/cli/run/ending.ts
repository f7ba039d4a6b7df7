/** The end of a run: the results file, and the last words on the screen. */
import type { RunEvent } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import { summarize } from "../../core/run/summary.ts";
import type { RunDirectory } from "../../runtime/state/run_directory.ts";
import type { World } from "../../runtime/port/world.ts";
import { endText, type OutputTail } from "../../view/run/ending.ts";
import { tailsOf } from "../../engine/results.ts";
import type { NameableRun } from "../../view/text/shell_word.ts";
import { OutputError, pathFromHere, styleFor } from "../base/output.ts";
import { writeResults } from "./results_file.ts";
import type { ReportRequest } from "./reports.ts";
import type { RunView, ViewFlags } from "../run_view/view.ts";

/** A run that is over. */
export interface EndedRun {
  readonly state: RunState;
  /** All of them where a results file is asked for. */
  readonly events: readonly RunEvent[];
  readonly directory: RunDirectory;
  /** Where the run is kept, absolute. */
  readonly stateDirectory: string;
  readonly options: ViewFlags & {
    readonly output?: string;
    readonly report: readonly ReportRequest[];
  };
  /** The workflow file, as the user named it. */
  readonly file: string;
  readonly world: World;
  readonly view: RunView;
}

/**
 * Writes the files that are asked for, and says how the run ended, whether or not that worked. Throws
 * an `OutputError` for what could not be written.
 */
export async function reportEnd(run: EndedRun): Promise<void> {
  const problems = await writeEach(run);
  await printEnd(run);
  if (problems.length > 0) throw new OutputError(problems.join("\n"));
}

/** Writes the files that are asked for. Throws an `OutputError` for what could not be written. */
export async function writeFiles(run: WrittenRun): Promise<void> {
  const problems = await writeEach(run);
  if (problems.length > 0) throw new OutputError(problems.join("\n"));
}

/** What files of a run are made of. */
type WrittenRun = Pick<EndedRun, "state" | "events" | "directory" | "options" | "file" | "world">;

/** Writes each file, whatever became of the others; returns what is wrong. */
async function writeEach(run: WrittenRun): Promise<string[]> {
  const { output, report } = run.options;
  const problems: string[] = [];
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      problems.push(error.message);
    }
  };
  if (output !== undefined) attempt(() => writeResults(output, run));
  if (report.length === 0) return problems;
  const { writeReport } = await import("./reports.ts");
  for (const wish of report) attempt(() => writeReport(wish, run));
  return problems;
}

async function printEnd(run: EndedRun): Promise<void> {
  const { state, options, directory, world, view } = run;
  if (options.quiet && state.status === "completed") return;
  const style = styleFor(world.stderr, world);
  const lines = endText(state, summarize(state), {
    style,
    logs: pathFromHere(`${directory.path}/jobs`, world),
    ...(state.status === "completed" ? {} : { run: await nameableRun(run) }),
    tailsOf: (jobId) => options.jobOutput === "none" ? null : shownTails(jobId, run),
  });
  await view.end(`${lines.join("\n")}\n`);
}

function shownTails(jobId: string, { state, directory, world }: EndedRun): OutputTail[] {
  return tailsOf(jobId, { world, state, directory }).map((tail) => ({
    ...tail,
    path: pathFromHere(tail.path, world),
  }));
}

/** How commands name this run; to know whether its place must be said, one has to look around. */
async function nameableRun(
  { directory, stateDirectory, world }: EndedRun,
): Promise<NameableRun> {
  const { unseenDirectory } = await import("../past/stored_run.ts");
  return { runId: directory.runId, stateDirectory: unseenDirectory(stateDirectory, world) };
}
