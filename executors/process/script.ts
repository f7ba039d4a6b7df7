/** Script jobs: a file, run by the program that its ending stands for. */
import type { Action } from "../../lib/core/workflow/workflow.ts";
import type { AttemptContext } from "../../lib/runtime/port/attempt.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import type { Launch } from "../../lib/runtime/port/world.ts";
import type { JobKind, Looking } from "../base/job_kind.ts";
import { OF_PROCESSES, startProcess } from "./attempt.ts";
import { programOnPath, workingDirectoryOf } from "../base/program_on_path.ts";

/** Which program runs a file, by its ending; a file with another one is executed itself. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  py: ["python3", "-u"],
  sh: ["bash"],
  bash: ["bash"],
  js: ["node"],
  mjs: ["node"],
  ts: ["deno", "run", "--allow-all"],
};

/**
 * Runs the file at `scriptPath`, looked for in the job's working directory, then beside the workflow
 * file. Without such a file the attempt does not start.
 */
export const script: JobKind<Extract<Action, { type: "script" }>> = {
  ...OF_PROCESSES,
  start(action, context) {
    const path = findScript(action.scriptPath, context);
    if (path === null) {
      const why = { reason: "script_missing", path: action.scriptPath } as const;
      return { ended: Promise.resolve({ outcome: { kind: "not_started", why } }), stop() {} };
    }
    return startProcess(launchOf(path), context);
  },
  process: {
    key: "script_path",
    isShellText: () => false,
    programOf: ({ scriptPath }, looking) => {
      const program = programFor(scriptPath)?.[0];
      return program === undefined
        ? likelyScript(scriptPath, looking)
        : programOnPath(program, looking);
    },
  },
  needs: ({ scriptPath }, asking) =>
    asking.add({ kind: "read", path: likelyScript(scriptPath, asking) }, {
      use: "script",
      path: ["script_path"],
    }),
};

/** The first that is there, as far as orch may look; else the first. */
function likelyScript(scriptPath: string, looking: Looking): string {
  const { world, places } = looking;
  const paths = scriptPlaces(scriptPath, workingDirectoryOf(looking), places.baseDirectory);
  const isThere = (path: string) =>
    world.may({ kind: "read", path }) && world.files.stat(path)?.isFile === true;
  return paths.find(isThere) ?? paths[0]!;
}

function findScript(scriptPath: string, context: AttemptContext): string | null {
  const { workingDirectory, baseDirectory } = context;
  return scriptPlaces(scriptPath, workingDirectory, baseDirectory)
    .find((path) => context.world.files.stat(path)?.isFile === true) ?? null;
}

/** Where a script is looked for, in this order. */
function scriptPlaces(
  scriptPath: string,
  workingDirectory: string,
  baseDirectory: string,
): string[] {
  return [workingDirectory, baseDirectory].map((folder) => resolvePath(folder, scriptPath));
}

function programFor(path: string): readonly string[] | undefined {
  return PROGRAMS[/\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? ""];
}

function launchOf(path: string): Launch {
  const [program, ...args] = programFor(path) ?? [];
  return program === undefined
    ? { kind: "program", program: path, args: [] }
    : { kind: "program", program, args: [...args, path] };
}
