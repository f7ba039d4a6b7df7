/** A run on a real terminal, as tmux shows it. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, ROOT, testNeeding, workflow } from "../support/cli.ts";
import { ORCH_QUOTED } from "../support/under_test.ts";
import { text } from "../support/shown_text.ts";
import { Terminal } from "../support/terminal.ts";

const HOLD = "until test -e go; do sleep 0.02; done";
const HELD = workflow(
  { id: "quick", command: "echo quick" },
  { id: "build_one", command: `echo compiling; ${HOLD}` },
  { id: "build_two", command: `echo linking; ${HOLD}` },
  { id: "after", command: "true", dependencies: ["build_one", "build_two"] },
);

const SIZES = [{ columns: 80, rows: 24 }, { columns: 40, rows: 12 }];

for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;
  testNeeding(
    ["tmux"],
    `a ${name} terminal shows what runs, the totals, and then the end`,
    async () => {
      await using project = newProject({ "w.yaml": HELD });
      await using terminal = await Terminal.open(project, size);
      await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
      const screen = await terminal.waitFor(
        /build_one +0:\d\d.*compiling[^]*1\/4 done · 2 running/,
      );
      assertMatch(screen, /✔ quick +[\d.]+s\n/);
      assertMatch(screen, /build_two +0:\d\d.*linking\n/);
      assertEquals(await terminal.isCursorVisible(), false);
      project.write("go", "");

      await terminal.waitFor(/code=0\n/);
      assertEquals(await terminal.isCursorVisible(), true);
      const all = await terminal.scrollback();
      for (const id of ["quick", "build_one", "build_two", "after"]) {
        assertEquals(
          all.match(new RegExp(`✔ ${id} +[\\d.]+s`, "g"))?.length,
          1,
          `${id} in:\n${all}`,
        );
      }
      assertMatch(all, /✔ 4 succeeded/);
      assertEquals(/\d running|compiling/.test(all), false, `the region is gone:\n${all}`);
    },
  );
}

testNeeding(
  ["tmux"],
  "the screen of a run: what is done, the run, its levels, what runs and waits, the totals",
  async () => {
    await using project = newProject({ "w.yaml": HELD });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml -c 3; echo code=$?");
    const screen = await terminal.waitFor(
      /\d%.*compiling[^]*\d%.*linking[^]*1\/4 done · 2 running.*CPU/,
    );
    const level = screen.replace(/\d{8}-\d{6}-\w{4}/g, "YYYYMMDD-HHMMSS-xxxx")
      .replace(/\d+\.\d\ds/g, "0.01s").replace(/0:\d\d/g, "0:01")
      .replace(/ +\d+% +\d+[KM]/g, "   USE").replace(/CPU \d+%/, "CPU");
    assertEquals(
      level.trimEnd(),
      text(`
        ready> ./orch run w.yaml -c 3; echo code=$?
        ▶ test: 4 jobs, 3 at a time (run YYYYMMDD-HHMMSS-xxxx)
        ✔ quick                      0.01s
        ─────────────────────────────────────────────────── run YYYYMMDD-HHMMSS-xxxx ──
        L0 ▶ 1/3   L1 ○ 0/1
        ▶ build_one  0:01   USE │ compiling
        ▶ build_two  0:01   USE │ linking
        ○ after     waits for build_one, build_two
        1/4 done · 2 running · 0 failed   0:01  CPU`),
    );
    project.write("go", "");
    await terminal.waitFor(/code=0\n/);
  },
);

testNeeding(
  ["tmux"],
  "a second run knows how long the first took: bars, guesses, and what is left",
  async () => {
    const job = { id: "job", command: `sleep 0.3; ${HOLD}` };
    await using project = newProject({ "w.yaml": workflow(job), go: "" });
    await project.orch(["run", "w.yaml", "-q"]);
    await Deno.remove(project.path("go"));
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml; echo code=$?");
    await terminal.waitFor(/job +█+ +0:0\d +\+0:0\d.*\n0\/1 done · 1 running.* ≈0:00 left/);
    project.write("go", "");
    await terminal.waitFor(/code=0\n/);
  },
);

testNeeding(
  ["tmux"],
  "resizes in the middle and Ctrl-C leave a clean terminal, the finished lines and the results",
  async () => {
    await using project = newProject({ "w.yaml": HELD });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
    await terminal.waitFor(/1\/4 done · 2 running/);
    for (
      const size of [{ columns: 40, rows: 12 }, { columns: 100, rows: 30 }, {
        columns: 60,
        rows: 15,
      }]
    ) {
      await terminal.resize(size);
      // Under a line of its own, not the end of a rule that was wrapped.
      const rule = new RegExp(`(?<!─\\n)^─{${size.columns - 29}} run \\S+ ──$`, "m");
      await terminal.waitFor(rule);
    }
    assertEquals((await terminal.scrollback()).match(/2 running/g)?.length, 1, "one region");
    assertEquals((await terminal.scrollback()).match(/ run 2\S+ ──$/gm)?.length, 1, "no remains");

    await terminal.press("C-c");
    await terminal.waitFor(/code=130\n/);
    assertEquals(await terminal.isCursorVisible(), true);
    const all = await terminal.scrollback();
    assertMatch(all, /interrupted: running jobs/);
    assertMatch(all, /✔ quick +[\d.]+s/);
    assertMatch(all, /✔ 1 succeeded {3}■ 3 cancelled/);
    assertEquals(/\d running|waits for| ──$/m.test(all), false, `the region is gone:\n${all}`);
    assertEquals(project.json("r.json").status, "cancelled");
    assertEquals(project.processes(), []);
  },
);

testNeeding(["tmux"], "SIGTERM gives the cursor back", async () => {
  await using project = newProject({ "w.yaml": HELD });
  await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
  await terminal.type("sh -c 'echo $$ > pid; exec ./orch run w.yaml'; echo code=$?");
  await terminal.waitFor(/1\/4 done · 2 running/);
  assertEquals(await terminal.isCursorVisible(), false);
  Deno.kill(Number(project.read("pid")), "SIGTERM");
  await terminal.waitFor(/code=143\n/);
  assertEquals(await terminal.isCursorVisible(), true);
  assertEquals(project.processes(), []);
});

testNeeding(["tmux"], "Ctrl-\\ kills the jobs at once and gives the cursor back", async () => {
  await using project = newProject({ "w.yaml": HELD });
  await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
  await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
  await terminal.waitFor(/1\/4 done · 2 running/);
  await terminal.press("C-\\");
  await terminal.waitFor(/code=131\n/);
  assertEquals(await terminal.isCursorVisible(), true);
  const all = await terminal.scrollback();
  assertMatch(all, /killing all running jobs now/);
  assertEquals(/\d running|waits for| ──$/m.test(all), false, `the region is gone:\n${all}`);
  assertEquals(project.json("r.json").status, "cancelled");
  assertEquals(project.processes(), []);
});

testNeeding(
  ["tmux"],
  "a terminal that is made narrower and wider at its bottom keeps every finished line, once",
  async () => {
    const quick = Array.from({ length: 30 }, (_, i) => ({ id: `quick_${i}_`, command: "true" }));
    const slow = { id: "slow", command: HOLD, dependencies: quick.map(({ id }) => id) };
    await using project = newProject({ "w.yaml": workflow(...quick, slow) });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 16 });
    await terminal.type("./orch run w.yaml -c 4; echo code=$?");
    await terminal.waitFor(/30\/31 done · 1 running/);
    for (const columns of [60, 41, 90, 50, 80]) {
      await terminal.resize({ columns, rows: 16 });
      await terminal.waitFor(new RegExp(`(?<!─\\n)^─{${columns - 29}} run \\S+ ──$`, "m"));
    }
    const all = await terminal.scrollback();
    for (const { id } of quick) {
      assertEquals(all.match(new RegExp(`✔ ${id} +[\\d.]+s$`, "gm"))?.length, 1, `${id}:\n${all}`);
    }
    assertEquals(all.match(/ run 2\S+ ──/g)?.length, 1, `no remains:\n${all}`);
    project.write("go", "");
    await terminal.waitFor(/code=0\n/);
  },
);

testNeeding(
  ["tmux"],
  "a crash of ours gives the cursor back, ends the jobs and says so",
  async () => {
    await using project = newProject({ "w.yaml": HELD });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    const crashing = project.read("orch").replace(
      ORCH_QUOTED,
      `'${Deno.execPath()}' run --allow-all '${ROOT}/tests/support/crashing.ts'`,
    );
    project.write("crashing", crashing, 0o755);
    await terminal.type("./crashing run w.yaml; echo code=$?");
    await terminal.waitFor(/1\/4 done · 2 running/);
    assertEquals(await terminal.isCursorVisible(), false);
    project.write("crash", "");
    const screen = await terminal.waitFor(/code=3\n/);
    assertMatch(screen, /error: a mistake of ours\nThis is a bug in orch/);
    assertEquals(/running|compiling/.test(screen), false, screen);
    assertEquals(await terminal.isCursorVisible(), true);
    await eventually(() => project.processes().length === 0, "the jobs to be gone");
  },
);

testNeeding(
  ["tmux"],
  "a terminal that was stopped (Ctrl-S) holds up no time limit, and goes on where it was",
  async () => {
    const command = "i=0; while :; do i=$((i + 1)); echo line $i; sleep 0.02; done";
    await using project = newProject({
      "w.yaml": workflow({ id: "endless", command, timeout: 2 }, { id: "held", command: HOLD }),
    });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
    await terminal.waitFor(/endless.*line \d/);
    await terminal.press("C-s");
    await eventually(() => project.list(".orch/runs").length === 1, "the run");
    const journal = `.orch/runs/${project.list(".orch/runs")[0]}/journal.jsonl`;
    await eventually(() => project.read(journal).includes("job_failed"), "the time limit");
    project.write("go", "");
    await project.waitForFile("r.json");
    assertEquals(project.json("r.json").counts, {
      success: 1,
      failed: 1,
      cancelled: 0,
      skipped: 0,
    });
    await terminal.press("C-q");
    await terminal.waitFor(/code=1\n/);
    assertMatch(
      await terminal.scrollback(),
      /✗ endless +2\.\ds [^]*✔ held[^]*endless FAILED · Job timed out after 2 seconds/,
    );
    assertEquals(await terminal.isCursorVisible(), true);
  },
);

testNeeding(
  ["tmux"],
  "hostile output and names stay harmless on a terminal, colours show",
  async () => {
    const hostile = "\\033]0;owned\\007\\033[2J\\033[31mred\\033[0m \\033[6;6Hx\\r";
    await using project = newProject({
      "w.yaml": JSON.stringify({
        name: "\u202egnp.exe",
        jobs: [{
          id: "a",
          command: `printf '${hostile}'; ${HOLD}; printf '\\n${hostile}'; exit 1`,
        }],
      }),
    });
    await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
    await terminal.type("env -u NO_COLOR ./orch run w.yaml --job-output grouped; echo code=$?");
    const screen = await terminal.waitFor(/▶ a +0:\d\d.*│/);
    assertMatch(screen, /▶ �gnp.exe: 1 job/);
    assertMatch(screen, /│ ␛\]0;owned␇red x/);
    project.write("go", "");
    await terminal.waitFor(/code=1\n/);
    assertMatch(await terminal.scrollback(), /a \| ␛\]0;owned␇␛\[2Jred ␛\[6;6Hx␍/);
    assertMatch(await terminal.colors(), /\[31mred/);
  },
);

testNeeding(
  ["tmux"],
  "sixty jobs leave sixty lines, each once, in a window of twelve",
  async () => {
    const jobs = Array.from({ length: 60 }, (_, i) => ({ id: `job_${i}_`, command: "sleep 0.05" }));
    await using project = newProject({ "w.yaml": workflow(...jobs) });
    await using terminal = await Terminal.open(project, { columns: 40, rows: 12 });
    await terminal.type("./orch run w.yaml -c 6; echo code=$?");
    await terminal.waitFor(/code=0\n/);
    const all = await terminal.scrollback();
    for (const { id } of jobs) {
      assertEquals(all.match(new RegExp(`✔ ${id} +[\\d.]+s`, "g"))?.length, 1, `${id} in:\n${all}`);
    }
  },
);

testNeeding(
  ["tmux"],
  "more running jobs than rows are counted, and the totals stay in sight",
  async () => {
    const jobs = Array.from({ length: 30 }, (_, i) => ({ id: `job_${i}`, command: HOLD }));
    await using project = newProject({ "w.yaml": workflow(...jobs) });
    await using terminal = await Terminal.open(project, { columns: 40, rows: 12 });
    await terminal.type("./orch run w.yaml -c 30; echo code=$?");
    const screen = await terminal.waitFor(
      /and \d+ more running\n0\/30 done · 30 running +0:\d\d\n/,
    );
    const rows = screen.match(/▶ job_\d+/g)!.length;
    assert(screen.includes(`and ${30 - rows} more running`), screen);
    project.write("go", "");
    await terminal.waitFor(/code=0\n/);
  },
);

testNeeding(
  ["tmux"],
  "closing the terminal stops the run in order, and the results are written",
  async () => {
    await using project = newProject({ "w.yaml": HELD });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml -o r.json");
    await terminal.waitFor(/1\/4 done · 2 running/);
    await terminal.hangUp();
    await project.waitForFile("r.json");
    assertEquals(project.json("r.json").counts, {
      success: 1,
      failed: 0,
      cancelled: 3,
      skipped: 0,
    });
    await eventually(() => project.processes().length === 0, "orch and its jobs to be gone");
  },
);

/** Flags and variables on a terminal, and whether the view is live (redrawn) there. */
const VIEWS: readonly (readonly [string, boolean])[] = [
  ["./orch run w.yaml", true],
  ["./orch run w.yaml --live", true],
  ["./orch run w.yaml --no-live", false],
  ["./orch run w.yaml --ui live", true],
  ["./orch run w.yaml --ui plain", false],
  ["TERM=dumb ./orch run w.yaml", false],
  ["./orch run w.yaml 2>&1 | cat", false],
];

