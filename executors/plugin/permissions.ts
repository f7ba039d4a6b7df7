/** What Deno must let orch do before orch can let a plugin do it: nobody can hand on more than he has. */
import type { Permission } from "../../lib/core/base/permission.ts";
import {
  type Plugin,
  PLUGIN_PERMISSIONS,
  type PluginPermissionKind,
} from "../../lib/core/workflow/workflow.ts";
import { resolvePath } from "../../lib/runtime/port/paths.ts";

/** The permissions of a plugin, with its paths absolute. */
export function pluginPermissions({ permissions }: Plugin, baseDirectory: string): Permission[] {
  return PLUGIN_PERMISSIONS.flatMap((kind) => {
    const said = permissions[kind];
    const objects = said === true ? [null] : said;
    return objects.map((object) => permissionOf(kind, object, baseDirectory));
  });
}

function permissionOf(
  kind: PluginPermissionKind,
  object: string | null,
  baseDirectory: string,
): Permission {
  switch (kind) {
    case "net":
      return { kind, host: object };
    case "read":
    case "write":
      return { kind, path: object === null ? null : resolvePath(baseDirectory, object) };
    case "env":
    case "sys":
      return { kind, name: object };
    case "run":
      return { kind, program: object };
  }
}
