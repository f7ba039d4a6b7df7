/** Waits on the clock. */
import type { Clock } from "./world.ts";

/** Resolves once so much time has passed. */
export function sleep(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.callAt(clock.now() + milliseconds, resolve));
}

/** Resolves with what `promise` does, or with `undefined` once so much time has passed. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const cancel = clock.callAt(clock.now() + milliseconds, () => resolve(undefined));
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
