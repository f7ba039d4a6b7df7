/**
 * State directories that came with somebody else's folder, or that others were at first: nothing in them is
 * followed, opened or changed because it is there. Each is named by what would have been lost.
 */
import { DatabaseSync } from "node:sqlite";
import { loadWorkflow, Orchestrator } from "../../lib/mod.ts";
import { RUN_FILES } from "../../lib/runtime/state/run_directory.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertStringIncludes,
} from "../support/assert.ts";
import { type Finished, newProject, type Project, testNeeding, workflow } from "../support/cli.ts";
import { keepRun } from "../support/kept_run.ts";
import { Story } from "../support/story.ts";

const ID = "20261122-103000-x7k2";
const ANOTHER_USER = 12_345;
const IS_ROOT = Deno.build.os !== "windows" && Deno.uid() === 0;

/** A project with a workflow, and a kept run of it that failed. */
async function projectWithRun(): Promise<Project> {
  const project = newProject({ "w.yaml": workflow({ id: "a", command: "echo hi" }) });
  const story = new Story([{ id: "a" }], { runId: ID });
  story.start("a");
  story.end("a", { kind: "exited", code: 1 });
  story.finish("failed");
  await keepRun(project.path(".orch"), story, { outputs: { "a.1.out": "said\n" } });
  return project;
}

const runPath = (project: Project, name = "") => project.path(`.orch/runs/${ID}${name}`);

function assertCalm({ code, stdout, stderr }: Finished, what: string): void {
  assertNotMatch(stderr + stdout, /bug in orch|\bat .*\.ts:\d/, what);
  assert(code <= 3, `${what}: exit ${code}\n${stderr}`);
}

/** Puts a database of another program at `path`. */
function makeDatabase(path: string): void {
  using database = new DatabaseSync(path);
  database.exec("CREATE TABLE jobs (name TEXT); INSERT INTO jobs VALUES ('mine')");
  Deno.chmodSync(path, 0o644);
}

/** All that must stay as it is of a file. */
function stateOf(path: string): string {
  const { mode, size, ino } = Deno.statSync(path);
  return `${(mode ?? 0) & 0o777} ${size} ${ino} ${Deno.readFileSync(path).toHex()}`;
}

for (const isLink of [true, false]) {
  Deno.test(`a database of another program ${isLink ? "behind a link " : ""}in the place of the index is left as it is`, async () => {
    await using project = await projectWithRun();
    const path = isLink ? project.path("app.db") : project.path(".orch/history.db");
    makeDatabase(path);
    if (isLink) await Deno.symlink("../app.db", project.path(".orch/history.db"));
    const before = stateOf(path);
    for (const words of ["analyze w.yaml", "history", "history --job a", "history rebuild"]) {
      assertCalm(await project.orch(words.split(" ")), words);
      assertEquals(stateOf(path), before, words);
    }
    const listed = await project.orch(["history"]);
    assertStringIncludes(listed.stdout, ID);
    assertStringIncludes(listed.stderr, isLink ? "is a link" : "is a database of another program");
    const ran = await project.orch(["run", "w.yaml"]);
    assertEquals(ran.code, 0, ran.stderr);
    assertStringIncludes(ran.stderr, "warning: the index of runs cannot be updated");
    await project.orch(["clean", "--keep", "0"]);
    assertEquals(stateOf(path), before);
    assertEquals(
      project.list(isLink ? "." : ".orch").filter((name) => /-(wal|shm)$/.test(name)),
      [],
    );
  });
}

Deno.test("clean and rerun write through no link in the place of a lock", async () => {
  await using project = await projectWithRun();
  project.write("notes.txt", "keep me\n");
  await Deno.symlink("../../../notes.txt", RUN_FILES.lock(runPath(project)));
  for (const words of ["clean --keep 0", `rerun ${ID} --adopt --failed`, `resume ${ID} --adopt`]) {
    const run = await project.orch(words.split(" "));
    assertCalm(run, words);
    assertEquals(run.code, 3, `${words}: ${run.stderr}`);
    assertStringIncludes(run.stderr, "run.lock' is a link");
    assertEquals(project.read("notes.txt"), "keep me\n");
  }
});

