/**
 * What Linux tells of processes in /proc. Elsewhere, and for processes that vanish while they are
 * looked at, there is nothing to tell, and nothing is said.
 */

/** One living process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
  /** Processor time of the process itself, in ticks of the clock. */
  readonly ticks: number;
  /** Ticks since boot: with the pid it names one process for good. */
  readonly startTime: number;
  readonly residentBytes: number;
}

const PAGE_BYTES = 4096;

/** All living processes; zombies have ended. */
export function listProcesses(): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  for (const pid of processIds()) {
    const facts = readProcess(pid);
    if (facts !== null) found.push(facts);
  }
  return found;
}

/** The processes whose environment holds `cookie`: those of other users cannot be read, and are not ours. */
export function processesWithCookie(cookie: string): number[] {
  return processIds().filter((pid) => {
    const environment = readText(`/proc/${pid}/environ`);
    return environment !== null && environment.includes(cookie) && readProcess(pid) !== null;
  });
}

function processIds(): number[] {
  const ids: number[] = [];
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (name.charCodeAt(0) <= 0x39 && name.charCodeAt(0) >= 0x30) ids.push(Number(name));
    }
  } catch {
    // No /proc here, or no permission to look: nothing to tell.
  }
  return ids;
}

/** One process, or `null` where it has ended. */
export function readProcess(pid: number): ProcessFacts | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is a name in parentheses that may itself hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return null;
  const number = (field: number) => Number(fields[field - 3]);
  return {
    pid,
    group: number(5),
    session: number(6),
    ticks: number(14) + number(15),
    startTime: number(22),
    residentBytes: number(24) * PAGE_BYTES,
  };
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
