/** The keys of an entry of `plugins`, each with all that is known of it. */
import * as z from "zod/mini";
import {
  type Plugin,
  PLUGIN_PERMISSIONS,
  type PluginPermissionKind,
  type PluginPermissions,
} from "../workflow.ts";
import {
  field,
  type FieldsOf,
  type FileKey,
  key,
  keysOf,
  mapping,
  requiredKey,
  whole,
  withStandards,
} from "./key.ts";
import { kept, text, texts } from "./shapes.ts";

type Granted = true | readonly string[];

function ofEachKind<V>(value: V): Readonly<Record<PluginPermissionKind, V>> {
  const entries = PLUGIN_PERMISSIONS.map((kind) => [kind, value]);
  return Object.fromEntries(entries) as Record<PluginPermissionKind, V>;
}

/** All of a kind, or what is listed. */
const permissionKeys: Readonly<Record<PluginPermissionKind, FileKey<boolean | string[]>>> =
  ofEachKind(key(z.union([texts, z.boolean()])));
const NOTHING: PluginPermissions = ofEachKind([]);
const granted = (): z.ZodMiniType<Granted> => z.union([z.literal(true), texts]);

export const PLUGIN_FIELDS = {
  type: field({
    keys: { type: requiredKey(text) },
    read: ({ type }) => type,
    stored: kept.text,
    matters: whole,
  }),
  path: field({
    keys: { path: requiredKey(text) },
    read: ({ path }) => path,
    stored: kept.text,
    matters: whole,
  }),
  permissions: field({
    keys: { permissions: mapping(permissionKeys) },
    read: ({ permissions }) => readPermissions(permissions),
    stored: () => z.object(withStandards(ofEachKind(granted()), NOTHING)),
    standard: NOTHING,
    matters: whole,
  }),
} satisfies FieldsOf<Plugin>;

/** The keys of an entry. */
export const PLUGIN_KEYS = keysOf(PLUGIN_FIELDS);

function readPermissions(
  said: Partial<Readonly<Record<PluginPermissionKind, boolean | string[] | undefined>>> = {},
): PluginPermissions {
  const entries = PLUGIN_PERMISSIONS.map((kind) => [kind, said[kind] || []]);
  return Object.fromEntries(entries) as PluginPermissions;
}
