/**
 * Which seeds the simulators take: always the same, so that the gate says the same each time;
 * ORCH_SIM_FIRST=N takes as many from there, `random` from anywhere; ORCH_SIM_SEED=N only that one.
 */

/** Seeds from which a generator of 32 bits makes runs of its own. */
const MOST = 2 ** 31;

const one = Deno.env.get("ORCH_SIM_SEED");
const first = one ?? Deno.env.get("ORCH_SIM_FIRST") ?? "1";

/** Whether a single failing seed is repeated. */
export const IS_ONE = one !== undefined;

/** The first seed. */
export const FIRST = first === "random" ? 1 + Math.floor(Math.random() * MOST) : Number(first);

if (!Number.isSafeInteger(FIRST)) throw new Error(`no seed: ${first}`);

/** So many seeds; one where one is repeated. */
export function seeds(count: number): number[] {
  return Array.from({ length: IS_ONE ? 1 : count }, (_, i) => FIRST + i);
}