/** Names in the folder of a run under which orch would write when it goes on. */
const TARGETS = ["plan.1.json", "ends-0", "jobs/a.2.out", "jobs/a.2.err", "journal.jsonl.torn-0"];

for (const name of TARGETS) {
  Deno.test(`a run does not go on that has a link where ${name} would be`, async () => {
    await using project = await projectWithRun();
    project.write("notes.txt", "keep me\n");
    await Deno.symlink(project.path("notes.txt"), runPath(project, `/${name}`));
    const run = await project.orch(["rerun", ID, "--adopt", "--failed"]);
    assertEquals([run.code, project.read("notes.txt")], [3, "keep me\n"], run.stderr);
    assertStringIncludes(run.stderr, `${name}' is a link`);
  });
}

for (const name of ["", "/runs", `/runs/${ID}`, `/runs/${ID}/jobs`]) {
  Deno.test(`.orch${name} is not used where it is a link`, async () => {
    await using project = await projectWithRun();
    const path = project.path(`.orch${name}`);
    await Deno.rename(path, project.path("elsewhere"));
    await Deno.symlink(project.path("elsewhere"), path);
    const isBelow = name.includes(ID);
    for (const words of [`logs ${ID}`, `show ${ID} --json`, `logs ${ID} a`]) {
      const run = await project.orch(words.split(" "));
      assertCalm(run, words);
      assertNotMatch(run.stdout, /said/, words);
    }
    if (!isBelow) {
      const run = await project.orch(["run", "w.yaml"]);
      assertEquals([run.code, run.stdout], [3, ""]);
      assertMatch(run.stderr, /Cannot record the run .* is a link/);
      assertStringIncludes((await project.orch(["show"])).stderr, "is a link");
    }
    assertEquals(project.exists("elsewhere/run.lock"), false);
  });
}

Deno.test("what the user names may be a link, and nothing in it", async () => {
  await using project = await projectWithRun();
  await Deno.rename(project.path(".orch"), project.path("elsewhere"));
  await Deno.symlink("elsewhere", project.path("named"));
  const shown = await project.orch(["logs", ID, "--state-dir", "named"]);
  assertEquals([shown.code, shown.stdout], [0, "a | said\n"], shown.stderr);
  const log = project.path(`elsewhere/runs/${ID}/jobs/a.1.out`);
  project.write("secret", "secret\n");
  await Deno.remove(log);
  await Deno.symlink(project.path("secret"), log);
  const refused = await project.orch(["logs", ID, "--state-dir", "named"]);
  assertNotMatch(refused.stdout, /secret/);
});

/** Folders of a state directory that another user could change, and how. */
const OPEN: readonly (readonly [string, (path: string) => void])[] = [
  ["everybody may write in", (path) => Deno.chmodSync(path, 0o777)],
  ["a group may write in", (path) => Deno.chmodSync(path, 0o770)],
  ["everybody may write in, sticky or not", (path) => Deno.chmodSync(path, 0o1777)],
  ...(IS_ROOT
    ? [
      [
        "belongs to another user",
        (path: string) => Deno.chownSync(path, ANOTHER_USER, null),
      ] as const,
    ]
    : []),
];

for (const [what, open] of OPEN) {
  for (const name of [".orch", ".orch/runs"]) {
    Deno.test(`orch run does not use ${name} where ${what}`, async () => {
      await using project = await projectWithRun();
      open(project.path(name));
      const before = project.list(".orch/runs");
      const run = await project.orch(["run", "w.yaml"]);
      assertEquals([run.code, run.stdout], [3, ""], run.stderr);
      assertMatch(run.stderr, /can be changed by other users|belongs to another user/);
      assertStringIncludes(run.stderr, "Nothing was started");
      assertEquals(project.list(".orch/runs"), before);
      // The user's word is enough for the place.
      const named = await project.orch(["run", "w.yaml", "-q", "--state-dir", "state"]);
      assertEquals(named.code, 0, named.stderr);
    });
  }
}

