/** A run learns from those before it how long its jobs take, and starts with the longest chain. */
import { DatabaseSync } from "node:sqlite";
import { INDEX_VERSION } from "../../lib/runtime/history/index_file.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import type { Results } from "../support/results_file.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { recordOf, runsOf } from "../support/lives.ts";
import { testWithAll } from "../support/under_test.ts";

const JOBS = [
  { id: "quick", command: "true" },
  { id: "slow", command: "sleep 0.2" },
  { id: "slower", command: "sleep 0.4" },
];

function startOrder({ events }: Results): (string | null)[] {
  return events.filter(({ event_type }) => event_type === "job_started").map(({ job_id }) =>
    job_id
  );
}

Deno.test("the second run starts with what took longest in the first", async () => {
  await using project = newProject();
  const first = await project.results(JOBS, "-c", "1");
  assertEquals(startOrder(first), ["quick", "slow", "slower"], "file order, as nothing is known");
  const second = await project.results(JOBS, "-c", "1");
  assertEquals(startOrder(second), ["slower", "slow", "quick"]);
});

Deno.test("an index that is no index costs the order, not the run", async () => {
  await using project = newProject({
    ".orch/history.db": "not a database, and long enough to see",
  });
  const results = await project.results(JOBS, "-c", "1");
  assertEquals(results.counts.success, 3);
  assertEquals(startOrder(results), ["quick", "slow", "slower"]);
});

/** Runs in the index of a project, and what its version is. */
async function indexed(project: Project): Promise<string[]> {
  const { History } = await import("../../lib/runtime/history/index.ts");
  using history = await History.open(project.path(".orch/history.db"));
  assert(!history.isNew);
  return [...history.sizes().keys()].sort();
}

const runIds = (project: Project) => runsOf(project).map(({ runId }) => runId as string).sort();

/** What may have become of an index, and the next run makes good by itself. */
const LOST: readonly (readonly [string, (path: string) => void])[] = [
  ["missing", (path) => Deno.removeSync(path)],
  ["damaged", (path) => Deno.writeTextFileSync(path, "not a database ".repeat(400))],
  ["older", (path) => {
    using database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1; ALTER TABLE runs RENAME COLUMN wall_ms TO length");
  }],
];

for (const [what, lose] of LOST) {
  Deno.test(`an index that is ${what} is made anew by the next run, with all runs before it`, async () => {
    await using project = newProject({ "w.yaml": workflow(...JOBS) });
    for (let run = 0; run < 2; run++) await project.orch(["run", "w.yaml", "-q", "-c", "1"]);
    lose(project.path(".orch/history.db"));
    const { code, stderr } = await project.orch(["run", "w.yaml", "-c", "1", "--no-live"]);
    assertEquals([code, /warning|debug/.test(stderr)], [0, false], stderr);
    assertEquals([await indexed(project), runIds(project).length], [runIds(project), 3]);
    await project.orch(["clean", "--keep", "0"]);
    const again = await project.results(JOBS, "-c", "1");
    assertEquals(again.counts.success, 3);
  });
}

Deno.test("an index of a newer orch is said once, costs no run, and can be made anew", async () => {
  await using project = newProject({ "w.yaml": workflow({ id: "only", command: "true" }) });
  await project.orch(["run", "w.yaml", "-q"]);
  {
    using database = new DatabaseSync(project.path(".orch/history.db"));
    database.exec(`PRAGMA user_version = ${INDEX_VERSION + 1}`);
  }
  const says = (so: string) =>
    `warning: the index of runs was made by a newer version of orch (format ${
      INDEX_VERSION + 1
    }): ${so}; to make one for this version: orch history rebuild\n`;
  const recorded = "this run is not in it, but it is recorded and can be found";
  const run = await project.orch(["run", "w.yaml", "--no-live"]);
  assertEquals([run.code, run.stderr.split(says(recorded)).length], [0, 2], run.stderr);
  const resumed = await project.orch(["rerun", "last", "--only", "only", "--no-live"]);
  assertEquals([resumed.code, resumed.stderr.split(says(recorded)).length], [0, 2]);
  assertEquals(await project.orch(["run", "w.yaml", "-q"]), { code: 0, stdout: "", stderr: "" });

  const asked = says("orch reads the runs themselves, which takes longer");
  const listed = await project.orch(["history", "--json"]);
  assertEquals([listed.code, listed.stderr, JSON.parse(listed.stdout).runs.length], [0, asked, 3]);
  assertEquals((await project.orch(["history", "rebuild"])).code, 0);
  assertEquals(await indexed(project), runIds(project));
  const after = await project.orch(["run", "w.yaml", "--no-live"]);
  assertEquals([after.code, after.stderr.includes("warning")], [0, false]);
});

