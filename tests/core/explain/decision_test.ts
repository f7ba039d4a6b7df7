/** What the scheduler decided and why, told from the events alone. */
import { type Decision, DecisionLog } from "../../../lib/core/explain/decision.ts";
import type { RunSettings } from "../../../lib/core/plan/settings.ts";
import { fold } from "../../../lib/core/run/apply.ts";
import { initialState } from "../../../lib/core/run/state.ts";
import { assertEquals } from "../../support/assert.ts";
import { linesOf, planOf, Player } from "../../support/trace.ts";

/** One run: its jobs, its inputs, and after each input the decisions that are told, in brief. */
interface Told {
  readonly title: string;
  readonly jobs: string;
  readonly settings?: Partial<RunSettings>;
  readonly trace: string;
}

function check({ title, jobs, settings, trace }: Told): void {
  Deno.test(`DecisionLog: ${title}`, () => {
    const player = new Player(planOf(jobs), settings);
    const log = new DecisionLog(initialState(planOf(jobs)));
    const told: string[] = [];
    for (const line of linesOf(trace).filter((line) => line.startsWith(">"))) {
      const before = player.journal.length;
      player.input(line);
      const decisions = player.journal.slice(before).map((event) => log.add(event));
      told.push(line, ...[...decisions, log.held()].filter((one) => one !== null).map(brief));
    }
    assertEquals(told, linesOf(trace));
  });
}

function brief(decision: Decision): string {
  switch (decision.kind) {
    case "order":
      return `order ${decision.jobIds.join(" ")}`;
    case "ready":
      return `ready ${decision.jobId} of ${decision.needs} at ${decision.place}`;
    case "ready_again":
      return `ready ${decision.jobId}#${decision.attempt}`;
    case "start": {
      const { jobId, attempt, running, limit, timeoutMs, passed } = decision;
      const time = timeoutMs === null ? "" : ` within ${timeoutMs}`;
      const before = passed === null
        ? ""
        : ` before ${passed.jobId}: ${passed.cause} ${passed.holders.join(" ")}`;
      return `start ${jobId}#${attempt} ${running}/${limit}${time}${before}`;
    }
    case "hold": {
      const { ready, jobId, obstacle } = decision;
      return `hold ${ready} ${jobId}: ${obstacle.cause} ${obstacle.holders.join(" ")}`.trimEnd();
    }
    case "retry": {
      const { jobId, outcome, next, most, waitMs } = decision;
      return `retry ${jobId} ${next}/${most} in ${waitMs}: ${outcome.kind}`;
    }
    case "give_up":
      return `give up ${decision.jobId}: ${decision.outcome.kind} ${decision.why.kind}`;
    case "skip":
      return `skip ${decision.jobId}: ${decision.reason.kind}`;
    case "stop": {
      const { jobId, why, force, graceMs } = decision;
      return `${force ? "kill" : "stop"} ${jobId}: ${why}${graceMs === null ? "" : ` ${graceMs}`}`;
    }
    case "cancel":
      return `cancel ${decision.jobId}`;
    case "stop_run":
      return `stop run: ${decision.reason}`;
    case "reopen":
      return `reopen lost ${decision.event.lost} reset ${decision.event.reset}`;
  }
}

check({
  title: "the order, what is ready, what starts, and what holds the others back",
  jobs: `
    a
    b after a
    c
    d`,
  settings: { concurrency: 2 },
  trace: `
    > 0 go
    order a b c d
    ready a of 0 at 1
    ready c of 0 at 3
    ready d of 0 at 4
    start a#1 1/2
    start c#1 2/2
    hold 1 d: slots a c
    > 5 a#1 ok
    ready b of 1 at 2
    start b#1 2/2
    hold 1 d: slots c b
    > 6 c#1 ok
    start d#1 2/2`,
});

check({
  title: "a job that fits starts before one that does not",
  jobs: `
    first mem 6
    big mem 8
    small timeout 7`,
  settings: { concurrency: 3, memoryMb: 10 },
  trace: `
    > 0 go
    order first big small
    ready first of 0 at 1
    ready big of 0 at 2
    ready small of 0 at 3
    start first#1 1/3
    start small#1 2/3 within 7 before big: memory first
    hold 1 big: memory first
    > 4 first#1 ok
    start big#1 2/3`,
});

check({
  title: "retries, the end of retries, what that skips, time limits and a stop",
  jobs: `
    a tries 2 pause 10
    b after a
    c timeout 20
    d`,
  trace: `
    > 0 go
    order a b c d
    ready a of 0 at 1
    ready c of 0 at 3
    ready d of 0 at 4
    start a#1 1/4
    start c#1 2/4 within 20
    start d#1 3/4
    > 5 a#1 exit 1
    retry a 2/2 in 10: exited
    > 15 time
    ready a#2
    start a#2 3/4
    > 20 time
    stop c: timeout 100
    > 21 a#2 exit 1
    give up a: exited used_up
    skip b: dependency
    > 22 c#1 exit 1
    give up c: timed_out once
    > 23 stop interrupt
    stop run: interrupt
    stop d: run_stopping 100
    > 24 stop kill
    stop run: kill
    kill d: run_stopping
    > 25 d#1 exit 1
    cancel d`,
});

Deno.test("DecisionLog goes on where a run was left, and leaves the state of others alone", () => {
  const jobs = "a\nb after a";
  const player = new Player(planOf(jobs), { concurrency: 1 });
  player.input("> 0 go");
  const own = fold(planOf(jobs), player.journal);
  const other = fold(planOf(jobs), player.journal);
  const log = new DecisionLog(own);
  const before = player.journal.length;
  player.input("> 3 a#1 ok");
  const told = player.journal.slice(before).map((event) => log.add(event));
  assertEquals(told.filter((one) => one !== null).map(brief), [
    "ready b of 1 at 2",
    "start b#1 1/1",
  ]);
  assertEquals(other.counts.running, 1);
});
