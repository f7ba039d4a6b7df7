/**
 * The modules that a plugin is made of: its own, and those that they import from its folder or from where
 * it may read. A worker can read these and nothing else before it has a permission, so that Deno itself
 * refuses whatever else is imported, in whatever way. Paths are compared as the disk has them, without links.
 */
import type { Plugin } from "../../lib/core/workflow/workflow.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import type { World } from "../../lib/runtime/port/world.ts";
import { fileUrl } from "./host.ts";
import { importTarget, wasmImports, type WrittenImport, writtenImports } from "./imports.ts";

/** The modules, or what is wrong with one of them. */
export type PluginModules =
  | { readonly ok: true; readonly paths: readonly string[] }
  | {
    readonly ok: false;
    readonly problem: "import" | "unreadable" | "link";
    /** What is imported, or why it cannot be read. */
    readonly cause: string;
  };

/** Where a plugin is looked for. */
export interface ModulePlace {
  /** Absolute: what paths of the workflow start from. */
  readonly baseDirectory: string;
  readonly world: Pick<World, "files" | "may">;
}

/** What Deno runs: other files are only taken as data. */
const CODE = /\.(?:[cm]?[jt]s|[jt]sx|wasm)$/;
/** What plugins import to type their executors. It is there where orch runs from its sources. */
const typesModulePath = pathOfTypes();

/** Reads the modules of a plugin whose own module is there. */
export async function modulesOf(plugin: Plugin, place: ModulePlace): Promise<PluginModules> {
  const { permissions: { read }, path: written } = plugin;
  const { baseDirectory, world } = place;
  const entry = resolvePath(baseDirectory, written);
  const folder = realPath(entry.slice(0, entry.lastIndexOf("/")) || "/");
  const mayReadAll = read === true;
  const readable = mayReadAll ? [] : read.map((path) => realPath(resolvePath(baseDirectory, path)));
  const mayRead = (real: string) => mayReadAll || readable.some((path) => isInside(real, path));
  const isOwn = (path: string, real: string) =>
    CODE.test(path) && CODE.test(real) && isInside(real, folder);

  const real = realPath(entry);
  if (!isInside(real, folder) && !mayRead(real)) {
    return { ok: false, problem: "link", cause: real };
  }
  const seen = new Set([entry]);
  const paths = new Set([real]);
  if (typesModulePath !== null && world.may({ kind: "read", path: typesModulePath })) {
    paths.add(typesModulePath);
  }
  for (const path of seen) {
    const imports = await importsIn(path, world);
    if (typeof imports === "string") return { ok: false, problem: "unreadable", cause: imports };
    for (const one of imports) {
      const target = importTarget(one, new URL(fileUrl(path)));
      if (target.kind === "none" || target.kind === "refused" && mayReadAll) continue;
      const refused = { ok: false, problem: "import", cause: one.specifier } as const;
      if (target.kind === "refused") return refused;
      const found = realPath(target.path);
      // A folder with such a name would be readable with all that is in it.
      const isFolder = world.files.stat(found)?.isDirectory === true;
      const isAllowed = mayRead(found) || !target.isData && !isFolder && isOwn(target.path, found);
      if (!isAllowed || !world.may({ kind: "read", path: target.path })) return refused;
      paths.add(target.path).add(found);
      if (!target.isData) seen.add(target.path);
    }
    paths.add(path);
  }
  return { ok: true, paths: [...paths] };
}

/** The imports of one module, or why they cannot be read. */
async function importsIn(
  path: string,
  { files }: Pick<World, "files">,
): Promise<readonly WrittenImport[] | string> {
  // Deno says better than we could what is not there.
  if (files.stat(path)?.isFile !== true || !CODE.test(path)) return [];
  try {
    const bytes = await files.read(path);
    if (path.endsWith(".wasm")) return wasmImports(new Uint8Array(bytes));
    return writtenImports(new TextDecoder().decode(bytes), path);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return `${path.slice(path.lastIndexOf("/") + 1)}: ${cause}`;
  }
}

function pathOfTypes(): string | null {
  try {
    const url = new URL(import.meta.resolve("@orch/orch/plugin"));
    if (url.protocol !== "file:") return null;
    return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
  } catch {
    return null;
  }
}

/** Without links and dots; what is not there, or is not shown, as it is written. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
