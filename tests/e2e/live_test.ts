/** A run on a real terminal, as tmux shows it. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventually, newProject, testNeeding, workflow } from "../support/cli.ts";
import { Terminal } from "./terminal.ts";

const HOLD = "until test -e go; do sleep 0.02; done";
const HELD = workflow(
  { id: "quick", command: "echo quick" },
  { id: "build_one", command: `echo compiling; ${HOLD}` },
  { id: "build_two", command: `echo linking; ${HOLD}` },
  { id: "after", command: "true", dependencies: ["build_two"] },
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
        /build_one +[\d.]+s.*compiling[^]*1\/4 done · 2 running/,
      );
      assertMatch(screen, /✔ quick +[\d.]+s\n/);
      assertMatch(screen, /build_two +[\d.]+s.*linking\n/);
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
  "a resize in the middle and Ctrl-C leave a clean terminal and the results",
  async () => {
    await using project = newProject({ "w.yaml": HELD });
    await using terminal = await Terminal.open(project, { columns: 80, rows: 24 });
    await terminal.type("./orch run w.yaml -o r.json; echo code=$?");
    await terminal.waitFor(/1\/4 done · 2 running/);
    await terminal.resize({ columns: 40, rows: 12 });
    await terminal.resize({ columns: 100, rows: 30 });
    await terminal.resize({ columns: 60, rows: 15 });
    const seen = totalsOf(await terminal.waitFor(/1\/4 done · 2 running/));
    await eventually(async () => totalsOf(await terminal.screen()) !== seen, "another frame");
    assertEquals((await terminal.screen()).match(/2 running/g)?.length, 1, "one region, not two");

    await terminal.press("C-c");
    await terminal.waitFor(/code=130\n/);
    assertEquals(await terminal.isCursorVisible(), true);
    const all = await terminal.scrollback();
    assertMatch(all, /interrupted: stopping/);
    assertMatch(all, /✔ quick +[\d.]+s/);
    assertMatch(all, /✔ 1 succeeded {3}■ 3 cancelled/);
    assertEquals(project.json("r.json").status, "cancelled");
    assertEquals(project.processes(), []);
  },
);

function totalsOf(screen: string): string {
  return screen.split("\n").find((line) => line.includes("running")) ?? "";
}

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
    const screen = await terminal.waitFor(/and \d+ more\n0\/30 done · 30 running/);
    const rows = screen.match(/▶ job_\d+/g)!.length;
    assert(screen.includes(`and ${30 - rows} more`), screen);
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
