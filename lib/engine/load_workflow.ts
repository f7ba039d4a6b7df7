/** Workflows for programs: from a file, or from data, or an error that tells all that is wrong. */
import type { Diagnostic } from "../core/workflow/diagnostic.ts";
import type { Workflow } from "../core/workflow/workflow.ts";
import {
  type LoadedFile,
  loadWorkflow as loadFile,
  locate,
  parseText,
} from "../runtime/load/load.ts";
import { resolvePath } from "../runtime/port/paths.ts";
import { realWorld } from "../runtime/real_world.ts";
import type { World } from "../runtime/port/world.ts";
import { diagnosticMessage } from "../view/problem/message.ts";
import { diagnosticsText, inFileOrder, SHOWN_AS_TEXT } from "../view/problem/text.ts";
import { sourceText } from "../view/run/notice.ts";
import { makeStyle } from "../view/text/style.ts";

/** A workflow that has been checked, and where it comes from. */
export interface LoadedWorkflow {
  /** With every default filled in. */
  readonly workflow: Workflow;
  /** The file, absolute; `null` where it was made by a program. */
  readonly path: string | null;
  /** Absolute: what relative paths of the workflow start from. */
  readonly directory: string;
}

/** One thing that is wrong with a workflow. */
export interface WorkflowProblem {
  /** Stable: `E204`. `orch explain` says more about it. */
  readonly code: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** What to do about it, where that is known. */
  readonly help: string | null;
  /** The place in the file, counted from 1; `null` where there is none. */
  readonly line: number | null;
  /** As the line. */
  readonly column: number | null;
}

/** A workflow cannot be run. Its message is what `orch validate` prints. */
export class WorkflowError extends Error {
  /** For who catches it by name. */
  override readonly name = "WorkflowError";
  /** All that is wrong, in the order of the file. */
  readonly problems: readonly WorkflowProblem[];

  /** An error with this message, made of these problems. */
  constructor(message: string, problems: readonly WorkflowProblem[]) {
    super(message);
    this.problems = problems;
  }
}

/** How a workflow is loaded. */
export interface LoadOptions {
  /**
   * What relative paths of the workflow start from; the folder of the file unless said, and the current
   * one for a workflow that comes from no file.
   */
  readonly directory?: string;
}

/**
 * Loads and checks a workflow: the file at a path or `file:` URL, YAML or JSON by its ending, or an
 * object of the same shape. Throws a `WorkflowError` with every problem at once, and a `TypeError` for
 * what is none of these.
 */
export async function loadWorkflow(
  source: string | URL | object,
  options: LoadOptions = {},
): Promise<LoadedWorkflow> {
  const world = realWorld();
  const directory = options.directory === undefined
    ? null
    : resolvePath(world.cwd(), options.directory);
  if (typeof source !== "string" && typeof source !== "object") {
    throw new TypeError(sourceText(typeof source));
  }
  if (typeof source === "object" && !(source instanceof URL)) {
    const file = await fileOf(source, world);
    return { workflow: await checked(file), path: null, directory: directory ?? file.folder };
  }
  const path = typeof source === "string" ? source : pathOf(source);
  const file = await loadFile(world, path);
  return {
    workflow: await checked(file),
    path: file.path,
    directory: directory ?? file.folder,
  };
}

/** Data as the file that it would be. */
async function fileOf(data: object, { cwd }: World): Promise<LoadedFile> {
  const workflow = await parseText(JSON.stringify(data), "json");
  return { file: "<object>", path: null, folder: cwd(), bytes: null, workflow };
}

async function checked(file: LoadedFile): Promise<Workflow> {
  const { workflow } = file;
  if (workflow.ok) return workflow.value;
  throw await workflowError(file, workflow.diagnostics);
}

/** These problems as an error. */
export async function workflowError(
  file: LoadedFile,
  diagnostics: readonly Diagnostic[],
): Promise<WorkflowError> {
  const { text, located } = await locate(file, diagnostics, {
    ...SHOWN_AS_TEXT,
    diagnostics: Infinity,
  });
  const plain = makeStyle({ color: false, ascii: false });
  const problems = inFileOrder(located).map(({ detail, position }): WorkflowProblem => {
    const { title, help } = diagnosticMessage(detail);
    const [line, column] = [position?.line ?? null, position?.column ?? null];
    return { code: detail.code, message: title, help, line, column };
  });
  return new WorkflowError(
    diagnosticsText({ file: file.file, text }, located, plain).trimEnd(),
    problems,
  );
}

function pathOf(url: URL): string {
  if (url.protocol !== "file:") throw new TypeError(sourceText(url.href));
  const path = decodeURIComponent(url.pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}
