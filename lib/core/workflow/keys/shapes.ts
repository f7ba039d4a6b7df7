/** Bounds and shapes that several keys of the workflow file share, and those of values in plan files. */
import * as z from "zod/mini";

/** Bounds of the file format, in its own units. */
export const LIMITS = {
  /** A year. */
  seconds: 31_536_000,
  attempts: 1_000,
  concurrency: 10_000,
  memoryMb: 1_000_000_000,
  cpuPercent: 1_000_000,
  backoffFactor: 1_000,
  expressionLength: 200,
  jobs: 1_000_000,
} as const;

export const text = z.string();
export const texts = z.array(text);
export const seconds = z.number().check(z.positive(), z.maximum(LIMITS.seconds));
export const secondsOrNone = z.number().check(z.nonnegative(), z.maximum(LIMITS.seconds));
export const memoryMb = z.number().check(z.positive(), z.maximum(LIMITS.memoryMb));
export const cpuPercent = z.number().check(z.positive(), z.maximum(LIMITS.cpuPercent));
export const jobCount = z.int().check(z.minimum(1), z.maximum(LIMITS.concurrency));

/** What plan files hold: what was checked before it was written. */
export const count = z.int().check(z.nonnegative());
export const amount = z.number();
export const amountOrNull = z.union([amount, z.null()]);
export const variables = z.record(text, text);
