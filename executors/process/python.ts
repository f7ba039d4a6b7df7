/** Python jobs: source text in the workflow file. */
import type { Action, Environment } from "../../lib/core/workflow/workflow.ts";
import { environmentOf } from "../../lib/runtime/run/supervisor.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import type { JobKind } from "../base/job_kind.ts";
import { OF_PROCESSES, startProcess } from "./attempt.ts";
import { programOnPath } from "../base/program_on_path.ts";

/**
 * Runs the source with python3 (ORCH_PYTHON names another) from a private file of the attempt, so
 * that a traceback shows its lines. Output is unbuffered; modules in the working directory can be
 * imported, as with `python3 -c`.
 */
export const python: JobKind<Extract<Action, { type: "python" }>> = {
  ...OF_PROCESSES,
  start(action, context) {
    const { world, workingDirectory, environment } = context;
    const path = context.files.other("py");
    world.files.write(path, action.source);
    const modules = environment["PYTHONPATH"] ?? world.env("PYTHONPATH");
    const pythonPath = modules ? `${workingDirectory}:${modules}` : workingDirectory;
    const program = interpreterOf(environment, world);
    return startProcess({ kind: "program", program, args: ["-u", path] }, {
      ...context,
      environment: { ...environment, PYTHONPATH: pythonPath },
    });
  },
  process: {
    key: "command",
    isShellText: () => false,
    programOf: (_, looking) =>
      programOnPath(
        interpreterOf(environmentOf(looking.job, looking.world), looking.world),
        looking,
      ),
  },
  needs(_, { world, add }) {
    for (const name of ["ORCH_PYTHON", "PYTHONPATH"]) {
      if (world.env(name) === undefined) continue;
      add({ kind: "env", name }, { use: "variable", isOptional: true });
    }
  },
};

function interpreterOf(environment: Environment, world: World): string {
  return environment["ORCH_PYTHON"] ?? world.env("ORCH_PYTHON") ?? "python3";
}
