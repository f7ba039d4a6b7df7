/**
 * State directories as an enemy might leave them, made from a seed: links, devices, pipes, sockets, files of
 * a terabyte, other owners, odd modes, and journals, plans and databases that are whole and say odd things.
 */
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "../../lib/core/base/crc32.ts";
import { openIndex } from "../../lib/runtime/history/sync_index.ts";
import { Story } from "./story.ts";
import { keepRun } from "./kept_run.ts";
import { Dice } from "./random.ts";

/** The runs that are in each of them, oldest first. */
export const HOSTILE_RUNS = [
  "20261120-080000-aaaa",
  "20261121-080000-bbbb",
  "20261122-103000-x7k2",
] as const;

const ANOTHER_USER = 12_345;
const TERABYTE = 2 ** 40;
/** What was done before may stand in the way of what is tried next. */
const MOST_TRIES = 40;
const IS_ROOT = Deno.build.os !== "windows" && Deno.uid() === 0;

/** What is beside `.orch` and must stay as it is. */
const OUTSIDE: Readonly<Record<string, string>> = {
  "outside/notes.txt": "keep me\n",
  "outside/folder/inner.txt": "keep me, too\n",
  "outside/run.sh": "#!/bin/sh\n",
};

/** Makes a project in `folder` whose `.orch` is hostile, and returns what was done to it. */
export async function makeHostile(folder: string, seed: number): Promise<string[]> {
  const maker = new Maker(folder, seed);
  await maker.makeProject();
  return await maker.spoil();
}

