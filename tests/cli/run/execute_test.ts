/** One run under a journal that is slow or breaks: what waits for it, and what follows when it fails. */
import type { Durability } from "../../../lib/core/base/choices.ts";
import { executeRun } from "../../../lib/cli/run/execute.ts";
import type { Input } from "../../../lib/core/run/event.ts";
import { readJournal } from "../../../lib/core/record/journal_read.ts";
import { planJobs } from "../../../lib/core/plan/plan.ts";
import type { FirstInput } from "../../../lib/core/record/resume.ts";
import { initialState, type RunState } from "../../../lib/core/run/state.ts";
import { step } from "../../../lib/core/run/scheduler.ts";
import { Journal, type JournalFile } from "../../../lib/runtime/store/journal.ts";
import { parseRunId, runDirectoryAt } from "../../../lib/runtime/state/run_directory.ts";
import type { ProcessEnd } from "../../../lib/runtime/port/world.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { FakeWorld, pass, START } from "../../support/fake_world.ts";
import {
  type JobSketch,
  sketchLimits,
  sketchSettings,
  sketchWorkflow,
} from "../../support/workflows.ts";

const RUN_ID = parseRunId("20261122-103000-x7k2")!;
/** Nothing is there: what would be written elsewhere than into the journal is lost. */
const STATE = "/nowhere/.orch";
const JOURNAL = `${STATE}/runs/${RUN_ID}/journal.jsonl`;
const OK: ProcessEnd = {
  kind: "exited",
  code: 0,
  usage: { peakMemoryMb: null, cpuSeconds: null },
  process: { containment: "direct" },
};

const BEGIN: FirstInput = { type: "run_requested", runId: RUN_ID, settings: sketchSettings() };

/** A file that takes what it is given and holds syncs back until a test lets them through. */
class SlowFile implements JournalFile {
  readonly bytes: number[] = [];
  /** What the next write or sync throws. */
  writeError: Error | null = null;
  syncError: Error | null = null;
  isClosed = false;
  #syncs: (() => void)[] = [];

  write(bytes: Uint8Array): number {
    if (this.writeError !== null) throw this.writeError;
    this.bytes.push(...bytes);
    return bytes.length;
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#syncs.push(() => this.syncError === null ? resolve() : reject(this.syncError));
    });
  }

  /** Ends the syncs that are under way, and returns how many there were. */
  finishSyncs(): number {
    const syncs = this.#syncs.splice(0);
    for (const finish of syncs) finish();
    return syncs.length;
  }

  close(): void {
    this.isClosed = true;
  }

  /** The types of what is written, and the jobs they are about. */
  get events(): string[] {
    return readJournal(Uint8Array.from(this.bytes)).events.map((event) =>
      "jobId" in event ? `${event.type} ${event.jobId}` : event.type
    );
  }
}

/** A run under `executeRun` in a world made by hand. */
class Conducted {
  readonly world = new FakeWorld();
  readonly file = new SlowFile();
  readonly state: RunState;
  /** The exit code, once there is one. */
  code: number | null = null;
  readonly #end: Promise<void>;

  constructor(
    jobs: readonly JobSketch[],
    durability: Durability,
    { firstInput = BEGIN, before = [], onTerminal = false }: {
      readonly firstInput?: FirstInput;
      /** What has happened in earlier lives. */
      readonly before?: readonly Input[];
      readonly onTerminal?: boolean;
    } = {},
  ) {
    const workflow = sketchWorkflow(jobs);
    this.state = initialState(planJobs(workflow, [...workflow.jobs.keys()]));
    const events = before.flatMap((input) => step(this.state, input));
    this.world.stderr.isTerminal = onTerminal;
    const { clock } = this.world;
    this.#end = executeRun({
      state: this.state,
      events,
      firstInput,
      journal: new Journal(this.file, { durability, clock, nextSeq: events.length }),
      directory: runDirectoryAt(`${STATE}/runs/${RUN_ID}`, RUN_ID),
      stateDirectory: STATE,
      variables: {},
      baseDirectory: "/work",
      file: "w.yaml",
      workflowPath: "/work/w.yaml",
      limits: sketchLimits({ graceMs: 5000, maxLogBytes: 1024, durability }),
      options: { report: [], quiet: false, verbose: false },
      world: this.world,
    }).then((code) => void (this.code = code));
  }

  get started(): string[] {
    return this.world.processes.started.map(({ spec }) => spec.attemptName);
  }

  /** Lets everything happen that is due within so many milliseconds. */
  async pass(ms = 0): Promise<void> {
    pass(this.world.clock, ms);
    // Code is loaded on the way: that takes turns of the real event loop.
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      pass(this.world.clock, 0);
    }
  }

  /** Waits for something that needs no time of the clock. */
  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; !condition(); turn++) {
      assert(turn < 200, this.world.stderr.text);
      await this.pass();
    }
  }

  end(index: number, how: ProcessEnd = OK): void {
    this.world.processes.started[index]!.end(how);
  }

  async finished(): Promise<number> {
    await this.until(() => this.code !== null);
    await this.#end;
    return this.code!;
  }
}

const JOBS = [{ id: "a" }, { id: "b" }, { id: "c", dependencies: ["a"] }];
const EIO = new Error("Input/output error (os error 5)");

