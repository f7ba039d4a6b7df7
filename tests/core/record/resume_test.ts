/** `orch resume`: how runs go on after a crash or a stop, and what reopening does to the state. */
import { fold } from "../../../lib/core/run/apply.ts";
import type { RunEvent } from "../../../lib/core/run/event.ts";
import {
  type AttemptFate,
  liveAttempts,
  planInForce,
  type ResumeOptions,
} from "../../../lib/core/record/resume.ts";
import { wallOf } from "../../../lib/core/run/summary.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sketchSettings } from "../../support/workflows.ts";
import { check, type Resumed } from "../../support/resumed.ts";
import { planOf, Player } from "../../support/trace.ts";

const ENDED_WELL: AttemptFate = { kind: "ended", end: { outcome: { kind: "succeeded" } } };
const ENDED_BADLY: AttemptFate = { kind: "ended", end: { outcome: { kind: "exited", code: 1 } } };
const NEVER_TWICE: Partial<ResumeOptions> = { mayRunTwice: () => false };

const CRASHED: readonly Resumed[] = [
  {
    title: "a run without a single event begins",
    jobs: "a",
    before: "",
    wanted: "begin",
    then: "> go on\n100 start a#1\n> 101 a#1 ok\n101 done a#1\n101 finished completed",
  },
  {
    title: "what is done stays, what was lost runs again, what waited goes on",
    jobs: "a\nb after a\nc after b",
    before: "> 0 go\n> 5 a#1 ok",
    wanted: "lost b",
    then: `> go on
           100 resumed, lost b, reset -
           100 start b#2
           > 110 b#2 ok
           110 done b#2
           110 start c#1
           > 120 c#1 ok
           120 done c#1
           120 finished completed`,
  },
  {
    title: "a job that a stop cut off and that must not run twice is asked about",
    jobs: "a\nb\nc after a",
    before: "> 0 go\n> 5 stop signal\n> 6 a#1 signal TERM\n> 6 b#1 signal TERM",
    options: NEVER_TWICE,
    wanted: "ask: a b",
  },
  {
    title: "it runs again if that is said",
    jobs: "a\nc after a",
    before: "> 0 go\n> 5 stop signal\n> 6 a#1 signal TERM",
    options: { ...NEVER_TWICE, lostOnce: "rerun" },
    wanted: "reset a c",
  },
  {
    title: "or is taken as done, and what comes after it runs",
    jobs: "a\nc after a",
    before: "> 0 go\n> 5 stop signal\n> 6 a#1 signal TERM",
    options: { ...NEVER_TWICE, lostOnce: "assume_done" },
    wanted: "reset c, assumed a",
    then: `> go on
           100 resumed, lost -, reset c
           100 start c#1
           > 101 c#1 ok
           101 done c#1
           101 finished completed`,
  },
  {
    title: "one that was being stopped when its orch died is the same",
    jobs: "a\nc after a",
    before: "> 0 go\n> 5 stop signal",
    options: { ...NEVER_TWICE, lostOnce: "assume_done" },
    wanted: "reset c, assumed a",
  },
  {
    title: "what had not begun when the run was stopped is not asked about",
    jobs: "a\nb after a",
    before: "> 0 go\n> 5 stop signal\n> 6 a#1 signal TERM",
    options: { mayRunTwice: ({ id }) => id === "a" },
    wanted: "reset a b",
  },
  {
    title: "a lost attempt does not count",
    jobs: "a tries 2 pause 10",
    before: "> 0 go",
    wanted: "lost a",
    then: `> go on
           100 resumed, lost a, reset -
           100 start a#2
           > 101 a#2 exit 1
           101 retry a#2 exit 1 until 111
           > wake
           111 start a#3
           > 112 a#3 exit 1
           112 fail a#3 exit 1
           112 finished failed`,
  },
  {
    title: "an attempt that ended meanwhile counts as it ended",
    jobs: "a\nb tries 2 pause 10\nc after a\nd",
    before: "> 0 go",
    fates: { a: ENDED_WELL, b: ENDED_BADLY, d: ENDED_BADLY },
    wanted: "end a succeeded, end b exited, end d exited",
    then: `> go on
           100 resumed, lost -, reset -
           100 done a#1
           100 retry b#1 exit 1 until 110
           100 fail d#1 exit 1
           100 start c#1
           > wake
           110 start b#2`,
  },
  {
    title: "an attempt whose time was up has timed out, whatever is known of it",
    jobs: "a timeout 5\nb timeout 5\nc after a",
    before: "> 0 go\n> wake",
    fates: { b: ENDED_WELL },
    wanted: "end a lost, end b succeeded",
    then: `> go on
           100 resumed, lost -, reset -
           100 fail a#1 timed out after 5
           100 fail b#1 timed out after 5
           100 skip c after a, first cause a
           100 finished failed`,
  },
  {
    title: "a backoff that has passed is over",
    jobs: "a tries 2 pause 10",
    before: "> 0 go\n> 5 a#1 exit 1",
    wanted: "",
    then: "> go on\n100 resumed, lost -, reset -\n100 start a#2",
  },
  {
    title: "a run that was done but for its last line ends",
    jobs: "a",
    before: "> 0 go\n> 5 a#1 ok",
    torn: 1,
    wanted: "",
    then: "> go on\n100 resumed, lost -, reset -\n100 finished completed",
  },
  {
    title: "what a torn batch did not say any more follows: a skip",
    jobs: "a\nb after a\nc after b\nd\ne after b,d",
    before: "> 0 go\n> 5 a#1 exit 1",
    torn: 3,
    fates: { d: ENDED_WELL },
    wanted: "end d succeeded",
    then: `> go on
           100 resumed, lost -, reset -
           100 done d#1
           100 skip b after a, first cause a
           100 skip c after b, first cause a
           100 skip e after b, first cause a
           100 finished failed`,
  },
  {
    title: "what a torn batch did not say any more follows: the branch",
    jobs: "a branch main\nb after a\nc",
    before: "> 0 go",
    torn: 4,
    wanted: "",
    then: `> go on
           100 resumed, lost -, reset -
           100 skip a on null, wants main
           100 skip b after a, first cause a
           100 start c#1`,
  },
  {
    title: "what a torn batch did not say any more follows: the end at the first failure",
    jobs: "a\nb\nc after a\nd after b",
    before: "> 0 go\n> 5 a#1 exit 1",
    torn: 4,
    settings: { failFast: true },
    wanted: "lost b, stop fail_fast",
    then: `> go on
           100 resumed, lost b, reset -
           100 stopping for fail_fast
           100 cancel b#1
           100 cancel c#0
           100 cancel d#0
           100 finished failed`,
  },
  {
    title: "the end at the first failure spares what ended before",
    jobs: "a\nb\nc",
    before: "> 0 go",
    settings: { failFast: true },
    fates: { a: ENDED_BADLY, b: ENDED_WELL },
    wanted: "lost c, end a exited, end b succeeded",
    then: `> go on
           100 resumed, lost c, reset -
           100 fail a#1 exit 1
           100 done b#1
           100 stopping for fail_fast
           100 cancel c#1
           100 finished failed`,
  },
];

