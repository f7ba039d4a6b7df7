/** Runs whose files are damaged: what a crash leaves is gone on with, the rest is refused in words. */
import { readJournal } from "../../lib/core/record/journal_read.ts";
import { crc32 } from "../../lib/core/base/crc32.ts";
import { unrecordedAttempts } from "../../lib/core/record/traces.ts";
import { readTraces, setAside } from "../../lib/runtime/store/traces.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { newProject, type Project, workflow } from "../support/cli.ts";
import { runOf, stateOf, statusesOf } from "../support/lives.ts";

const job = (id: string, ...dependencies: readonly string[]) => ({
  id,
  command: "echo $ORCH_JOB_ID >> ran",
  dependencies,
});
const WORKFLOW = workflow(job("a"), job("b", "a"), job("c", "b"), job("d"));
const DONE = ["a success", "b success", "c success", "d success"];

/** A project with a run that is done. */
async function done(): Promise<Project> {
  const project = newProject({ "w.yaml": WORKFLOW });
  assertEquals((await project.orch(["run", "w.yaml", "-q", "-c", "1"])).code, 0);
  return project;
}

function journalOf(project: Project): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(runOf(project).journalPath);
}

/** Where each line begins, and the end. */
function startsOf(bytes: Uint8Array): number[] {
  return [0, ...[...bytes.keys()].filter((i) => bytes[i] === 10).map((i) => i + 1)];
}

/** Takes away what a crash at the end of these bytes would not have left: files of attempts to come. */
async function forgetAfter(project: Project, bytes: Uint8Array): Promise<void> {
  const { path } = runOf(project);
  const { events } = readJournal(bytes);
  const jobIds = new Set(["a", "b", "c", "d"]);
  await setAside(path, unrecordedAttempts(events, jobIds, await readTraces(path)));
  await Deno.remove(`${path}/unrecorded`, { recursive: true });
}

/** Resumes the run, named by its id, with these bytes for its journal. */
async function resumeWith(
  project: Project,
  bytes: Uint8Array<ArrayBuffer>,
  ...flags: readonly string[]
) {
  const { journalPath, runId } = runOf(project);
  await Deno.writeFile(journalPath, bytes);
  return await project.orch(["resume", runId, "--no-live", ...flags]);
}

Deno.test("a journal that ends anywhere, with or without zeros behind it, is gone on with", async () => {
  await using project = await done();
  const whole = journalOf(project);
  const starts = startsOf(whole);
  const { path, journalPath } = runOf(project);
  const cuts = starts.slice(0, -1).flatMap((start, i) => [start, start + 1, starts[i + 1]! - 1]);
  for (const [i, cut] of cuts.entries()) {
    const zeros = i % 2 === 0 ? 0 : 100;
    const bytes = Uint8Array.from([...whole.subarray(0, cut), ...new Uint8Array(zeros)]);
    await forgetAfter(project, bytes);
    const { code, stderr } = await resumeWith(project, bytes);
    assertEquals([code, statusesOf(await stateOf(runOf(project)))], [0, DONE], stderr);
    const { validBytes, end } = readJournal(bytes);
    const kept = `${journalPath}.torn-${validBytes}`;
    if (end.kind === "torn") {
      assertEquals(await Deno.readFile(kept), bytes.slice(validBytes));
      await Deno.remove(kept);
    }
  }
  const names = project.list(path).filter((name) => name.startsWith("journal"));
  assertEquals(names, ["journal.jsonl"]);
});

Deno.test("what was done before the cut is not run again, by journal or by what its slot wrote", async () => {
  await using project = await done();
  const whole = journalOf(project);
  const { events } = readJournal(whole);
  // The end of `b` and all after it are gone; that it ended is with its slot.
  const cut = events.findIndex((event) => event.type === "job_completed" && event.jobId === "b");
  project.write("ran", "");
  await forgetAfter(project, whole.subarray(0, startsOf(whole)[cut]));
  const { code } = await resumeWith(project, whole.slice(0, startsOf(whole)[cut]));
  assertEquals([code, project.read("ran").split("\n").sort().join("")], [0, "cd"]);
});

