/** The few operations on paths that orch needs, without a module of them on the start-up path. */

const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/;

/** Whether a path stands on its own, on Unix or on Windows. */
export function isAbsolute(path: string): boolean {
  return ABSOLUTE.test(path);
}

/** `path` seen from `base`; `.` and leading `./` vanish, `..` stays for the system to follow. */
export function resolvePath(base: string, path: string): string {
  if (isAbsolute(path)) return path;
  const relative = path.replace(/^(\.\/)+/, "");
  if (relative === "" || relative === ".") return base;
  return base.endsWith("/") ? base + relative : `${base}/${relative}`;
}

/** The folder that holds `path`. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (cut < 0) return ".";
  return cut === 0 ? "/" : path.slice(0, cut);
}

/** What standard input is called where a file is named. */
export const STDIN = "<stdin>";
