/** How attempts, jobs and runs end, as traces: see `trace.ts` for how to read them. */
import { playTrace, type Trace } from "../../support/trace.ts";

function check(name: string, trace: Trace): void {
  Deno.test(`step() ${name}`, () => void playTrace(trace));
}

check("retries after growing pauses, then fails", {
  jobs: "a tries 4 pause 10 factor 3 longest 80",
  script: `
    > 0 go
    0 start a#1
    > 5 a#1 exit 1
    5 retry a#1 exit 1 until 15
    > 14 time
    > 15 time
    15 start a#2
    > 20 a#2 signal SIGSEGV
    20 retry a#2 signal SIGSEGV until 50
    > wake
    50 start a#3
    > 60 a#3 oom
    60 retry a#3 oom until 140
    > wake
    140 start a#4
    > 141 a#4 exit 7
    141 fail a#4 exit 7
    141 finished failed`,
});
check("is content with a later attempt", {
  jobs: `
    a tries 2 pause 10
    b after a`,
  script: `
    > 0 go
    0 start a#1
    > 5 a#1 exit 1
    5 retry a#1 exit 1 until 15
    > wake
    15 start a#2
    > 16 a#2 ok
    16 done a#2
    16 start b#1
    > 17 b#1 ok
    17 done b#1
    17 finished completed`,
});
check("holds no slot and no memory while backing off", {
  jobs: `
    a tries 2 pause 10 mem 8
    b mem 8`,
  settings: { concurrency: 1, memoryMb: 8 },
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 exit 1
    1 retry a#1 exit 1 until 11
    1 start b#1
    > wake
    > 12 b#1 ok
    12 done b#1
    12 start a#2`,
});
check("starts again at once where there is no pause", {
  jobs: "a tries 3 pause 0",
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 exit 1
    1 retry a#1 exit 1 until 1
    1 start a#2
    > 2 a#2 exit 1
    2 retry a#2 exit 1 until 2
    2 start a#3`,
});
check("never retries what was cancelled or could not be valid", {
  jobs: `
    a tries 3
    b tries 3`,
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 a#1 missing x.sh
    1 fail a#1 not started: script_missing
    > 2 b#1 cancelled
    2 cancel b#1
    2 finished failed`,
});

check("ends an attempt at its deadline", {
  jobs: "a timeout 30",
  script: `
    > 0 go
    0 start a#1 until 30
    > 29 time
    > wake
    30 term a#1 for timeout, kill at 130
    > 31 a#1 signal SIGTERM
    31 fail a#1 timed out after 30
    31 finished failed`,
});
check("kills what outlives its grace, once", {
  jobs: "a timeout 30",
  script: `
    > 0 go
    0 start a#1 until 30
    > wake
    30 term a#1 for timeout, kill at 130
    > 129 time
    > wake
    130 kill a#1 for timeout
    > 200 time
    > 201 a#1 signal SIGKILL
    201 fail a#1 timed out after 30
    201 finished failed`,
});
check("kills at once where there is no grace", {
  jobs: "a timeout 30",
  settings: { graceMs: 0 },
  script: `
    > 0 go
    0 start a#1 until 30
    > wake
    30 term a#1 for timeout, kill at 30
    30 kill a#1 for timeout`,
});
check("calls it a timeout even if the job then ends well", {
  jobs: "a timeout 30",
  script: `
    > 0 go
    0 start a#1 until 30
    > wake
    30 term a#1 for timeout, kill at 130
    > 31 a#1 ok
    31 fail a#1 timed out after 30
    31 finished failed`,
});
check("believes a report that comes before the time is told", {
  jobs: "a timeout 30",
  script: `
    > 0 go
    0 start a#1 until 30
    > 31 a#1 ok
    31 done a#1
    31 finished completed`,
});
check("retries after a timeout, each attempt with its own time", {
  jobs: "a timeout 30 tries 2 pause 10",
  script: `
    > 0 go
    0 start a#1 until 30
    > wake
    30 term a#1 for timeout, kill at 130
    > 40 a#1 signal SIGTERM
    40 retry a#1 timed out after 30 until 50
    > wake
    50 start a#2 until 80
    > wake
    80 term a#2 for timeout, kill at 180`,
});
check("keeps the slot of a stopping job until its end", {
  jobs: `
    a timeout 30
    b`,
  settings: { concurrency: 1 },
  script: `
    > 0 go
    0 start a#1 until 30
    > wake
    30 term a#1 for timeout, kill at 130
    > 40 a#1 signal SIGTERM
    40 fail a#1 timed out after 30
    40 start b#1`,
});
check("handles all that is overdue in order of time", {
  jobs: `
    a timeout 30
    b timeout 20
    c tries 2 pause 5`,
  script: `
    > 0 go
    0 start a#1 until 30
    0 start b#1 until 20
    0 start c#1
    > 1 c#1 exit 1
    1 retry c#1 exit 1 until 6
    > 50 time
    50 term b#1 for timeout, kill at 150
    50 term a#1 for timeout, kill at 150
    50 start c#2`,
});

