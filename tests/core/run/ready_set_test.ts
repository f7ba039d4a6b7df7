/** The ready set against a plain list. */
import { ReadySet } from "../../../lib/core/run/ready_set.ts";
import { type Demand, fits, type Free } from "../../../lib/core/plan/resources.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { Dice } from "../../support/random.ts";

const EASY: Demand = { memoryMb: 0, cpuPercent: 0, maxConcurrent: Infinity };
const PLENTY: Free = { running: 0, memoryMb: Infinity, cpuPercent: Infinity };

function randomDemand(dice: Dice): Demand {
  return {
    memoryMb: dice.pick([0, 0, 1, 2, 5, 8]),
    cpuPercent: dice.pick([0, 0, 50, 100, 400]),
    maxConcurrent: dice.pick([1, 2, 5, Infinity, Infinity]),
  };
}

function randomFree(dice: Dice): Free {
  return {
    running: dice.between(0, 5),
    memoryMb: dice.pick([0, 1, 3, 8, Infinity]),
    cpuPercent: dice.pick([0, 50, 120, Infinity]),
  };
}

Deno.test("ReadySet finds what a plain list finds, over random operations", () => {
  let found = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const dice = new Dice(seed);
    const capacity = dice.between(1, 40);
    const set = new ReadySet(capacity);
    const list = new Map<number, Demand>();
    for (let operation = 0; operation < 200; operation++) {
      const rank = dice.between(0, capacity - 1);
      if (list.has(rank)) {
        set.remove(rank);
        list.delete(rank);
      } else {
        const demand = randomDemand(dice);
        set.add(rank, demand);
        list.set(rank, demand);
      }
      const free = randomFree(dice);
      const ranks = [...list.keys()].sort((a, b) => a - b);
      const expected = ranks.find((rank) => fits(list.get(rank)!, free)) ?? -1;
      const place = `seed ${seed}, operation ${operation}`;
      assertEquals(set.firstFitting(free), expected, place);
      assertEquals(set.first(), ranks[0] ?? -1, place);
      assertEquals(set.size, list.size, place);
      if (expected >= 0) found++;
    }
  }
  assert(found > 10_000);
});

Deno.test("ReadySet finds nothing where there is nothing", () => {
  for (const capacity of [0, 1, 2, 3, 1000]) {
    const set = new ReadySet(capacity);
    assertEquals([set.size, set.first(), set.firstFitting(PLENTY)], [0, -1, -1]);
  }
});

Deno.test("ReadySet works at every capacity, at both ends", () => {
  for (const capacity of [1, 2, 3, 4, 5, 1023, 1024, 1025]) {
    const set = new ReadySet(capacity);
    set.add(capacity - 1, EASY);
    assertEquals(set.first(), capacity - 1);
    if (capacity > 1) set.add(0, { ...EASY, memoryMb: 5 });
    assertEquals(set.firstFitting({ ...PLENTY, memoryMb: 4 }), capacity - 1);
    assertEquals(set.firstFitting({ ...PLENTY, memoryMb: 5 }), 0);
  }
});

Deno.test("ReadySet finds the last of 100,000 without looking at the others", () => {
  const size = 100_000;
  const set = new ReadySet(size);
  for (let rank = 0; rank < size - 1; rank++) set.add(rank, { ...EASY, memoryMb: 10 });
  set.add(size - 1, EASY);
  const startedAt = performance.now();
  for (let i = 0; i < 10_000; i++) {
    assert(set.firstFitting({ ...PLENTY, memoryMb: 1 }) === size - 1);
  }
  const ms = performance.now() - startedAt;
  assert(ms < 200, `${ms} ms`);
});

Deno.test("ReadySet finds quickly where jobs contend for two resources", () => {
  const size = 20_000;
  const set = new ReadySet(size);
  for (let rank = 0; rank < size; rank++) {
    const [memoryMb, cpuPercent] = rank % 2 === 0 ? [100, 1] : [1, 100];
    set.add(rank, { memoryMb, cpuPercent, maxConcurrent: Infinity });
  }
  const startedAt = performance.now();
  // Either kind fits one resource, none fits both: a search that only knew the least of each would
  // have to look at every job, every time.
  const free = { running: 0, memoryMb: 50, cpuPercent: 50 };
  for (let again = 0; again < size; again++) assertEquals(set.firstFitting(free), -1);
  assert(performance.now() - startedAt < 1_000);
});
