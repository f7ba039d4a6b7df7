/**
 * What Linux tells of processes in /proc. Deno lets a program read there only with every permission;
 * without, a short-lived shell reads for us. Elsewhere, and for processes that vanish while they are
 * looked at, there is nothing to tell, and nothing is said.
 */

/** One living process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** Ticks since boot: with the pid it names one process for good. */
  readonly startTime: number;
  readonly residentBytes: number;
}

const PAGE_BYTES = 4096;

/** All living processes; zombies have ended. */
export async function listProcesses(): Promise<ProcessFacts[]> {
  const stats = mayReadProc()
    ? processIds().map((pid) => readText(`/proc/${pid}/stat`))
    : (await ask("cat /proc/[0-9]*/stat")).split("\n");
  return stats.flatMap((stat) => parseStat(stat) ?? []);
}

/** The living processes whose environment holds `entry` (`NAME=value`). Those of other users are not ours. */
export async function processesWith(entry: string): Promise<number[]> {
  if (mayReadProc()) {
    const whole = `${entry}\0`;
    return processIds().filter((pid) =>
      readText(`/proc/${pid}/environ`).includes(whole) &&
      parseStat(readText(`/proc/${pid}/stat`)) !== null
    );
  }
  // The pattern is made of letters, digits, `_`, `=`, `-` and dots, of which grep reads none amiss.
  const found = await ask(`grep -lsz '^${entry}$' /proc/[0-9]*/environ`);
  return [...found.matchAll(/^\/proc\/(\d+)\/environ$/gm)].map(([, pid]) => Number(pid));
}

let readable: boolean | null = null;

function mayReadProc(): boolean {
  return readable ??= readText("/proc/self/stat") !== "";
}

async function ask(text: string): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", text],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
  }
}

function processIds(): number[] {
  const ids: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) if (/^\d/.test(name)) ids.push(Number(name));
  return ids;
}

/** A line of /proc/<pid>/stat; `null` for a process that has ended. */
function parseStat(stat: string): ProcessFacts | null {
  if (stat === "") return null;
  // The second field is a name in parentheses that may itself hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return null;
  const number = (field: number) => Number(fields[field - 3]);
  return {
    pid: Number.parseInt(stat),
    group: number(5),
    session: number(6),
    startTime: number(22),
    residentBytes: number(24) * PAGE_BYTES,
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
