/** Frames of the live region: twelve jobs, none and a thousand, on all kinds of terminals. */
import { assertEquals } from "../../support/assert.ts";
import {
  ASCII,
  check,
  COLOR,
  frameOf,
  type FrameOptions,
  manyJobs,
  twelveJobs,
} from "../../support/frames.ts";
import { escaped } from "../../support/shown_text.ts";
import { Story } from "../../support/story.ts";

/** Sizes and looks, for twelve jobs of which each stands somewhere else. */
const FRAMES:
  readonly (readonly [name: string, change: Partial<FrameOptions>, expected: string])[] = [
    [
      "at 200 columns",
      { columns: 200 },
      `
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   L3 ○ 0/1
    ■ slow                                   1:10 stopping, killed in 6s
    ■ stuck                                  1:10 killed
    ▶ build-web                █████████░░░  1:06  ≈0:14   192% 1.2G │ rendering 812 modules, of which 790 were in the cache
    ▶ test-unit                ████████████  1:02  +0:31        410M │ ok 118 – parser keeps ␛[2J 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 apart
    ▶ a-job-with-a-name-that-…               1:02
    ↻ test-e2e                 attempt 2/3 starts in 4s (exit code 1) │ ECONNREFUSED 127.0.0.1:8080
    ○ package                  waits for build-web, test-unit
    ○ sign                     waits for build-web, test-unit, slow and 2 more
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10  CPU 48%`,
    ],
    [
      "at 80 columns",
      { columns: 80 },
      `
    ─────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   L3 ○ 0/1
    ■ slow                                   1:10 stopping, killed in 6s
    ■ stuck                                  1:10 killed
    ▶ build-web                █████████░░░  1:06  ≈0:14 │ rendering 812 modules, …
    ▶ test-unit                ████████████  1:02  +0:31 │ ok 118 – parser keeps ␛…
    ▶ a-job-with-a-name-that-…               1:02
    ↻ test-e2e                 attempt 2/3 starts in 4s (exit code 1) │ ECONNREFUS…
    ○ package                  waits for build-web, test-unit
    ○ sign                     waits for build-web, test-unit, slow and 2 more
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10  CPU 48%`,
    ],
    [
      "at 60 columns",
      { columns: 60 },
      `
    ─────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   L3 ○ 0/1
    ■ slow                     1:10 stopping, killed in 6s
    ■ stuck                    1:10 killed
    ▶ build-web                1:06  ≈0:14 │ rendering 812 mod…
    ▶ test-unit                1:02  +0:31 │ ok 118 – parser k…
    ▶ a-job-with-a-name-that…  1:02
    ↻ test-e2e                attempt 2/3 starts in 4s (exit c…
    ○ package                 waits for build-web, test-unit
    ○ sign                    waits for build-web, test-unit, …
    3/12  ▶ 5  ↻ 1  ✗ 1  ⊘ 1   1:10`,
    ],
    [
      "at 40 columns",
      { columns: 40 },
      `
    ─────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   …
    ■ slow             1:10 stopping, kill…
    ■ stuck            1:10 killed
    ▶ build-web        1:06  ≈0:14
    ▶ test-unit        1:02  +0:31
    ▶ a-job-with-a-n…  1:02
    ↻ test-e2e        attempt 2/3 starts i…
    ○ package         waits for build-web,…
    ○ sign            waits for build-web,…
    3/12  ▶ 5  ↻ 1  ✗ 1  ⊘ 1   1:10`,
    ],
    [
      "at 39 columns, as one line",
      { columns: 39 },
      `
    3/12  ▶ 5  ↻ 1  ✗ 1  ⊘ 1   1:10`,
    ],
    [
      "at 80 columns in seven rows",
      { rows: 7 },
      `
    ■ slow                                   1:10 stopping, killed in 6s
    ■ stuck                                  1:10 killed
    ▶ build-web                █████████░░░  1:06  ≈0:14 │ rendering 812 modules, …
    … and 2 more running, 1 more retrying
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10  CPU 48%`,
    ],
    [
      "at 80 columns in three rows",
      { rows: 3 },
      `
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10  CPU 48%`,
    ],
    [
      "in ASCII",
      { style: ASCII },
      `
    --------------------------------------------------- run 20261122-103000-x7k2 --
    L0 x 2/8   L1 . 1/2   L2 . 0/1   L3 . 0/1
    # slow                                   1:10 stopping, killed in 6s
    # stuck                                  1:10 killed
    > build-web                #########...  1:06  ~0:14 | rendering 812 modules...
    > test-unit                ############  1:02  +0:31 | ok 118 – parser keeps...
    > a-job-with-a-name-tha...               1:02
    ~ test-e2e                 attempt 2/3 starts in 4s (exit code 1) | ECONNREF...
    . package                  waits for build-web, test-unit
    . sign                     waits for build-web, test-unit, slow and 2 more
    3/12 done | 5 running | 1 retrying | 1 failed | 1 skipped   1:10  CPU 48%`,
    ],
    [
      "where nobody can tell what jobs use",
      { columns: 200, hasUsage: false, usageOf: () => null },
      `
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   L3 ○ 0/1
    ■ slow                                   1:10 stopping, killed in 6s
    ■ stuck                                  1:10 killed
    ▶ build-web                █████████░░░  1:06  ≈0:14 │ rendering 812 modules, of which 790 were in the cache
    ▶ test-unit                ████████████  1:02  +0:31 │ ok 118 – parser keeps ␛[2J 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 apart
    ▶ a-job-with-a-name-that-…               1:02
    ↻ test-e2e                 attempt 2/3 starts in 4s (exit code 1) │ ECONNREFUSED 127.0.0.1:8080
    ○ package                  waits for build-web, test-unit
    ○ sign                     waits for build-web, test-unit, slow and 2 more
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10`,
    ],
  ];

