/**
 * What has started orch, where that was npm, npx or `deno task`: such a program passes on no signal that
 * ends it, so that nobody would be left to see to the run. What it started carries its variables; the
 * first ancestor of orch without them is the launcher.
 */
import { isGranted } from "../port/permissions.ts";
import type { Clock } from "../port/world.ts";

/** Variables that launchers set for what they start. */
const LAUNCHER_VARIABLES = ["npm_lifecycle_event", "ORCH_TASK"] as const;

/** Time between two looks. */
const LOOK_MS = 1_000;

/** What a launcher is called. */
const LAUNCHER = /\b(npm|npx|pnpm|yarn|bun|node|deno)\b/;

/** Prints the ancestors of orch up to the launcher, one on a line, and then its command line. */
const ANCESTORS = `
pid=$PPID
parent() { read -r stat <"/proc/$1/stat" || exit 1; set -- \${stat##*) }; pid=$2; }
parent "$pid"
while echo "$pid"; do
  grep -qsz '^\\(${LAUNCHER_VARIABLES.join("\\|")}\\)=' "/proc/$pid/environ" || break
  parent "$pid"
done
tr '\\0' ' ' <"/proc/$pid/cmdline"`;

/** Asks a program of ours; `null` if it failed. */
export type Query = (
  program: string,
  args: readonly string[],
  cwd: string,
) => Promise<string | null>;

/** Calls back once when the launcher, or a process between it and orch, has ended. The function returned takes that back. */
export function watchLauncher(
  { clock, query }: { readonly clock: Clock; readonly query: Query },
  gone: () => void,
): () => void {
  let isOver = false;
  let cancel = () => {};
  const parent = Deno.ppid;
  const look = (ancestors: readonly number[]) => {
    if (isOver) return;
    if (Deno.ppid !== parent || !ancestors.every(isThere)) {
      isOver = true;
      return gone();
    }
    cancel = clock.callAt(clock.now() + LOOK_MS, () => look(ancestors));
  };
  findAncestors(query).then((ancestors) => ancestors !== null && look(ancestors));
  return () => {
    isOver = true;
    cancel();
  };
}

/** The ancestors up to the launcher; `null` if there is none, and the parent alone if they cannot be listed. */
async function findAncestors(query: Query): Promise<number[] | null> {
  if (Deno.build.os !== "linux") return [Deno.ppid];
  const lines = (await query("sh", ["-c", ANCESTORS], "/"))?.split("\n") ?? [];
  const command = lines.at(-1) ?? "";
  if (lines.length < 2 || !LAUNCHER.test(command)) return null;
  return lines.slice(0, -1).map(Number);
}

/** Whether a process is there. Without the permission to ask there is only the parent to go by. */
function isThere(pid: number): boolean {
  if (!isGranted({ kind: "run", program: null })) return true;
  try {
    // The platform knows signal 0, which is not delivered; its types do not.
    Deno.kill(pid, 0 as unknown as Deno.Signal);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
