/** Thousands of random runs of the real scheduler and loop. A failing seed is a bug report. */
import { assert, assertEquals } from "../support/assert.ts";
import { randomRun } from "./random_run.ts";
import { simulate } from "./simulator.ts";

const SEEDS = 4_000;
const first = Number(Deno.env.get("ORCH_SIM_SEED") ?? 1);
const count = Deno.env.get("ORCH_SIM_SEED") === undefined ? SEEDS : 1;

Deno.test(`the invariants of every run hold for ${count} seeds`, () => {
  const seen = new Set<string>();
  for (let seed = first; seed < first + count; seed++) {
    try {
      for (const event of simulate(randomRun(seed))) seen.add(event.type);
    } catch (error) {
      throw new Error(`seed ${seed} fails; repeat it with ORCH_SIM_SEED=${seed}`, { cause: error });
    }
  }
  assert(count === 1 || seen.size === 12, "every kind of event occurs");
});

Deno.test("the same seed gives the same events", () => {
  for (let seed = first; seed < first + Math.min(count, 200); seed++) {
    assertEquals(simulate(randomRun(seed)), simulate(randomRun(seed)), `seed ${seed}`);
  }
});
