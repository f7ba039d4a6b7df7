/** Orch as a program with few permissions. */
import { type Finished, newProject, type Project } from "./cli.ts";
import { ENTRY } from "./under_test.ts";

/** What orch is started with. */
export interface NarrowOptions {
  /** Files of the project; `w.yaml` is run. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Further flags of `orch run`. */
  readonly flags?: readonly string[];
  /** Shell text that comes before. */
  readonly before?: string;
}

/** What came of it. */
export interface NarrowRun extends Finished {
  readonly project: Project;
  /** The names in the folder of the project, as they were when orch ended. */
  readonly folder: readonly string[];
  /** What a job printed. */
  log(id: string): string;
}

/** Permissions that most tests are not about. */
export const FILES_AND_VARIABLES = ["--allow-read", "--allow-write", "--allow-env"];

/** Runs orch with these permissions and no others, and hands its end to `body` before the project goes. */
export async function orchWith(
  permissions: readonly string[],
  { files, env = {}, flags = [], before = "" }: NarrowOptions,
  body: (run: NarrowRun) => void | Promise<void>,
): Promise<void> {
  await using project = newProject(files);
  const main = [`${ENTRY}`, "run", "w.yaml", "-o", "r.json", ...flags];
  const child = new Deno.Command("sh", {
    args: ["-c", `${before}\nexec "$@"`, "sh", Deno.execPath(), "run", "--no-prompt"]
      .concat(permissions, main),
    cwd: project.folder,
    clearEnv: true,
    env: project.environment({ ...env, NO_COLOR: "1" }),
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const folder = project.list(".");
  const jobs = folder.includes("r.json") ? project.json("r.json").jobs : {};
  await body({
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    project,
    folder,
    log: (id) => jobs[id]?.stdout ?? "",
  });
}
