/** Which runs `orch clean` removes: those that every rule that was given lets go. */

/** A run that may be removed. */
export interface AgedRun {
  readonly runId: string;
  /** When it was last written to, in milliseconds since the epoch. */
  readonly changedAt: number;
}

/** What is to be kept; at least one rule is given. */
export interface Retention {
  /** So many of the newest. */
  readonly keep: number | null;
  /** Those that changed within this time. */
  readonly olderThanMs: number | null;
  readonly now: number;
}

/** The runs to remove, of all runs given newest first. */
export function expiredRuns<R extends AgedRun>(
  runs: readonly R[],
  { keep, olderThanMs, now }: Retention,
): R[] {
  return runs.slice(keep ?? 0).filter(({ changedAt }) =>
    olderThanMs === null || now - changedAt > olderThanMs
  );
}

const AGE = /^(\d{1,6})([mhdw])$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** An age such as `30d`, in milliseconds: minutes, hours, days or weeks; `null` for other text. */
export function parseAge(text: string): number | null {
  const [, count, unit] = AGE.exec(text) ?? [];
  return unit === undefined ? null : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