Deno.test("under power, nothing starts before it is safe that it does, and the end is the same", async () => {
  const run = new Conducted(JOBS, "power");
  await run.until(() => run.file.events.length === 5);
  await run.pass(1_000);
  assertEquals(run.started, [], "it is written, and not yet safe");
  assertEquals(run.world.stderr.text, "", "nor shown");
  assertEquals(run.file.finishSyncs(), 1);
  await run.until(() => run.started.length === 2);
  run.end(0);
  await run.pass(1_000);
  assertEquals(run.started, ["a.1", "b.1"]);
  run.end(1);
  await run.until(() => run.file.finishSyncs() === 1);
  await run.until(() => run.started.length === 3);
  assertEquals(run.started, ["a.1", "b.1", "c.1"]);
  run.end(2);
  while (run.code === null) {
    await run.pass(20);
    run.file.finishSyncs();
  }
  assertEquals([run.code, run.state.status, run.file.isClosed], [0, "completed", true]);
});

Deno.test("a signal while the run is being opened stops it as soon as it has begun", async () => {
  const run = new Conducted(JOBS, "process");
  run.world.signals.send("SIGINT");
  const { started } = run.world.processes;
  await run.until(() => started.length === 2 && started.every(({ stops }) => stops.length > 0));
  run.end(0);
  run.end(1);
  assertEquals([await run.finished(), run.state.status], [130, "cancelled"]);
  assertEquals([run.started, run.world.signals.listening], [["a.1", "b.1"], 0]);
});

Deno.test("a write that fails ends the run: jobs may end in peace, nothing more begins, exit 3", async () => {
  const run = new Conducted(JOBS, "process");
  await run.until(() => run.started.length === 2);
  run.file.writeError = EIO;
  const before = run.world.stderr.text;
  run.end(0);
  await run.until(() => run.world.processes.started[1]!.stops.length > 0);
  assertEquals(
    run.world.stderr.text.slice(before.length),
    `error: Cannot write '${JOURNAL}': Input/output error (os error 5)
The run can no longer be recorded, so it is stopping; running jobs have 5 s to finish
After fixing this, resume; finished jobs are not repeated:
  orch resume ${RUN_ID} --state-dir ${STATE}
`,
  );
  const [, other] = run.world.processes.started;
  await run.pass(4_999);
  assertEquals([other!.stops, run.code], [[false], null]);
  await run.pass(1);
  assertEquals(other!.stops[1], true, "its grace is over");
  other!.end({ ...OK, kind: "signaled", signal: "SIGKILL" } as ProcessEnd);
  assertEquals(await run.finished(), 3);
  assertEquals(run.started, ["a.1", "b.1"]);
  assertEquals(run.file.events.includes("job_completed a"), false);
});

Deno.test("a disk that does not answer is waited for until the user will not wait any longer", async () => {
  const run = new Conducted(JOBS, "power");
  await run.until(() => run.file.events.length === 5);
  await run.pass(1_999);
  assertEquals(run.world.stderr.text, "");
  await run.pass(1);
  await run.until(() => run.world.stderr.text.includes("waiting for the disk"));
  await run.pass(60_000);
  assertEquals(run.world.stderr.text.split("waiting for the disk").length, 2, "said once");
  for (let presses = 0; presses < 3; presses++) {
    assertEquals(run.code, null);
    run.world.signals.send("SIGINT");
    await run.pass(1_000);
  }
  // So long may the jobs take to be killed.
  await run.pass(1_000);
  assertEquals([await run.finished(), run.started], [130, []]);
});

Deno.test("a sync that fails ends the run before anything is done that waits for it", async () => {
  const run = new Conducted(JOBS, "power");
  await run.until(() => run.file.events.length === 5);
  run.file.syncError = EIO;
  run.file.finishSyncs();
  assertEquals(await run.finished(), 3);
  assertEquals(run.started, []);
  assertEquals(
    run.world.stderr.text.split("\n")[0],
    `error: Cannot save '${JOURNAL}': Input/output error (os error 5)`,
  );
});

Deno.test("a run whose last line cannot be written has not succeeded, though all its jobs have", async () => {
  const run = new Conducted([{ id: "a" }], "process");
  await run.until(() => run.started.length === 1);
  run.file.writeError = EIO;
  run.end(0);
  assertEquals(await run.finished(), 3);
  assertEquals(run.state.status, "completed");
  assert(!/succeeded|▶ end/.test(run.world.stderr.text), run.world.stderr.text);
});

for (const onTerminal of [false, true]) {
  Deno.test(`a run goes on ${onTerminal ? "live on a terminal" : "as lines"}, with attempts of its last life`, async () => {
    const settings = sketchSettings();
    const run = new Conducted([{ id: "a" }, { id: "b", dependencies: ["a"] }], "process", {
      before: [{ ...BEGIN, at: START - 5_000 } as Input],
      firstInput: {
        ...{ type: "reopen_requested", settings, plan: 0, downSince: START - 4_000 },
        ...{ lost: ["a"], reset: [], assumed: [], ends: [], stop: null },
      },
      onTerminal,
    });
    await run.until(() => run.started.length === 1);
    run.end(0);
    await run.until(() => run.started.length === 2);
    run.end(1);
    assertEquals([await run.finished(), run.started], [0, ["a.2", "b.1"]]);
    assertEquals(run.state.attempts[0]!.map(({ outcome }) => outcome.kind), ["lost", "succeeded"]);
  });
}

Deno.test("whoever will not wait for the grace after a failed write gets away at the third signal", async () => {
  const run = new Conducted(JOBS, "process");
  await run.until(() => run.started.length === 2);
  run.file.writeError = EIO;
  run.end(0);
  await run.until(() => run.world.processes.started[1]!.stops.length > 0);
  for (let signals = 0; signals < 3; signals++) {
    run.world.signals.send("SIGINT");
    await run.pass(200);
  }
  // What is left is killed, and has a second to be gone; this is not.
  assertEquals(run.world.processes.started[1]!.stops.at(-1), true);
  await run.pass(1_000);
  assertEquals(await run.finished(), 3);
});
