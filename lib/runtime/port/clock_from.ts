/**
 * A clock for a run that continues. Clocks are set back, and another machine's may be behind: the times of a
 * journal never go backwards all the same, so that no duration is negative and no time limit waits for
 * what was long ago.
 */
import type { Clock } from "./world.ts";

/** `clock` moved forward so that it is not behind `last`; `null` if it is not behind. */
export function clockFrom(last: number, clock: Clock): Clock | null {
  const behind = last - clock.now();
  if (!(behind > 0)) return null;
  return {
    now: () => clock.now() + behind,
    callAt: (at, callback) => clock.callAt(at - behind, callback),
    defer: (callback) => clock.defer(callback),
    utcOffsetMinutes: () => clock.utcOffsetMinutes(),
  };
}
