/** What jobs reserve and what fits. */
import { budgetOf, demandOf, exactlySummable, fits } from "../../../lib/core/plan/resources.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

Deno.test("demandOf() asks for nothing where nothing is said", () => {
  assertEquals(demandOf({ maxMemoryMb: null, maxCpuPercent: null, maxConcurrentJobs: null }), {
    memoryMb: 0,
    cpuPercent: 0,
    maxConcurrent: Infinity,
  });
  assertEquals(demandOf({ maxMemoryMb: 512, maxCpuPercent: 50, maxConcurrentJobs: 3 }), {
    memoryMb: 512,
    cpuPercent: 50,
    maxConcurrent: 3,
  });
});

Deno.test("fits() compares each resource", () => {
  const free = { running: 2, memoryMb: 10, cpuPercent: 100 };
  const rows: [number, number, number, boolean][] = [
    // memory, processors, most at a time
    [0, 0, Infinity, true],
    [10, 100, 3, true],
    [10.01, 0, Infinity, false],
    [0, 100.1, Infinity, false],
    [0, 0, 2, false],
    [0, 0, 1, false],
  ];
  for (const [memoryMb, cpuPercent, maxConcurrent, expected] of rows) {
    assertEquals(fits({ memoryMb, cpuPercent, maxConcurrent }, free), expected);
  }
});

Deno.test("exactlySummable() makes sums that go back to zero in any order", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const dice = new Dice(seed);
    const amounts = Array.from(
      { length: 50 },
      () => exactlySummable(dice.between(1, 1e9) / 10 ** dice.between(0, 6)),
    );
    const sum = amounts.reduce((a, b) => a + b, 0);
    const left = amounts.toSorted((a, b) => a - b).reduce((rest, amount) => rest - amount, sum);
    assertEquals(left, 0, `seed ${seed}`);
  }
  assertEquals([exactlySummable(0.5), exactlySummable(Infinity)], [0.5, Infinity]);
  assert(Math.abs(exactlySummable(100.1) - 100.1) <= 1 / 2048);
});

Deno.test("budgetOf() is what the file allows and the machine has", () => {
  const rows: [number | null, number | null, number | null][] = [
    [null, null, null],
    [5, null, 5],
    [null, 8, 8],
    [5, 8, 5],
    [9, 8, 8],
  ];
  for (const [said, machine, budget] of rows) assertEquals(budgetOf(said, machine), budget);
});
