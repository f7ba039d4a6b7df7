/** Why ready jobs do not start, and to whom that is due. The simulator asks it of every run it plays. */
import { firstWithoutObstacle, holdersOf, obstacleOf } from "../../../lib/core/run/obstacle.ts";
import type { RunSettings } from "../../../lib/core/plan/settings.ts";
import { isLive } from "../../../lib/core/run/state.ts";
import { assertEquals } from "../../support/assert.ts";
import { planOf, Player } from "../../support/trace.ts";

interface Row {
  readonly what: string;
  readonly jobs: string;
  readonly settings: Partial<RunSettings>;
  /** What is in the way of each ready job, and the jobs to which it is due. */
  readonly expected: Readonly<Record<string, string>>;
}

const ROWS: readonly Row[] = [
  {
    what: "no slot is free",
    jobs: "a \n b \n c",
    settings: { concurrency: 2 },
    expected: { c: "slots a,b" },
  },
  {
    what: "a running job allows no more beside it",
    jobs: "a cap 1 \n b mem 9",
    settings: { memoryMb: 9 },
    expected: { b: "cap a" },
  },
  {
    what: "a job allows itself no more",
    jobs: "a \n b cap 1",
    settings: {},
    expected: { b: "own_cap a" },
  },
  {
    what: "memory is reserved",
    jobs: "a mem 6 \n b mem 6 \n c cpu 5",
    settings: { memoryMb: 10, cpuPercent: 50 },
    expected: { b: "memory a" },
  },
  {
    what: "the processor is reserved",
    jobs: "a mem 6 \n b cpu 30 \n c cpu 30",
    settings: { memoryMb: 10, cpuPercent: 50 },
    expected: { c: "cpu b" },
  },
];

for (const { what, jobs, settings, expected } of ROWS) {
  Deno.test(`obstacleOf() where ${what}`, () => {
    const player = new Player(planOf(jobs), settings);
    player.input("> 0 go");
    assertEquals(obstaclesIn(player), expected);
  });
}

function obstaclesIn({ state }: Player): Record<string, string> {
  const { jobs } = state.plan;
  const live = new Set([...state.jobs.keys()].filter((job) => isLive(state.jobs[job]!)));
  const ready = [...state.jobs.keys()].filter((job) => state.jobs[job]!.phase === "queued");
  return Object.fromEntries(ready.map((job) => {
    const cause = obstacleOf(state, job);
    const holders = cause === null ? [] : holdersOf(state, cause, live);
    return [jobs[job]!.id, `${cause} ${holders.map((holder) => jobs[holder]!.id).join()}`];
  }));
}

Deno.test("obstacleOf() of all others is the job that was passed over too often, until it fits", () => {
  const quick = Array.from({ length: 30 }, (_, i) => `q${i} mem 5`);
  const plan = planOf(
    ["holds mem 5", "wide mem 10", ...quick].join("\n"),
    ({ id }) => id === "holds" ? 100 : id === "wide" ? 50 : 1,
  );
  const player = new Player(plan, { memoryMb: 10, concurrency: 4 });
  player.input("> 0 go");
  for (let i = 0; i < 19; i++) {
    assertEquals(obstaclesIn(player)["wide"], `memory holds,q${i}`);
    player.input(`> ${i + 1} q${i}#1 ok`);
  }
  player.input("> 20 q19#1 ok");
  const held = obstaclesIn(player);
  assertEquals([held["wide"], held["q20"]], ["memory holds", "reservation wide"]);
  assertEquals(firstWithoutObstacle(player.state), -1);
  player.input("> 21 holds#1 ok");
  assertEquals(obstaclesIn(player)["q20"], "memory wide");
});
