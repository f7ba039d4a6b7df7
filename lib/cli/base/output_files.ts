/**
 * Files that the user asks for by flags: where they go, and what they may not take the place of. What the
 * run is made from is never written over, by whatever name.
 */
import { kindOf } from "../../core/workflow/kinds.ts";
import type { Workflow } from "../../core/workflow/workflow.ts";
import { folderOf, resolvePath } from "../../runtime/port/paths.ts";
import type { World } from "../../runtime/port/world.ts";
import * as words from "../../view/command_line/usage.ts";
import { isFolder, isNoFolder, OutputError, UsageError } from "./output.ts";

/** The flags that ask for files. */
export interface OutputFlags {
  readonly output?: string;
  readonly report: readonly { readonly path: string }[];
}

/** Where Linux shows which file standard input is, if it is one. */
const STDIN_FILE = "/proc/self/fd/0";

/** Standard streams, by all the names that users have for them: devices are not for orch to open. */
const STREAMS: Readonly<Record<string, "stdout" | "stderr">> = {
  "-": "stdout",
  "/dev/stdout": "stdout",
  "/dev/fd/1": "stdout",
  "/proc/self/fd/1": "stdout",
  "/dev/stderr": "stderr",
  "/dev/fd/2": "stderr",
  "/proc/self/fd/2": "stderr",
};

/** Refuses output paths that cannot be written, or that are one and the same, before any work is done. */
export function checkOutputPaths(world: World, paths: readonly string[]): void {
  const taken = new Set<string>();
  for (const path of paths) {
    const stream = streamOf(path);
    if (stream === null) checkOutputPath(world, path);
    const key = stream ?? identityOf(path, world);
    if (key === null) continue;
    if (taken.has(key)) throw new UsageError(words.cannotWriteText(path, words.IS_TAKEN));
    taken.add(key);
  }
}

/** The paths that these flags name. */
export function namedOutputs({ output, report }: OutputFlags): string[] {
  return [...output === undefined ? [] : [output], ...report.map(({ path }) => path)];
}

/** The files that are asked for, absolute. */
export function outputPathsOf(flags: OutputFlags, { cwd }: World): string[] {
  return namedOutputs(flags).filter((path) => streamOf(path) === null)
    .map((path) => resolvePath(cwd(), path));
}

/** What a run is made from. */
export interface Sources {
  /** The workflow file; `null` for standard input. */
  readonly workflowPath: string | null;
  readonly envFiles: readonly string[];
  readonly workflow: Pick<Workflow, "jobs" | "plugins">;
  /** Where relative paths of the workflow start. */
  readonly baseDirectory: string;
}

/** Refuses to write over what the run is made from, whatever links or names lead there. */
export function checkSourcesKept(world: World, paths: readonly string[], sources: Sources): void {
  const outputs = new Map<string, string>();
  for (const path of paths) {
    const isThere = streamOf(path) === null && mayLook(path, world) &&
      world.files.stat(path)?.isFile === true;
    const key = isThere ? identityOf(path, world) : null;
    if (key !== null) outputs.set(key, path);
  }
  // What is not there yet is no source; then none has to be looked at.
  if (outputs.size === 0) return;
  for (const [what, path] of sourcesOf(sources)) {
    const key = mayLook(path, world) ? identityOf(path, world) : null;
    const output = key === null ? undefined : outputs.get(key);
    if (output !== undefined) throw new UsageError(words.cannotWriteText(output, what));
  }
}

function* sourcesOf(
  { workflowPath, envFiles, workflow, baseDirectory }: Sources,
): Generator<readonly [what: string, path: string]> {
  yield [words.IS_WORKFLOW, workflowPath ?? STDIN_FILE];
  for (const path of envFiles) yield [words.IS_ENV_FILE, path];
  for (const { type, path } of workflow.plugins) {
    yield [words.isPluginText(type), resolvePath(baseDirectory, path)];
  }
  const folderOfWorkflow = workflowPath === null ? baseDirectory : folderOf(workflowPath);
  for (const { id, action, workingDirectory } of workflow.jobs) {
    const script = kindOf(action).fileOf?.(action);
    if (script === undefined) continue;
    for (
      const folder of [
        resolvePath(baseDirectory, workingDirectory),
        baseDirectory,
        folderOfWorkflow,
      ]
    ) {
      yield [words.isScriptText(id), resolvePath(folder, script)];
    }
  }
}

/** Writes a file that the user asked for, whole or not at all; `-` is standard output. */
export function writeOutput(world: World, path: string, text: string): void {
  const stream = streamOf(path);
  if (stream !== null) return world[stream].write(text);
  try {
    world.files.replace(path, text);
  } catch (error) {
    throw new OutputError(words.cannotWriteText(path, causeOf(error)));
  }
}

function streamOf(path: string): "stdout" | "stderr" | null {
  return Object.hasOwn(STREAMS, path) ? STREAMS[path]! : null;
}

/** Refuses an output path whose folder is not there, or that is no place for a file. */
function checkOutputPath(world: World, path: string): void {
  const folder = folderOf(path);
  try {
    if (isFolder(path, world)) throw new UsageError(words.cannotWriteText(path, words.IS_FOLDER));
    // Of what is there, such as /dev/fd/63, the folder may be one that orch cannot look at.
    if (mayLook(path, world) && world.files.stat(path) !== null) return;
    if (isNoFolder(folder, world)) {
      throw new UsageError(words.cannotWriteText(path, words.noFolderText(folder)));
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(words.cannotWriteText(path, causeOf(error)));
  }
}

/** One word for a file, the same by whatever name; `null` where files of this name do not clash. */
function identityOf(path: string, world: World): string | null {
  try {
    return mayLook(path, world) ? world.files.identity(path) : resolvePath(world.cwd(), path);
  } catch {
    return resolvePath(world.cwd(), path);
  }
}

function mayLook(path: string, world: World): boolean {
  return world.may({ kind: "read", path });
}

/** Deno lets a program open such files only with every permission, and says so in words of its own. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^Requires all access/.test(error.message) ? words.NEEDS_ALL : error.message;
}