testNeeding(
  ["setpriv"],
  "what another user has prepared is not used by us, nor ours by them",
  async () => {
    if (!IS_ROOT) return;
    await using project = newProject({ "w.yaml": workflow({ id: "a", command: "echo hi" }) });
    await Deno.chmod(project.folder, 0o1777);
    const { finished } = project.spawnProgram([
      ...["setpriv", `--reuid=${ANOTHER_USER}`, "--clear-groups", "sh", "-c"],
      "mkdir -p .orch/runs && chmod 755 .orch .orch/runs && ln -s /etc/passwd .orch/history.db",
    ]);
    assertEquals((await finished).code, 0);
    const run = await project.orch(["run", "w.yaml"]);
    assertEquals(run.code, 3);
    assertStringIncludes(run.stderr, `belongs to another user (${ANOTHER_USER})`);
    assertStringIncludes((await project.orch(["history"])).stderr, "belongs to another user");
  },
);

Deno.test("a newest run that cannot be read is not passed over as if it were finished", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  for (let runs = 0; runs < 2; runs++) await project.orch(["run", "w.yaml", "-q"]);
  const [older, newest] = project.list(".orch/runs");
  const journal = (id: string) => project.path(`.orch/runs/${id}/journal.jsonl`);
  await Deno.remove(journal(newest!));
  const unbegun = await project.orch(["resume"]);
  assertEquals(unbegun.code, 0, unbegun.stderr);
  await Deno.symlink(journal(older!), journal(newest!));
  const { code, stderr } = await project.orch(["resume"]);
  assertEquals(code, 3, stderr);
  assertStringIncludes(stderr, `Run ${newest} is the newest and cannot be read`);
});

/** What may stand in the place of a file, and never ends or holds up who opens it. */
const ENDLESS: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ["a link to /dev/zero", (path) => Deno.symlink("/dev/zero", path)],
  ["a pipe", (path) => command("mkfifo", path)],
  ["a file of a terabyte", (path) => command("truncate", "-s", "1T", path)],
];
const FILES = ["journal.jsonl", "plan.json", "run.lock", "ends-0", "mark", "jobs/a.1.out"];

async function command(program: string, ...args: readonly string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args: [...args] }).output();
  assert(success, program);
}

for (const [what, make] of ENDLESS) {
  testNeeding(
    ["mkfifo", "truncate"],
    `${what} in the place of a file ends no command and fills no memory`,
    async () => {
      for (const name of FILES) {
        // A long log is one, and is printed.
        if (what.includes("terabyte") && name.startsWith("jobs/")) continue;
        await using project = await projectWithRun();
        const path = runPath(project, `/${name}`);
        await Deno.remove(path).catch(() => {});
        await make(path);
        const before = Deno.memoryUsage().rss;
        for (
          const words of [
            ...["show", "logs", "events", "events --json", "show --json"].map((word) =>
              word.replace(/^\w+/, `$& ${ID}`)
            ),
            ...["history", "history --job a", `resume ${ID} --adopt --dry-run`, `why ${ID} a`],
            ...[
              "clean --keep 0 --dry-run",
              "__complete -- logs last a",
              `__complete -- logs ${ID} a`,
            ],
          ]
        ) {
          assertCalm(await project.orch(words.split(" ")), `${name}: ${words}`);
        }
        const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
        assert(grown < 300, `${name}: ${grown.toFixed(0)} MiB more`);
      }
    },
  );
}

/** Databases that say they are an index, or look like one. */
const CRAFTED: readonly (readonly [string, string])[] = [
  [
    "a view that never ends",
    "CREATE VIEW runs AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS run_id, 1 AS journal_bytes, 'w' AS workflow, 'f' AS file, 'completed' AS status, n AS started_at FROM c; CREATE TABLE jobs (x)",
  ],
  [
    "columns of any type",
    `CREATE TABLE runs (run_id, workflow, file, status, started_at, finished_at, wall_ms, journal_bytes, success, failed, cancelled, skipped);
     CREATE TABLE jobs (run_id, job_id, status, attempts, started_at, duration_ms, peak_memory_mb);
     INSERT INTO runs VALUES ('${ID}', 'w', 'f', 'completed', 'x', 'y', 'z', 1, 1, 1, 1, 1)`,
  ],
];

