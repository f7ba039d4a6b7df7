/**
 * Whether Deno would ask the user, where a plugin tries what it may not do: it does on a terminal, unless it
 * was started with `--no-prompt`, and no program can turn that off for a worker, or ask whether it is on.
 */
import { IS_BUILT_IN } from "../../lib/runtime/port/permissions.ts";
import type { World } from "../../lib/runtime/port/world.ts";

/** False too where nobody can tell: under narrow permissions, which are written with `--no-prompt`. */
export async function couldAsk(
  world: Pick<World, "stderr" | "env" | "processes">,
): Promise<boolean> {
  // Programs are compiled with the flag.
  if (IS_BUILT_IN || !world.stderr.isTerminal || !Deno.stdin.isTerminal()) return false;
  if (world.env("DENO_NO_PROMPT")) return false;
  const line = await commandLine(world);
  return line !== null && !/(?:^|\s)--no-prompt(?:\s|$)/.test(line);
}

/** How this process was started; `null` where that cannot be seen. */
async function commandLine({ processes }: Pick<World, "processes">): Promise<string | null> {
  try {
    return (await Deno.readTextFile("/proc/self/cmdline")).replaceAll("\0", " ");
  } catch {
    const args = ["-ww", "-o", "args=", "-p", String(Deno.pid)];
    return processes.mayRun("ps") ? await processes.query("ps", args, "/") : null;
  }
}
