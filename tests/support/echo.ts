/** One press of Ctrl-C, and the next one. */
import { ECHO_MS } from "../../lib/cli/run/stops.ts";

/**
 * Lets the time pass in which the same signal again counts as an echo of the first: nothing happens at its
 * end that could be awaited.
 */
export function pastEcho(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ECHO_MS + 50));
}
