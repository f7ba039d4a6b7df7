/** What a run leaves in files, for the results document and for the end of the screen. */
import type { RunEvent } from "../core/run/event.ts";
import { jobIndex, type RunState } from "../core/run/state.ts";
import type { RunDirectory } from "../runtime/state/run_directory.ts";
import type { World } from "../runtime/port/world.ts";
import type { OutputTail } from "../view/run/ending.ts";
import { resultsDocument } from "../view/report/json.ts";
import type { Results } from "../view/report/results_shape.ts";

/** Output of one stream in the results file. */
const RESULT_TAIL_BYTES = 64 * 1024;
/** Output of one stream on the screen: forty lines, unless they are very long. */
const SCREEN_TAIL_BYTES = 16 * 1024;

/** A run whose files are to be read. */
export interface RunOutput {
  readonly world: World;
  readonly state: RunState;
  readonly directory: RunDirectory;
}

/** The end of the output of a job's last attempt, standard output first. */
export function tailsOf(jobId: string, { world, state, directory }: RunOutput): OutputTail[] {
  const attempt = state.attempts[jobIndex(state, jobId)]?.at(-1)?.attempt;
  if (attempt === undefined) return [];
  const { stdout, stderr } = directory.filesOf(jobId, attempt);
  return [stdout, stderr].map((path) => ({
    ...world.files.readTail(path, SCREEN_TAIL_BYTES),
    path,
  }));
}

/** A run with all that its results document tells. */
export interface RunResults extends RunOutput {
  readonly events: readonly RunEvent[];
  /** The workflow file. */
  readonly file: string;
}

/** The results document of a run. */
export function resultsOf({ world, state, directory, events, file }: RunResults): Results {
  return resultsDocument(state, {
    file,
    events,
    outputOf(jobId) {
      const attempt = state.attempts[jobIndex(state, jobId)]?.at(-1)?.attempt;
      if (attempt === undefined) return { stdout: "", stderr: "", logPath: null };
      const files = directory.filesOf(jobId, attempt);
      const tail = (file: string) => world.files.readTail(file, RESULT_TAIL_BYTES).text;
      return { stdout: tail(files.stdout), stderr: tail(files.stderr), logPath: files.stdout };
    },
  });
}