const STOPPED: readonly Resumed[] = [
  {
    title: "what the user stopped goes on, with what was skipped because of it",
    jobs: "a\nb after a\nc after a\nd",
    before: "> 0 go\n> 4 d#1 ok\n> 5 stop interrupt\n> 6 a#1 signal SIGTERM",
    wanted: "reset a b c",
    then: `> go on
           100 resumed, lost -, reset a,b,c
           100 start a#2
           > 105 a#2 ok
           105 done a#2
           105 start b#1
           105 start c#1`,
  },
  {
    title: "what was being stopped when orch was killed goes on",
    jobs: "a\nb after a",
    before: "> 0 go\n> 5 stop interrupt",
    wanted: "reset a b",
    then: "> go on\n100 resumed, lost -, reset a,b\n100 start a#2",
  },
  {
    title: "a run that failed fast is over",
    jobs: "a\nb",
    before: "> 0 go\n> 5 a#1 exit 1\n> 6 b#1 signal SIGTERM",
    settings: { failFast: true },
    wanted: "nothing_to_do",
  },
  {
    title: "a completed run is over",
    jobs: "a",
    before: "> 0 go\n> 5 a#1 ok",
    wanted: "nothing_to_do",
  },
  {
    title: "a failed run is over",
    jobs: "a\nb after a",
    before: "> 0 go\n> 5 a#1 exit 1",
    wanted: "nothing_to_do",
  },
];

const ONCE: readonly Resumed[] = [
  {
    title: "a lost job that must not run twice is asked about",
    jobs: "a\nb\nc\nd",
    before: "> 0 go",
    fates: { b: { kind: "stopped" }, c: { kind: "never_began" }, d: ENDED_WELL },
    options: NEVER_TWICE,
    wanted: "ask: a b",
  },
  {
    title: "it runs again if the user says so",
    jobs: "a\nb after a",
    before: "> 0 go",
    options: { ...NEVER_TWICE, lostOnce: "rerun" },
    wanted: "lost a",
    then: "> go on\n100 resumed, lost a, reset -\n100 start a#2",
  },
  {
    title: "it is done if the user says so",
    jobs: "a\nb after a",
    before: "> 0 go",
    options: { ...NEVER_TWICE, lostOnce: "assume_done" },
    wanted: "end a succeeded",
    then: "> go on\n100 resumed, lost -, reset -\n100 done a#1\n100 start b#1",
  },
];

