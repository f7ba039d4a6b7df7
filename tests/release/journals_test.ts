/** Runs of every release stay readable, and are read as they were. `keep.ts` adds one for a release. */
import { JOURNAL_VERSION } from "../../lib/core/journal_line.ts";
import { readJournal } from "../../lib/core/journal_read.ts";
import { readRun } from "../../lib/runtime/run_record.ts";
import { VERSION } from "../../lib/cli/version.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";
import { namesIn } from "../support/kept_run.ts";
import { factsOf } from "./summary.ts";

const RUNS = new URL("data", import.meta.url).pathname;
const RELEASES = namesIn(RUNS);

for (const release of RELEASES) {
  const folder = `${RUNS}/${release}`;
  const facts = JSON.parse(Deno.readTextFileSync(`${folder}/facts.json`));

  Deno.test(`a run of orch ${release} is read as it was`, async () => {
    const read = await readRun(folder);
    assert(read.ok && read.record.journal.end.kind === "clean");
    assertEquals(factsOf(read.record), facts);
  });

  Deno.test(`a run of orch ${release} is shown, listed and kept in the index`, async () => {
    await using project = newProject();
    const journal = await Deno.readTextFile(`${folder}/journal.jsonl`);
    const runId = /"runId":"([^"]+)"/.exec(journal)![1]!;
    for (const name of namesIn(folder)) {
      project.write(`.orch/runs/${runId}/${name}`, await Deno.readFile(`${folder}/${name}`));
    }
    const { code, stdout } = await project.orch(["show", runId]);
    assertEquals(code, 0);
    for (const [id, job] of Object.entries<string>(facts.jobs)) {
      assertStringIncludes(stdout.replace(/ +/g, " "), `\n${id} ${job.split(" ")[0]}`);
    }
    const events = await project.orch(["events", runId, "--json"]);
    const count = Object.values<number>(facts.events).reduce((sum, some) => sum + some, 0);
    assertEquals([events.code, events.stdout.split("\n").length - 1], [0, count]);
    const { runs } = JSON.parse((await project.orch(["history", "--json"])).stdout);
    assertEquals([runs.length, runs[0].status], [1, facts.status]);
  });
}

Deno.test("a run of this release is kept, and every event of its journals stands in it", () => {
  assert(RELEASES.includes(VERSION), `run tests/release/keep.ts for orch ${VERSION}`);
  const { events } = readJournal(Deno.readFileSync(`${RUNS}/${VERSION}/journal.jsonl`));
  assertEquals(JOURNAL_VERSION, 2);
  assertEquals([...new Set(events.map(({ type }) => type))].sort(), [
    ...["job_cancelled", "job_completed", "job_failed", "job_queued", "job_retrying"],
    ...["job_skipped", "job_started", "job_stopping"],
    ...["pause_ended", "run_finished", "run_resumed", "run_started", "run_stopping"],
  ]);
});
