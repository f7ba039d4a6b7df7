/** Python jobs: source text in the workflow file. */
import type { Action } from "../lib/core/workflow.ts";
import type { Executor } from "../lib/runtime/attempt.ts";
import { startProcess } from "./process_attempt.ts";

/**
 * Runs the source with python3 (ORCH_PYTHON names another) from a private file of the attempt, so
 * that a traceback shows its lines. Output is unbuffered; modules in the working directory can be
 * imported, as with `python3 -c`.
 */
export const python: Executor<Extract<Action, { type: "python" }>> = (action, context) => {
  const { world, workingDirectory, environment } = context;
  const path = context.files.other("py");
  world.files.write(path, action.source);
  const program = environment["ORCH_PYTHON"] ?? world.env("ORCH_PYTHON") ?? "python3";
  const modules = environment["PYTHONPATH"] ?? world.env("PYTHONPATH");
  const pythonPath = modules ? `${workingDirectory}:${modules}` : workingDirectory;
  return startProcess({ kind: "program", program, args: ["-u", path] }, {
    ...context,
    environment: { ...environment, PYTHONPATH: pythonPath },
  });
};
