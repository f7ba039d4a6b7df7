/** What running jobs use: the arithmetic, and a real job that uses something. */
import { UsageMeter } from "../../lib/runtime/usage.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { TestPool, until } from "../support/pool.ts";

Deno.test("UsageMeter gives the last memory, and the share of a processor over the last second", () => {
  const meter = new UsageMeter();
  assertEquals(meter.now(), null);
  meter.add({ residentBytes: 100, cpuSeconds: 5 }, 1_000);
  assertEquals(meter.now(), { memoryBytes: 100, cpuPercent: null });
  meter.add({ residentBytes: 300, cpuSeconds: 5.5 }, 1_250);
  assertEquals(meter.now(), { memoryBytes: 300, cpuPercent: 200 });
  for (let i = 2; i <= 5; i++) {
    meter.add({ residentBytes: 200, cpuSeconds: 5.5 }, 1_000 + 250 * i);
  }
  assertEquals(
    meter.now(),
    { memoryBytes: 200, cpuPercent: 0 },
    "what is long past does not count",
  );
  meter.add({ residentBytes: 10, cpuSeconds: 1 }, 2_500);
  assertEquals(
    meter.now(),
    { memoryBytes: 10, cpuPercent: 0 },
    "a process that ended gives nothing",
  );
});

Deno.test("UsageMeter of two looks at one moment does not divide by nothing", () => {
  const meter = new UsageMeter();
  meter.add({ residentBytes: 1, cpuSeconds: 1 }, 0);
  meter.add({ residentBytes: 1, cpuSeconds: 2 }, 0);
  assertEquals(meter.now()?.cpuPercent, null);
  assert(meter.now() !== null);
});

Deno.test("a running job is told with its memory and its share of the processor, children and all", async () => {
  await using pool = new TestPool();
  const spin = "import time; x = bytearray(50 * 2**20)\nwhile True: pass";
  // The share of children that have ended counts as well: the second half is short-lived ones.
  const job = pool.start(
    `python3 -c '${spin}' & while :; do sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done'; done`,
  );
  await until(() => {
    const usage = pool.pool.usageOf("j1.1");
    return (usage?.cpuPercent ?? 0) > 60 && usage!.memoryBytes > 50 * 2 ** 20;
  }, "the job to be seen at work");
  job.stop(true);
  await job.ended;
  assertEquals(pool.pool.usageOf("j1.1"), null, "an attempt that has ended uses nothing");
});
