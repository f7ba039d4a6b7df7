/** The whole program where Deno lets it run few programs. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "../support/assert.ts";
import { eventually, testNeeding, workflow } from "../support/cli.ts";
import { FILES_AND_VARIABLES, orchWith } from "../support/narrow.ts";

const runs = (list: string) => [...FILES_AND_VARIABLES, `--allow-run=${list}`];
const NARROW = runs("echo,ls,sleep");

Deno.test("with --allow-run=echo,ls,sleep plain commands run", async () => {
  const files = {
    "w.yaml": workflow(
      { id: "says", command: "echo one two" },
      { id: "lists", command: "ls w.yaml", dependencies: ["says"] },
      { id: "waits", command: "sleep 0.05" },
      { id: "slow", command: "sleep 60", timeout: 0.2 },
    ),
  };
  await orchWith(NARROW, { files }, ({ code, stderr, log }) => {
    assertEquals([code, log("says"), log("lists")], [1, "one two\n", "w.yaml\n"], stderr);
    assertMatch(stderr, /✔ 3 succeeded/);
    assertMatch(stderr, /slow .*timed out after 0\.2 seconds/);
  });
});

/** What is refused: `<place> <flag>`. */
function refusals(stderr: string): string[] {
  const found = stderr.matchAll(/\[E311\]: [^\n]*\n *--> (\S+)[^]*?= help: add (\S+)/g);
  return [...found].map(([, place, flag]) => `${place} ${flag!.replace(/[,;]$/, "")}`);
}

Deno.test("with --allow-run=echo,ls,sleep what cannot run is refused before anything starts", async () => {
  const files = {
    "w.yaml": workflow(
      { id: "plain", command: "echo fine" },
      { id: "other", command: "cat w.yaml" },
      { id: "snake", job_type: "python", command: "print(1)" },
      { id: "script", job_type: "script", script_path: "s.sh" },
      { id: "again", command: "cat s.sh" },
    ),
    "s.sh": "true",
  };
  await orchWith(NARROW, { files }, ({ code, stdout, stderr, folder }) => {
    assertEquals([code, stdout, folder], [2, "", ["s.sh", "w.yaml"]], stderr);
    assertEquals(refusals(stderr), [
      "w.yaml:10:15 --allow-run=cat",
      "w.yaml:15:15 --allow-run=python3",
      "w.yaml:20:19 --allow-run=bash",
    ]);
    assertMatch(stderr, /Job 'other' runs 'cat', which orch may not start$/m);
    assertMatch(stderr, /\^ and 1 more job$/m);
    assertMatch(stderr, /^3 problems in w\.yaml; nothing was started$/m);
    assertMatch(stderr, /^To allow all of it, add --allow-run=bash,cat,python3$/m);
  });
});

Deno.test("with --allow-run=echo,ls,sleep a command that needs a shell is refused, and the shell is all it takes", async () => {
  const files = {
    "w.yaml": workflow(
      { id: "plain", command: "echo fine" },
      { id: "other", command: "cat w.yaml" },
      { id: "says", command: "echo one > started" },
    ),
  };
  await orchWith(NARROW, { files }, ({ code, stderr, folder }) => {
    assertEquals([code, folder], [2, ["w.yaml"]], stderr);
    assertEquals(refusals(stderr), ["w.yaml:14:15 --allow-run=sh"]);
  });
});

testNeeding(["python3"], "with --allow-run=sh alone everything runs", async () => {
  const files = {
    "w.yaml": workflow(
      { id: "plain", command: "uname -s" },
      { id: "piped", command: "echo one | tr o 0; kill -0 $$" },
      { id: "snake", job_type: "python", command: "print(1 + 1)" },
      { id: "script", job_type: "script", script_path: "s.sh" },
      { id: "slow", command: "setsid sleep 64 & sleep 64", timeout: 0.2 },
      { id: "leaves", command: "sleep 64 & echo left" },
    ),
    "s.sh": "#!/bin/sh\necho script\n",
  };
  await orchWith(runs("sh"), { files }, ({ code, stderr, log }) => {
    assertEquals(["plain", "piped", "snake", "script", "leaves"].map(log), [
      ...["Linux\n", "0ne\n", "2\n", "script\n", "left\n"],
    ], stderr);
    assertEquals(code, 1);
    assertMatch(stderr, /slow .*timed out after 0\.2 seconds/);
  });
});

Deno.test("without any permission to run, the flag to add is named", async () => {
  const files = { "w.yaml": workflow({ id: "a", command: "make all" }) };
  await orchWith(FILES_AND_VARIABLES, { files }, ({ code, stderr }) => {
    assertEquals(code, 2);
    assertStringIncludes(stderr, "add --allow-run=make");
  });
});

