/**
 * Processes of a run that outlived their orch and its reaper: found by the cookie in their environment
 * or by their mark, or by the control group of the run, which name the run and nothing else, and never by a
 * bare number that may be a stranger's by now.
 */
import { sleep } from "../port/waiting.ts";
import { LeftCgroup } from "../kernel/cgroup.ts";
import { ORDINARY_SERIAL, readCookie, runDigits } from "../kernel/cookie.ts";
import { cookiesOf, listProcesses, marksOf, signalProcesses } from "../kernel/process_table.ts";
import type { RunId } from "../state/run_directory.ts";
import type { Clock } from "../port/world.ts";

/** Time that KILL may take. */
const KILL_MS = 2_000;
const POLL_MS = 50;

/** What became of the survivors. */
export interface StoppedSurvivors {
  /** How many there were. */
  readonly found: number;
  /** Those that not even KILL could end. */
  readonly left: readonly number[];
}

/**
 * Ends what is left of a run whose lock is held: TERM, KILL after the grace, until a look finds nothing.
 * `told` is called once where there is something to wait for. Where processes cannot be looked at,
 * none is found.
 */
export async function stopSurvivors(
  runId: RunId,
  { clock, graceMs, live, told }: {
    readonly clock: Clock;
    /** The names of the attempts that had not ended: what ended ones were to leave is left alone. */
    readonly live: ReadonlySet<string>;
    readonly graceMs: number;
    readonly told: (count: number) => void;
  },
): Promise<StoppedSurvivors> {
  const groups = LeftCgroup.find(runId);
  const asked = new Set<number>();
  const killFrom = clock.now() + graceMs;
  for (;;) {
    const left = await survivorsOf(runId, { groups, live });
    if (left.length === 0) {
      for (const group of groups) group.remove();
      return { found: asked.size, left };
    }
    if (asked.size === 0) told(left.length);
    const isLate = clock.now() >= killFrom;
    const newcomers = left.filter((pid) => !asked.has(pid));
    newcomers.forEach((pid) => asked.add(pid));
    if (clock.now() >= killFrom + KILL_MS) return { found: asked.size, left };
    if (isLate) await signalProcesses("KILL", left);
    else if (newcomers.length > 0) await signalProcesses("TERM", newcomers);
    await sleep(clock, POLL_MS);
  }
}

/**
 * The living processes of a run. The leaders of sessions come first: the shell of a slot must hear that
 * it is to end before its job does, or it would take the end of its job for the job's own.
 */
async function survivorsOf(
  runId: RunId,
  { groups, live }: {
    readonly groups: readonly LeftCgroup[];
    readonly live: ReadonlySet<string>;
  },
): Promise<number[]> {
  const [cookies, marks] = await Promise.all([
    cookiesOf(""),
    marksOf(`[1-9]${runDigits(runId)}[0-9]{3}${ORDINARY_SERIAL}`),
  ]);
  const pids = new Set([...groups.flatMap((group) => group.processes()), ...marks?.keys() ?? []]);
  for (const [pid, own] of cookies ?? []) {
    if (own.some((cookie) => isLeftOf(cookie, runId, live))) pids.add(pid);
  }
  // It may itself have been started by a job of the run.
  pids.delete(Deno.pid);
  if (pids.size === 0) return [];
  const living = await listProcesses();
  if (living === null) return [...pids];
  const isLeader = new Map(living.map(({ pid, session }) => [pid, pid === session]));
  return [...pids].filter((pid) => isLeader.has(pid))
    .sort((a, b) => Number(isLeader.get(b)) - Number(isLeader.get(a)));
}

/** Whether a cookie, which begins with `<word of one life>-<run id>`, is one of this run, and not left on purpose. */
function isLeftOf(cookie: string, runId: RunId, live: ReadonlySet<string>): boolean {
  const { life, attemptName, leaves } = readCookie(cookie);
  return life.slice(life.indexOf("-") + 1) === runId && (!leaves || live.has(attemptName));
}
