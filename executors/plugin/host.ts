/**
 * Opens the worker in which the code of a plugin runs, with the permissions it is given and no others.
 * Needs Deno's unstable feature `worker-options`, which `deno.json` turns on.
 */
import { PLUGIN_PERMISSIONS, type PluginPermissions } from "../../lib/core/workflow/workflow.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";
import type { FromPlugin, ToPlugin } from "./protocol.ts";
import { PluginWorker } from "./worker.ts";

/** No permission at all. */
export const NOTHING_GRANTED: PluginPermissions = {
  net: [],
  read: [],
  write: [],
  env: [],
  run: [],
  sys: [],
};

/** What a worker is opened for. */
export interface PluginHostOptions {
  /** Absolute. */
  readonly modulePath: string;
  readonly permissions: PluginPermissions;
  /** Absolute: the files of which the plugin is made, which it may read beside its permissions. */
  readonly modules: readonly string[];
  /** Absolute: what paths among the permissions start from. */
  readonly baseDirectory: string;
  /** Gets each message, also those that the plugin's own code has made up. */
  hear(message: FromPlugin): void;
  /** The worker has ended by itself, as for want of memory. */
  died(cause: string): void;
}

/** A worker that is open. Close it. */
export class PluginHost {
  readonly #worker: Worker;
  readonly #url: string;

  /** Throws `Deno.errors.NotCapable` where orch lacks one of the permissions. */
  constructor(options: PluginHostOptions) {
    const { modulePath, hear, died } = options;
    const module = JSON.stringify(fileUrl(modulePath));
    // An address that is written out in `import()` Deno would load, with all that it imports, unasked.
    const text = `const at = ${module}; new (${PluginWorker.toString()})(() => import(at));`;
    this.#url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    try {
      this.#worker = new Worker(this.#url, {
        type: "module",
        deno: { permissions: denoPermissions(options) },
      });
    } catch (error) {
      URL.revokeObjectURL(this.#url);
      throw error;
    }
    this.#worker.onmessage = ({ data }: MessageEvent) => {
      if (typeof data === "object" && data !== null) hear(data);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      died(event.message);
    };
  }

  send(message: ToPlugin): void {
    this.#worker.postMessage(message);
  }

  /** Ends the worker, whatever it does. May be called again. */
  close(): void {
    this.#worker.onmessage = null;
    this.#worker.terminate();
    URL.revokeObjectURL(this.#url);
  }
}

/** Each kind is said, since one that is not said is inherited. */
function denoPermissions(
  { permissions, modules, baseDirectory }: PluginHostOptions,
): Deno.PermissionOptionsObject {
  const granted = PLUGIN_PERMISSIONS.map((kind) => {
    const said = permissions[kind];
    if (said === true) return [kind, true];
    const isPath = kind === "read" || kind === "write";
    const listed = isPath ? said.map((path) => resolvePath(baseDirectory, path)) : said;
    const all = kind === "read" ? [...listed, ...modules] : listed;
    return [kind, all.length > 0 && all];
  });
  return { ffi: false, import: false, ...Object.fromEntries(granted) };
}

/** A path as a URL, on Unix and on Windows. */
export function fileUrl(path: string): string {
  const parts = path.replaceAll("\\", "/").replace(/^(?=[A-Za-z]:)/, "/").split("/");
  return `file://${
    parts.map((part) => /^[A-Za-z]:$/.test(part) ? part : encodeURIComponent(part)).join("/")
  }`;
}
