/** From a path to a checked workflow, or to everything that is wrong with the file, with places. */
import { causeOf } from "../../core/base/cause.ts";
import {
  AT_DOCUMENT,
  type Checked,
  type Diagnostic,
  diagnosticAt,
  type LocatedDiagnostic,
} from "../../core/workflow/diagnostic.ts";
import {
  checkWritten,
  mayReadOtherwise,
  type PlainValue,
  plainValues,
} from "../../core/workflow/written_scalars.ts";
import { parseWorkflow } from "../../core/workflow/parse.ts";
import type { Workflow } from "../../core/workflow/workflow.ts";
import { decodeDocument, type DocumentFormat } from "./decode.ts";
import type { Shown } from "./locate.ts";
import { folderOf, normalPath, resolvePath, STDIN } from "../port/paths.ts";
import type { World } from "../port/world.ts";

/** Larger files are refused without being read. */
export const FILE_BYTES_MAX = 64 * 2 ** 20;

/** A file that was read, whether or not a workflow came of it. */
export interface LoadedFile {
  /** As the user named it; `STDIN` for `-`. */
  readonly file: string;
  /** By which it is known, absolute, however it was named; `null` for what comes from no file. */
  readonly path: string | null;
  /** The folder that relative paths of the file start from, absolute. */
  readonly folder: string;
  readonly bytes: Uint8Array | null;
  readonly workflow: Checked<Workflow>;
}

/** Reads and checks the workflow at `path`, or on standard input for `-`. */
export async function loadWorkflow(world: World, path: string): Promise<LoadedFile> {
  const isStdin = path === "-";
  const place = isStdin ? { file: STDIN, path: null, folder: world.cwd() } : placeOf(world, path);
  const read = isStdin ? await readStdin(world) : await readFile(world, path);
  if (!read.ok) return { ...place, bytes: null, workflow: read };
  return {
    ...place,
    bytes: read.value,
    workflow: await parseBytes(read.value, formatOf(path)),
  };
}

function placeOf(world: World, file: string): Pick<LoadedFile, "file" | "path" | "folder"> {
  const path = workflowPath(world, file);
  return { file, path, folder: folderOf(path) };
}

/**
 * The one absolute path by which the workflow that the user calls `file` is known: what runs are kept
 * with, listed and learned from by. Never throws.
 */
export function workflowPath(world: World, file: string): string {
  const path = resolvePath(world.cwd(), file);
  const normal = normalPath(path);
  if (normal === path) return path;
  const [folder, expected] = [path, normal].map((path) => realFolder(folderOf(path), world));
  if (folder === null || folder === expected) return normal;
  // Its path leads back over a link, and so elsewhere than its text says.
  return resolvePath(folder!, normal.slice(folderOf(normal).length + 1));
}

/** A folder without links in its path; `null` where that cannot be told. */
function realFolder(path: string, { may }: World): string | null {
  if (![path, normalPath(path)].every((path) => may({ kind: "read", path }))) return null;
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}

/**
 * The same for the file at `path`, unless its hash is still `known`: then it need not be looked at, and the
 * answer is `null`.
 */
export async function loadChanged(
  world: World,
  path: string,
  known: string | undefined,
): Promise<LoadedFile | null> {
  const place = placeOf(world, path);
  const read = await readFile(world, path);
  if (!read.ok) return { ...place, bytes: null, workflow: read };
  if (known === await hashOf(read.value)) return null;
  return {
    ...place,
    bytes: read.value,
    workflow: await parseBytes(read.value, formatOf(path)),
  };
}

/** A word for the content of a file: SHA-256, as hexadecimal digits. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return new Uint8Array(digest).toHex();
}

/** Checks `text` as a whole workflow file. */
export async function parseText(text: string, format: DocumentFormat): Promise<Checked<Workflow>> {
  return await parseBytes(new TextEncoder().encode(text), format);
}

async function parseBytes(bytes: Uint8Array, format: DocumentFormat): Promise<Checked<Workflow>> {
  const decoded = await decodeDocument(bytes, format);
  if (!decoded.ok) return decoded;
  const parsed = parseWorkflow(decoded.value);
  const values = plainValues(decoded.value);
  const changed = values.length === 0 ? [] : await readOtherwise(bytes, values);
  if (changed.length === 0) return parsed;
  return { ok: false, diagnostics: [...(parsed.ok ? [] : parsed.diagnostics), ...changed] };
}

/** Only where a number looks odd is the text read again by the reader that knows how it is written. */
async function readOtherwise(
  bytes: Uint8Array,
  values: readonly PlainValue[],
): Promise<Diagnostic[]> {
  const text = new TextDecoder().decode(bytes);
  if (!mayReadOtherwise(text)) return [];
  const { writtenAt } = await import("./locate.ts");
  const paths = values.map(({ path }) => path);
  return checkWritten(values, await writtenAt(text, paths, mayReadOtherwise));
}

function formatOf(path: string): DocumentFormat {
  if (path === "-") return "unknown";
  return /\.json$/i.test(path) ? "json" : "yaml";
}

async function readFile(world: World, path: string): Promise<Checked<Uint8Array>> {
  const absolute = resolvePath(world.cwd(), path);
  const permission = { kind: "read", path: absolute } as const;
  if (!world.may(permission)) {
    return refused({ code: "E311", permission, use: "file", jobIds: [] });
  }
  try {
    const facts = world.files.stat(path);
    if (facts === null) return refused({ code: "E101", problem: "missing", file: path, cause: "" });
    if (facts.isDirectory) {
      return refused({ code: "E101", problem: "folder", file: path, cause: "" });
    }
    if (facts.size > FILE_BYTES_MAX) {
      return refused({ code: "E102", bytes: facts.size, limitBytes: FILE_BYTES_MAX });
    }
    return { ok: true, value: await world.files.read(path) };
  } catch (error) {
    const cause = causeOf(error);
    return refused({ code: "E101", problem: "unreadable", file: path, cause });
  }
}

async function readStdin(world: World): Promise<Checked<Uint8Array>> {
  const bytes = await world.readStdin(FILE_BYTES_MAX);
  if (bytes.length <= FILE_BYTES_MAX) return { ok: true, value: bytes };
  return refused({ code: "E102", bytes: bytes.length, limitBytes: FILE_BYTES_MAX });
}

function refused(detail: Diagnostic["detail"]): Checked<never> {
  return { ok: false, diagnostics: [diagnosticAt(AT_DOCUMENT, detail)] };
}

/**
 * A file's text and its diagnostics with their places in it, at least of those that are `shown`; the
 * locator is loaded only here.
 */
export async function locate(
  loaded: LoadedFile,
  diagnostics: readonly Diagnostic[],
  shown?: Shown,
): Promise<{ readonly text: string | null; readonly located: readonly LocatedDiagnostic[] }> {
  if (loaded.bytes === null) return { text: null, located: diagnostics.map(unlocated) };
  const text = new TextDecoder().decode(loaded.bytes);
  const { locateDiagnostics } = await import("./locate.ts");
  return { text, located: await locateDiagnostics(text, diagnostics, shown) };
}

function unlocated({ detail, related }: Diagnostic): LocatedDiagnostic {
  return {
    detail,
    position: null,
    related: related.map(({ role, name }) => ({ role, name, position: null })),
  };
}
