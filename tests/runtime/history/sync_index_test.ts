/** The index of runs and the folders it is made from: whatever becomes of the one, the other is the truth. */
import { DatabaseSync } from "node:sqlite";
import { History } from "../../../lib/runtime/history/index.ts";
import { INDEX_VERSION } from "../../../lib/runtime/history/index_file.ts";
import { indexPath } from "../../../lib/runtime/state/state_directory.ts";
import {
  type IndexReports,
  openIndex,
  rebuildIndex,
} from "../../../lib/runtime/history/sync_index.ts";
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import type { RunPlace } from "../../../lib/runtime/store/run_store.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { keepRun, namesIn } from "../../support/kept_run.ts";
import { START, Story } from "../../support/story.ts";

/** A state directory that is gone when the test leaves its scope. */
class State implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "orch-index-" });
  /** What was told on the way. */
  readonly told: string[] = [];
  readonly reports: IndexReports = {
    reading: (runs) => this.told.push(`reading ${runs}`),
    newer: ({ version, stateDirectory }) => this.told.push(`newer ${version} ${stateDirectory}`),
    notKept: (error) =>
      this.told.push(`not kept: ${error instanceof Error ? error.message : error}`),
  };

  /** Opens the index and returns what it holds: ids of ended runs, then of others. */
  async look(): Promise<string> {
    using index = await openIndex(this.path, this.reports);
    const ended = index.history.runs({ workflow: null, limit: 1_000 }).map(({ runId }) => runId);
    assertEquals(index.size, ended.length);
    return [...ended, "|", ...index.others.map(({ runId }) => runId).sort()].join(" ");
  }

  [Symbol.dispose](): void {
    Deno.chmodSync(this.path, 0o700);
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A run of one job; with `finish`, to its end. */
function storyOf(runId: string, finish = true): Story {
  const at = START + Number(runId.slice(-4)) * 1_000;
  const story = new Story([{ id: "build" }], { runId, at });
  story.start("build");
  story.pass(100);
  story.end("build", { kind: "succeeded" });
  if (finish) story.finish("completed");
  return story;
}

const [A, B, C] = ["run-0001", "run-0002", "run-0003"] as const;

/** Two runs that ended and one that did not. */
async function threeRuns(state: State): Promise<RunPlace[]> {
  return [
    await keepRun(state.path, storyOf(A)),
    await keepRun(state.path, storyOf(B)),
    await keepRun(state.path, storyOf(C, false)),
  ];
}

function append(place: RunPlace, text: string): void {
  Deno.writeTextFileSync(RUN_FILES.journal(place.path), text, { append: true });
}

Deno.test("an index that is missing is made from the folders, and kept", async () => {
  using state = new State();
  await threeRuns(state);
  assertEquals(await state.look(), `${B} ${A} | ${C}`);
  using history = await History.open(indexPath(state.path));
  assertEquals([...history.sizes().keys()].sort(), [A, B]);
  assertEquals((await Deno.stat(indexPath(state.path))).mode! & 0o777, 0o600);
  assertEquals(state.told, []);
});

Deno.test("a run that ended since, one that is gone and one that was gone on with are noticed", async () => {
  using state = new State();
  const [first, second, third] = await threeRuns(state);
  await state.look();
  await Deno.remove(first!.path, { recursive: true });
  append(second!, "not a line yet");
  await Deno.remove(third!.path, { recursive: true });
  await keepRun(state.path, storyOf(C));
  assertEquals(await state.look(), `${C} | ${B}`);
});

/** Ways to spoil an index, as its file and what may lie beside it. */
const SPOILT: readonly (readonly [string, (path: string) => void])[] = [
  ["is no database", (path) => Deno.writeTextFileSync(path, "not a database at all ".repeat(300))],
  ["was cut", (path) => Deno.truncateSync(path, 5_000)],
  ["is empty", (path) => Deno.truncateSync(path, 0)],
  ["has a damaged page", (path) => {
    using file = Deno.openSync(path, { write: true });
    file.seekSync(4_096, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(4_096).fill(0xa5));
  }],
  ["is older", (path) => {
    using database = new DatabaseSync(path);
    database.exec("DROP TABLE jobs; DROP TABLE runs; CREATE TABLE runs (run_id TEXT)");
    database.exec("INSERT INTO runs VALUES ('of old'); PRAGMA user_version = 1");
  }],
];

/** Makes an index one of a newer orch, which has other tables. */
function makeNewer(path: string): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA user_version = ${INDEX_VERSION + 1};
    ALTER TABLE runs ADD COLUMN mood TEXT;
    DELETE FROM runs WHERE run_id = '${A}'`);
}

for (const [what, spoil] of SPOILT) {
  Deno.test(`an index that ${what} is made anew`, async () => {
    using state = new State();
    await threeRuns(state);
    await state.look();
    {
      // What is not yet in the file itself would make it whole again.
      using history = await History.open(indexPath(state.path));
      assertEquals(history.sizes().size, 2);
    }
    spoil(indexPath(state.path));
    for (const ending of ["-wal", "-shm"]) {
      try {
        await Deno.remove(indexPath(state.path) + ending);
      } catch {
        // It went with the last who had the index open.
      }
    }
    assertEquals(await state.look(), `${B} ${A} | ${C}`);
    assertEquals(await state.look(), `${B} ${A} | ${C}`);
    assertEquals(state.told, []);
  });
}

Deno.test("an index of a newer orch is left as it is, and the runs themselves are read", async () => {
  using state = new State();
  await threeRuns(state);
  await state.look();
  const path = indexPath(state.path);
  makeNewer(path);
  for (let time = 0; time < 2; time++) assertEquals(await state.look(), `${B} ${A} | ${C}`);
  const newer = `newer ${INDEX_VERSION + 1} ${state.path}`;
  assertEquals(state.told, [newer, newer]);
  {
    using database = new DatabaseSync(path);
    assertEquals(database.prepare("SELECT run_id FROM runs").all().map(({ run_id }) => run_id), [
      B,
    ]);
  }
  using index = await rebuildIndex(state.path, state.reports);
  assertEquals([...index.history.sizes().keys()].sort(), [A, B]);
});

Deno.test("two who empty an older index at once both find it whole", async () => {
  using state = new State();
  await threeRuns(state);
  await state.look();
  SPOILT.find(([what]) => what === "is older")![1](indexPath(state.path));
  const looks = await Promise.all(Array.from({ length: 5 }, () => state.look()));
  assertEquals(new Set(looks), new Set([`${B} ${A} | ${C}`]));
  assertEquals(state.told, []);
});

Deno.test("looking where there are no runs makes no index, and forgets what one holds", async () => {
  using state = new State();
  assertEquals(await state.look(), "|");
  assertEquals(namesIn(state.path), []);
  const [first, ...others] = await threeRuns(state);
  await state.look();
  for (const { path } of [first!, ...others]) await Deno.remove(path, { recursive: true });
  assertEquals(await state.look(), "|");
  using history = await History.open(indexPath(state.path));
  assertEquals([history.sizes().size, state.told], [0, []]);
});

Deno.test("where there can be no index, the runs themselves are read", async () => {
  using state = new State();
  await threeRuns(state);
  // A folder where the file should be: not even the superuser writes there.
  await Deno.mkdir(indexPath(state.path));
  assertEquals(await state.look(), `${B} ${A} | ${C}`);
  assertEquals(state.told.length, 1);
  assert(state.told[0]!.startsWith("not kept: "), state.told[0]);
  assertEquals(namesIn(indexPath(state.path)), []);
});

Deno.test("damage in a run leaves it out, and the others in", async () => {
  using state = new State();
  const [first, second] = await threeRuns(state);
  const journal = RUN_FILES.journal(first!.path);
  const bytes = await Deno.readFile(journal);
  bytes[50]! ^= 1;
  await Deno.writeFile(journal, bytes);
  await Deno.remove(RUN_FILES.plan(second!.path, 0));
  await Deno.mkdir(`${state.path}/runs/run-0004-empty`);
  assertEquals(await state.look(), `| ${A} ${B} ${C} run-0004-empty`);
});

Deno.test("a folder that was copied under another name is no second run", async () => {
  using state = new State();
  const [first] = await threeRuns(state);
  const copy = `${state.path}/runs/run-0009-copy`;
  await Deno.mkdir(copy);
  for (const name of ["plan.json", "journal.jsonl"]) {
    await Deno.copyFile(`${first!.path}/${name}`, `${copy}/${name}`);
  }
  assertEquals(await state.look(), `${B} ${A} | ${C} run-0009-copy`);
  assertEquals(await state.look(), `${B} ${A} | ${C} run-0009-copy`);
});

Deno.test("an index is rebuilt from nothing, also where it was whole", async () => {
  using state = new State();
  const [first] = await threeRuns(state);
  await state.look();
  {
    using history = await History.open(indexPath(state.path));
    history.forget([B]);
  }
  await Deno.remove(first!.path, { recursive: true });
  using index = await rebuildIndex(state.path, state.reports);
  assertEquals([...index.history.sizes().keys()], [B]);
  assertEquals([index.size, index.others.map(({ runId }) => runId)], [1, [C]]);
});

Deno.test("many runs to read are announced", async () => {
  using state = new State();
  const ids = Array.from({ length: 200 }, (_, i) => `run-${String(i).padStart(4, "0")}`);
  for (const id of ids) await keepRun(state.path, storyOf(id));
  await state.look();
  await state.look();
  assertEquals(state.told, ["reading 200"]);
});

Deno.test("two who bring an index up to date at once do not disturb each other", async () => {
  using state = new State();
  await threeRuns(state);
  const looks = await Promise.all(Array.from({ length: 5 }, () => state.look()));
  assertEquals(new Set(looks), new Set([`${B} ${A} | ${C}`]));
  assertEquals(state.told, []);
});
