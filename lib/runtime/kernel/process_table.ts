/**
 * What Linux tells of processes in /proc. Deno lets a program read there only with every permission;
 * without, a short-lived shell reads for us. Elsewhere, and for processes that vanish while they are
 * looked at, there is nothing to tell, and nothing is said.
 */

import { COOKIE, cookiePattern, cookiesIn, MARK_RLIMIT } from "./cookie.ts";
import { isGranted } from "../port/permissions.ts";

/** One living process. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Ticks since boot: with the pid it names one process for good. */
  readonly startTime: number;
  readonly residentBytes: number;
  /** Processor time of it, and of those of its children that have ended and were waited for. */
  readonly cpuSeconds: number;
}

/** Linux tells processor time to programs in hundredths of a second, whatever it counts in itself. */
const TICKS_PER_SECOND = 100;

const PAGE_BYTES = 4096;

/** All living processes; zombies have ended. `null` if they cannot be listed just now. */
export async function listProcesses(): Promise<ProcessFacts[] | null> {
  const stats = mayReadProc()
    ? processIds().map((pid) => readText(`/proc/${pid}/stat`))
    : (await ask("cat /proc/[0-9]*/stat"))?.split("\n");
  return stats?.flatMap((stat) => parseStat(stat) ?? []) ?? null;
}

/**
 * Whether this process lives and had begun by a moment, in milliseconds since the epoch: one that has been given
 * its number later is another. `false` where nobody can tell.
 */
export async function livesSince(pid: number, at: number): Promise<boolean> {
  const files = [`/proc/${pid}/stat`, "/proc/uptime"];
  const text = mayReadProc()
    ? files.map(readText).join("")
    : await ask(`cat ${files.join(" ")}; :`);
  const [stat = "", uptime = ""] = text?.trimEnd().split("\n") ?? [];
  const facts = parseStat(stat);
  if (facts === null || uptime === "") return false;
  const ageMs = (Number.parseFloat(uptime) - facts.startTime / TICKS_PER_SECOND) * 1000;
  return Date.now() - ageMs <= at + CLOCK_DRIFT_MS;
}

/** By so much a clock may have been put right in small steps since. */
const CLOCK_DRIFT_MS = 1_000;

/**
 * The cookies of each process that has one which begins with `prefix`, the innermost first. Processes of
 * other users cannot be read, and are not ours; one that has not yet become a program still has the
 * environment of its slot.
 */
export async function cookiesOf(prefix: string): Promise<Map<number, string[]> | null> {
  const name = `${COOKIE}=`;
  const found = new Map<number, string[]>();
  const add = (pid: number, value: string) => {
    const cookies = cookiesIn(value);
    if (cookies.some((cookie) => cookie.startsWith(prefix))) found.set(pid, cookies);
  };
  if (mayReadProc()) {
    for (const pid of processIds()) {
      const entry = readText(`/proc/${pid}/environ`).split("\0").find((text) =>
        text.startsWith(name)
      );
      if (entry !== undefined) add(pid, entry.slice(name.length));
    }
    return found;
  }
  // The `:` keeps grep's failure to find anything apart from the shell's failure to run it.
  const pattern = cookiePattern(prefix);
  const answer = await ask(
    `grep -asozH '${pattern}[^ ]*' /proc/[0-9]*/environ | tr '\\0' '\\n'; :`,
  );
  if (answer === null) return null;
  for (const [, pid, value] of answer.matchAll(/^\/proc\/(\d+)\/environ:ORCH_COOKIE=(.*)$/gm)) {
    add(Number(pid), value!);
  }
  return found;
}

/** The mark of each process that has one which `pattern` describes: the soft limit, its own run's. */
export async function marksOf(pattern: string): Promise<Map<number, string> | null> {
  const found = new Map<number, string>();
  if (mayReadProc()) {
    const line = new RegExp(`^Max ${MARK_RLIMIT} +(${pattern}) `, "m");
    for (const pid of processIds()) {
      const mark = line.exec(readText(`/proc/${pid}/limits`))?.[1];
      if (mark !== undefined) found.set(pid, mark);
    }
    return found;
  }
  const answer = await ask(`grep -sHE '^Max ${MARK_RLIMIT} +${pattern} ' /proc/[0-9]*/limits; :`);
  if (answer === null) return null;
  for (const [, pid, mark] of answer.matchAll(/^\/proc\/(\d+)\/limits:Max file locks +(\d+) /gm)) {
    found.set(Number(pid), mark!);
  }
  return found;
}

/** Sends a signal, and CONT after it, to processes that were just listed. It does not matter if some are gone. */
export async function signalProcesses(
  signal: "TERM" | "KILL",
  pids: readonly number[],
): Promise<void> {
  const numbers = pids.join(" ");
  await ask(`kill -s ${signal} ${numbers}; kill -s CONT ${numbers}; :`);
}

/** Whether a group has a member that is no zombie; `null` where this process may not look itself. */
export function livesAnybodyIn(group: number): boolean | null {
  if (!mayReadProc()) return null;
  return processIds().some((pid) => parseStat(readText(`/proc/${pid}/stat`))?.group === group);
}

let readable: boolean | null = null;

function mayReadProc(): boolean {
  return readable ??= isGranted({ kind: "read", path: "/proc" }) &&
    readText("/proc/self/stat") !== "";
}

/** The output of a short-lived shell; `null` if none could be started, or it failed. */
async function ask(text: string): Promise<string | null> {
  if (!isGranted({ kind: "run", program: "sh" })) return null;
  try {
    const { stdout, signal } = await new Deno.Command("sh", {
      args: ["-c", text],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).output();
    return signal === null ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
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
    parent: number(4),
    group: number(5),
    session: number(6),
    startTime: number(22),
    residentBytes: number(24) * PAGE_BYTES,
    cpuSeconds: (number(14) + number(15) + number(16) + number(17)) / TICKS_PER_SECOND,
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
