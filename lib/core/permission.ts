/**
 * What Deno must let orch do, as data: what a plan needs, what is granted, and the flags in between.
 * Asking Deno is `World.may`.
 */

/** One thing that Deno may allow. `null` stands for all of its kind. */
export type Permission =
  | { readonly kind: "read" | "write"; readonly path: string | null }
  | { readonly kind: "run"; readonly program: string | null }
  /** A host with its port, or without it for all ports. */
  | { readonly kind: "net"; readonly host: string | null }
  | { readonly kind: "env"; readonly name: string | null }
  | { readonly kind: "sys"; readonly name: "systemMemoryInfo" | "hostname" };

/** The kinds, in the order in which flags are written. */
const KINDS = ["read", "write", "env", "net", "run", "sys"] as const;

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
 * The flags of `deno run` that grant all of these, one for each kind, each value once, in order of the
 * alphabet. A value with a comma cannot stand in a list: its flag then grants all of its kind.
 */
export function flagsFor(permissions: readonly Permission[]): string[] {
  return KINDS.flatMap((kind) => {
    const objects = permissions.filter((permission) => permission.kind === kind).map(objectOf);
    if (objects.length === 0) return [];
    const listable = objects.every((object) => object !== null && !object.includes(","));
    return [`--allow-${kind}${listable ? `=${[...new Set(objects)].toSorted().join(",")}` : ""}`];
  });
}
