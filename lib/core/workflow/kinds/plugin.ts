/** Jobs of a type that a module of the user brings: what it does is under `with`. */
import * as z from "zod/mini";
import { atValue, type Diagnostic, diagnosticAt, type DocumentPath } from "../diagnostic.ts";
import { Bug } from "../../base/bug.ts";
import type { PluginAction } from "../workflow.ts";
import { inOneOrder } from "../keys/fingerprint.ts";
import { key, storedOf } from "../keys/key.ts";
import { PLUGIN_FIELDS } from "../keys/plugin_keys.ts";
import { text } from "../keys/shapes.ts";
import { type Kind, kind } from "./kind.ts";

export const plugin: Kind<PluginAction> = kind({
  keys: { with: key(z.record(text, z.unknown())) },
  needed: null,
  strangeKey: "of_plugin",
  check: ({ with: keys }, { path, found }) => checkNumbers(keys, [...path, "with"], found),
  toAction({ with: keys }, plugin) {
    if (plugin === undefined) throw new Bug("a job of a type that no plugin brings was read");
    return { type: "plugin", plugin, keys: keys ?? {} };
  },
  stored: () =>
    z.object({
      type: z.literal("plugin"),
      plugin: storedOf(PLUGIN_FIELDS),
      keys: z._default(z.record(text, z.unknown()), {}),
    }),
  fingerprint: ({ type, plugin, keys }) => [type, inOneOrder(plugin), inOneOrder(keys)],
  summary: ({ plugin, keys }) => `${plugin.type} ${JSON.stringify(keys)}`,
  jobType: ({ plugin }) => plugin.type,
  runsIn: "worker",
  mayRepeat: () => true,
});

/** Infinity and NaN cannot be kept in JSON, as plans are. */
function checkNumbers(value: unknown, path: DocumentPath, found: Diagnostic[]): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    found.push(diagnosticAt(atValue(...path), { code: "E303", value: String(value) }));
  }
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    checkNumbers(inner, [...path, isList ? Number(key) : key], found);
  }
}