/** Damage, and the byte at which it is found; all in the line that begins with the third event. */
const DAMAGE: Readonly<Record<string, (bytes: Uint8Array, start: number) => Uint8Array>> = {
  "a flipped bit": (bytes, start) => bytes.with(start + 9, bytes[start + 9]! ^ 4),
  "a flipped bit in a checksum": (bytes, start) => bytes.with(start - 5, bytes[start - 5]! ^ 1),
  "a flipped bit in a line feed": (bytes, start) => bytes.with(start - 1, 0x1a),
  "a byte too few": (bytes, start) =>
    Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(start + 1)]),
  "a lost line": (bytes, start) =>
    Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(bytes.indexOf(10, start) + 1)]),
  "a line twice": (bytes, start) =>
    Uint8Array.from([
      ...bytes.subarray(0, bytes.indexOf(10, start) + 1),
      ...bytes.subarray(start),
    ]),
  "the line ends of Windows": (bytes, start) =>
    new TextEncoder().encode(
      new TextDecoder().decode(bytes.subarray(0, start)) +
        new TextDecoder().decode(bytes.subarray(start)).replaceAll("\n", "\r\n"),
    ),
  "a bad last line": (bytes) => bytes.with(bytes.length - 9, bytes.at(-9)! ^ 1),
  "zeros in the middle": (bytes, start) =>
    Uint8Array.from(bytes, (byte, i) => i >= start && i < start + 10 ? 0 : byte),
};

for (const [what, damage] of Object.entries(DAMAGE)) {
  Deno.test(`a journal with ${what} is refused with the place; --repair goes on before it`, async () => {
    await using project = await done();
    const whole = journalOf(project);
    const damaged = Uint8Array.from(damage(whole, startsOf(whole)[3]!));
    const { validBytes } = readJournal(damaged);
    const { runId, journalPath } = runOf(project);
    const refused = await resumeWith(project, damaged);
    assertEquals(refused, {
      code: 3,
      stdout: "",
      stderr: `error: The journal of run ${runId} is damaged at byte ${validBytes}: ` +
        "only the events before it are shown; to continue from there: " +
        `orch resume ${runId} --repair\n`,
    });
    assertEquals(journalOf(project), damaged, "it is left as it is");
    const { code, stderr } = await resumeWith(project, damaged, "--repair");
    const original = `${journalPath}.damaged-${validBytes}`;
    assertEquals(
      stderr.split("\n")[0],
      `The journal continues from its last good line; the damaged journal is kept as ${original}`,
    );
    assertEquals(await Deno.readFile(original), damaged);
    assertEquals([code, statusesOf(await stateOf(runOf(project)))], [0, DONE], stderr);
  });
}

Deno.test("where nothing is damaged, --repair changes nothing", async () => {
  await using project = await done();
  const whole = journalOf(project);
  const { code, stderr } = await resumeWith(project, whole, "--repair");
  const { runId, path } = runOf(project);
  assertEquals([code, stderr], [0, `Run ${runId} is over, and no job needs to run again\n`]);
  assertEquals(journalOf(project), whole);
  assertEquals(project.list(path).filter((name) => name.includes("damaged")), []);
});

Deno.test("a journal from a newer orch is refused, and cannot be repaired", async () => {
  await using project = await done();
  const text = '{"s":0,"t":1,"v":9,"e":"run_started","runId":"x"';
  const crc = crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
  const newer = new TextEncoder().encode(`${text},"c":"${crc}"}\n`);
  for (const flags of [[], ["--repair"]]) {
    const { code, stderr } = await resumeWith(project, newer, ...flags);
    assertEquals(code, 3);
    assertMatch(
      stderr,
      /^error: The journal of run \S+ was written by a newer version of orch \(format 9\)/,
    );
    assertEquals(journalOf(project), newer);
  }
});