check("skips all that is downstream, and names the first cause", {
  jobs: `
    a
    b after a
    c after b
    d after c,e
    e`,
  script: `
    > 0 go
    0 start a#1
    0 start e#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 skip b after a, first cause a
    1 skip c after b, first cause a
    1 skip d after c, first cause a
    > 2 e#1 ok
    2 done e#1
    2 finished failed`,
});
check("goes on with independent branches", {
  jobs: `
    a
    a2 after a
    b
    b2 after b`,
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 skip a2 after a, first cause a
    > 2 b#1 ok
    2 done b#1
    2 start b2#1`,
});
check("skips what depends on a cancelled job", {
  jobs: `
    a
    b after a`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 cancelled
    1 cancel a#1
    1 skip b after a, first cause a
    1 finished failed`,
});
check("waits for skip_if_failed, and runs if it succeeded", {
  jobs: `
    a
    b soft a`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 ok
    1 done a#1
    1 start b#1`,
});
check("skips if skip_if_failed failed, and says so downstream", {
  jobs: `
    a
    b soft a
    c after b`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 skip b as a failed
    1 skip c after b, first cause a
    1 finished failed`,
});
check("skips if skip_if_failed was cancelled", {
  jobs: `
    a
    b soft a`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 cancelled
    1 cancel a#1
    1 skip b as a failed
    1 finished failed`,
});
check("runs if skip_if_failed was skipped", {
  jobs: `
    a branch main
    b soft a
    c after a`,
  settings: { branch: "dev" },
  script: `
    > 0 go
    0 skip a on dev, wants main
    0 skip c after a, first cause a
    0 start b#1
    > 1 b#1 ok
    1 done b#1
    1 finished completed`,
});
check("waits for the rest of skip_if_failed after one was skipped", {
  jobs: `
    a
    a2 after a
    slow
    b soft a2,slow`,
  script: `
    > 0 go
    0 start a#1
    0 start slow#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 skip a2 after a, first cause a
    > 2 slow#1 ok
    2 done slow#1
    2 start b#1`,
});
check("counts a job that is named both ways as a dependency", {
  jobs: `
    a
    b after a soft a`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 exit 1
    1 fail a#1 exit 1
    1 skip b after a, first cause a
    1 finished failed`,
});
check("runs only what is for this branch", {
  jobs: `
    a branch main
    b branch main,release/*
    c branch dev
    d`,
  settings: { branch: "release/2" },
  script: `
    > 0 go
    0 skip a on release/2, wants main
    0 skip c on release/2, wants dev
    0 start b#1
    0 start d#1`,
});
check("skips a branch's jobs where the branch is unknown", {
  jobs: "a branch main",
  script: `
    > 0 go
    0 skip a on null, wants main
    0 finished completed`,
});
check("names the first job of a chain that is not for this branch", {
  jobs: `
    a branch main
    b branch main after a
    c after b`,
  settings: { branch: "dev" },
  script: `
    > 0 go
    0 skip a on dev, wants main
    0 skip b after a, first cause a
    0 skip c after b, first cause a
    0 finished completed`,
});

check("ignores reports of attempts that are not live", {
  jobs: "a tries 2 pause 10",
  script: `
    > 0 a#1 ok
    > 0 go
    0 start a#1
    > 1 a#2 ok
    > 2 a#1 exit 1
    2 retry a#1 exit 1 until 12
    > 3 a#1 ok
    > 3 a#2 ok
    > wake
    12 start a#2
    > 13 a#1 ok
    > 14 a#2 ok
    14 done a#2
    14 finished completed
    > 15 a#2 exit 1
    > 15 stop kill
    > 16 time`,
});
