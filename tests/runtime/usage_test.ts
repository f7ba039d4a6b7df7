/** Memory of running jobs: who is looked at, when, and what counts. */
import { UsageSampler, type Watched } from "../../lib/runtime/usage.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { ManualClock } from "../support/attempt_context.ts";
import { Family, groupMembers } from "../support/families.ts";
import { until } from "../support/pool.ts";

/** A job that writes down what it is told. */
function job(group: number, startedAt: number): Watched & { readonly samples: number[] } {
  const samples: number[] = [];
  return { group, startedAt, samples, sampled: (bytes) => void samples.push(bytes) };
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
