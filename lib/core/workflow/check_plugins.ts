/** What the entries of `plugins` have to fulfil. */
import { property } from "../base/json.ts";
import { atValue, type Diagnostic, diagnosticAt, type DocumentPath } from "./diagnostic.ts";
import type { DataOf } from "./keys/key.ts";
import { JOB_TYPES } from "./kinds.ts";
import type { PLUGIN_KEYS } from "./keys/plugin_keys.ts";
import { PLUGIN_PERMISSIONS } from "./workflow.ts";

/** As for ids of jobs: a type is shown in messages and typed by people. */
const TYPE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** The types that the plugins of a file bring, as far as its data, of whatever shape, says any. */
export function pluginTypes(data: unknown): ReadonlySet<string> {
  const plugins = property(data, "plugins");
  if (!Array.isArray(plugins)) return new Set();
  const types = plugins.map((entry) => property(entry, "type"));
  return new Set(types.filter((type) => typeof type === "string"));
}

/** The mistakes in the entries of `plugins`. */
export function checkPluginEntries(plugins: readonly DataOf<typeof PLUGIN_KEYS>[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Map<string, number>();
  plugins.forEach(({ type, path, permissions }, index) => {
    const at = (...rest: DocumentPath) => atValue("plugins", index, ...rest);
    const first = seen.get(type);
    if (!TYPE.test(type)) {
      found.push(diagnosticAt(at("type"), { code: "E211", type, problem: "name" }));
    } else if (JOB_TYPES.includes(type)) {
      found.push(diagnosticAt(at("type"), { code: "E211", type, problem: "built_in" }));
    } else if (first !== undefined) {
      const place = atValue("plugins", first, "type");
      found.push(
        diagnosticAt(at("type"), { code: "E211", type, problem: "twice" }, [
          { role: "first", name: type, place },
        ]),
      );
    } else {
      seen.set(type, index);
    }
    if (path.trim() === "") found.push(diagnosticAt(at("path"), { code: "E310", key: "path" }));
    for (const kind of PLUGIN_PERMISSIONS) {
      const granted = permissions?.[kind];
      if (!Array.isArray(granted)) continue;
      granted.forEach((entry, k) => {
        if (entry.trim() !== "") return;
        const key = `${kind}[${k}]`;
        found.push(diagnosticAt(at("permissions", kind, k), { code: "E310", key }));
      });
    }
  });
  return found;
}
