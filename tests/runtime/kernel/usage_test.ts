/** What running jobs use: who is looked at, when, what counts, and a real job that uses something. */
import { UsageMeter, UsageSampler, type Watched } from "../../../lib/runtime/kernel/usage.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { ManualClock } from "../../support/attempt_context.ts";
import { Family, groupMembers } from "../../support/families.ts";
import { TestPool, until } from "../../support/pool.ts";

/** A job that writes down what it is told. */
function job(group: number, startedAt: number): Watched & { readonly samples: number[] } {
  const samples: number[] = [];
  return {
    group,
    startedAt,
    samples,
    isSlot: ({ pid }) => pid === group,
    sampled: ({ residentBytes }) => void samples.push(residentBytes),
  };
}

/** Lets a quarter of a second pass, and waits until the look that is due then is over. */
async function look(clock: ManualClock): Promise<void> {
  const over = clock.nextTimer();
  clock.advance(250);
  await over;
}

Deno.test("a look tells each job what its processes hold, the shell of its slot aside", async () => {
  await using one = await Family.start("sleep 60 & sleep 60 & echo ready; wait");
  await using other = await Family.start("sleep 60 & echo ready; wait");
  await using alone = await Family.start("echo ready; exec sleep 60");
  await until(() => groupMembers(one.group).length === 3, "all of them run");
  const clock = new ManualClock();
  const sampler = new UsageSampler(clock);
  const jobs = [one, other, alone].map(({ group }) => job(group, clock.now()));
  for (const watched of jobs) sampler.watch(watched);
  assertEquals(clock.armed, 1);
  await look(clock);
  const [first, second, third] = jobs.map(({ samples }) => samples);
  assertEquals([first!.length, second!.length, third!.length], [1, 1, 0]);
  assert(first![0]! > 1.5 * second![0]! && second![0]! > 2 ** 16, `${first} ${second}`);
  sampler.close();
  assertEquals(clock.armed, 0);
});

Deno.test("nobody looks while all jobs have only just begun, and one old job is reason enough", async () => {
  await using family = await Family.start("sleep 60 & echo ready; wait");
  await until(() => groupMembers(family.group).length === 2, "both of them run");
  const clock = new ManualClock();
  const sampler = new UsageSampler(clock);
  // By the time of the first look it is 19 ms old.
  const young = job(family.group, clock.now() + 231);
  sampler.watch(young);
  await look(clock);
  assertEquals(young.samples.length, 0);
  await look(clock);
  assertEquals(young.samples.length, 1);
  sampler.unwatch(young);
  const next = job(family.group, clock.now() + 250);
  sampler.watch(next);
  sampler.watch(job(1, clock.now()));
  await look(clock);
  assertEquals([young.samples.length, next.samples.length], [1, 1]);
  sampler.close();
});

Deno.test("who is watched no more is told no more, and where nobody is watched nobody looks", async () => {
  await using family = await Family.start("sleep 60 & echo ready; wait");
  const clock = new ManualClock();
  const sampler = new UsageSampler(clock);
  const watched = job(family.group, 0);
  sampler.watch(watched);
  sampler.unwatch(watched);
  clock.advance(250);
  assertEquals([watched.samples, clock.armed], [[], 0]);
  sampler.watch(watched);
  assertEquals(clock.armed, 1);
  await look(clock);
  assertEquals(watched.samples.length, 1);
  sampler.close();
});

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
    return (usage?.cpuPercent ?? 0) > 5 && usage!.memoryBytes > 50 * 2 ** 20;
  }, "the job to be seen at work");
  job.stop(true);
  await job.ended;
  assertEquals(pool.pool.usageOf("j1.1"), null, "an attempt that has ended uses nothing");
});
