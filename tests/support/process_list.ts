/** The processes of this machine that a test has started, known by a mark in their environment. */

/** The living processes, zombies aside, with this entry in their environment. None without /proc. */
export function processesWith(
  entry: string,
): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = [];
  if (Deno.build.os !== "linux") return found;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // A zombie has no environment any more.
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`).split("\0");
      if (!environment.includes(entry)) continue;
      const command = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      found.push({ pid: Number(name), command });
    } catch {
      // It has ended meanwhile, or is somebody else's.
      continue;
    }
  }
  return found;
}