Deno.test("a run that died before its first line begins", async () => {
  await using project = await done();
  project.write("ran", "");
  const { journalPath } = runOf(project);
  await forgetAfter(project, new Uint8Array());
  await Deno.writeFile(journalPath, new Uint8Array());
  const { code, stderr } = await project.orch(["resume", "--no-live"]);
  assertEquals([code, project.read("ran").length], [0, "a\nb\nc\nd\n".length], stderr);
  assertMatch(stderr, /▶ run +test: 4 jobs, 1 at a time/);
  assertEquals(statusesOf(await stateOf(runOf(project))), DONE);
});

/** What is done to the files of a run, and what resume says of it. */
const LOSSES: Readonly<Record<string, readonly [(project: Project) => void, RegExp]>> = {
  "the journal is gone": [
    (project) => Deno.removeSync(runOf(project).journalPath),
    /^error: Run \S+ has no journal: it ended before anything started, or '.*' was removed\n$/,
  ],
  "the plan is gone": [
    (project) => Deno.removeSync(runOf(project).planPath(0)),
    /^error: The plan of run \S+ is missing: '.*' does not exist; to see what happened: orch events \S+ --json\n$/,
  ],
  "a bit of the plan is flipped": [
    (project) => rewrite(runOf(project).planPath(0), (text) => text.replace("echo", "ecHo")),
    /^error: Run \S+ cannot be read: '.*' has been changed or damaged/,
  ],
  "the plan is cut": [
    (project) => rewrite(runOf(project).planPath(0), (text) => text.slice(0, -20)),
    /^error: Run \S+ cannot be read: '.*' has been changed or damaged/,
  ],
  "the plan is empty": [
    (project) => rewrite(runOf(project).planPath(0), () => ""),
    /^error: Run \S+ cannot be read: '.*' has been changed or damaged/,
  ],
  "the plan is from a newer orch": [
    (project) =>
      rewrite(runOf(project).planPath(0), (text) => text.replace('"version":1', '"version":2')),
    /^error: Run \S+ was made by a newer version of orch: '.*' has format 2\n$/,
  ],
  "the plan is a folder": [
    (project) => {
      Deno.removeSync(runOf(project).planPath(0));
      Deno.mkdirSync(runOf(project).planPath(0));
    },
    /^error: Run \S+ cannot be read: '.*' is not a regular file/,
  ],
};

function rewrite(path: string, change: (text: string) => string): void {
  const before = Deno.readTextFileSync(path);
  const after = change(before);
  assert(after !== before);
  Deno.writeTextFileSync(path, after);
}

for (const [what, [lose, expected]] of Object.entries(LOSSES)) {
  Deno.test(`where ${what}, resume and rerun say so with exit 3`, async () => {
    await using project = await done();
    lose(project);
    const { runId } = runOf(project);
    for (
      const args of [["resume", runId], ["resume", runId, "--repair"], [
        "rerun",
        "last",
        "--failed",
      ]]
    ) {
      const { code, stderr } = await project.orch(args);
      assertEquals(code, 3, stderr);
      assertMatch(stderr, expected);
    }
  });
}

Deno.test("a journal and a plan that do not belong together are refused", async () => {
  await using project = await done();
  const { path } = runOf(project);
  const journal = journalOf(project);
  await Deno.remove(path, { recursive: true });
  project.write("w.yaml", workflow({ id: "other", command: "true" }, { id: "b", command: "true" }));
  await project.orch(["run", "w.yaml", "-q"]);
  // A job of this plan that is done before it begins: no run of it can have been so.
  const lines = new TextDecoder().decode(journal).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  const early = lines.filter(({ e, jobId }) =>
    e === "run_started" || (jobId === "b" && e === "job_completed")
  );
  const bytes = new TextEncoder().encode(early.map((line, s) => sealed({ ...line, s })).join(""));
  const { code, stderr } = await resumeWith(project, bytes);
  assertEquals(code, 3);
  assertMatch(stderr, /^error: Run \S+ cannot be read: its journal does not belong to '.*'/);
});

/** A line of a journal with its right checksum. */
function sealed({ c: _, ...line }: Record<string, unknown>): string {
  const text = JSON.stringify(line).slice(0, -1);
  const crc = crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0");
  return `${text},"c":"${crc}"}\n`;
}
