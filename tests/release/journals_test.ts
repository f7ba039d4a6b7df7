/** Runs of every release stay readable, and are read as they were. `keep.ts` adds one for a release. */
import type { RunEvent } from "../../lib/core/run/event.ts";
import { JOURNAL_VERSION } from "../../lib/core/record/journal_line.ts";
import { readJournal } from "../../lib/core/record/journal_read.ts";
import { readRun } from "../../lib/runtime/store/read_run.ts";
import { VERSION } from "../../lib/cli/base/version.ts";
import { assert, assertEquals, assertStringIncludes } from "../support/assert.ts";
import { newProject } from "../support/cli.ts";
import { namesIn } from "../support/kept_run.ts";
import { factsOf } from "./summary.ts";
import { type FormatWords, unknownWords, WORDS } from "./words.ts";

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

type RequiredKey<E> = { [K in keyof E]-?: undefined extends E[K] ? never : K }[keyof E];

/** What each event must have. A key that is added later is optional: absent, it means what was so before. */
const REQUIRED: {
  readonly [T in RunEvent["type"]]: readonly RequiredKey<Extract<RunEvent, { type: T }>>[];
} = {
  run_started: ["type", "at", "runId", "workflow", "jobs", "settings"],
  run_resumed: ["type", "at", "settings", "plan", "downSince", "lost", "reset"],
  pause_ended: ["type", "at", "pausedMs"],
  run_stopping: ["type", "at", "reason"],
  run_finished: ["type", "at", "status"],
  job_queued: ["type", "at", "jobId", "attempt"],
  job_started: ["type", "at", "jobId", "attempt", "deadline"],
  job_stopping: ["type", "at", "jobId", "attempt", "why", "force", "forceAt"],
  job_retrying: ["type", "at", "jobId", "attempt", "outcome", "until"],
  job_completed: ["type", "at", "jobId", "attempt"],
  job_failed: ["type", "at", "jobId", "attempt", "outcome"],
  job_cancelled: ["type", "at", "jobId", "attempt"],
  job_skipped: ["type", "at", "jobId", "reason"],
};

for (const release of RELEASES) {
  Deno.test(`the events of orch ${release} have all that events must have`, () => {
    const { events } = readJournal(Deno.readFileSync(`${RUNS}/${release}/journal.jsonl`));
    for (const event of events) {
      for (const key of REQUIRED[event.type]) {
        assert(key in event, `${event.type} has no ${key} in ${release}: make the key optional`);
      }
    }
  });

  Deno.test(`orch ${release} knows every word of this orch, or that a format is newer`, () => {
    // Until its release, words may still be added to this version.
    if (release === VERSION) return;
    const kept: typeof WORDS = JSON.parse(Deno.readTextFileSync(`${RUNS}/${release}/words.json`));
    for (const format of ["journal", "plan"] as const) {
      const unknown = unknownWords(kept[format], WORDS[format]);
      assertEquals(
        unknown,
        [],
        `raise the version of the ${format}: ${release} does not know these`,
      );
    }
  });
}

Deno.test("unknownWords() are those that an older orch would take for damage", () => {
  const kept: FormatWords = { version: 1, words: { KINDS: ["a", "b"] } };
  assertEquals(unknownWords(kept, { version: 1, words: { KINDS: ["b"], NEW: ["x"] } }), []);
  assertEquals(unknownWords(kept, { version: 1, words: { KINDS: ["a", "c"] } }), ["c"]);
  assertEquals(unknownWords(kept, { version: 2, words: { KINDS: ["a", "c"] } }), []);
});

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