for (const [line, live] of VIEWS) {
  testNeeding(
    ["tmux"],
    `${line} on a terminal is ${live ? "live" : "a line per event"}`,
    async () => {
      await using project = newProject({ "w.yaml": HELD });
      await using terminal = await Terminal.open(project, { columns: 100, rows: 24 });
      await terminal.type(`${line}; echo code=$?`);
      await terminal.waitFor(live ? /1\/4 done · 2 running/ : /start +build_two[^]*ok +quick/);
      assertEquals(await terminal.isCursorVisible(), !live);
      project.write("go", "");
      await terminal.waitFor(/code=0\n/);
      assertEquals(/\d\d:\d\d:\d\d .*start/.test(await terminal.scrollback()), !live);
    },
  );
}

/** Variables on a terminal, and whether there is colour. */
const COLORS: readonly (readonly [string, boolean])[] = [
  ["env -u NO_COLOR ", true],
  ["NO_COLOR=1 ", false],
  ["TERM=dumb ", false],
  ["NO_COLOR=1 ORCH_COLOR=always ", true],
];

for (const [variable, colored] of COLORS) {
  testNeeding(
    ["tmux"],
    `a terminal with '${variable.trim()}' has ${colored ? "" : "no "}colour`,
    async () => {
      await using project = newProject({ "w.yaml": workflow({ id: "a", command: "exit 1" }) });
      await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
      await terminal.type(`${variable}./orch run w.yaml; echo code=$?`);
      await terminal.waitFor(/code=1\n/);
      // deno-lint-ignore no-control-regex -- the sequences are what this is about
      assertEquals(/\x1b\[[\d;]*31m/.test(await terminal.colors()), colored);
    },
  );
}