Deno.test("where files run out, plain commands run all the same, and keep their output", async () => {
  const jobs = Array.from({ length: 100 }, (_, i) => ({ id: `j${i}`, command: `echo ${i}` }));
  const files = { "w.yaml": workflow(...jobs) };
  // Deno itself needs about 35; fifty jobs would need five each.
  const options = { files, flags: ["-c", "50"], before: "ulimit -n 64" };
  await orchWith(NARROW, options, ({ code, stderr, log }) => {
    assertEquals(code, 0, stderr);
    assertEquals(jobs.map(({ id }) => log(id)), jobs.map((_, i) => `${i}\n`));
    const warnings = stderr.match(/^warning: the machine cannot start more .*$/gm) ?? [];
    assertMatch(warnings[0] ?? "", /Too many open files.*continuing with \d+ at a time/);
    assertEquals(warnings.length, 1);
  });
});

// What jobs leave behind

const LEAVES = {
  "w.yaml": workflow({ id: "leaves", job_type: "script", script_path: "s.sh" }),
  "s.sh": "sleep 64 & echo $! > pid; echo left\n",
};

Deno.test("with --allow-run=bash,kill what a job leaves behind ends with the run", async () => {
  await orchWith(runs("bash,kill"), { files: LEAVES }, async ({ code, stderr, log, project }) => {
    assertEquals([code, log("leaves")], [0, "left\n"], stderr);
    assert(!stderr.includes("warning"), stderr);
    await eventually(() => project.processes().length === 0, "the processes to end");
  });
});

Deno.test("with --allow-run=bash what a job leaves behind cannot be stopped, and is named", async () => {
  await orchWith(runs("bash"), { files: LEAVES }, async ({ code, stderr, project }) => {
    assertEquals(code, 0);
    assertMatch(
      stderr,
      /^warning: processes left behind by leaves\.1 may still be running; .*run=kill/m,
    );
    await eventually(() => project.processes().join() === "sleep 64", "it to run on");
    Deno.kill(Number(project.read("pid")), "SIGKILL");
    await eventually(() => project.processes().length === 0, "it to end");
  });
});

Deno.test("with --allow-run=bash,kill a job that is stopped ends with all its group", async () => {
  const files = {
    "w.yaml": workflow({ id: "a", job_type: "script", script_path: "s.sh", timeout: 0.3 }),
    "s.sh": "(trap '' TERM; while :; do sleep 0.05; done) & sleep 64\n",
  };
  const options = { files, flags: ["--grace", "0.3"] };
  await orchWith(runs("bash,kill"), options, async ({ code, stderr, project }) => {
    assertEquals(code, 1);
    assertMatch(stderr, /a FAILED · Job timed out/);
    await eventually(() => project.processes().length === 0, "the processes to end");
  });
});

// Variables with which Deno starts no program

const HELLO = { "w.yaml": workflow({ id: "a", command: "echo hello" }) };
const LIBRARIES = { LD_LIBRARY_PATH: "/nowhere" };

for (const list of ["echo", "sh"]) {
  Deno.test(`with --allow-run=${list} a linker variable of orch itself is refused before the run`, async () => {
    await orchWith(runs(list), { files: HELLO, env: LIBRARIES }, ({ code, stderr, folder }) => {
      assertEquals([code, folder], [2, ["w.yaml"]]);
      assertMatch(stderr, /^error\[E313\]: LD_LIBRARY_PATH is set in the environment/);
      assertStringIncludes(stderr, "plain --allow-run, without a list of programs");
    });
  });
}

Deno.test("a linker variable that orch may not read is named when a job cannot start for it", async () => {
  const permissions = [...runs("echo"), "--deny-env=LD_LIBRARY_PATH"];
  await orchWith(permissions, { files: HELLO, env: LIBRARIES }, ({ code, stderr }) => {
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /a FAILED · LD_LIBRARY_PATH is set: orch is not allowed to start programs with it/,
    );
    assertMatch(stderr, /hint: start orch with --allow-run, without a list/);
    assert(!stderr.includes("Requires --allow-run"), stderr);
  });
});

const SET_IN_FILE = {
  "w.yaml": `name: w
global_config:
  environment: {DYLD_INSERT_LIBRARIES: x.so}
jobs:
  - id: a
    command: printenv LD_DEBUG_OUTPUT
    environment: {LD_DEBUG_OUTPUT: "out", LD_PRELOAD: "", OLD_X: "1"}
`,
};

Deno.test("linker variables of a workflow are refused with their places where no shell can set them", async () => {
  await orchWith(runs("printenv"), { files: SET_IN_FILE }, ({ code, stderr, folder }) => {
    assertEquals([code, folder], [2, ["w.yaml"]]);
    const found = [...stderr.matchAll(/E313\]: (.*)\n --> (\S+)/g)].map(([, what, where]) =>
      `${where} ${what}`
    );
    assertEquals(found, [
      "w.yaml:3:40 The workflow sets DYLD_INSERT_LIBRARIES: orch is not allowed to start programs with it",
      "w.yaml:7:36 Job 'a' sets LD_DEBUG_OUTPUT: orch is not allowed to start programs with it",
    ]);
  });
});

Deno.test("with --allow-run=sh the shell gives a job its linker variables", async () => {
  await orchWith(runs("sh"), { files: SET_IN_FILE }, ({ code, stderr, log }) => {
    assertEquals([code, log("a")], [0, "out\n"], stderr);
  });
});
