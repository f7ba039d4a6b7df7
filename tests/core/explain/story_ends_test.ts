/** Why a job ended as it did: given up, skipped, cancelled, done again by another orch. */
import type { ReopenRequest } from "../../../lib/core/run/event.ts";
import { assertEquals } from "../../support/assert.ts";
import { check, storyOf } from "../../support/told.ts";
import { planOf, Player } from "../../support/trace.ts";

/** The run goes on under another orch. */
function reopen(player: Player, what: Partial<ReopenRequest> & Pick<ReopenRequest, "at">): void {
  player.take({
    ...{ type: "reopen_requested", settings: player.state.settings!, plan: 0, downSince: 0 },
    ...{ lost: [], reset: [], assumed: [], ends: [], stop: null },
    ...what,
  });
}

check({
  title: "a job whose attempts are used up",
  jobs: "a tries 2 pause 10",
  inputs: `
    > 0 go
    > 5 a#1 exit 1
    > wake
    > 17 a#2 exit 2`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-5 exited
    backoff 5-15 for 2/2
    run#2 15-17 exited
    gave up @17 used_up`,
});

check({
  title: "a job that is tried once",
  jobs: "a",
  inputs: `
    > 0 go
    > 5 a#1 exit 1`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-5 exited
    gave up @5 once`,
});

check({
  title: "an outcome that is never retried",
  jobs: "a tries 3",
  inputs: `
    > 0 go
    > 5 a#1 missing x.sh`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-5 not_started
    gave up @5 not_retried`,
});

check({
  title: "an attempt over its time, killed, then tried again",
  jobs: "a tries 2 pause 10 timeout 50",
  inputs: `
    > 0 go
    > wake
    > wake
    > 160 a#1 signal SIGKILL
    > wake
    > 175 a#2 ok`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-160 timed_out killed for timeout @50
    backoff 160-170 for 2/2
    run#2 170-175 succeeded`,
});

check({
  title: "skipped because of a need far up",
  jobs: `
    a
    b after a
    c after b
    d after c`,
  inputs: `
    > 0 go
    > 5 a#1 exit 1`,
  of: "d",
  story: `
    needs 0-5 c:skipped@5 chain a>b>c
    skipped @5 dependency a>b>c failed`,
});

check({
  title: "skipped because a need is not for this branch",
  jobs: `
    a branch main
    b after a`,
  settings: { branch: "topic" },
  inputs: "> 0 go",
  of: "b",
  story: `
    needs 0-0 a:skipped@0
    skipped @0 dependency a skipped`,
});

check({
  title: "skipped since it is not for this branch itself",
  jobs: `
    a branch main
    b`,
  settings: { branch: null },
  inputs: `
    > 0 go
    > 5 b#1 ok`,
  of: "a",
  story: `
    needs 0-0
    skipped @0 branch  skipped`,
});

check({
  title: "skipped as a job failed that was to succeed",
  jobs: `
    a
    b soft a`,
  inputs: `
    > 0 go
    > 5 a#1 exit 1`,
  of: "b",
  story: `
    needs 0-5 ~a:failed@5
    skipped @5 skip_if_failed a failed`,
});

check({
  title: "cancelled while it ran, and killed",
  jobs: "a",
  inputs: `
    > 0 go
    > 5 stop interrupt
    > 6 stop kill
    > 7 a#1 signal SIGKILL`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-7 cancelled killed for run_stopping @5
    cancelled @7 interrupt`,
});

check({
  title: "cancelled while it waited, since another failed",
  jobs: `
    a
    b
    c after b`,
  settings: { failFast: true },
  inputs: `
    > 0 go
    > 5 a#1 exit 1
    > 6 b#1 signal SIGTERM`,
  of: "c",
  story: `
    needs 0-5 b:open
    cancelled @5 fail_fast a`,
});

check({
  title: "not retried since the run is being stopped",
  jobs: `
    a tries 3 timeout 50
    b`,
  settings: { failFast: true },
  inputs: `
    > 0 go
    > wake
    > 60 b#1 exit 1
    > 70 a#1 exit 1`,
  of: "a",
  story: `
    needs 0-0
    run#1 0-70 timed_out stopped for timeout @50
    gave up @70 stopping`,
});

check({
  title: "what is still on its way has no end",
  jobs: `
    a
    b
    c after a`,
  settings: { concurrency: 1 },
  inputs: "> 0 go",
  of: "c",
  story: "needs 0- a:open",
});

Deno.test("explainJob(): a run that went on under another orch", () => {
  const jobs = "a\nb after a\nc after b";
  const player = new Player(planOf(jobs));
  player.input("> 0 go");
  player.input("> 5 a#1 ok");
  reopen(player, { downSince: 8, at: 100, lost: ["b"] });
  player.input("> 104 b#2 ok");
  assertEquals(storyOf(player, jobs, "b"), [
    "needs 0-5 a:success@5",
    "run#1 5-8 lost",
    "down 8-100 lost",
    "needs 100-100 a:success@5",
    "run#2 100-104 succeeded",
  ]);
  assertEquals(storyOf(player, jobs, "a"), ["needs 0-0", "run#1 0-5 succeeded"]);
  assertEquals(storyOf(player, jobs, "c"), [
    "needs 0-104 b:success@104 chain a>b",
    "down 8-100 none",
    "run#1 104-",
  ]);
});

Deno.test("explainJob(): a job that is done again", () => {
  const jobs = "a\nb after a";
  const player = new Player(planOf(jobs));
  for (const line of ["> 0 go", "> 5 a#1 ok", "> 6 b#1 exit 1"]) player.input(line);
  reopen(player, { downSince: 6, at: 50, reset: ["b"] });
  player.input("> 55 b#2 ok");
  assertEquals(storyOf(player, jobs, "b"), [
    "needs 0-5 a:success@5",
    "run#1 5-6 exited",
    "gave up @6 once",
    "down 6-50 reset",
    "needs 50-50 a:success@5",
    "run#2 50-55 succeeded",
  ]);
});

Deno.test("explainJob(): a job that was stopped, and whose work is taken as done", () => {
  const jobs = "a\nb after a";
  const player = new Player(planOf(jobs));
  for (const line of ["> 0 go", "> 5 stop signal", "> 6 a#1 signal TERM"]) player.input(line);
  reopen(player, { downSince: 6, at: 50, reset: ["b"], assumed: ["a"] });
  assertEquals(storyOf(player, jobs, "a").at(-1), "down 6-50 assumed");
});
