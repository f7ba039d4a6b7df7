/** What the scheduler decides, as traces: see `trace.ts` for how to read them. */
import { playTrace, type Trace } from "../../support/trace.ts";

function check(name: string, trace: Trace): void {
  Deno.test(`step() ${name}`, () => void playTrace(trace));
}

check("finishes a run of no jobs at once", {
  jobs: "",
  script: `
    > 0 go
    0 finished completed`,
});
check("runs a chain one after the other", {
  jobs: `
    c after b
    b after a
    a`,
  script: `
    > 0 go
    0 start a#1
    > 5 a#1 ok
    5 done a#1
    5 start b#1
    > 9 b#1 ok
    9 done b#1
    9 start c#1
    > 9 c#1 ok
    9 done c#1
    9 finished completed`,
});
check("starts in file order among equals", {
  jobs: `
    b
    c
    a`,
  script: `
    > 0 go
    0 start b#1
    0 start c#1
    0 start a#1`,
});
check("starts what begins the longest chain first", {
  jobs: `
    x
    y
    last after middle
    middle after first
    first`,
  settings: { concurrency: 2 },
  script: `
    > 0 go
    0 start first#1
    0 start x#1
    > 3 first#1 ok
    3 done first#1
    3 start middle#1
    > 4 middle#1 ok
    4 done middle#1
    4 start y#1
    > 5 y#1 ok
    5 done y#1
    5 start last#1`,
});
check("starts what is known to take longest first", {
  jobs: `
    short
    unknown
    long`,
  expected: { short: 1, long: 9 },
  settings: { concurrency: 1 },
  script: `
    > 0 go
    0 start unknown#1
    > 1 unknown#1 ok
    1 done unknown#1
    1 start long#1
    > 2 long#1 ok
    2 done long#1
    2 start short#1`,
});
check("never waits for a whole level", {
  jobs: `
    a1
    b1
    a2 after a1
    a3 after a2`,
  script: `
    > 0 go
    0 start a1#1
    0 start b1#1
    > 1 a1#1 ok
    1 done a1#1
    1 start a2#1
    > 2 a2#1 ok
    2 done a2#1
    2 start a3#1`,
});
check("waits for all dependencies of a diamond", {
  jobs: `
    a
    b after a
    c after a
    d after b,c`,
  script: `
    > 0 go
    0 start a#1
    > 1 a#1 ok
    1 done a#1
    1 start b#1
    1 start c#1
    > 2 c#1 ok
    2 done c#1
    > 3 b#1 ok
    3 done b#1
    3 start d#1
    > 4 d#1 ok
    4 done d#1
    4 finished completed`,
});
check("fills as many slots as there are", {
  jobs: `
    a
    b
    c`,
  settings: { concurrency: 2 },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 b#1 ok
    1 done b#1
    1 start c#1`,
});

check("reserves memory, and lets what fits pass by", {
  jobs: `
    big1 mem 6
    big2 mem 6
    small mem 4
    none`,
  settings: { memoryMb: 10 },
  script: `
    > 0 go
    0 start big1#1
    0 start small#1
    0 start none#1
    > 1 small#1 ok
    1 done small#1
    > 2 big1#1 exit 1
    2 fail big1#1 exit 1
    2 start big2#1`,
});
check("reserves processors", {
  jobs: `
    a cpu 150
    b cpu 100
    c cpu 50`,
  settings: { cpuPercent: 200 },
  script: `
    > 0 go
    0 start a#1
    0 start c#1
    > 1 a#1 ok
    1 done a#1
    1 start b#1`,
});
check("lets a job take the whole of a fractional budget", {
  jobs: "a mem 100.1 cpu 33.3",
  settings: { memoryMb: 100.1, cpuPercent: 33.3 },
  script: `
    > 0 go
    0 start a#1`,
});
check("gives back all that was reserved, however it was added up", {
  jobs: `
    a mem 0.1
    b mem 0.2
    c mem 0.3
    all after a,b,c mem 0.3`,
  settings: { memoryMb: 0.3, concurrency: 8 },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    > 1 b#1 ok
    1 done b#1
    > 2 a#1 ok
    2 done a#1
    2 start c#1
    > 3 c#1 ok
    3 done c#1
    3 start all#1`,
});
check("runs what no budget limits without counting", {
  jobs: `
    a mem 1000000 cpu 5000
    b mem 1000000 cpu 5000`,
  script: `
    > 0 go
    0 start a#1
    0 start b#1`,
});

check("keeps others out while a job with max_concurrent_jobs 1 runs", {
  jobs: `
    alone cap 1
    a
    b`,
  script: `
    > 0 go
    0 start alone#1
    > 1 alone#1 ok
    1 done alone#1
    1 start a#1
    1 start b#1`,
});
check("starts a job with max_concurrent_jobs only beside few enough", {
  jobs: `
    a
    b
    pair cap 2
    c`,
  settings: { concurrency: 3 },
  expected: { a: 9, b: 8, pair: 7, c: 1 },
  script: `
    > 0 go
    0 start a#1
    0 start b#1
    0 start c#1
    > 1 a#1 ok
    1 done a#1
    > 2 b#1 ok
    2 done b#1
    2 start pair#1
    > 3 c#1 ok
    3 done c#1`,
});
check("obeys the smallest of several caps, and the next once that is gone", {
  jobs: `
    three cap 3
    two cap 2
    a
    b`,
  expected: { three: 9, two: 8, a: 7, b: 6 },
  script: `
    > 0 go
    0 start three#1
    0 start two#1
    > 1 two#1 ok
    1 done two#1
    1 start a#1
    1 start b#1`,
});

/** After `most` small jobs have passed a wide one by, nothing starts until the wide one does. */
function bypass(most: number): Trace {
  const smalls = Array.from({ length: most + 2 }, (_, i) => `s${i} mem 3`);
  const expected: Record<string, number> = { wide: 99, hold: 100 };
  const script = ["> 0 go", "0 start hold#1"];
  smalls.forEach((_, i) => {
    expected[`s${i}`] = 1;
    if (i < most) script.push(...(i === 0 ? [] : [`${i} done s${i - 1}#1`]), `${i} start s${i}#1`);
    if (i < most) script.push(`> ${i + 1} s${i}#1 ok`);
  });
  script.push(
    `${most} done s${most - 1}#1`,
    `> ${most + 1} hold#1 ok`,
    `${most + 1} done hold#1`,
    `${most + 1} start wide#1`,
    `> ${most + 2} wide#1 ok`,
    `${most + 2} done wide#1`,
    `${most + 2} start s${most}#1`,
    `${most + 2} start s${most + 1}#1`,
  );
  return {
    jobs: ["hold mem 6", "wide mem 10", ...smalls].join("\n"),
    expected,
    settings: { memoryMb: 10 },
    script: script.join("\n"),
  };
}

check("reserves for a job that was passed by 20 times", bypass(20));
