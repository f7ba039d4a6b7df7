/** Programs that cannot be started just now, or not at all: both kinds of pool, and the policy they share. */
import { DirectPool } from "../../../lib/runtime/process/direct_pool.ts";
import { SlotPool } from "../../../lib/runtime/process/slot_pool.ts";
import { isPassing, notStarted, SpawnTrouble } from "../../../lib/runtime/process/spawn_trouble.ts";
import type { Clock, PoolOptions, ProcessNotice } from "../../../lib/runtime/port/world.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type PoolClass, TestPool } from "../../support/pool.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const NO_FILES = new Error("Failed to spawn 'sh': Too many open files (os error 24)");
const POOLS: readonly PoolClass[] = [SlotPool, DirectPool];

/** Until it is disposed of, `refuse` says of each start of a program, counted from 1, why it fails. */
function refusing(refuse: (start: number) => Error | null): Disposable {
  const { Command } = Deno;
  let starts = 0;
  Deno.Command = class extends Command {
    override spawn(): Deno.ChildProcess {
      const error = refuse(++starts);
      if (error !== null) throw error;
      return super.spawn();
    }
  };
  return { [Symbol.dispose]: () => void (Deno.Command = Command) };
}

/** Time that passes fifty times as fast. */
function hasty(Pool: PoolClass): PoolClass {
  return class extends Pool {
    constructor(clock: Clock, options: PoolOptions) {
      const from = clock.now();
      const fast = (at: number) => from + (at - from) * 50;
      super({
        ...clock,
        now: () => fast(clock.now()),
        callAt: (at, callback) => clock.callAt(from + (at - from) / 50, callback),
      }, options);
    }
  };
}

/** What `promise` resolves to, or an error where that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it takes too long")), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

for (const Pool of POOLS) {
  // Which of the starts of programs fail. The first are, where there are slots, those of a slot and of the reaper.
  for (const refused of [[1], [2], [1, 2], [2, 3], [1, 2, 3, 4, 5], [3]]) {
    const numbers = refused.join(", ");
    Deno.test(`${Pool.name}: jobs run though start ${numbers} of a program fails for want of files`, async () => {
      await using pool = new TestPool({}, Pool);
      using _refusal = refusing((start) => refused.includes(start) ? NO_FILES : null);
      const ends = ["echo a", "echo b"].map(async (command) => (await pool.run(command)).how);
      assertEquals(await within(5_000, Promise.all(ends)), ["exit 0", "exit 0"]);
      assert(pool.notices.length <= 1, JSON.stringify(pool.notices));
    });
  }

  // Numbers from which on starts fail: no slot; a slot, but no reaper to guard it.
  for (const first of Pool === SlotPool ? [1, 2] : [1]) {
    Deno.test(`${Pool.name}: where no program can be started from start ${first} on, jobs are given up after a while`, async () => {
      await using pool = new TestPool({}, hasty(Pool));
      using _refusal = refusing((start) => start >= first ? NO_FILES : null);
      const end = await within(5_000, pool.start("echo a").ended);
      assert(end.kind === "not_started" && end.cause.includes("Too many"), JSON.stringify(end));
      await within(5_000, pool.pool.close());
    });
  }

  Deno.test(`${Pool.name}: what does not get better by waiting is said at once`, async () => {
    await using pool = new TestPool({}, Pool);
    const cause =
      "Requires --allow-run permissions to spawn subprocess with LD_PRELOAD environment variable.";
    using _refusal = refusing(() => new Deno.errors.NotCapable(cause));
    const end = await within(5_000, pool.start("echo a").ended);
    assertEquals(end, { kind: "not_started", cause, linkerVariable: "LD_PRELOAD" });
    assertEquals(pool.notices, []);
    await within(5_000, pool.pool.close());
  });

  Deno.test(`${Pool.name}: a job that waits to be started can be stopped`, async () => {
    await using pool = new TestPool({}, Pool);
    using _refusal = refusing(() => NO_FILES);
    const job = pool.start("echo a");
    job.stop(false);
    const { kind } = await within(5_000, job.ended);
    assertEquals([kind, job.stdout()], ["not_started", ""]);
  });
}

/** A pool of numbers, in which `room` says how many can run. */
class Numbers {
  readonly clock = new VirtualClock(0);
  readonly notices: ProcessNotice[] = [];
  readonly trouble: SpawnTrouble;
  running = 0;
  waiting = 0;
  room = Infinity;
  given = 0;
  /** When a start was tried in vain. */
  readonly tries: number[] = [];

