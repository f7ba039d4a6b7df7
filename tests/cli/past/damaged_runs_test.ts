/**
 * Runs whose files are damaged in every way: each command says what it can and what is wrong, with
 * exit 0 or 3, and never breaks.
 */
import { RUN_FILES } from "../../../lib/runtime/state/run_directory.ts";
import { runCli } from "../../../lib/cli/mod.ts";
import { realWorld } from "../../../lib/runtime/real_world.ts";
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertStringIncludes,
} from "../../support/assert.ts";
import { Captured } from "../../support/captured.ts";
import { type Finished, newProject, type Project } from "../../support/cli.ts";
import { keepRun } from "../../support/kept_run.ts";
import { Dice } from "../../support/random.ts";
import { Story } from "../../support/story.ts";

const COMMANDS = ["show", "events", "events --json", "logs", "history --json"] as const;

/** A small run with a retry, a skip and an end. */
function story(): Story {
  const retry = { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1, backoffFactor: 1, jitter: 0 };
  const story = new Story([{ id: "a", retry }, { id: "b", dependencies: ["a"] }]);
  story.start("a");
  story.retry("a", { kind: "exited", code: 1 }, 1);
  story.start("a", 2);
  story.end("a", { kind: "timed_out", afterMs: 5 });
  story.skip("b", { kind: "dependency", dependency: "a", cause: "a" });
  story.finish("failed");
  return story;
}

interface Kept {
  readonly journal: string;
  readonly plan: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly planBytes: Uint8Array<ArrayBuffer>;
}

async function keep(project: Project): Promise<Kept> {
  const { path } = await keepRun(project.path(".orch"), story(), { outputs: { "a.2.out": "x\n" } });
  const [journal, plan] = [RUN_FILES.journal(path), RUN_FILES.plan(path, 0)];
  const [bytes, planBytes] = [await Deno.readFile(journal), await Deno.readFile(plan)];
  return { journal, plan, bytes, planBytes };
}

/** Runs a command in this process, cheaply: it is done some thousand times. */
async function orch(project: Project, commandLine: string): Promise<Finished> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const world = { ...realWorld(), stdout, stderr, cwd: () => project.folder };
  const code = await runCli(commandLine.split(" "), world);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

function assertCalm({ code, stderr }: Finished, what: string): void {
  assert(code === 0 || code === 3, `${what}: exit ${code}\n${stderr}`);
  assertEquals(code === 3, stderr.includes("error: "), `${what}: exit ${code}\n${stderr}`);
  assertNotMatch(stderr, /bug in orch|\bat .*\.ts:\d/, what);
}

Deno.test("a journal cut at any byte is read up to the last whole line", async () => {
  await using project = newProject();
  const { journal, bytes } = await keep(project);
  for (let length = 0; length < bytes.length; length += length < 400 ? 1 : 7) {
    await Deno.writeFile(journal, bytes.subarray(0, length));
    const lines = bytes.subarray(0, length).filter((byte) => byte === 0x0a).length;
    for (const command of COMMANDS) {
      const run = await orch(project, command);
      assertCalm(run, `${command} of ${length} bytes`);
      assertEquals(run.code, 0, `${command} of ${length} bytes: ${run.stderr}`);
      if (command.startsWith("events")) {
        assertEquals(run.stdout.split("\n").length - 1, lines, `${length} bytes`);
      }
    }
  }
});

Deno.test("a journal with a bit flipped anywhere is never believed past it, and its place is named", async () => {
  await using project = newProject();
  const { journal, bytes } = await keep(project);
  const dice = new Dice(7);
  for (let at = 0; at < bytes.length; at += dice.between(1, 6)) {
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << dice.between(0, 7);
    await Deno.writeFile(journal, flipped);
    const start = bytes.lastIndexOf(0x0a, at - 1) + 1;
    for (const command of COMMANDS) {
      const run = await orch(project, command);
      assertCalm(run, `${command} with byte ${at} flipped`);
      if (command.startsWith("history")) continue;
      const place = /damaged at byte (\d+)/.exec(run.stderr)?.[1];
      assertEquals(Number(place), at > 0 ? start : 0, `${command}, byte ${at}: ${run.stderr}`);
      assertEquals(run.code, 3);
    }
  }
});

Deno.test("a plan with a bit flipped anywhere is refused, and the events are still to be had", async () => {
  await using project = newProject();
  const { plan, planBytes } = await keep(project);
  const dice = new Dice(11);
  for (let at = 0; at < planBytes.length; at += dice.between(1, 20)) {
    const flipped = planBytes.slice();
    flipped[at]! ^= 1 << dice.between(0, 7);
    await Deno.writeFile(plan, flipped);
    const shown = await orch(project, "show");
    assertCalm(shown, `byte ${at} of the plan`);
    assertEquals(shown.code, 3, `byte ${at} of the plan: ${shown.stdout}`);
    const events = await orch(project, "events --json");
    assertEquals([events.code, events.stderr], [0, ""]);
    const { runs } = JSON.parse((await orch(project, "history --json")).stdout);
    assertEquals(runs[0].status, "damaged");
  }
});

/** What may stand in the place of a journal, and how a run with it looks in the history. */
const STRANGE: readonly (readonly [string, Uint8Array<ArrayBuffer>, string])[] = [
  ["zeros", new Uint8Array(5_000), "unfinished"],
  ["text", new TextEncoder().encode("hello\nworld\n".repeat(50)), "damaged"],
  ["a long line", new Uint8Array(300_000).fill(0x61), "unfinished"],
  ["line feeds", new Uint8Array(1_000).fill(0x0a), "damaged"],
];

for (const [what, bytes, status] of STRANGE) {
  Deno.test(`${what} in the place of a journal is a run of which nothing is known`, async () => {
    await using project = newProject();
    const { journal } = await keep(project);
    await Deno.writeFile(journal, bytes);
    for (const command of COMMANDS) assertCalm(await orch(project, command), command);
    const { runs } = JSON.parse((await orch(project, "history --json")).stdout);
    assertEquals(runs[0].status, status);
  });
}

Deno.test("a tail of zeros, as a power cut leaves it, is no damage", async () => {
  await using project = newProject();
  const { journal, bytes } = await keep(project);
  await Deno.writeFile(journal, new Uint8Array([...bytes.subarray(0, 700), ...new Uint8Array(90)]));
  for (const command of COMMANDS) assertEquals((await orch(project, command)).code, 0, command);
});

Deno.test("folders and missing files in the place of journal and plan are told apart", async () => {
  await using project = newProject();
  const { journal, plan } = await keep(project);
  const says = async (command: string, text: string) => {
    const run = await orch(project, command);
    assertCalm(run, command);
    assertEquals(run.code, 3);
    assertStringIncludes(run.stderr, text);
  };
  await Deno.remove(plan);
  await says("show", "is missing");
  await Deno.mkdir(plan);
  await says("logs", "cannot be read");
  await Deno.remove(journal);
  await says("events", "has no journal");
  await says("events --json", "has no journal");
  await Deno.mkdir(journal);
  await says("show", "cannot be read");
});
