/** The few operations on paths that orch needs, without a module of them on the start-up path. */

const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/;

/** What no `..` leads out of: of a share of Windows, the machine and the name. */
const ROOT = /^(\/|[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/][^\\/]+[\\/]?)/;

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

/**
 * An absolute path without `.`, `..` and empty parts, as its text alone tells it: behind a link `..` may
 * lead elsewhere, so whoever opens what it names must look whether that is the same.
 */
export function normalPath(path: string): string {
  const [root] = ROOT.exec(path) ?? [""];
  const separator = root.startsWith("/") ? "/" : "\\";
  const parts: string[] = [];
  for (const part of path.slice(root.length).split(separator === "/" ? "/" : /[\\/]/)) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return root.replaceAll(/[\\/]/g, separator) + parts.join(separator);
}

/** The folder that holds `path`. */
export function folderOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (cut < 0) return ".";
  return cut === 0 ? "/" : path.slice(0, cut);
}

/** What standard input is called where a file is named. */
export const STDIN = "<stdin>";