for (const [name, change, expected] of FRAMES) {
  Deno.test(`liveFrame of twelve jobs ${name}`, () => {
    check(frameOf(twelveJobs(), change), expected);
  });
}

Deno.test("liveFrame in colour", () => {
  check(
    frameOf(twelveJobs(), { style: COLOR }).map(escaped),
    `
    ␛[2m─────────────────────────────────────────────────── run 20261122-103000-x7k2 ──␛[0m
    ␛[31mL0 ✗ 2/8␛[0m   ␛[2mL1 ○ 1/2␛[0m   ␛[2mL2 ○ 0/1␛[0m   ␛[2mL3 ○ 0/1␛[0m
    ␛[33m■␛[0m slow                                   1:10 stopping, killed in 6s
    ␛[33m■␛[0m stuck                                  1:10 killed
    ␛[36m▶␛[0m build-web                ␛[36m█████████␛[0m␛[2m░░░␛[0m  1:06 ␛[2m ≈0:14␛[0m ␛[2m│ rendering 812 modules, …␛[0m
    ␛[36m▶␛[0m test-unit                ␛[36m████████████␛[0m  1:02 ␛[2m +0:31␛[0m ␛[2m│ ok 118 – parser keeps ␛…␛[0m
    ␛[36m▶␛[0m a-job-with-a-name-that-…               1:02
    ␛[33m↻␛[0m test-e2e                 attempt 2/3 starts in 4s (exit code 1) ␛[2m│ ECONNREFUS…␛[0m
    ␛[2m○ package                  waits for build-web, test-unit␛[0m
    ␛[2m○ sign                     waits for build-web, test-unit, slow and 2 more␛[0m
    3/12 done · 5 running · 1 retrying · ␛[31m1 failed␛[0m · 1 skipped   ␛[2m1:10␛[0m  CPU 48%`,
  );
});

Deno.test("liveFrame where nothing is known of past durations shows neither bars nor guesses", () => {
  check(
    frameOf(twelveJobs({})),
    `
    ─────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✗ 2/8   L1 ○ 1/2   L2 ○ 0/1   L3 ○ 0/1
    ■ slow                      1:10 stopping, killed in 6s
    ■ stuck                     1:10 killed
    ▶ build-web                 1:06   192% 1.2G │ rendering 812 modules, of which…
    ▶ test-unit                 1:02        410M │ ok 118 – parser keeps ␛[2J 漢字…
    ▶ a-job-with-a-name-that-…  1:02
    ↻ test-e2e                 attempt 2/3 starts in 4s (exit code 1) │ ECONNREFUS…
    ○ package                  waits for build-web, test-unit
    ○ sign                     waits for build-web, test-unit, slow and 2 more
    3/12 done · 5 running · 1 retrying · 1 failed · 1 skipped   1:10  CPU 48%`,
  );
});

Deno.test("liveFrame before the run has begun is empty, and that of a run without jobs is short", () => {
  const story = new Story([]);
  check(
    frameOf(story, { columns: 200 }),
    `
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    0/0 done · 0 running · 0 failed   0:00`,
  );
  check(
    frameOf(story, { columns: 80 }),
    `
    ─────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    0/0 done · 0 running · 0 failed   0:00`,
  );
  check(
    frameOf(story, { columns: 40 }),
    `
    ─────────── run 20261122-103000-x7k2 ──
    0/0 done · 0 running · 0 failed   0:00`,
  );
  assertEquals(frameOf(new Story([]), { columns: 20 }), ["0/0   0:00"]);
  story.state.startedAt = null;
  assertEquals(frameOf(story), []);
});

Deno.test("liveFrame of a thousand jobs", () => {
  const story = manyJobs(1_000, 50);
  check(
    frameOf(story, { columns: 200, rows: 12 }),
    `
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✔ 10/10   L1 ▶ 440/990
    ▶ job-450                0:01
    ▶ job-451                0:01
    ▶ job-452                0:01
    ▶ job-453                0:01
    ▶ job-454                0:01
    ▶ job-455                0:01
    … and 44 more running
    450/1000 done · 50 running · 0 failed   0:01`,
  );
  check(
    frameOf(story, { columns: 80, rows: 12 }),
    `
    ─────────────────────────────────────────────────── run 20261122-103000-x7k2 ──
    L0 ✔ 10/10   L1 ▶ 440/990
    ▶ job-450                0:01
    ▶ job-451                0:01
    ▶ job-452                0:01
    ▶ job-453                0:01
    ▶ job-454                0:01
    ▶ job-455                0:01
    … and 44 more running
    450/1000 done · 50 running · 0 failed   0:01`,
  );
  check(
    frameOf(story, { columns: 40, rows: 8 }),
    `
    L0 ✔ 10/10   L1 ▶ 440/990
    ▶ job-450   0:01
    ▶ job-451   0:01
    ▶ job-452   0:01
    … and 47 more running
    450/1000 done · 50 running   0:01`,
  );
});