Deno.test("however a file is named, it is one workflow: its runs are learned from and listed together", async () => {
  await using project = newProject({
    "c/w.yaml": workflow(...JOBS),
    "d/here": "",
    "d/w.yaml": workflow(...JOBS),
  });
  const named = ["c/w.yaml", "d/../c/./w.yaml", "./c//w.yaml", project.path("d/../c/w.yaml")];
  for (const [i, name] of named.entries()) {
    const flags = ["-c", "1", "-q", "-o", "results.json"];
    assertEquals((await project.orch(["run", name, ...flags])).code, 0);
    const order = startOrder(project.json("results.json"));
    assertEquals(order[0], i === 0 ? "quick" : "slower", name);
    const [newest] = runsOf(project, "c/.orch");
    assertEquals((await recordOf(newest!)).plan.file, project.path("c/w.yaml"), name);
  }
  assertEquals((await project.orch(["run", "d/w.yaml", "-q"])).code, 0);
  for (const name of [...named, "./d/../c/w.yaml"]) {
    const { stdout } = await project.orch(["history", "--workflow", name, "--json"]);
    const { runs } = JSON.parse(stdout);
    const files = runs.map(({ file }: { file: string }) => file);
    assertEquals(files, Array(4).fill(project.path("c/w.yaml")), name);
  }
  const planned = await project.orch(["analyze", "d/../c/w.yaml"]);
  assertMatch(planned.stdout, /from earlier runs: about 0\.\d+s/);
});

testWithAll(
  "a file behind a link is the one that was opened, whatever its path looks like",
  async () => {
    await using project = newProject({
      "real/w.yaml": workflow({ id: "a", command: "echo real > said" }),
      "w.yaml": workflow({ id: "a", command: "echo wrong > said" }),
      "real/inner/x": "",
    });
    await Deno.symlink(project.path("real/inner"), project.path("link"));
    assertEquals((await project.orch(["run", "link/../w.yaml", "-q"])).code, 0);
    assertEquals(project.read("real/said"), "real\n");
    const [run] = runsOf(project, "real/.orch");
    const again = await project.orch(["rerun", "last", "--only", "a", "--no-live"]);
    assertEquals([again.code, again.stderr.includes("has changed")], [0, false], again.stderr);
    assertEquals((await recordOf(run!)).plan.file, project.path("real/w.yaml"));
  },
);

Deno.test("two runs at a time both get into the index", async () => {
  await using project = newProject();
  project.write("a.yaml", JSON.stringify({ name: "a", jobs: JOBS }));
  project.write("b.yaml", JSON.stringify({ name: "b", jobs: JOBS }));
  const codes = await Promise.all(
    ["a.yaml", "b.yaml"].map((file) => project.orch(["run", file, "-q", "-c", "3"])),
  );
  assertEquals(codes.map(({ code }) => code), [0, 0]);
  const { History } = await import("../../lib/runtime/history/index.ts");
  using history = await History.open(project.path(".orch/history.db"));
  const names = history.runs({ workflow: null, limit: 9 }).map(({ workflow }) => workflow);
  assertEquals(names.sort(), ["a", "b"]);
});