  constructor() {
    this.trouble = new SpawnTrouble(this.clock, {
      running: () => this.running,
      waiting: () => this.waiting,
      serve: () => this.serve(),
      giveUp: () => {
        this.given += this.waiting;
        this.waiting = 0;
      },
      notice: (notice) => this.notices.push(notice),
    });
  }

  serve(): void {
    while (this.waiting > 0 && this.running < this.trouble.limit) {
      if (this.running >= this.room) {
        this.tries.push(this.clock.now());
        return this.trouble.met("none left");
      }
      this.waiting--;
      this.running++;
    }
  }

  end(): void {
    this.running--;
    this.serve();
  }
}

Deno.test("SpawnTrouble goes on with as many as run, and tries one more less and less often", () => {
  const pool = new Numbers();
  pool.waiting = 5;
  pool.room = 2;
  pool.serve();
  assertEquals([pool.running, pool.trouble.limit], [2, 2]);
  for (let i = 0; i < 8; i++) pool.clock.advance();
  assertEquals(pool.tries, [0, 50, 150, 350, 750, 1550, 3150, 5150, 7150]);
  assertEquals(pool.notices, [{ kind: "spawn_trouble", cause: "none left", parallel: 2 }]);
  // While something runs, the trouble is not for good.
  for (let i = 0; i < 100; i++) pool.clock.advance();
  assertEquals([pool.running, pool.given], [2, 0]);
});

Deno.test("SpawnTrouble ends when all that waited is started", () => {
  const pool = new Numbers();
  pool.waiting = 5;
  pool.room = 2;
  pool.serve();
  pool.room = Infinity;
  pool.clock.advance();
  assertEquals([pool.running, pool.trouble.limit], [3, 3]);
  pool.clock.advance();
  pool.clock.advance();
  assertEquals([pool.running, pool.waiting, pool.trouble.limit], [5, 0, Infinity]);
  assertEquals(pool.notices.length, 1);
});

Deno.test("SpawnTrouble gives up after half a minute in which nothing ran", () => {
  const pool = new Numbers();
  pool.waiting = 3;
  pool.room = 0;
  pool.serve();
  while (pool.given === 0) pool.clock.advance();
  assertEquals(pool.given, 3);
  const last = pool.tries.at(-1)!;
  assert(last > 30_000 && last <= 32_000, String(last));
});

Deno.test("isPassing() knows what may be better a moment later", () => {
  const named = (code: string) => Object.assign(new Error("Failed to spawn"), { code });
  const rows: readonly (readonly [unknown, boolean])[] = [
    [named("EMFILE"), true],
    [named("EAGAIN"), true],
    [named("ENOMEM"), true],
    [named("ENFILE"), true],
    [NO_FILES, true],
    [new Error("Resource temporarily unavailable (os error 11)"), true],
    [named("E2BIG"), false],
    [named("toString"), false],
    [new Deno.errors.NotFound("Failed to spawn 'x': entity not found"), false],
    [new Error("Permission denied (os error 13)"), false],
    [new Error("it says (os error 24) in the middle"), false],
    ["os error 24", false],
    [null, false],
  ];
  for (const [error, expected] of rows) assertEquals(isPassing(error), expected, String(error));
});

Deno.test("notStarted() tells Deno's refusal of a variable from other refusals", () => {
  const refusal = (name: string) =>
    `Requires --allow-run permissions to spawn subprocess with ${name} environment variable. Alternatively, …`;
  assertEquals(notStarted(new Error(refusal("ld_x"))).linkerVariable, "ld_x");
  assertEquals(notStarted(new Error('Requires run access to "sh"')), {
    kind: "not_started",
    cause: 'Requires run access to "sh"',
  });
  assertEquals(notStarted("the command needs a shell").cause, "the command needs a shell");
});
