/** orch dies at any write, again on the way back, and the run comes to the same end. */
import type { RunEvent } from "../../lib/core/run/event.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { Dice } from "../support/random.ts";
import { type CrashedRun, type CrashOptions, simulateCrashes } from "./crash_simulator.ts";
import { type RandomRun, randomRun } from "./random_run.ts";
import { FIRST, IS_ONE, seeds } from "./seeds.ts";

const SEEDS = 1_000;
/** Runs in which every write is one to die at. */
const WHOLE_RUNS = 40;

/** Attempts of one job that count, at most: no run of the generator has more, put back or not. */
const ATTEMPTS_MAX = 24;

/** The run of a seed, in which what an attempt does depends on its number alone. */
function steadyRun(seed: number): RandomRun {
  const run = randomRun(seed);
  // The generator draws a script when it is first asked for: here all are, in one order.
  for (const { id } of run.workflow.jobs) {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) run.attemptScript(id, attempt);
  }
  return {
    ...run,
    pauses: [],
    attemptScript(jobId, attempt) {
      const script = run.attemptScript(jobId, attempt);
      // A real attempt is cancelled by orch alone.
      return script.outcome.kind === "cancelled"
        ? { ...script, outcome: { kind: "exited", code: 2 } }
        : script;
    },
  };
}

/** Attempts begin as much later as a sync takes: that must not be what a time limit turns on. */
const STRETCH = 100;

/** The same without what depends on the moment: its end follows from outcomes alone. */
function timelessRun(seed: number): RandomRun {
  const run = steadyRun(seed);
  const jobs = run.workflow.jobs.map((job) => ({
    ...job,
    timeoutMs: job.timeoutMs === null ? null : (job.timeoutMs + 0.5) * STRETCH,
  }));
  return {
    ...run,
    workflow: { ...run.workflow, jobs },
    settings: { ...run.settings, failFast: false },
    stops: [],
    attemptScript(jobId, attempt) {
      const script = run.attemptScript(jobId, attempt);
      return { ...script, durationMs: script.durationMs * STRETCH };
    },
  };
}

/** What became of every job, and of those of its attempts that count. */
function resultOf({ state }: CrashedRun): string[] {
  return state.jobs.map((job, i) => {
    const attempts = (state.attempts[i] ?? []).map(({ outcome }) => JSON.stringify(outcome))
      .filter((outcome) => outcome !== '{"kind":"lost"}');
    const status = job.phase === "settled" ? job.status : job.phase;
    return `${state.plan.jobs[i]!.id} ${status} ${attempts.join(" ")}`;
  });
}

/** What the record says of the attempts is what they did; what is done is not done again. */
function checkRecord({ events, state, world }: CrashedRun): void {
  const ends = new Map<string, RunEvent["type"]>();
  const done = new Set<string>();
  const started = new Set<string>();
  for (const event of events) {
    if (event.type === "job_started") {
      assert(!done.has(event.jobId), `${event.jobId} is done and starts again`);
      const key = `${event.jobId}#${event.attempt}`;
      assert(!started.has(key), `${key} starts once`);
      started.add(key);
    } else if (event.type === "job_completed") {
      done.add(event.jobId);
    }
    if ("attempt" in event) ends.set(`${event.jobId}#${event.attempt}`, event.type);
  }
  for (const [key, { end, wasStopped, fate }] of world.attempts) {
    assert(started.has(key), `${key} is written down`);
    if (ends.get(key) !== "job_completed") continue;
    assertEquals([end?.kind, wasStopped, fate === "stopped"], ["succeeded", false, false], key);
  }
  state.jobs.forEach((job, i) => {
    const { id } = state.plan.jobs[i]!;
    assertEquals(done.has(id), job.phase === "settled" && job.status === "success", id);
  });
}

async function check(
  run: RandomRun,
  options: CrashOptions,
  wanted?: string[],
): Promise<CrashedRun> {
  try {
    const crashed = await simulateCrashes(run, options);
    checkRecord(crashed);
    if (wanted !== undefined) assertEquals(resultOf(crashed), wanted);
    return crashed;
  } catch (error) {
    const { seed, durability, deaths } = options;
    throw new Error(
      `seed ${seed} fails, dying at ${
        deaths.join(" and ")
      } under ${durability}; repeat it with ORCH_SIM_SEED=${seed}`,
      { cause: error },
    );
  }
}

const all = seeds(SEEDS);

Deno.test(`a run that dies twice ends like one that does not, for ${all.length} seeds from ${FIRST}`, async () => {
  let lives = 0;
  let lost = 0;
  for (const seed of all) {
    const dice = new Dice(seed);
    const durability = dice.chance(0.7) ? "process" : "power";
    const calm = await check(timelessRun(seed), { seed, durability, deaths: [] });
    const deaths = [dice.between(1, calm.writes[0]!), dice.between(1, calm.writes[0]!)];
    const crashed = await check(timelessRun(seed), { seed, durability, deaths }, resultOf(calm));
    lives += crashed.writes.length;
    for (const attempts of crashed.state.attempts) {
      lost += attempts?.filter(({ outcome }) => outcome.kind === "lost").length ?? 0;
    }
  }
  assert(
    IS_ONE || (lives > 2.2 * SEEDS && lost > SEEDS / 2),
    `${lives} lives, ${lost} lost attempts`,
  );
});

Deno.test(`a run may die at every write, and at its second after that`, async () => {
  for (const seed of all.slice(0, WHOLE_RUNS)) {
    const durability = seed % 3 === 0 ? "power" : "process";
    const calm = await check(timelessRun(seed), { seed, durability, deaths: [] });
    for (let write = 1; write <= calm.writes[0]!; write++) {
      for (const deaths of [[write], [write, 1], [write, 2, 1]]) {
        await check(timelessRun(seed), { seed, durability, deaths }, resultOf(calm));
      }
    }
  }
});

Deno.test("a run that is also stopped, or stops at its first failure, does nothing twice", async () => {
  for (const seed of all) {
    const run = steadyRun(seed);
    if (run.stops.length === 0 && !run.settings.failFast) continue;
    const dice = new Dice(seed);
    const durability = dice.chance(0.7) ? "process" : "power";
    const deaths = [dice.between(1, 20), dice.between(1, 10), dice.between(1, 3)];
    const { state } = await check(run, { seed, durability, deaths });
    const mayStop = state.settings!.failFast && state.counts.failed > 0;
    assert(mayStop || state.counts.cancelled === 0, `seed ${seed}: what was stopped goes on`);
  }
});
