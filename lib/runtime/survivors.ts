/**
 * Processes of a run that outlived their orch and its reaper: found by the cookie in their environment,
 * which names the run and nothing else, and never by a bare number that may be a stranger's by now.
 */
import { cookiesOf, signalProcesses } from "./process_table.ts";
import type { RunId } from "./run_directory.ts";
import type { Clock } from "./world.ts";

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
  { clock, graceMs, told }: {
    readonly clock: Clock;
    readonly graceMs: number;
    readonly told: (count: number) => void;
  },
): Promise<StoppedSurvivors> {
  const asked = new Set<number>();
  const killFrom = clock.now() + graceMs;
  for (;;) {
    const left = await survivorsOf(runId);
    if (left.length === 0) return { found: asked.size, left };
    if (asked.size === 0) told(left.length);
    const isLate = clock.now() >= killFrom;
    const newcomers = left.filter((pid) => !asked.has(pid));
    newcomers.forEach((pid) => asked.add(pid));
    if (clock.now() >= killFrom + KILL_MS) return { found: asked.size, left };
    if (isLate) await signalProcesses("KILL", left);
    else if (newcomers.length > 0) await signalProcesses("TERM", newcomers);
    await new Promise<void>((resolve) => void clock.callAt(clock.now() + POLL_MS, resolve));
  }
}

/** A cookie is `<word of one life>-<run id>.<what it is>`. */
async function survivorsOf(runId: RunId): Promise<number[]> {
  const cookies = await cookiesOf("") ?? new Map<number, string>();
  return [...cookies].flatMap(([pid, cookie]) => {
    const [life = ""] = cookie.split(".", 1);
    return life.slice(life.indexOf("-") + 1) === runId ? [pid] : [];
  });
}
