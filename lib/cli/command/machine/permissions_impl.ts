/** `orch permissions FILE`: the command line that lets Deno do what the workflow needs, and no more. */
import { type Needs, needsOf } from "../../../../executors/preflight/needs.ts";
import { needsShell } from "../../../../executors/preflight/shell_use.ts";
import {
  flagsFor,
  objectOf,
  type Permission,
  PERMISSION_KINDS,
  seenFrom,
  withoutInner,
} from "../../../core/base/permission.ts";
import { kindOf } from "../../../core/workflow/kinds.ts";
import type { Job, Workflow } from "../../../core/workflow/workflow.ts";
import { type LoadedFile, loadWorkflow } from "../../../runtime/load/load.ts";
import { resolvePath } from "../../../runtime/port/paths.ts";
import { IS_BUILT_IN } from "../../../runtime/port/permissions.ts";
import {
  namedStateDirectory,
  STATE_DIRECTORY,
  STATE_VARIABLE,
} from "../../../runtime/state/state_directory.ts";
import type { World } from "../../../runtime/port/world.ts";
import {
  type CommandLine,
  commandText,
  notesText,
  type PermissionNote,
} from "../../../view/command_line/permissions.ts";
import { jsonText } from "../../../view/text/json_text.ts";
import { EXIT } from "../../base/exit_code.ts";
import { reportProblems } from "../../base/output.ts";

/** Prints the command line on stdout, and on stderr what it cannot say. */
export async function permissions(
  options: { readonly json: boolean },
  file: string,
  world: World,
): Promise<number> {
  const loaded = await loadWorkflow(world, file);
  if (!loaded.workflow.ok) return await reportProblems(world, loaded, loaded.workflow.diagnostics);

  const found = needsOfFile(loaded, loaded.workflow.value, world);
  const granted = withoutInner(found.needs.map(({ permission }) => permission))
    .map((permission) => seenFrom(world.cwd(), permission));
  const { jobs } = loaded.workflow.value;
  const program = {
    ...programAt(import.meta.url, world.cwd(), IS_BUILT_IN),
    hasPlugins: jobs.some(({ action }) => kindOf(action).runsIn === "worker"),
  };
  const command = commandLineFor(granted, { file, world, program });
  const notes = notesOf(found, { granted, jobs, isBuiltIn: IS_BUILT_IN });
  if (options.json) {
    world.stdout.write(jsonText(documentOf({ loaded, command, granted, notes })));
  } else {
    world.stdout.write(commandText(command));
    world.stderr.write(notesText(notes));
  }
  return EXIT.ok;
}

interface Asked {
  /** As it was given. */
  readonly file: string;
  readonly world: World;
}

function needsOfFile(
  { folder, path }: LoadedFile,
  workflow: Workflow,
  world: World,
): Needs {
  const { jobs } = workflow;
  const named = namedStateDirectory(world, undefined);
  const places = {
    workflowPath: path,
    baseDirectory: folder,
    stateDirectory: named ?? resolvePath(folder, STATE_DIRECTORY),
    outputPaths: [],
  };
  return needsOf({ workflow, jobs, fileIndex: [...jobs.keys()] }, places, {
    world,
    inShells: needsShell(jobs),
  });
}

function commandLineFor(
  granted: readonly Permission[],
  { file, world, program }: Asked & {
    readonly program: Program & { readonly hasPlugins: boolean };
  },
): CommandLine {
  const state: Permission[] = world.env(STATE_VARIABLE)
    ? [{ kind: "env", name: STATE_VARIABLE }]
    : [];
  const { path, isSource, hasPlugins } = program;
  return {
    start: ["deno", "run", "--no-prompt"],
    // Beside the sources stands a deno.json, which says it.
    flags: [
      ...flagsFor([...granted, ...state]),
      ...(hasPlugins && !isSource ? ["--unstable-worker-options"] : []),
    ],
    end: [path, "run", file],
  };
}

/** What Deno is to run. */
export interface Program {
  readonly path: string;
  /** Whether it is `main.ts`, and not the one file that everything was put into. */
  readonly isSource: boolean;
}

/**
 * The program that this module, by its URL, is a part of, as it is written in the folder `cwd`. A
 * compiled one has no file that Deno could run: then the one file is named that it was made from.
 */
export function programAt(url: string, cwd: string, isBuiltIn: boolean): Program {
  if (isBuiltIn) return { path: "orch.js", isSource: false };
  const isSource = url.endsWith("/lib/cli/command/machine/permissions_impl.ts");
  const { pathname } = isSource ? new URL("../../../../main.ts", url) : new URL(url);
  const path = decodeURIComponent(pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  return { path: path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path, isSource };
}

function notesOf(
  { needs, unknownHosts }: Needs,
  { granted, jobs, isBuiltIn }: {
    readonly granted: readonly Permission[];
    readonly jobs: readonly Job[];
    readonly isBuiltIn: boolean;
  },
): PermissionNote[] {
  const shell = needs.find(({ permission }) =>
    permission.kind === "run" && permission.program === "sh"
  );
  const limited = shell === undefined ? jobs.filter(hasLimits).map(({ id }) => id) : [];
  return [
    ...(shell === undefined ? [] : [{ kind: "shell", jobIds: shell.jobIds } as const]),
    ...(limited.length === 0 ? [] : [{ kind: "limits", jobIds: limited } as const]),
    ...unknownHosts.map((host) => ({ kind: "unknown_host", ...host }) as const),
    ...granted.map(objectOf).filter((object) => object?.includes(","))
      .map((object) => ({ kind: "comma", object: object! }) as const),
    ...(isBuiltIn ? [{ kind: "built_in" } as const] : []),
  ];
}

function hasLimits({ action, limits }: Job): boolean {
  const isHeld = kindOf(action).runsIn !== "orch";
  return isHeld && (limits.maxMemoryMb !== null || limits.maxCpuPercent !== null);
}

function documentOf(
  { loaded, command, granted, notes }: {
    readonly loaded: LoadedFile;
    readonly command: CommandLine;
    readonly granted: readonly Permission[];
    readonly notes: readonly PermissionNote[];
  },
): object {
  const { start, flags, end } = command;
  return {
    schema: "orch.permissions/v1",
    file: loaded.file,
    command: [...start, ...flags, ...end],
    permissions: Object.fromEntries(
      PERMISSION_KINDS.map((kind) => [
        kind,
        granted.filter((permission) => permission.kind === kind).map(objectOf).toSorted(),
      ]),
    ),
    notes,
  };
}
