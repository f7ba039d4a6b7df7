/** Why a job waited: for its needs, for a slot, for what others have reserved, for its next attempt. */
import { explainJob } from "../../../lib/core/explain/story.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { check, storyOf } from "../../support/told.ts";
import { planOf, Player } from "../../support/trace.ts";

check({
  title: "a job without needs runs at once",
  jobs: "a",
  inputs: `
    > 0 go
    > 5 a#1 ok`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-5 succeeded`,
});

check({
  title: "a job waits for its dependencies, and the chain behind the last of them",
  jobs: `
    a
    b after a
    c
    d after b,c`,
  inputs: `
    > 0 go
    > 5 a#1 ok
    > 7 c#1 ok
    > 9 b#1 ok
    > 12 d#1 ok`,
  of: "d",
  story: `
    needs 0-9 b:success@9 c:success@7 chain a>b
    run#1 9-12 succeeded`,
});

check({
  title: "a soft need that was skipped, and the branch, are named",
  jobs: `
    a branch main
    b soft a branch topic,main`,
  settings: { branch: "topic" },
  inputs: `
    > 0 go
    > 3 b#1 ok`,
  of: "b",
  story: `
    needs 0-0 ~a:skipped@0
    branch topic of topic,main
    run#1 0-3 succeeded`,
});

check({
  title: "a job waits for a slot while others with longer chains start first",
  jobs: `
    a
    b
    c
    d after c`,
  settings: { concurrency: 1 },
  inputs: `
    > 0 go
    > 4 c#1 ok
    > 9 a#1 ok
    > 11 b#1 ok
    > 12 d#1 ok`,
  of: "b",
  story: `
    needs 0-0
    room 0-9 slots 9 [a 5, c 4] passed by 2+0
    run#1 9-11 succeeded`,
});

check({
  title: "a job waits for memory while later ones that fit start",
  jobs: `
    big mem 6
    wide mem 8 after x
    x
    s1 mem 1 after big
    s2 mem 1`,
  settings: { memoryMb: 10, concurrency: 8 },
  inputs: `
    > 0 go
    > 1 x#1 ok
    > 5 big#1 ok
    > 7 s2#1 ok
    > 9 s1#1 ok
    > 12 wide#1 ok`,
  of: "wide",
  story: `
    needs 0-1 x:success@1
    room 1-5 memory 4 [big 4, s2 4]
    run#1 5-12 succeeded`,
});

check({
  title: "a job waits for processor share",
  jobs: `
    a cpu 60
    b cpu 60`,
  settings: { cpuPercent: 100 },
  inputs: `
    > 0 go
    > 5 a#1 ok
    > 6 b#1 ok`,
  of: "b",
  story: `
    needs 0-0
    room 0-5 cpu 5 [a 5] passed by 1+0
    run#1 5-6 succeeded`,
});

check({
  title: "a running job allows no more beside it",
  jobs: `
    a cap 1
    b`,
  inputs: `
    > 0 go
    > 5 a#1 ok
    > 6 b#1 ok`,
  of: "b",
  story: `
    needs 0-0
    room 0-5 cap 5 [a 5] passed by 1+0
    run#1 5-6 succeeded`,
});

check({
  title: "a job that allows no more beside itself waits for the others",
  jobs: `
    a
    b cap 1`,
  inputs: `
    > 0 go
    > 5 a#1 ok
    > 6 b#1 ok`,
  of: "b",
  story: `
    needs 0-0
    room 0-5 own_cap 5 [a 5] passed by 1+0
    run#1 5-6 succeeded`,
});

check({
  title: "a retry waits, and then for room",
  jobs: `
    a tries 2 pause 10
    b`,
  settings: { concurrency: 1 },
  inputs: `
    > 0 go
    > 5 a#1 exit 1
    > wake
    > 18 b#1 ok
    > 20 a#2 ok`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-5 exited
    backoff 5-15 for 2/2
    room 15-18 slots 3 [b 3]
    run#2 18-20 succeeded`,
});

Deno.test("explainJob(): what is still ready has waited until now", () => {
  const player = new Player(planOf("a\nb"), { concurrency: 1 });
  player.input("> 0 go");
  const story = (now: number | null) => storyOf(player, "a\nb", "b", now).at(-1);
  assertEquals(story(null), "room 0- passed by 1+0");
  assertEquals(story(7), "room 0- slots 7 [a 7] passed by 1+0");
});

Deno.test("explainJob(): a job waits since one that was passed over too often has reserved the run", () => {
  const jobs = `
    first mem 6
    wide mem 10 after gate
    end after wide
    last after end
    gate
    ${Array.from({ length: 25 }, (_, i) => `s${i} mem 1`).join("\n")}`;
  const player = new Player(planOf(jobs), { memoryMb: 10, concurrency: 3 });
  player.input("> 0 go");
  let at = 0;
  const finish = (id: string) => player.input(`> ${++at} ${id}#1 ok`);
  const running = () =>
    player.state.plan.jobs.filter((_, i) => player.state.jobs[i]!.phase === "running")
      .map(({ id }) => id);
  // Everything but the large one ends, until the wide job has been passed over often enough.
  while (running().some((id) => id !== "first")) {
    finish(running().find((id) => id !== "first")!);
  }
  const held = player.state.plan.jobs.filter((_, i) => player.state.jobs[i]!.phase === "queued");
  assert(held.length > 1, "the wide job holds others up");
  finish("first");
  const story = explainJob(planOf(jobs), player.journal, { jobId: held.at(-1)!.id, now: null })!;
  const room = story.steps.find((step) => step.kind === "room")!;
  assert(
    room.report.waits.some(({ cause, holders }) =>
      cause === "reservation" && holders[0]!.jobId === "wide"
    ),
    JSON.stringify(room),
  );
});

Deno.test("explainJob(): Ctrl-Z is no time of waiting", () => {
  const jobs = "a\nb";
  const player = new Player(planOf(jobs), { concurrency: 1 });
  player.input("> 0 go");
  player.take({ type: "pause_ended", pausedMs: 100, at: 105 });
  player.input("> 108 a#1 ok");
  assertEquals(storyOf(player, jobs, "b"), [
    "needs 0-0",
    "room 0-108 slots 8 [a 8] passed by 1+0",
    "paused 5-105",
    "run#1 108-",
  ]);
});

Deno.test("explainJob(): a job of another plan has no story", () => {
  assertEquals(explainJob(planOf("a"), [], { jobId: "b", now: null }), null);
});

Deno.test("explainJob(): events of 20,000 jobs are told in well under a second", () => {
  const count = 20_000;
  const jobs = Array.from({ length: count }, (_, i) => `j${i}`).join("\n");
  const player = new Player(planOf(jobs), { concurrency: 8 });
  player.input("> 0 go");
  for (let i = 0; i < count; i++) player.input(`> ${i + 1} j${i}#1 ok`);
  const plan = planOf(jobs);
  const startedAt = performance.now();
  const { steps } = explainJob(plan, player.journal, { jobId: `j${count - 1}`, now: null })!;
  assert(performance.now() - startedAt < 1_000);
  assertEquals(steps.length, 3);
});
