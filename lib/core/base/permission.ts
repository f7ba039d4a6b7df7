/**
 * What Deno must let orch do, as data: what a run needs, and the flags of `deno run` that grant it.
 * Whether it is granted is asked by `World.may`; what a plan needs is told by `executors/preflight/needs.ts`.
 */

/** One thing that Deno may allow. `null` stands for all of its kind. */
export type Permission =
  | { readonly kind: "read" | "write"; readonly path: string | null }
  | { readonly kind: "run"; readonly program: string | null }
  /** A host with its port: `example.com:443`. */
  | { readonly kind: "net"; readonly host: string | null }
  | { readonly kind: "env"; readonly name: string | null }
  /** As Deno names parts of the system: `hostname`. */
  | { readonly kind: "sys"; readonly name: string | null };

/** The kinds, in the order in which flags are written. */
export const PERMISSION_KINDS = ["read", "write", "env", "net", "run", "sys"] as const;

/** What the permission is about; `null` for all of its kind. */
export function objectOf(permission: Permission): string | null {
  switch (permission.kind) {
    case "read":
    case "write":
      return permission.path;
    case "run":
      return permission.program;
    case "net":
      return permission.host;
    case "env":
    case "sys":
      return permission.name;
  }
}

/**
 * The flags of `deno run` that grant all of these: one for each kind, each value once, in order of the
 * alphabet. Deno knows no way to write a value with a comma into a list: the flag then grants all of
 * its kind.
 */
export function flagsFor(permissions: readonly Permission[]): string[] {
  return PERMISSION_KINDS.flatMap((kind) => {
    const objects = permissions.filter((permission) => permission.kind === kind).map(objectOf);
    if (objects.length === 0) return [];
    const canBeListed = objects.every((object) => object !== null && !object.includes(","));
    const list = canBeListed ? `=${[...new Set(objects)].toSorted().join(",")}` : "";
    return [`--allow-${kind}${list}`];
  });
}

/** The permission with its path as Deno compares it: each `..` takes back the folder before it. */
export function straightened(permission: Permission): Permission {
  if (permission.kind !== "read" && permission.kind !== "write") return permission;
  const { kind, path } = permission;
  if (path === null || !/(?:^|[\\/])\.\.?(?:[\\/]|$)/.test(path)) return permission;
  const parts: string[] = [];
  for (const part of path.split(/[\\/]/)) {
    if (part === ".." && parts.length > 1) parts.pop();
    else if (part !== "." && part !== "..") parts.push(part);
  }
  return { kind, path: parts.join("/") || "/" };
}

/** The permissions without those to read or write a path inside a folder for which another stands. */
export function withoutInner(permissions: readonly Permission[]): Permission[] {
  return permissions.filter((inner) => {
    if (inner.kind !== "read" && inner.kind !== "write") return true;
    return !permissions.some((outer) => outer.kind === inner.kind && isInside(inner, outer));
  });
}

/** The permission with its path as it is written in `folder`; a program there gets the `./` it needs. */
export function seenFrom(folder: string, permission: Permission): Permission {
  const object = objectOf(permission);
  if (object === null || !(object === folder || object.startsWith(`${folder}/`))) return permission;
  const path = object.slice(folder.length + 1) || ".";
  switch (permission.kind) {
    case "read":
    case "write":
      return { kind: permission.kind, path };
    case "run":
      return { kind: "run", program: `./${path}` };
    default:
      return permission;
  }
}

interface PathPermission {
  readonly path: string | null;
}

function isInside({ path }: PathPermission, outer: PathPermission): boolean {
  if (path === null || outer.path === null || path === outer.path) return false;
  return path.startsWith(outer.path.endsWith("/") ? outer.path : `${outer.path}/`);
}