for (const row of [...CRASHED, ...STOPPED, ...ONCE]) {
  Deno.test(`planResume(): ${row.title}`, () => check(row));
}

function journalOf(jobs: string, ...lines: readonly string[]): RunEvent[] {
  const player = new Player(planOf(jobs));
  for (const line of lines) player.input(line);
  return player.journal;
}

Deno.test("liveAttempts() names what runs and what is being stopped", () => {
  const jobs = "a\nb timeout 5\nc\nd after c";
  const state = fold(planOf(jobs), journalOf(jobs, "> 1 go", "> 2 c#1 ok", "> wake"));
  assertEquals(liveAttempts(state), [
    { jobId: "a", attempt: 1, since: 1 },
    { jobId: "b", attempt: 1, since: 1 },
    { jobId: "d", attempt: 1, since: 2 },
  ]);
});

Deno.test("a lost attempt is remembered as lost, until the run was last heard of", () => {
  const journal = journalOf("a", "> 5 go");
  const player = Player.after(planOf("a"), journal);
  const request = {
    settings: sketchSettings(),
    plan: 3,
    downSince: 40,
    lost: ["a", "not there"],
    reset: ["nor there"],
    assumed: [],
    ends: [],
    stop: null,
  } as const;
  player.take({ type: "reopen_requested", ...request, at: 100 });
  assertEquals(player.state.attempts[0], [
    { attempt: 1, startedAt: 5, endedAt: 40, outcome: { kind: "lost" } },
  ]);
  assertEquals([planInForce(journal), planInForce(player.journal)], [0, 3]);
  player.assertFolds();
});

Deno.test("an end that was harvested is remembered with its own time", () => {
  const player = Player.after(planOf("a"), journalOf("a", "> 5 go"));
  const end = { jobId: "a", attempt: 1, outcome: { kind: "succeeded" }, endedAt: 17 } as const;
  const rest = {
    settings: sketchSettings(),
    plan: 0,
    downSince: 9,
    lost: [],
    reset: [],
    assumed: [],
  } as const;
  player.take({ type: "reopen_requested", ...rest, ends: [end], stop: null, at: 100 });
  assertEquals(player.state.attempts[0]![0], {
    attempt: 1,
    startedAt: 5,
    endedAt: 17,
    outcome: { kind: "succeeded" },
  });
});

Deno.test("time in which no orch worked on a run is no time that it took, also where a clock was set back", () => {
  const player = Player.after(planOf("a"), journalOf("a", "> 5 go"));
  const rest = {
    settings: sketchSettings(),
    plan: 0,
    reset: [],
    assumed: [],
    ends: [],
    stop: null,
  } as const;
  player.take({ type: "reopen_requested", ...rest, downSince: 10, lost: ["a"], at: 110 });
  player.take({ type: "reopen_requested", ...rest, downSince: 120, lost: ["a"], at: 100 });
  player.input("> 130 a#3 ok");
  const { startedAt, finishedAt, idleMs } = player.state;
  assertEquals([startedAt, finishedAt, idleMs, wallOf(player.state)], [5, 130, 100, 25]);
  player.assertFolds();
});

Deno.test("reopening counts anew what each job waits for", () => {
  const jobs = "a\nb after a\nc after a,b\nd after c\ne";
  const plan = planOf(jobs);
  const state = fold(plan, journalOf(jobs, "> 0 go", "> 1 a#1 ok", "> 2 b#1 ok", "> 3 c#1 ok"));
  const reset = ["a", "c"];
  const event: RunEvent = {
    type: "run_resumed",
    settings: sketchSettings(),
    plan: 0,
    downSince: 3,
    lost: ["d", "e"],
    reset,
    at: 9,
  };
  const after = fold(plan, [
    ...journalOf(jobs, "> 0 go", "> 1 a#1 ok", "> 2 b#1 ok", "> 3 c#1 ok"),
    event,
  ]);
  const unmetOf = (job: number) => {
    const found = after.jobs[job]!;
    return found.phase === "waiting" ? found.unmet : found.phase;
  };
  assertEquals(
    state.jobs.map(({ phase }) => phase).join(" "),
    "settled settled settled running running",
  );
  assertEquals([0, 1, 2, 3, 4].map(unmetOf), [0, "settled", 1, 1, 0]);
  assertEquals([after.counts.running, after.counts.waiting, after.reserved.memoryMb], [0, 4, 0]);
  assert(after.status === null);
});
