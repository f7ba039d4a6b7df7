/** What Deno lets orch do: asked of Deno, never of the user. */
import type { Permission } from "../../core/base/permission.ts";

/** Whether this is granted. Where it is not, trying it may stop everything with a question on the terminal. */
export function isGranted(permission: Permission): boolean {
  return Deno.permissions.querySync(descriptorOf(permission)).state === "granted";
}

/** Whether Deno, or the system, did not permit what failed with this error. */
export function isDenied(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied;
}

/** Whether this is a compiled program. Its permissions are fixed when it is compiled. */
export const IS_BUILT_IN = Deno.build.standalone;

type SystemPart = NonNullable<Deno.SysPermissionDescriptor["kind"]>;

function descriptorOf(permission: Permission): Deno.PermissionDescriptor {
  switch (permission.kind) {
    case "read":
    case "write": {
      const { kind, path } = permission;
      return { name: kind, ...(path !== null && { path }) };
    }
    case "run": {
      const { program } = permission;
      return { name: "run", ...(program !== null && { command: program }) };
    }
    case "net": {
      const { host } = permission;
      return { name: "net", ...(host !== null && { host }) };
    }
    case "env": {
      const { name } = permission;
      return { name: "env", ...(name !== null && { variable: name }) };
    }
    case "sys": {
      // A name that Deno does not know is a mistake of the file, which Deno itself then reports.
      const { name } = permission;
      return { name: "sys", ...(name !== null && { kind: name as SystemPart }) };
    }
  }
}
