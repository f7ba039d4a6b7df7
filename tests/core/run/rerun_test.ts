/** `orch rerun`, and runs whose workflow has changed: which jobs run again, and what then follows. */
import { check, type Resumed } from "../../support/resumed.ts";

const FINISHED = `> 0 go
                  > 5 a#1 ok
                  > 6 b#1 exit 1
                  > 7 e#1 ok`;

const RERUN: readonly Resumed[] = [
  {
    title: "--failed runs what failed and what was skipped for it",
    jobs: "a\nb after a\nc after b\nd soft b\ne after a\nf branch main\ng after f",
    before: FINISHED,
    options: { rerun: { kind: "failed" } },
    wanted: "reset b c d",
    then: `> go on
           100 resumed, lost -, reset b,c,d
           100 start b#2
           > 110 b#2 ok
           110 done b#2
           110 start c#1
           110 start d#1
           > 111 c#1 ok
           111 done c#1
           > 112 d#1 ok
           112 done d#1
           112 finished completed`,
  },
  {
    title: "--failed after failing fast runs what was cancelled too, and may fail fast again",
    jobs: "a\nb\nc\nd after a",
    before: "> 0 go\n> 4 c#1 ok\n> 5 a#1 exit 1\n> 6 b#1 signal SIGTERM",
    settings: { failFast: true },
    options: { rerun: { kind: "failed" } },
    wanted: "reset a b d",
    then: `> go on
           100 resumed, lost -, reset a,b,d
           100 start a#2
           100 start b#2
           > 105 b#2 exit 1
           105 fail b#2 exit 1
           105 stopping for fail_fast
           105 term a#2 for run_stopping, kill at 205
           105 cancel d#0`,
  },
  {
    title: "a job that runs again has all its attempts again",
    jobs: "a tries 2 pause 10",
    before: "> 0 go\n> 1 a#1 exit 1\n> wake\n> 12 a#2 exit 1",
    options: { rerun: { kind: "failed" } },
    wanted: "reset a",
    then: `> go on
           100 resumed, lost -, reset a
           100 start a#3
           > 101 a#3 exit 1
           101 retry a#3 exit 1 until 111
           > wake
           111 start a#4
           > 112 a#4 exit 1
           112 fail a#4 exit 1
           112 finished failed`,
  },
  {
    title: "--from runs a job and all after it",
    jobs: "a\nb after a\nc after b\nd soft b\ne after a\nf",
    before: "> 0 go\n> 1 f#1 ok\n> 5 a#1 ok\n> 6 e#1 ok\n> 7 b#1 ok\n> 8 c#1 ok\n> 9 d#1 ok",
    options: { rerun: { kind: "from", jobIds: ["b"] } },
    wanted: "reset b c d",
    then: `> go on
           100 resumed, lost -, reset b,c,d
           100 start b#2
           > 101 b#2 exit 1
           101 fail b#2 exit 1
           101 skip c after b, first cause b
           101 skip d as b failed
           101 finished failed`,
  },
  {
    title: "--only runs one job and leaves what comes after it alone",
    jobs: "a\nb after a\nc after b",
    before: "> 0 go\n> 5 a#1 ok\n> 6 b#1 exit 1",
    options: { rerun: { kind: "only", jobIds: ["a"] } },
    wanted: "reset a",
    then: `> go on
           100 resumed, lost -, reset a
           100 start a#2
           > 101 a#2 ok
           101 done a#2
           101 finished failed`,
  },
  {
    title: "--only runs a job although what it needs has failed, if that is over",
    jobs: "a\nb after a",
    before: "> 0 go\n> 5 a#1 exit 1",
    options: { rerun: { kind: "only", jobIds: ["b"] } },
    wanted: "reset b",
    then: `> go on
           100 resumed, lost -, reset b
           100 skip b after a, first cause a
           100 finished failed`,
  },
];

const CHANGED: readonly Resumed[] = [
  {
    title: "what has changed and all after it waits anew, whatever it was doing",
    jobs: "a\nb after a\nc after a\nd after c\nf",
    before: "> 0 go\n> 5 a#1 ok\n> 6 b#1 ok\n> 7 f#1 ok",
    options: { changed: ["a", "b", "c", "d"] },
    wanted: "reset a b c d",
    then: `> go on
           100 resumed, lost -, reset a,b,c,d
           100 start a#2
           > 101 a#2 ok
           101 done a#2
           101 start c#2
           101 start b#2`,
  },
  {
    title: "new jobs run, removed ones are forgotten, and new needs are waited for",
    jobs: "a\nb after a\nold after a\nc after b",
    before: "> 0 go\n> 5 a#1 ok\n> 6 old#1 exit 1",
    now: "a\nfresh\nb after a,fresh\nc after b",
    options: { changed: ["fresh", "b", "c"] },
    wanted: "reset fresh b c",
    then: `> go on
           100 resumed, lost -, reset fresh,b,c
           100 start fresh#1
           > 101 fresh#1 ok
           101 done fresh#1
           101 start b#2
           > 102 b#2 ok
           102 done b#2
           102 start c#1`,
  },
  {
    title: "a job that is ready, and one that backs off, wait again if what they need runs again",
    jobs: "a\nb after a\nc after a tries 2 pause 500\nd after a",
    before: "> 0 go\n> 5 a#1 ok\n> 6 c#1 exit 1",
    settings: { concurrency: 2 },
    options: { rerun: { kind: "only", jobIds: ["a"] } },
    wanted: "lost b d, reset a",
    then: `> go on
           100 resumed, lost b,d, reset a
           100 start a#2
           > 101 a#2 ok
           101 done a#2
           101 start b#2
           101 start c#2`,
  },
  {
    title: "a job that was ready waits again if what it needs runs again",
    jobs: "a\nb after a\nc after a",
    before: "> 0 go\n> 5 a#1 ok",
    settings: { concurrency: 1 },
    options: { rerun: { kind: "only", jobIds: ["a"] } },
    wanted: "lost b, reset a",
    then: `> go on
           100 resumed, lost b, reset a
           100 start a#2
           > 101 a#2 ok
           101 done a#2
           101 start b#2
           > 102 b#2 ok
           102 done b#2
           102 start c#1`,
  },
];

for (const row of [...RERUN, ...CHANGED]) {
  Deno.test(`planResume(): ${row.title}`, () => check(row));
}
