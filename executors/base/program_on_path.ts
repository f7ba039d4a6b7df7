/** Which program a name means to a job. */
import { isAbsolute, resolvePath } from "../../lib/runtime/port/paths.ts";
import { environmentOf } from "../../lib/runtime/run/supervisor.ts";
import type { Looking } from "./job_kind.ts";

/** The working directory of a job. */
export function workingDirectoryOf({ job, places }: Looking): string {
  return resolvePath(places.baseDirectory, job.workingDirectory);
}

/**
 * The program as it has to be named: by its path where the job has a PATH of its own and orch, with
 * its, would find another or none.
 */
export function programOnPath(program: string, looking: Looking): string {
  const { job, world } = looking;
  if (program.includes("/")) return resolvePath(workingDirectoryOf(looking), program);
  const path = environmentOf(job, world)["PATH"];
  if (path === undefined) return program;
  const own = world.env("PATH")?.split(":") ?? [];
  for (const place of path.split(":").filter(isAbsolute)) {
    const candidate = resolvePath(place, program);
    const mayLook = world.may({ kind: "read", path: candidate });
    if (mayLook && world.files.stat(candidate)?.isFile === true) {
      return own.includes(place) ? program : candidate;
    }
    if (!mayLook && world.may({ kind: "run", program: candidate })) return candidate;
  }
  return program;
}
