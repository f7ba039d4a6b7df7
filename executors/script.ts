/** Script jobs: a file, run by the program that its ending stands for. */
import type { Action } from "../lib/core/workflow.ts";
import type { AttemptContext, Executor } from "../lib/runtime/attempt.ts";
import { resolvePath } from "../lib/runtime/paths.ts";
import type { Launch } from "../lib/runtime/world.ts";
import { startProcess } from "./process_attempt.ts";

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
export const script: Executor<Extract<Action, { type: "script" }>> = (action, context) => {
  const path = findScript(action.scriptPath, context);
  if (path === null) {
    const why = { reason: "script_missing", path: action.scriptPath } as const;
    return { ended: Promise.resolve({ outcome: { kind: "not_started", why } }), stop() {} };
  }
  return startProcess(launchOf(path), context);
};

function findScript(scriptPath: string, context: AttemptContext): string | null {
  const { workingDirectory, baseDirectory } = context;
  return scriptPlaces(scriptPath, workingDirectory, baseDirectory)
    .find((path) => context.world.files.stat(path)?.isFile === true) ?? null;
}

/** Where a script is looked for, in this order. */
export function scriptPlaces(
  scriptPath: string,
  workingDirectory: string,
  baseDirectory: string,
): string[] {
  return [workingDirectory, baseDirectory].map((folder) => resolvePath(folder, scriptPath));
}

/** The program that runs a script; `null` where the file itself is executed. */
export function scriptProgram(path: string): string | null {
  return programFor(path)?.[0] ?? null;
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
