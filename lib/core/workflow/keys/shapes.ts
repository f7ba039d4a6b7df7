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

const orNull = <T extends z.core.$ZodType>(shape: T) => z.union([shape, z.null()]);
const amount = () => z.number();
const count = () => z.int().check(z.nonnegative());

/** What plan files hold, which was checked before it was written; made only where a plan is read. */
export const kept = {
  text: () => text,
  texts: () => texts,
  textOrNull: () => orNull(text),
  textsOrNull: () => orNull(texts),
  yesOrNo: () => z.boolean(),
  amount,
  amountOrNull: () => orNull(amount()),
  count,
  countOrNull: () => orNull(count()),
  variables: () => z.record(text, text),
};