for (const [what, sql] of CRAFTED) {
  for (const applicationId of [0, 0x6f726368]) {
    Deno.test(`an index with ${what} and application_id ${applicationId} stops nothing`, async () => {
      await using project = await projectWithRun();
      {
        using database = new DatabaseSync(project.path(".orch/history.db"));
        database.exec(`${sql}; PRAGMA user_version = 3; PRAGMA application_id = ${applicationId}`);
      }
      for (const words of ["history", "history --json", "history --job a", "analyze w.yaml"]) {
        const run = await project.orch(words.split(" "));
        assertCalm(run, words);
        assertEquals(run.code, 0, run.stderr);
      }
      assertStringIncludes((await project.orch(["history"])).stdout, ID);
    });
  }
}

/** What may be written into the rows of an index that is otherwise ours. */
const ROWS: readonly string[] = [
  "UPDATE runs SET started_at = 1e300",
  "UPDATE runs SET success = 9223372036854775807",
  "UPDATE runs SET status = char(27) || '[2J'",
  "UPDATE runs SET workflow = char(27) || '[2J' || char(8238)",
  "UPDATE runs SET file = char(27) || '[2J' || char(8238)",
  "UPDATE jobs SET duration_ms = 1e300, status = 'odd'",
  "UPDATE jobs SET job_id = char(27) || 'c'",
];

for (const sql of ROWS) {
  Deno.test(`an index in which ${sql.replace(/^UPDATE /, "")} harms nobody`, async () => {
    await using project = await projectWithRun();
    await project.orch(["history"]);
    {
      using database = new DatabaseSync(project.path(".orch/history.db"));
      database.exec(sql);
    }
    for (
      const words of [
        "history",
        "history --json",
        "history --job a",
        "history --job b",
        "analyze w.yaml",
      ]
    ) {
      const run = await project.orch(words.split(" "));
      assertCalm(run, words);
      // deno-lint-ignore no-control-regex -- control characters are what this is about
      assertNotMatch(run.stdout + run.stderr, /[\x1b\u202e]/, words);
    }
  });
}

Deno.test("a state directory in /dev/shm is refused in our words where Deno refuses it", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "a", command: "true" }) });
  const permissions = [
    "--no-prompt",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
  ];
  const config = ["--config", new URL("../../deno.json", import.meta.url).pathname];
  const main = new URL("../../main.ts", import.meta.url).pathname;
  for (const words of ["run w.yaml", "history", "clean --keep 1", "show", "resume"]) {
    const { code, stderr } = await project.spawnProgram([
      ...[Deno.execPath(), "run", ...config, ...permissions, main, ...words.split(" ")],
      ...["--state-dir", "/dev/shm/orch-test"],
    ]).finished;
    assertEquals(code, 3, `${words}: ${stderr}`);
    assertStringIncludes(stderr, "--state-dir", words);
    assertMatch(stderr, /Deno protects from programs/, words);
    assertNotMatch(stderr, /Requires all access/, words);
  }
});

Deno.test({
  name:
    "a program is told in words of a state directory that others can change, before anything starts",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using project = newProject();
    await Deno.mkdir(project.path(".orch"));
    await Deno.chmod(project.path(".orch"), 0o777);
    const jobs = [{ id: "a", command: "touch ran" }];
    const workflow = await loadWorkflow({ name: "test", jobs }, { directory: project.folder });
    const error = await assertRejects(() => new Orchestrator(workflow, {}).run(), Error);
    assertMatch(error.message, /\.orch' can be changed by other users: .*--state-dir/);
    assertEquals(project.exists("ran"), false);
  },
});