class Maker {
  readonly #folder: string;
  readonly #state: string;
  readonly #dice: Dice;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#state = `${folder}/.orch`;
    this.#dice = new Dice(seed);
  }

  async makeProject(): Promise<void> {
    await Deno.mkdir(`${this.#folder}/outside/folder`, { recursive: true });
    await Deno.mkdir(`${this.#folder}/home`);
    for (const [name, text] of Object.entries(OUTSIDE)) {
      await Deno.writeTextFile(`${this.#folder}/${name}`, text);
    }
    makeAppDatabase(`${this.#folder}/outside/app.db`);
    const jobs = [{ id: "a", command: "echo hi" }, {
      id: "b",
      dependencies: ["a"],
      command: "true",
    }];
    await Deno.writeTextFile(`${this.#folder}/w.yaml`, JSON.stringify({ name: "w", jobs }));
    for (const [i, runId] of HOSTILE_RUNS.entries()) {
      const outputs = { "a.1.out": "said\n", "a.1.err": "" };
      await keepRun(this.#state, storyOf(runId, i), { outputs });
    }
    if (this.#dice.chance(0.5)) {
      using _index = await openIndex(this.#state, { reading() {}, newer() {}, notKept() {} });
    }
  }

  async spoil(): Promise<string[]> {
    const done: string[] = [];
    const wanted = this.#dice.between(1, 4);
    for (let tries = 0; done.length < wanted && tries < MOST_TRIES; tries++) {
      const [name, act] = this.#dice.pick(ACTS);
      const path = this.#dice.pick(this.#targets());
      try {
        await act(path, { dice: this.#dice, folder: this.#folder, state: this.#state });
        done.push(`${name} ${path.slice(this.#folder.length + 1)}`);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
    }
    return done;
  }

  /** Paths of all that orch may open, whether or not it is there. */
  #targets(): string[] {
    const runs = HOSTILE_RUNS.flatMap((runId) => {
      const path = `${this.#state}/runs/${runId}`;
      return [path, ...IN_RUN.map((name) => `${path}/${name}`)];
    });
    return [this.#state, ...IN_STATE.map((name) => `${this.#state}/${name}`), ...runs];
  }
}

const IN_STATE = [
  ...["runs", "history.db", "history.db", "history.db-wal", "history.db-shm", "history.db-journal"],
  ...[".gitignore", "order", "order/runs", "runs/.removing-20261122-103000-x7k2"],
];
const IN_RUN = [
  ...[
    "jobs",
    "run.lock",
    "plan.json",
    "plan.json",
    "plan.1.json",
    "journal.jsonl",
    "journal.jsonl",
  ],
  ...["ends-0", "mark", "unrecorded", "journal.jsonl.torn-0", "jobs/a.1.out", "jobs/a.1.err"],
  ...["jobs/a.2.out", "jobs/a.2.err", "jobs/a.1.sh"],
];

interface Place {
  readonly dice: Dice;
  readonly folder: string;
  readonly state: string;
}
type Act = readonly [name: string, act: (path: string, place: Place) => Promise<void> | void];

const ACTS: readonly Act[] = [
  ["link", linkElsewhere],
  ["link", linkElsewhere],
  ["link", linkElsewhere],
  ["moved behind a link", (path, { folder }) => {
    Deno.renameSync(path, `${folder}/outside/moved`);
    Deno.symlinkSync(`${folder}/outside/moved`, path);
  }],
  ["pipe", (path) => program("mkfifo", clear(path))],
  ["device", (path) => IS_ROOT ? program("mknod", clear(path), "c", "1", "5") : undefined],
  ["socket", (path) => {
    Deno.listen({ transport: "unix", path: clear(path) }).close();
  }],
  ["terabyte", (path) => {
    // A log of that length would be printed.
    const length = path.includes("/jobs/") ? 2 ** 20 : TERABYTE;
    Deno.writeTextFileSync(path, "", { append: true });
    Deno.truncateSync(path, length);
  }],
  ["gigabyte behind a good start", (path) => {
    const { size } = Deno.lstatSync(path);
    Deno.truncateSync(path, Math.max(size, path.includes("/jobs/") ? 2 ** 20 : 2 ** 30));
  }],
  ["owner", (path) => IS_ROOT ? Deno.chownSync(path, ANOTHER_USER, ANOTHER_USER) : undefined],
  [
    "mode",
    (path, { dice }) => Deno.chmodSync(path, dice.pick([0o777, 0o666, 0o1777, 0o4755, 0, 0o220])),
  ],
  ["folder", (path) => Deno.mkdirSync(clear(path))],
  ["file", (path, { dice }) => {
    const bytes = new Uint8Array(dice.between(0, 5_000)).map(() => dice.between(0, 255));
    Deno.writeFileSync(clear(path), bytes);
  }],
  [
    "odd journal",
    (_, { dice, state }) => rewriteLines(runPath(state, dice, "journal.jsonl"), dice),
  ],
  [
    "odd journal",
    (_, { dice, state }) => rewriteLines(runPath(state, dice, "journal.jsonl"), dice),
  ],
  ["odd plan", (_, { dice, state }) => rewritePlan(runPath(state, dice, "plan.json"), dice)],
  ["odd plan", (_, { dice, state }) => rewritePlan(runPath(state, dice, "plan.json"), dice)],
  ["database", (_, { dice, state }) => craftDatabase(`${state}/history.db`, dice)],
  ["database", (_, { dice, state }) => craftDatabase(`${state}/history.db`, dice)],
  ["names", (_, { dice, state }) => {
    const path = runPath(
      state,
      dice,
      `jobs/${dice.pick(["\x1b[2J", "\u202e", "a.9.out", "-rf", "x\ny"])}`,
    );
    Deno.writeTextFileSync(path, "");
  }],
  ["run of a strange name", (_, { dice, state }) => {
    const name = dice.pick([
      "29991231-235959-zzzz",
      "\x1b[2J",
      "x".repeat(200),
      "--keep",
      "20261122",
    ]);
    Deno.mkdirSync(`${state}/runs/${name}/jobs`, { recursive: true });
  }],
];

function linkElsewhere(path: string, { dice, folder }: Place): void {
  const targets = ["notes.txt", "folder", "app.db", "run.sh", "nothing", "."];
  const target = dice.chance(0.2)
    ? dice.pick(["/dev/zero", "/dev/full", path, "/etc/hostname", "/proc/self/mem"])
    : `${folder}/outside/${dice.pick(targets)}`;
  clear(path);
  Deno.symlinkSync(target, path);
}

function storyOf(runId: string, which: number): Story {
  const retry = { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1, backoffFactor: 1, jitter: 0 };
  const story = new Story([{ id: "a", retry }, { id: "b", dependencies: ["a"] }], { runId });
  story.start("a");
  if (which === 1) {
    story.retry("a", { kind: "exited", code: 1 }, 1);
    return story;
  }
  story.pass(100);
  story.end("a", which === 0 ? { kind: "succeeded" } : { kind: "timed_out", afterMs: 5 });
  if (which === 0) {
    story.start("b");
    story.end("b", { kind: "succeeded" }, { usage: { peakMemoryMb: 1, cpuSeconds: 1 } });
    story.finish("completed");
  } else {
    story.skip("b", { kind: "dependency", dependency: "a", cause: "a" });
    story.finish("failed");
  }
  return story;
}

function runPath(state: string, dice: Dice, name: string): string {
  return `${state}/runs/${dice.pick(HOSTILE_RUNS)}/${name}`;
}

/** Makes room at a path, and returns it. */
function clear(path: string): string {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return path;
}

async function program(name: string, ...args: readonly string[]): Promise<void> {
  await new Deno.Command(name, { args: [...args] }).output();
}

/** Values that no reader expects. */
const ODD: readonly unknown[] = [
  ...[{}, [], null, true, -1, 0, 0.5, 1e15, 1e300, 2 ** 53, "", "a", "../../../outside/notes.txt"],
  ...["\x1b[2J\x1b]0;x\x07", "\u202ereversed", "x".repeat(10_000), "constructor", "__proto__"],
  ...[
    { kind: {} },
    { kind: "exited" },
    { reason: "status" },
    ["a", "a"],
    ["b"],
    [null],
    9e15,
    -9e15,
  ],
];

/** Puts an odd value in the place of some value within `content`. */
function oddly(content: unknown, dice: Dice): unknown {
  if (typeof content !== "object" || content === null || dice.chance(0.25)) return dice.pick(ODD);
  const keys = Object.keys(content);
  if (keys.length === 0) return dice.pick(ODD);
  const key = dice.pick(keys);
  if (Array.isArray(content)) {
    return content.map((one, i) => String(i) === key ? oddly(one, dice) : one);
  }
  return { ...content, [key]: oddly((content as Record<string, unknown>)[key], dice) };
}

function checksum(text: string): string {
  return crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
}

/** Changes facts of a journal, drops lines, says some twice; each line has the right checksum and number. */
function rewriteLines(path: string, dice: Dice): void {
  const lines = Deno.readTextFileSync(path).trimEnd().split("\n").map((line) => {
    const { c: _, ...facts } = JSON.parse(line);
    return facts as Record<string, unknown>;
  });
  const changed = lines.flatMap((facts, i) => {
    if (i > 0 && dice.chance(0.1)) return [];
    if (dice.chance(0.4)) return [facts];
    const { s, e, ...rest } = facts;
    const key = dice.pick(Object.keys(rest));
    const odd = { s, e, ...rest, [key]: oddly(rest[key], dice) };
    return dice.chance(0.1) ? [odd, odd] : [odd];
  });
  const text = changed.map((facts, i) => {
    const covered = JSON.stringify({ ...facts, s: i }).slice(0, -1);
    return `${covered},"c":"${checksum(covered)}"}\n`;
  });
  Deno.writeTextFileSync(path, text.join(""));
}

function rewritePlan(path: string, dice: Dice): void {
  const { crc: _, ...content } = JSON.parse(Deno.readTextFileSync(path));
  let odd = content as Record<string, unknown>;
  for (let left = dice.between(1, 2); left > 0; left--) {
    const key = dice.pick(["workflow", "workflow", "workflow", ...Object.keys(odd)]);
    odd = { ...odd, [key]: oddly(odd[key], dice) };
  }
  const covered = JSON.stringify(odd).slice(0, -1);
  Deno.writeTextFileSync(path, `${covered},"crc":"${checksum(covered)}"}\n`);
}

function makeAppDatabase(path: string): void {
  using database = new DatabaseSync(path);
  database.exec("CREATE TABLE jobs (x); CREATE TABLE runs (x); INSERT INTO jobs VALUES ('mine')");
}

const VIEW = `CREATE VIEW runs AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)
  SELECT n AS run_id, 1 AS journal_bytes, n AS started_at, n AS workflow, n AS file FROM c`;
const SQL: readonly string[] = [
  `DROP TABLE IF EXISTS jobs; DROP TABLE IF EXISTS runs; ${VIEW}; CREATE TABLE jobs (x)`,
  "DROP TABLE IF EXISTS jobs; CREATE TABLE jobs (run_id, job_id, status, started_at, duration_ms)",
  "CREATE TABLE IF NOT EXISTS runs (x); CREATE TRIGGER t AFTER DELETE ON runs BEGIN SELECT 1; END",
  "UPDATE runs SET started_at = 1e300",
  "UPDATE runs SET workflow = char(27) || '[2J' || char(8238), file = char(27)",
  "UPDATE jobs SET status = char(27) || 'c', started_at = -1e300",
  "UPDATE runs SET run_id = '../../outside', success = 9223372036854775807",
  "INSERT INTO runs SELECT '20261122-99', workflow, file, status, started_at, 0, -1, 0, 0, 0, 0, 0 FROM runs LIMIT 1",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'jobs'",
  "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'TEXT', 'ANY')",
];

/** Changes an index, or makes what is taken for one. */
function craftDatabase(path: string, dice: Dice): void {
  {
    using database = new DatabaseSync(path);
    try {
      database.exec(dice.pick(SQL));
    } catch {
      // It lacks what was to be changed.
    }
    database.exec(`PRAGMA user_version = ${dice.pick([3, 3, 3, 0, 2, 4])}`);
    database.exec(`PRAGMA application_id = ${dice.pick([0x6f726368, 0x6f726368, 0, 7])}`);
  }
  if (dice.chance(0.3)) {
    // Some page of it, or of what lies beside it, is of chance.
    const bytes = new Uint8Array(dice.between(1, 8_000)).map(() => dice.between(0, 255));
    using file = Deno.openSync(path + dice.pick(["", "-wal", "-journal", "-shm"]), {
      write: true,
      create: true,
    });
    file.seekSync(dice.between(0, 5) * 1_000, Deno.SeekMode.Start);
    file.writeSync(bytes);
  }
}
